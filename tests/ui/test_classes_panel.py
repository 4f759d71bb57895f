"""The classes and the shots of one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import select

from app.store.records import DefectClass, SupportShot
from tests.ui.driving import LEFT, annotations, idle, key, propose


def test_a_class_is_renamed_in_its_line(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    panel = window.page.classes
    panel.menu_of(panel.rows[0]).actions()[0].trigger()
    field = panel.list.viewport().findChild(QLineEdit, "rename")
    field.setText("Kratzer")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row.name for row in panel.rows] == ["Kratzer"])


def test_a_class_with_marks_is_removed_only_after_asking_and_undo_brings_it_back(toy_of, opened, qtbot):
    toy = toy_of(prepare=propose)
    window = opened(toy)
    panel = window.page.classes
    panel.menu_of(panel.rows[0]).actions()[2].trigger()
    assert toy.find(select(DefectClass)) and "2 marked regions and 4 proposals" in window.messages.text.text()
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: not panel.rows)
    assert not annotations(toy) and window.context.class_id is None and not window.page.shown
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(panel.rows) == 1 and window.context.class_id == toy.class_id)
    assert len(annotations(toy)) == 2


def test_m_takes_the_image_out_of_the_shots_and_in_again(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    for expected in (1, 2):
        key(window, "m")
        idle(window, qtbot)
        assert len(toy.find(select(SupportShot))) == expected
