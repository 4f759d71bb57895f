"""The window around its pages: messages."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.driving import key


def test_a_message_moves_nothing_and_a_note_can_be_closed(toy_of, opened, qtbot):
    window = opened(toy_of())
    before = window.page.canvas.geometry()
    window.messages.say("a note " * 60)
    QApplication.processEvents()
    assert window.page.canvas.geometry() == before and window.page.canvas.rect().contains(window.messages.geometry())
    window.resize(1100, 700)
    QApplication.processEvents()
    assert window.page.canvas.rect().contains(window.messages.geometry())
    key(window, Qt.Key.Key_Escape)
    assert not window.messages.isVisible()
