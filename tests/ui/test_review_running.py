"""The Review page while a job brings proposals: they are listed as they come, and the grid has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.store.changes import Change
from tests.ui.reviewing import press, proposed, settled, to_review


def test_changes_that_never_pause_do_not_keep_the_proposals_away(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    page = to_review(window, qtbot, listed=0)
    proposed({2: [0.55, 0.9], 3: [0.7]})(toy)
    news = QTimer(interval=20)
    news.timeout.connect(lambda: window.context.changed.emit(Change(None, "", frozenset({"prediction", "inference", "job"}), frozenset({toy.image_ids[2]}))))
    news.start()
    qtbot.waitUntil(lambda: len(page.grid.keys) == 3)
    news.stop()


def test_the_grid_has_the_keyboard_as_soon_as_it_has_something_to_show(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    page = to_review(window, qtbot, listed=0)
    assert page.stack.currentWidget() is page.empty and not isinstance(QApplication.focusWidget(), QAbstractButton)
    proposed({2: [0.55]})(toy)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 1 and page.stack.currentWidget() is page.grid)
    QApplication.processEvents()
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.view.page is window.page and window.context.image_id == toy.image_ids[2])


def test_when_all_is_decided_the_way_on_stands_above_what_was(opened, toy_of, qtbot):
    toy = toy_of(prepare=proposed({0: [], 1: [], 2: [0.6], 3: [], 4: [0.55], 5: []}), check=True)  # image 4 may become a check image
    window = opened(toy)
    page = to_review(window, qtbot, listed=1)
    press(page, Qt.Key.Key_A)
    settled(window, page, qtbot)
    qtbot.waitUntil(page.onward.isVisible)
    assert "to be marked by you" in page.act.text() and page.grid.isVisible()
    qtbot.mouseClick(page.onward, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.view.page is window.page and [row.id for row in window.page.gallery.view.rows] == [toy.image_ids[4]])
