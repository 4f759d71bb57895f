"""The window holds on a small screen in both languages, with nothing cut off, and comes back as it was left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QToolButton, QWidget

from app.ui import translation
from app.ui.main_window import MainWindow, application
from app.ui.page_switch import PAGES

SMALL = (1366, 768)


def cut_off(window: MainWindow) -> list[str]:
    """Texts that have less room than they need."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, (QAbstractButton, QLabel, QComboBox)):
            continue
        if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            continue
        text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
        needed = widget.fontMetrics().horizontalAdvance(text.split("\n")[0])
        if text and not getattr(widget, "wordWrap", bool)() and widget.width() < needed:
            found.append(f"{type(widget).__name__} {text!r}: {widget.width()} px of {needed}")
    return found


@pytest.fixture(params=translation.NAMES)
def window(request, opened, toy_of, qtbot):
    made = opened(toy_of())
    before = made.page
    translation.speak(QApplication.instance(), request.param)
    made.rebuild()
    qtbot.waitUntil(lambda: made.page is not None and made.page is not before and made.page.canvas.image_size[0] > 0)
    yield made
    translation.speak(QApplication.instance(), "en")


def test_nothing_is_cut_off_on_a_small_screen(window, qtbot):
    window.resize(*SMALL)
    for page in PAGES:
        window.actions_[f"page_{page.id}"].trigger()
        qtbot.waitUntil(lambda page=page: window.view.page_id == page.id)
        qtbot.waitUntil(lambda: window.context.waiting == 0)
        assert cut_off(window) == [], page.id
    assert (window.width(), window.height()) == SMALL


def test_it_comes_back_as_it_was_left(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    before = window.page.splitter.sizes()[0]
    handle = window.page.splitter.handle(1)
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center())
    qtbot.mouseMove(handle, handle.rect().center() + QPoint(60, 0))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center() + QPoint(60, 0))
    wider = window.page.splitter.sizes()[0]
    assert wider > before + 30
    window.close()
    again = opened(toy)
    qtbot.waitUntil(lambda: again.page.splitter.sizes()[0] == wider)


def test_the_window_has_the_size_it_had(qtbot):
    application()
    size = (720, 600)  # what the screen of the tests has room for
    for k in range(2):
        window = MainWindow()
        qtbot.addWidget(window)
        window.show()
        if k == 0:
            window.resize(*size)
            window.close()
    assert (window.width(), window.height()) == size
