"""Panels are hidden and shown by keys, the image gets their room, and the layout is remembered."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.driving import key


def test_panels_give_their_room_to_the_image_and_stay_hidden_the_next_time(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    page = window.page
    before = page.canvas.width()
    key(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: page.canvas.width() > before + 200)
    assert page.splitter.sizes()[0] == 0 and page.canvas.image_size[0]
    key(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.canvas.width() > before + 440)
    window.close()
    again = opened(toy)
    qtbot.waitUntil(lambda: again.page.splitter.sizes()[0] == 0 and again.page.splitter.sizes()[2] == 0)
    key(again, Qt.Key.Key_F9)
    key(again, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: min(again.page.splitter.sizes()) >= 240)
    assert again.page.canvas.hasFocus()
