"""Choosing and looking: clicks, the threshold, zoom and moves, themes and dense screens, by real events and by what the screen shows."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.ui import theme
from app.ui.canvas.view import MOST_ZOOM
from core_models.contract.mask import Mask
from tests.ui.canvas.conftest import CTRL, LEFT, PLAIN, shown, wheel


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


@pytest.mark.parametrize("ratio", [1.5, 2.0])
def test_a_dense_screen_shows_its_own_pixels(tmp_path, ratio):
    """At 1.5 or 2 device pixels for a logical one: places agree, and an image pixel of two device pixels is two of them."""
    code = (
        "import sys; from pathlib import Path; import numpy as np; from PySide6.QtCore import QPoint, Qt\n"
        "from PySide6.QtTest import QTest; from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from app.ui.canvas.view import CanvasView; from app.ui.canvas.pyramid import Pyramid; from app.ui.canvas.compose import Window\n"
        "view = CanvasView(); view.resize(400, 300); view.show()\n"
        "image = np.zeros((300, 400), np.uint8); image[:, 1::2] = 200\n"
        "view._show(Pyramid(image), Window(0, 255)); view.zoom_by(2 / float(sys.argv[1]) / view.zoom)\n"
        "view.set_tool('brush'); view.set_brush(1); view.drawn.connect(lambda mask, how: print(mask.box))\n"
        "at = view.to_screen(100.5, 120.5).toPoint()\n"
        "x, y = (int(v) for v in view.to_image(at.toPointF()))\n"
        "QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, at)\n"
        "view.clear_draft(); view.set_tool('select'); shot = view.viewport().grab().toImage()\n"
        "line = [shot.pixelColor(k, 200).red() for k in range(shot.width() // 2, shot.width() // 2 + 8)]\n"
        "print((x, y, 1, 1)); print(view.devicePixelRatioF(), shot.width(), sorted(line), sum(a != b for a, b in zip(line, line[1:])))\n"
    )
    given = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(ratio)}
    done = subprocess.run([sys.executable, "-c", code, str(ratio)], capture_output=True, text=True, encoding="utf-8", env=given, cwd=Path(__file__).parents[3], timeout=60)
    drawn, expected, screen = done.stdout.splitlines() or [done.stderr] * 3
    assert drawn == expected and screen.startswith(f"{ratio} {round(400 * ratio)} [0, 0, 0, 0, 200, 200, 200, 200]") and screen[-1] in "34"


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
