"""The canvas under a real hand: every gesture by mouse and key events, every answer by its signals and by what the screen shows."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui import theme
from app.ui.canvas.compose import Shown
from app.ui.canvas.pyramid import Pyramid
from app.ui.canvas.view import MOST_ZOOM
from core_models.contract.mask import Mask
from tests.ui.canvas.conftest import LEFT, PLAIN, save

CTRL = Qt.KeyboardModifier.ControlModifier
RED = (255, 0, 0)
SQUARE = Mask.from_array(np.ones((40, 40)), 20, 30)


def wheel(view, at: QPoint, notches: float, modifier=PLAIN) -> bool:
    """Whether the canvas took it."""
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, int(120 * notches)), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view.viewport(), event)
    return event.isAccepted()


def shown(kind="annotation", k=1, mask=SQUARE, score=None) -> Shown:
    return Shown((kind if kind == "proposal" else "annotation", k), mask, RED, kind, score)


# -- drawing --------------------------------------------------------------------------------------------------------------------


def test_a_stroke_is_the_brush_along_its_way(view, hand):
    view.set_tool("brush")
    view.set_brush(5)
    hand.drag((50, 60), (80, 60), (80, 90))
    (mask, how), full = hand.said[0], hand.said[0][0].full(150, 200)
    assert how == "add" and mask.box == (46, 56, 39, 39)
    assert full[60, 50:80].all() and full[60:90, 80].all() and not full[75, 60]


@pytest.mark.parametrize(("tool", "modifier", "how"), [("eraser", PLAIN, "erase"), ("brush", CTRL, "erase"), ("ignore", PLAIN, "ignore"), ("ignore", CTRL, "erase"), ("polygon", CTRL, "erase")])
def test_what_a_gesture_does_is_told(view, hand, tool, modifier, how):
    view.set_tool(tool)
    if tool == "polygon":
        for place in ((10, 10), (60, 10), (60, 60)):
            hand.click(*place, modifier=modifier)
        hand.key(Qt.Key.Key_Return)
    else:
        hand.drag((50, 60), (80, 60), modifier=modifier)
    assert [said[1] for said in hand.said] == [how] and hand.said[0][0].area > 100


def test_the_finest_brush_sets_the_pixel_it_is_on(view, hand):
    view.set_tool("brush")
    view.set_brush(1)
    hand.click(70, 71)
    assert hand.said[0][0].box == (70, 71, 1, 1)


def test_the_draft_is_shown_at_once_and_stays_until_it_is_cleared(view, hand):
    view.set_tool("brush")
    view.set_colour(RED)
    before = hand.colour(60, 60)
    hand.press(50, 60)
    hand.move(80, 60)
    during = hand.colour(60, 60)
    hand.release(80, 60)
    view.set_tool("select")  # so that the brush's own edge is not what is seen
    assert before == (100, 100, 100) and during == hand.colour(60, 60) and during[0] > during[1] + 50
    view.show_regions([])
    assert hand.colour(60, 60) == during
    view.clear_draft()
    assert hand.colour(60, 60) == before


def test_clearing_leaves_a_stroke_that_is_under_way(view, hand):
    view.set_tool("brush")
    hand.drag((20, 20), (40, 20))
    hand.press(20, 100)
    view.clear_draft()
    hand.move(60, 100)
    assert hand.colour(30, 20) == (100, 100, 100) and hand.colour(40, 100) != (100, 100, 100)
    hand.release(60, 100)
    assert len(hand.said) == 2 and hand.said[1][0].full(150, 200)[100, 20:60].all()


def test_escape_drops_a_stroke(view, hand):
    view.set_tool("brush")
    hand.press(50, 60)
    hand.move(80, 60)
    hand.key(Qt.Key.Key_Escape)
    hand.release(80, 60)
    view.set_tool("select")
    assert not hand.said and hand.colour(60, 60) == (100, 100, 100)


def test_two_quick_strokes_are_two(view, hand):
    """Qt tells the second press as a double click."""
    view.set_tool("brush")
    hand.click(50, 60)
    QTest.mouseDClick(view.viewport(), LEFT, PLAIN, hand.at(50, 60))
    hand.release(50, 60)
    assert len(hand.said) == 2


def test_a_stroke_beyond_the_image_ends_at_its_edge(view, hand):
    view.resize(600, 300)
    view.set_tool("brush")
    hand.drag((-20, 20), (190, 20), (240, 20))
    assert hand.said[0][0].fits(150, 200) and hand.said[0][0].box[::2] == (0, 200)
    hand.drag((-40, 20), (-30, 40))
    assert len(hand.said) == 1


@pytest.mark.parametrize("end", ["enter", "double", "first corner"])
def test_a_polygon_is_ended_by(end, view, hand):
    view.set_tool("polygon")
    for place in ((20, 20), (99, 20), (99, 79), (20, 79)):
        hand.click(*place)
        hand.move(place[0] - 1, place[1] - 1)
    assert not hand.said
    if end == "enter":
        hand.key(Qt.Key.Key_Enter)
    elif end == "double":
        QTest.mouseDClick(view.viewport(), LEFT, PLAIN, hand.at(20, 79))
    else:
        hand.click(21, 20)
    mask, how = hand.said[0]
    assert how == "add" and mask.area == pytest.approx(79 * 59, rel=0.03)
    hand.click(150, 100)
    assert len(hand.said) == 1  # a new one has begun


def test_a_polygon_is_dropped_or_goes_back_a_corner(view, hand):
    view.set_tool("polygon")
    for place in ((20, 20), (100, 20), (100, 80), (190, 140)):
        hand.click(*place)
    hand.key(Qt.Key.Key_Backspace)
    hand.key(Qt.Key.Key_Return)
    assert hand.said[0][0].area == pytest.approx(80 * 60 / 2, rel=0.05)
    hand.click(20, 20)
    hand.click(100, 20)
    hand.key(Qt.Key.Key_Return)  # two corners are no shape
    hand.click(20, 20)
    hand.key(Qt.Key.Key_Escape)
    hand.click(20, 20)
    view.set_tool("brush")  # drops what was begun
    assert len(hand.said) == 1


def test_a_rectangle_is_dragged_from_corner_to_corner(view, hand):
    view.set_tool("rectangle")
    hand.drag((80, 90), (60, 70), (30, 40))
    mask, how = hand.said[0]
    assert how == "add" and mask.box == (30, 40, 50, 50) and mask.area == 2500
    hand.click(50, 50)
    assert len(hand.said) == 1


def test_keys_are_the_gestures_only_while_there_is_one(view, hand):
    taken = []
    view.keyPressEvent, original = (lambda event: (original(event), taken.append(event.isAccepted()))), view.keyPressEvent
    view.set_tool("polygon")
    hand.key(Qt.Key.Key_Escape)
    hand.click(20, 20)
    hand.key(Qt.Key.Key_B)
    hand.key(Qt.Key.Key_Escape)
    assert taken == [False, False, True]


# -- choosing and seeing --------------------------------------------------------------------------------------------------------


def test_a_click_picks_what_lies_there(view, hand):
    picked = []
    view.picked.connect(picked.append)
    view.show_regions([shown(k=1), shown("proposal", 2, Mask.from_array(np.ones((4, 4)), 30, 40), 0.7)])
    hand.click(32, 42)
    hand.click(50, 60)
    hand.click(150, 100)
    assert picked == [("proposal", 2), ("annotation", 1), None] and not hand.said


def test_the_threshold_hides_whole_proposals_only(view, hand):
    view.show_regions([shown("proposal", 1, score=0.4), shown("annotation", 2, Mask.from_array(np.ones((20, 20)), 100, 30))])
    grey = (100, 100, 100)
    assert hand.colour(40, 50) != grey
    view.set_threshold(0.5)
    assert hand.colour(40, 50) == grey and hand.colour(110, 40) != grey
    picked = []
    view.picked.connect(picked.append)
    hand.click(40, 50)
    view.set_threshold(0.4)
    assert picked == [None] and hand.colour(40, 50) != grey


def test_overlays_vanish_and_change_their_strength(view, hand):
    view.show_regions([shown()])
    weak = hand.colour(40, 50)
    view.set_overlay(0.8, False)
    strong = hand.colour(40, 50)
    view.set_overlay(0.8, True)
    assert strong[0] > weak[0] > 100 and strong[1] < weak[1] < 100 and hand.colour(40, 50) == (100, 100, 100)


def test_the_focus_has_bright_corners(view, hand):
    view.show_regions([shown()])
    corner = view.to_screen(20, 30).toPoint() - QPoint(4, 4)
    seen = lambda: view.viewport().grab().toImage().pixelColor(corner).getRgb()[:3]  # noqa: E731
    assert seen() == (100, 100, 100)
    view.focus_region(("annotation", 1))
    assert seen() == (255, 255, 255)
    view.focus_region(("annotation", 7))
    assert seen() == (100, 100, 100)


def test_the_wheel_zooms_at_the_pointer(view, hand):
    told = []
    view.zoomed.connect(told.append)
    at = QPoint(300, 200)
    held = view.to_image(QPointF(at))
    for _ in range(5):
        assert wheel(view, at, 1)
    assert view.zoom == pytest.approx(2 * 1.2**5) and told[-1] == view.zoom and len(told) == 5
    assert view.to_image(QPointF(at)) == pytest.approx(held, abs=0.5 / view.zoom * 5)
    wheel(view, at, 100)
    assert view.zoom == MOST_ZOOM
    wheel(view, at, -200)
    assert view.zoom == 0.5
    view.fit()
    assert view.zoom == 2


def test_the_wheel_goes_sideways_and_leaves_ctrl_to_others(view, hand):
    view.zoom_by(4)
    before = view.to_screen(0, 0)
    assert wheel(view, QPoint(200, 150), 1, Qt.KeyboardModifier.ShiftModifier)
    assert view.to_screen(0, 0) == before + QPointF(50, 0) and view.zoom == 8
    assert not wheel(view, QPoint(200, 150), 1, CTRL)
    assert view.zoom == 8


@pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton, LEFT])
def test_a_drag_pans_and_the_screen_is_that_of_a_fresh_look(view, hand, button):
    """What is moved and what is composed anew must be the same picture."""
    view.show_regions([shown(), shown("proposal", 2, Mask.from_array(np.ones((30, 60)), 110, 60), 0.5)])
    view.set_tool("select" if button == LEFT else "brush")
    view.zoom_by(2.3)
    view.viewport().repaint()
    before, start = view.to_screen(0, 0), QPoint(200, 150)
    QTest.mousePress(view.viewport(), button, PLAIN, start)
    for step in (QPoint(20, 5), QPoint(33, -17), QPoint(-41, 60)):
        QTest.mouseMove(view.viewport(), start + step)
        view.viewport().repaint()
    QTest.mouseRelease(view.viewport(), button, PLAIN, start + step)
    assert view.to_screen(0, 0) == before + QPointF(step) and not hand.said
    QTest.mouseMove(view.viewport(), QPoint(5, 5))
    assert view.to_screen(0, 0) == before + QPointF(step)
    moved = view.viewport().grab().toImage()
    view._screen.spoil()
    assert view.viewport().grab().toImage() == moved


def test_another_theme_changes_what_lies_beside_the_image(view, hand, qapp):
    view.resize(600, 300)
    dark = hand.colour(-20, 50)
    try:
        theme.wear(qapp, theme.LIGHT)
        assert hand.colour(-20, 50) == QColor(theme.LIGHT.canvas).getRgb()[:3] != dark and hand.colour(50, 50) == (100, 100, 100)
    finally:
        theme.wear(qapp, theme.DARK)


def test_a_dense_screen_shows_its_own_pixels(tmp_path):
    """At 1.5 device pixels for a logical one: places agree, and an image pixel at 2/1.5 is two device pixels."""
    code = (
        "import sys; from pathlib import Path; import numpy as np; from PySide6.QtCore import QPoint, Qt\n"
        "from PySide6.QtTest import QTest; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from app.ui.canvas.view import CanvasView; from app.ui.canvas.pyramid import Pyramid; from app.ui.canvas.compose import Window\n"
        "view = CanvasView(); view.resize(400, 300); view.show()\n"
        "image = np.zeros((300, 400), np.uint8); image[:, 1::2] = 200\n"
        "view._show(Pyramid(image), Window(0, 255)); view.zoom_by(2 / 1.5 / view.zoom)\n"
        "view.set_tool('brush'); view.set_brush(1); view.drawn.connect(lambda mask, how: print(mask.box))\n"
        "at = view.to_screen(100.5, 120.5).toPoint()\n"
        "x, y = (int(v) for v in view.to_image(at.toPointF()))\n"
        "QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, at)\n"
        "view.clear_draft(); view.set_tool('select'); shot = view.viewport().grab().toImage()\n"
        "line = [shot.pixelColor(k, 200).red() for k in range(300, 308)]\n"
        "print((x, y, 1, 1)); print(view.devicePixelRatioF(), shot.width(), sorted(line), sum(a != b for a, b in zip(line, line[1:])))\n"
    )
    given = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1.5"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", env=given, cwd=Path(__file__).parents[3], timeout=60)
    drawn, expected, screen = done.stdout.splitlines() or [done.stderr] * 3
    assert drawn == expected and screen.startswith("1.5 600 [0, 0, 0, 0, 200, 200, 200, 200]") and screen[-1] in "34"


def test_an_unknown_tool_is_refused(view):
    with pytest.raises(ValueError):
        view.set_tool("wand")


def test_the_image_cannot_be_lost(view, hand):
    view.zoom_by(4)
    for dx, dy in ((9000, 0), (-9000, -9000), (0, 9000)):
        view._pan(dx, dy)
        x, y = view.to_image(QPointF(200, 150))
        assert 0 <= x <= 200 and 0 <= y <= 150


def test_resizing_keeps_the_middle_or_the_whole(view, hand):
    view.resize(800, 600)
    assert view.zoom == 4
    view.zoom_by(3, QPointF(100, 100))
    middle = view.to_image(QPointF(400, 300))
    view.resize(300, 500)
    assert view.zoom == 12 and view.to_image(QPointF(150, 250)) == pytest.approx(middle, abs=0.1)


# -- images ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "ending", "value"),
    [
        (np.full((20, 30), 7, np.uint8), ".png", 7),
        (np.full((20, 30), 40000, np.uint16), ".png", 40000),
        (np.full((20, 30), 0.25, np.float32), ".tif", 0.25),
        (np.full((20, 30, 3), (10, 20, 30), np.uint8), ".png", (10, 20, 30)),
        (np.full((20, 30, 3), (1000, 20, 30), np.uint16), ".png", (1000, 20, 30)),
    ],
)
def test_the_values_under_the_pointer_are_the_images_own(view, show, image, ending, value):
    heard = []
    view.hovered.connect(lambda *said: heard.append(said))
    show(image, ending)
    assert view.image_size == (30, 20)
    at = view.to_screen(12.5, 5.5).toPoint()
    QTest.mouseMove(view.viewport(), at)
    QTest.mouseMove(view.viewport(), view.to_screen(12.5, -0.5).toPoint())
    assert heard == [(12, 5, value), (-1, -1, None)]


def test_an_image_is_shown_upright(view, qtbot, tmp_path):
    """Orientation 6: what is stored as the left column is the top row."""
    stored = np.zeros((20, 30), np.uint8)
    stored[:, 0] = 255
    tifffile.imwrite(tmp_path / "turned.tif", stored, extratags=[(274, "H", 1, 6, True)])
    with qtbot.waitSignal(view.loaded):
        view.show_image(tmp_path / "turned.tif")
    assert view.image_size == (20, 30)
    shown = view.viewport().grab().toImage()
    top, below = (shown.pixelColor(view.to_screen(10.5, y + 0.5).toPoint()).red() for y in (0, 15))
    assert top == 255 and below == 0


def test_the_window_is_for_the_eye_only(view, show):
    image = np.tile(np.linspace(1000, 3000, 200).astype(np.uint16), (150, 1))
    show(image)
    assert view.window == pytest.approx((1020, 2980), abs=15)  # 16 bits: the 1st to the 99th percentile
    seen = lambda x: view.viewport().grab().toImage().pixelColor(view.to_screen(x + 0.5, 70.5).toPoint()).red()  # noqa: E731
    assert seen(0) == 0 and seen(199) == 255 and seen(100) == pytest.approx(127, abs=3)
    view.set_window(1000, 2000)
    assert seen(100) == pytest.approx(255, abs=2) and seen(50) == pytest.approx(127, abs=3) and view.window == (1000, 2000)
    heard = []
    view.hovered.connect(lambda *said: heard.append(said[2]))
    QTest.mouseMove(view.viewport(), view.to_screen(100.5, 70.5).toPoint())
    view.set_window()
    assert heard == [image[70, 100]] and view.window == pytest.approx((1020, 2980), abs=15)


@pytest.mark.parametrize("content", [None, b"", b"no image", "half"])
def test_what_cannot_be_read_is_said_and_the_canvas_stays_usable(view, show, qtbot, tmp_path, content):
    good = show(np.full((20, 30), 7, np.uint8))
    bad = tmp_path / "坏.png"
    if content is not None:
        bad.write_bytes(good.read_bytes()[:-20] if content == "half" else content)
    with qtbot.waitSignal(view.failed) as said:
        view.show_image(bad)
    assert "坏.png" in said.args[0] and view.image_size == (0, 0)
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, QPoint(50, 50))
    view.zoom_by(2)
    view.fit()
    with qtbot.waitSignal(view.loaded):
        view.show_image(good)
    assert view.image_size == (30, 20)


def test_the_newest_wish_is_the_one_that_is_shown(view, qtbot, tmp_path):
    paths = [save(tmp_path / f"{k}.png", np.full((10 + k, 20), k, np.uint8)) for k in range(6)]
    loaded = []
    view.loaded.connect(lambda: loaded.append(view.image_size))
    for path in paths:
        view.show_image(path)
    qtbot.waitUntil(lambda: bool(loaded))
    qtbot.wait(100)
    assert loaded == [(20, 15)]
    view.show_image(paths[0])
    view.show_image(None)
    qtbot.wait(100)
    assert loaded == [(20, 15)] and view.image_size == (0, 0)


def test_a_prefetched_image_is_there_at_once(view, qtbot, tmp_path):
    path = save(tmp_path / "next.png", np.full((10, 20), 9, np.uint8))
    view.prefetch([path, tmp_path / "missing.png"])
    qtbot.waitUntil(lambda: len(view._loader._kept) == 1 and not view._loader._tasks)
    view.show_image(path)
    assert view.image_size == (20, 10)


def test_images_looked_at_are_let_go(view, qtbot, tmp_path):
    paths = [save(tmp_path / f"{k}.png", np.full((10, 20), k, np.uint8)) for k in range(12)]
    for path in paths * 3:
        with qtbot.waitSignal(view.loaded):
            view.show_image(path)
    qtbot.waitUntil(lambda: not view._loader._tasks)
    gc.collect()
    assert sum(isinstance(thing, Pyramid) for thing in gc.get_objects()) <= 4


def test_a_file_that_has_changed_is_read_again(view, show):
    show(np.full((10, 20), 9, np.uint8))
    show(np.full((30, 20), 9, np.uint8))
    assert view.image_size == (20, 30)


def test_another_image_begins_clean(view, hand, show):
    view.show_regions([shown()])
    view.set_tool("brush")
    hand.drag((80, 80), (100, 80))
    hand.press(20, 100)
    show(np.full((150, 200), 50, np.uint8), ".tif")
    hand.release(20, 100)
    view.set_tool("select")
    assert len(hand.said) == 1 and {hand.colour(*place) for place in ((40, 50), (90, 80), (20, 100))} == {(50, 50, 50)}


def test_regions_given_before_the_image_is_there_are_shown_with_it(view, hand, qtbot, tmp_path):
    path = save(tmp_path / "later.png", np.full((150, 200), 60, np.uint8))
    with qtbot.waitSignal(view.loaded):
        view.show_image(path)
        view.show_regions([shown()])
    assert hand.colour(40, 50) not in ((60, 60, 60), (100, 100, 100)) and hand.colour(150, 100) == (60, 60, 60)
