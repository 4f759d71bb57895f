"""Image files on the canvas: their own values, upright, one after the other, and those that cannot be read."""

import gc

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.ui.canvas.pyramid import Pyramid
from tests.ui.canvas.conftest import LEFT, PLAIN, save, shown


@pytest.mark.parametrize(
    ("image", "ending", "value"),
    [
        (np.full((20, 30), 7, np.uint8), ".png", 7),
        (np.full((20, 30), 40000, np.uint16), ".png", 40000),
        (np.full((20, 30), 0.25, np.float32), ".tif", 0.25),
        (np.full((20, 30), -1.5, np.float64), ".tif", -1.5),
        (np.full((20, 30), 4_000_000_000, np.uint32), ".tif", 4_000_000_000),
        (np.full((20, 30), -70_000, np.int32), ".tif", -70_000),
        (np.full((20, 30, 3), (0.5, -2.0, 7.0), np.float32), ".tif", (0.5, -2.0, 7.0)),
        (np.full((20, 30, 3), (10, 20, 30), np.uint8), ".png", (10, 20, 30)),
        (np.full((20, 30, 3), (1000, 20, 30), np.uint16), ".png", (1000, 20, 30)),
    ],
)
def test_the_values_under_the_pointer_are_the_images_own(view, show, qtbot, tmp_path, image, ending, value):
    heard = []
    view.hovered.connect(lambda *said: heard.append(said))
    if ending == ".tif":
        tifffile.imwrite(tmp_path / "values.tif", image, photometric="rgb" if image.ndim == 3 else "minisblack")
        with qtbot.waitSignal(view.loaded):
            view.show_image(tmp_path / "values.tif")
    else:
        show(image, ending)
    assert view.image_size == (30, 20)
    at = view.to_screen(12.5, 5.5).toPoint()
    QTest.mouseMove(view.viewport(), at)
    QTest.mouseMove(view.viewport(), view.to_screen(12.5, -0.5).toPoint())
    assert heard == [(12, 5, value), (-1, -1, None)]


@pytest.mark.parametrize("depth", [np.uint8, np.uint16, np.float32])
def test_an_image_of_30_000_px_across_is_seen_from_afar_and_pixel_by_pixel(view, qtbot, tmp_path, depth):
    wide = np.tile(np.linspace(20, 120, 30_000).astype(depth), (64, 1))
    wide[:, 15_000] = 250  # a hair, which averaging must not hide when it is looked at closely
    tifffile.imwrite(tmp_path / "scan.tif", wide)
    heard = []
    view.hovered.connect(lambda *said: heard.append(said))
    with qtbot.waitSignal(view.loaded):
        view.show_image(tmp_path / "scan.tif")
    view.set_window(0, 255)
    seen = view.viewport().grab().toImage()
    left, right = (seen.pixelColor(view.to_screen(x, 32).toPoint()).red() for x in (1000, 29_000))
    assert view.image_size == (30_000, 64) and left < 40 and right > 100
    for _ in range(40):
        view.zoom_by(1.5, view.to_screen(15_000.5, 32))
        at = view.to_screen(15_000.5, 32)
    seen = view.viewport().grab().toImage()
    tones = [seen.pixelColor(view.to_screen(x + 0.5, 32).toPoint()).red() for x in (14_999, 15_000, 15_001)]
    assert view.zoom == 64 and tones[1] == 250 and max(tones[0], tones[2]) < 80
    QTest.mouseMove(view.viewport(), QPoint(3, 3))  # it may be there from a test before, and would not move
    QTest.mouseMove(view.viewport(), at.toPoint())
    assert heard[-1] == (15_000, 32, 250)


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
