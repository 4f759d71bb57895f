"""The grid of crops alone: its cursor and run by real keys and clicks, what it draws, and its speed with 100,000; crops against plain arrays."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.ui.canvas.compose import Window
from app.ui.canvas.pyramid import Pyramid
from app.ui.main_window import application
from app.ui.review import crops as crops_module
from app.ui.review.crops import SIDE_PX, Crops, Cut, cut, frame_of
from app.ui.review.grid import Cell, CropGrid
from core_models.contract import score_map
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from tests.ui.driving import LEFT

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def crops(qtbot):
    application()
    made = Crops()
    yield made
    made.close()


@pytest.fixture
def grid_of(crops, qtbot, make_image_file):
    """grid_of(count) shows so many crops of one image, five in a line."""
    path = make_image_file("one.png")

    def make(count: int) -> CropGrid:
        grid = CropGrid(crops, lambda key: Cell(Cut(key, path, (5, 5, 8, 8)), f"name {key[1]}"))
        qtbot.addWidget(grid)
        grid.resize(5 * 170 + 12, 3 * 206)
        grid.show()
        grid.set_keys([("proposal", k) for k in range(count)])
        return grid

    return make


def press(grid, *keys, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(grid, key, modifier)


def places(grid) -> list[int]:
    return [key[1] for key in grid.chosen]


def test_arrows_move_the_cursor_and_shift_extends_the_run(grid_of):
    grid = grid_of(23)
    assert grid.columns == 5 and places(grid) == [0]
    press(grid, Qt.Key.Key_Right, Qt.Key.Key_Down)
    assert places(grid) == [6]
    press(grid, Qt.Key.Key_Down, Qt.Key.Key_Left, modifier=SHIFT)
    assert places(grid) == list(range(6, 11))
    press(grid, Qt.Key.Key_Up, Qt.Key.Key_Up, modifier=SHIFT)
    assert places(grid) == list(range(7))
    press(grid, Qt.Key.Key_Left)
    assert places(grid) == [0], "it stays at the end, and the run is over"


def test_home_end_and_pages(grid_of):
    grid = grid_of(60)
    press(grid, Qt.Key.Key_End)
    assert places(grid) == [59] and grid.cell(59).bottom() <= grid.viewport().height()
    press(grid, Qt.Key.Key_Home)
    assert places(grid) == [0]
    press(grid, Qt.Key.Key_PageDown)
    assert places(grid) == [grid.per_page]


def test_clicks_pick_and_a_double_click_opens(grid_of, qtbot):
    grid = grid_of(10)
    opened = []
    grid.opened.connect(opened.append)
    qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.cell(3).center())
    assert places(grid) == [3]
    qtbot.mouseClick(grid.viewport(), LEFT, SHIFT, pos=grid.cell(6).center())
    assert places(grid) == [3, 4, 5, 6]
    qtbot.mouseClick(grid.viewport(), LEFT, pos=QPoint(20, grid.viewport().height() - 3))
    assert places(grid) == [3, 4, 5, 6], "nothing lies there"
    QTest.mouseDClick(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, grid.cell(2).center())
    press(grid, Qt.Key.Key_Return)
    assert opened == [("proposal", 2), ("proposal", 6)]


def test_the_cursor_stays_on_what_it_was_on(grid_of):
    grid = grid_of(10)
    grid.go_to(("proposal", 4))
    grid.set_keys([("proposal", k) for k in (1, 4, 9, 12)])
    assert places(grid) == [4]
    grid.set_keys([("proposal", 9), ("proposal", 12)])
    assert places(grid) == [12], "what lies now where it was"
    grid.set_keys([])
    assert grid.current is None and grid.chosen == []
    press(grid, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_End)


def test_only_what_is_in_view_is_asked_for(grid_of, crops, qtbot):
    grid = grid_of(10_000)
    qtbot.waitUntil(lambda: crops.peek(("proposal", 0)) is not None)
    qtbot.waitUntil(lambda: all(crops.peek(key) for key in grid._seen))
    assert len(crops._made) <= 4 * grid.columns
    assert len(grid.whole_in_view()) == grid.per_page


def test_a_cell_is_painted_again_only_when_it_looks_different(grid_of, crops, qtbot, monkeypatch):
    grid = grid_of(23)
    qtbot.waitUntil(lambda: bool(grid._seen) and all(crops.peek(key) for key in grid._seen))
    # A pass paints five cells anew: the last of them may still show that their crops were being made.
    qtbot.waitUntil(lambda: grid._pictures.keys() == grid._seen and all(held[0] is crops.peek(key) for key, held in grid._pictures.items()))
    grid.viewport().repaint()
    painted, real = [], grid._paint_cell
    monkeypatch.setattr(grid, "_paint_cell", lambda painter, looks, *rest: (painted.append(looks.shown.cut.key[1]), real(painter, looks, *rest)))
    grid.refresh()
    grid.viewport().repaint()
    assert painted == []
    press(grid, Qt.Key.Key_Right)
    grid.viewport().repaint()
    assert sorted(painted) == [0, 1], "the cursor went from one to the other"
    crops.forget([("proposal", 3)])
    grid.refresh()
    qtbot.waitUntil(lambda: crops.peek(("proposal", 3)) is not None and 3 in painted)
    painted.clear()
    grid.set_bare(True)
    grid.viewport().repaint()
    assert 0 < len(painted) < len(grid._seen), "the rest in the next pass"
    qtbot.waitUntil(lambda: sorted(painted) == sorted(key[1] for key in grid._seen))


def test_a_hundred_thousand_are_shown_at_once(grid_of, qtbot):
    grid = grid_of(0)
    keys = [("proposal", k) for k in range(100_000)]
    start = time.perf_counter()
    grid.set_keys(keys)
    grid.go_to(keys[70_000])
    grid.viewport().repaint()
    assert time.perf_counter() - start < 0.5


# -- crops -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [(0, 0, 5, 5), (290, 190, 10, 10), (100, 80, 60, 20), (0, 0, 300, 200), (150, 100, 1, 1)])
def test_a_frame_lies_in_the_image_and_holds_its_box(box):
    x0, y0, x1, y1 = frame_of(box, 300, 200)
    x, y, w, h = box
    assert 0 <= x0 <= x and x + w <= x1 <= 300 and 0 <= y0 <= y and y + h <= y1 <= 200
    assert x1 - x0 >= min(96, 300) and y1 - y0 >= min(96, 200)


def test_outlines_and_pixels_lie_where_the_region_does():
    image = np.zeros((200, 300), np.uint8)
    mask = Mask.from_array(np.ones((20, 40), bool), 200, 60)
    mask.paint(image, 250)
    crop = cut(image, Window.of(Pyramid(image)), Cut(("proposal", 1), None, mask.box, lambda: mask))
    values = np.frombuffer(crop.picture.constBits(), np.uint8).reshape(crop.picture.height(), crop.picture.bytesPerLine())[:, : crop.picture.width()]
    scale = SIDE_PX / 96
    assert crop.picture.width() == SIDE_PX and abs((values > 125).sum() - 800 * scale**2) < 0.1 * 800 * scale**2
    rect = crop.outlines[0].boundingRect()
    assert abs(rect.width() - 40 * scale) < 3 and abs(rect.height() - 20 * scale) < 3
    rows, columns = np.nonzero(values > 125)
    assert abs(rect.center().x() - columns.mean()) < 2 and abs(rect.center().y() - rows.mean()) < 2


def test_sixteen_bits_are_stretched_as_on_the_canvas():
    image = np.random.default_rng(0).integers(1000, 2000, (120, 120)).astype(np.uint16)
    crop = cut(image, Window.of(Pyramid(image)), Cut(("proposal", 1), None, (20, 20, 10, 10)))
    values = np.frombuffer(crop.picture.constBits(), np.uint8)
    assert values.max() > 200 and values.min() < 50


def test_the_spot_is_where_the_hottest_map_is_hottest(tmp_path):
    cells = np.full((96, 144), 60, np.uint8)
    cool, hot = cells.copy(), cells.copy()
    cool[5, 5], hot[40, 100] = 90, 120
    for class_id, values in ((1, cool), (2, hot)):
        path = score_map.path_of(tmp_path, 7, class_id)
        path.parent.mkdir(exist_ok=True)
        cv2.imencode(".png", values)[1].tofile(path)
    maps = tuple(score_map.path_of(tmp_path, 7, c) for c in (1, 2, 3))  # the third is not there
    image = np.zeros((384, 576), np.uint8)
    crop = cut(image, Window.of(Pyramid(image)), Cut(("image", 7), None, maps=maps))
    x0, y0, _, _ = frame_of((402, 162, 1, 1), 576, 384, crops_module._SPOT_PX)
    scale = SIDE_PX / crops_module._SPOT_PX
    assert abs(crop.spot.x() - (402 - x0) * scale) < 3 and abs(crop.spot.y() - (162 - y0) * scale) < 3


def test_without_a_map_the_whole_image_is_shown(tmp_path):
    image = np.zeros((100, 200), np.uint8)
    crop = cut(image, Window.of(Pyramid(image)), Cut(("image", 7), None, maps=(tmp_path / "gone.png",)))
    assert crop.spot is None and (crop.picture.width(), crop.picture.height()) == (SIDE_PX, SIDE_PX // 2)


def test_images_that_are_held_are_bounded(crops, qtbot, make_image_file, monkeypatch):
    monkeypatch.setattr(crops_module, "_IMAGES_BYTES", 3 * 40 * 60)
    for k in range(8):
        crops.get(Cut(("proposal", k), make_image_file(f"{k}.png"), (5, 5, 8, 8)))
    qtbot.waitUntil(lambda: all(crops.peek(("proposal", k)) for k in range(8)))
    assert len(crops._desk._images) <= 3
    crops.rest()
    assert not crops._desk._images


def test_a_fault_is_said_and_tried_again(crops, qtbot, tmp_path, make_image_file):
    want = Cut(("proposal", 1), tmp_path / "images" / "later.png", (5, 5, 8, 8))
    crops.get(want)
    qtbot.waitUntil(lambda: crops.peek(want.key) is not None)
    assert crops.peek(want.key).fault == "missing" and "later.png" in crops.peek(want.key).sentence
    make_image_file("later.png")
    crops.forget_faults()
    crops.get(want)
    qtbot.waitUntil(lambda: crops.peek(want.key) is not None)
    assert crops.peek(want.key).picture is not None
