"""Window and level by folder, the scale and sizes, and ignoring a place in a whole folder: in the window, by real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.operations import annotations
from app.store.records import Annotation, Image
from tests.toy_project import square
from tests.ui.driving import LEFT, centre, idle, key, show
from tests.ui.driving import annotations as marks

PLAIN = Qt.KeyboardModifier.NoModifier


def drag(widget, first: QPoint, last: QPoint, button=LEFT) -> None:
    QTest.mousePress(widget, button, PLAIN, first)
    for k in (1, 2, 3):
        QTest.mouseMove(widget, first + (last - first) * k / 3)
        QApplication.processEvents()
    QTest.mouseRelease(widget, button, PLAIN, last)


def move_end(window, value: float) -> None:
    """Drags the upper end of the little histogram to a value."""
    field = window.page.foot.levels
    drag(field, QPoint(round(field.place_of(field.high)), 10), QPoint(round(field.place_of(value)), 10))


def line(window, qtbot, first: tuple, last: tuple) -> None:
    """Draws the scale's line between two places of the image, and waits for the question."""
    key(window, Qt.Key.Key_L)
    canvas = window.page.canvas
    drag(canvas.viewport(), *(canvas.to_screen(*place).toPoint() for place in (first, last)))
    qtbot.waitUntil(window.page.seeing.field.isVisible)


def scales(toy) -> list:
    return [(i.mm_per_px_x, i.mm_per_px_y) for i in toy.find(select(Image).order_by(Image.id))]


# -- window and level -------------------------------------------------------------------------------------------------------------


def test_window_and_level_are_kept_by_folder(opened, toy_of, qtbot, tmp_path):
    toy = toy_of()
    window = opened(toy)
    assert window.page.canvas.window == (0, 255)
    move_end(window, 128)
    seen = window.page.canvas.window
    assert seen[0] == 0 and seen[1] == pytest.approx(128, abs=3)
    show(window, toy, 1, qtbot)  # prefetched before
    assert window.page.canvas.window == seen == (window.page.foot.levels.low, window.page.foot.levels.high)
    window.close()
    assert opened(toy).page.canvas.window == seen


def test_a_double_click_shows_1_to_99_percent(opened, toy_of):
    window = opened(toy_of())
    field = window.page.foot.levels
    QTest.mouseDClick(field, LEFT, PLAIN, QPoint(60, 10))
    assert 0 < field.low < 8 and 247 < field.high < 255 and window.page.canvas.window == (field.low, field.high)


