"""Keys: one act each, text in a field, and patience during a drag."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from tests.ui.driving import LEFT, annotations, centre, idle, key, show


@pytest.mark.parametrize(("letter", "tool"), [("v", "select"), ("b", "brush"), ("e", "eraser"), ("p", "polygon"), ("u", "rectangle"), ("i", "ignore")])
def test_each_tool_has_its_key(toy_of, opened, letter, tool):
    window = opened(toy_of())
    key(window, letter)
    assert window.actions_[tool].isChecked()


def wheel(window, notches: int, modifier) -> None:
    """Turns the wheel over the centre of the canvas."""
    view, point = window.page.canvas.viewport(), QPointF(centre(window))
    event = QWheelEvent(
        point, view.mapToGlobal(point), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view, event)


def test_the_brush_grows_by_bracket_and_by_ctrl_and_wheel(toy_of, opened):
    window = opened(toy_of())
    size, zoom = window.page.foot.brush.text, window.page.canvas.zoom
    first = size()
    key(window, "]")
    larger = size()
    key(window, "[")
    assert size() == first != larger
    wheel(window, 1, Qt.KeyboardModifier.ControlModifier)
    assert size() == larger and window.page.canvas.zoom == zoom
    wheel(window, -1, Qt.KeyboardModifier.ControlModifier)
    wheel(window, 1, Qt.KeyboardModifier.NoModifier)
    assert size() == first and window.page.canvas.zoom > zoom
    assert "【" in [k.toString() for k in window.actions_["smaller"].shortcuts()], "on a Chinese keyboard"


def test_digits_choose_the_class_and_a_new_one_is_chosen(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    panel = window.page.classes
    qtbot.keyClicks(panel.name, "dent")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.rows) == 2)
    assert [row.name for row in panel.rows] == ["scratch", "dent"] and window.context.class_id == panel.rows[1].id
    window.page.canvas.setFocus()
    key(window, "1")
    assert window.context.class_id == panel.rows[0].id
    key(window, "9")
    assert window.context.class_id == panel.rows[0].id, "there is no ninth class"


def test_letters_in_a_field_are_text_and_no_keys(toy_of, opened, qtbot):
    window = opened(toy_of())
    field = window.page.gallery.search
    key(window, "/")
    assert field.hasFocus()
    qtbot.keyClicks(field, "bd1")
    assert field.text() == "bd1"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "" and window.page.canvas.hasFocus()


def test_a_key_during_a_drag_waits_for_its_end(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    view = window.page.canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    QTest.mouseMove(view, centre(window) + QPoint(10, 0))
    key(window, Qt.Key.Key_Right)
    key(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.context.image_id == toy.image_ids[3] and not window.palette_.isVisible()
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window) + QPoint(10, 0))
    qtbot.waitUntil(lambda: window.context.image_id == toy.image_ids[4])
    idle(window, qtbot)
    assert annotations(toy)[-1].image_id == toy.image_ids[3] and window.palette_.isVisible()


def test_space_hides_the_overlays_while_it_is_held(proposed, qtbot, monkeypatch):
    window, _ = proposed
    calls = []
    monkeypatch.setattr(window.page.canvas, "set_overlay", lambda opacity, hidden: calls.append(hidden))
    QTest.keyPress(window.page.canvas, Qt.Key.Key_Space)
    QTest.keyRelease(window.page.canvas, Qt.Key.Key_Space)
    assert calls == [True, False]


def test_every_key_stands_once_in_the_sheet_and_in_its_tooltip(toy_of, opened, qtbot):
    window = opened(toy_of())
    keys = [k.toString() for action in window.actions_.values() for k in action.shortcuts()]
    assert len(keys) == len(set(keys))
    for action in window.actions_.values():
        assert f"({action.shortcuts()[0].toString()})" in action.toolTip()


def test_the_key_sheet_lists_what_works(toy_of, opened, qtbot):
    window = opened(toy_of())
    key(window, "?")
    sheet = window.findChild(QDialog)
    said = {label.text() for label in sheet.findChildren(QLabel)}
    assert sheet.isVisible() and {"Brush", "B", "Accept the proposal", "1-9"} <= said
    assert sheet.height() < 640 and sheet.width() < 1366, "it holds on a small screen, with a frame around it"
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QDialog) is None)
    key(window, "v")
    assert window.actions_["select"].isChecked(), "the keyboard is the window's again"


def test_the_signs_of_a_chinese_keyboard_count(toy_of, opened, qtbot):
    window = opened(toy_of())
    size = window.page.foot.brush.text()
    QTest.keySequence(window.page.canvas, QKeySequence("】"))
    assert window.page.foot.brush.text() != size
    QTest.keySequence(window.page.canvas, QKeySequence("【"))
    assert window.page.foot.brush.text() == size
    QTest.keySequence(window.page.canvas, QKeySequence("、"))
    assert window.page.gallery.search.hasFocus()
    key(window, Qt.Key.Key_Escape)
    QTest.keySequence(window.page.canvas, QKeySequence("？"))
    qtbot.waitUntil(lambda: window.findChild(QDialog) is not None)


def test_canvas_and_grids_have_no_input_method(toy_of, opened):
    page = opened(toy_of()).page
    for part in (page.canvas, page.gallery.view, page.shots.strip):
        assert not part.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_a_drawing_keeps_the_keyboard_whatever_list_is_clicked(proposed, qtbot):
    window, toy = proposed
    page = window.page
    for part in (page.gallery.view, page.classes.list, page.regions.list, page.shots.strip):
        page.canvas.setFocus()
        qtbot.mouseClick(part.viewport(), LEFT, pos=QPoint(20, 12))
        assert page.canvas.hasFocus(), part
