"""Panels are hidden and shown by keys, the image gets their room, and the layout is remembered."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.ui import recent
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


def test_a_project_comes_back_on_the_page_that_was_in_view(opened, toy_of, bare, qtbot):
    toy = toy_of()
    window = opened(toy)
    assert window.view.page_id == "label", "the first time"
    key(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert window.view.page_id == "report"
    window.close()
    other = opened(bare)
    assert other.view.page_id == "label", "each project has its own"
    other.close()
    again = opened(toy)
    assert again.view.page_id == "report" and again.view.page.isVisible() and again.switch.buttons["report"].isChecked()
    qtbot.waitUntil(lambda: again.view.page.content is not None)


def test_a_page_that_is_no_more_and_a_damaged_note_are_passed_over(opened, toy_of, qtbot):
    toy = toy_of()
    recent.note_page(toy.workspace.folder, "former")
    window = opened(toy)
    assert window.view.page_id == "label"
    window.close()
    recent._write(recent._PAGES, ["no", "table"])
    assert recent.page_of(toy.workspace.folder) == ""
    for k in range(3 * recent.MOST):
        recent.note_page(toy.workspace.folder / str(k), "report")
    assert recent.page_of(toy.workspace.folder / str(3 * recent.MOST - 1)) == "report" and recent.page_of(toy.workspace.folder / "0") == ""