def test_the_keyboard_reaches_it(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    window.activateWindow()
    for _ in range(60):
        if window.page.foot.levels.hasFocus():
            break
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert window.page.foot.levels.hasFocus()
    QTest.keyClick(window.page.foot.levels, Qt.Key.Key_Down)
    QTest.keyClick(window.page.foot.levels, Qt.Key.Key_Right)
    assert window.page.canvas.window == pytest.approx((5.1, 255), abs=0.1) and window.context.image_id == toy.image_ids[0]


def test_what_is_kept_is_no_change_of_the_project(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    before = toy.workspace.history(1)
    move_end(window, 100)
    idle(window, qtbot)
    assert toy.workspace.history(1) == before


# -- scale ------------------------------------------------------------------------------------------------------------------------


def test_a_line_and_a_length_set_the_scale_of_the_folder(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    line(window, qtbot, (10, 20), (30, 20))
    field = window.page.seeing.field
    assert field.folder.isChecked() and field.both.isChecked() and not field.button.isEnabled()
    QTest.keyClicks(field.field, "5,0")
    QTest.keyClick(field.field, Qt.Key.Key_Return)
    idle(window, qtbot)
    assert all(scale == pytest.approx((0.25, 0.25), rel=0.05) for scale in scales(toy))
    assert not field.isVisible() and window.page.canvas.hasFocus()
    QTest.mouseMove(window.page.canvas.viewport(), window.page.canvas.to_screen(40.5, 20.5).toPoint())
    assert window.page.foot.position.text().startswith("x 40  y 20  10.") and window.page.foot.position.text().endswith(" mm")
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    assert scales(toy) == [(None, None)] * 6
    QTest.mouseMove(window.page.canvas.viewport(), window.page.canvas.to_screen(41.5, 20.5).toPoint())
    assert window.page.foot.position.text() == "x 41  y 20"


def test_a_line_scan_has_a_scale_for_each_direction(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    field = window.page.seeing.field
    for first, last, length, expected in (((10, 5), (10, 25), "2", (None, 0.1)), ((10, 20), (50, 20), "8", (0.2, 0.1))):
        line(window, qtbot, first, last)
        field.both.setChecked(True)
        QTest.mouseClick(field.both, LEFT, PLAIN, QPoint(8, field.both.height() // 2))
        QTest.mouseClick(field.image, LEFT, PLAIN, QPoint(8, field.image.height() // 2))
        QTest.keyClicks(field.field, length)
        QTest.mouseClick(field.button, LEFT)
        idle(window, qtbot)
        assert [v and pytest.approx(v, rel=0.05) for v in scales(toy)[0]] == list(expected) and scales(toy)[1] == (None, None)
    line(window, qtbot, (10, 10), (40, 12))
    assert not field.both.isChecked()  # the two differ already: the direction is taken for meant
    QTest.keyClick(field.field, Qt.Key.Key_Escape)
    line(window, qtbot, (10, 10), (40, 30))
    assert field.both.isChecked() and not field.both.isEnabled()


@pytest.mark.parametrize("way", ["escape", "other image"])
def test_a_line_is_dropped(opened, toy_of, qtbot, way):
    toy = toy_of()
    window = opened(toy)
    line(window, qtbot, (10, 20), (30, 20))
    if way == "escape":
        QTest.keyClick(window.page.seeing.field.field, Qt.Key.Key_Escape)
    else:
        show(window, toy, 2, qtbot)
    assert not window.page.seeing.field.isVisible() and not window.page.canvas._line and scales(toy)[0] == (None, None)


def test_the_selected_region_is_measured(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    window.context.set_focus(("annotation", marks(toy)[0].id))
    assert window.page.foot.size_.text() == "64 px²  11 px"
    line(window, qtbot, (10, 20), (30, 20))
    QTest.keyClicks(window.page.seeing.field.field, "10")
    QTest.keyClick(window.page.seeing.field.field, Qt.Key.Key_Return)
    idle(window, qtbot)
    area, _, extent, _ = window.page.foot.size_.text().split()
    assert float(area) == pytest.approx(16, rel=0.1) and float(extent) == pytest.approx(4 * 2**0.5, rel=0.05)
    window.context.set_focus(None)
    assert window.page.foot.size_.text() == ""


# -- ignore in a folder -------------------------------------------------------------------------------------------------------------


def test_a_right_click_on_an_ignore_region_gives_it_to_the_folder(opened, toy_of, qtbot):
    toy = toy_of(prepare=lambda toy: toy.do(annotations.add, toy.image_ids[0], toy.class_id, square(10, 10), ignore=True))
    window = opened(toy)
    canvas = window.page.canvas
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.RightButton, PLAIN, canvas.to_screen(14, 14).toPoint())
    menu = QApplication.activePopupWidget()
    assert [a.objectName() for a in menu.actions()] == ["ignore_folder", "delete"]
    menu.actions()[0].trigger()
    menu.close()
    idle(window, qtbot)
    ignored = [a.image_id for a in toy.find(select(Annotation).where(Annotation.ignore))]
    assert sorted(ignored) == toy.image_ids and "5" in window.messages.text.text()
    window.actions_["undo"].trigger()
    idle(window, qtbot)
    assert [a.image_id for a in toy.find(select(Annotation).where(Annotation.ignore))] == toy.image_ids[:1]


def test_the_key_asks_for_an_ignore_region_first(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    key(window, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    assert "ignore region" in window.messages.text.text() and not toy.find(select(Annotation).where(Annotation.ignore))


def test_a_right_drag_moves_the_image_and_opens_no_menu(opened, toy_of):
    window = opened(toy_of())
    canvas = window.page.canvas
    before = canvas.to_screen(0, 0)
    drag(canvas.viewport(), centre(window), centre(window) + QPoint(30, 12), Qt.MouseButton.RightButton)
    assert canvas.to_screen(0, 0) - before == QPoint(30, 12).toPointF() and QApplication.activePopupWidget() is None


@pytest.mark.parametrize("width", [1366, 2560])
def test_the_line_under_the_canvas_holds_what_there_is_room_for(opened, toy_of, width):
    """Nothing is cut off: what has no room is not shown at all."""
    window = opened(toy_of())
    foot = window.page.foot
    window.resize(width, 768)
    QApplication.processEvents()
    foot.set_image((16_000, 4096), "float32", True)
    foot.set_scale(0.1, 0.1)
    foot.offer_threshold(True)
    QApplication.processEvents()
    visible = [part for part in foot.children() if part.isWidgetType() and part.isVisible()]
    edges = sorted((part.x(), part.x() + part.width()) for part in visible)
    assert all(a[1] <= b[0] for a, b in zip(edges, edges[1:], strict=False)) and edges[-1][1] <= foot.width()
    assert foot.levels.isVisible() and foot.position.isVisible() and foot.brush.isVisible() == (width > 1366)
    assert np.all([part.width() >= part.minimumWidth() for part in visible])
