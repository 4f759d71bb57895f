"""What belongs to the person, chosen under the name in the title line: it holds at once, is kept, and the open project stays open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import settings
from app.ui import theme, translation
from app.ui.main_window import MainWindow, application

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot):
    application()
    made = MainWindow()
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    yield made
    made.close()
    app = QApplication.instance()
    theme.wear(app, theme.DARK)
    translation.speak(app, "en")


def open_card(window, qtbot):
    qtbot.mouseClick(window.person, LEFT)
    qtbot.waitUntil(lambda: window.person.card.isVisible())
    return window.person.card


def choose(box, place: int) -> None:
    """As by the arrow keys and Enter in the open list."""
    box.showPopup()
    view = box.view()
    view.setCurrentIndex(box.model().index(place, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)


def test_another_language_holds_at_once_and_is_kept(window, qtbot):
    before = window.start
    card = open_card(window, qtbot)
    choose(card.language, card.language.findData("zh_CN"))
    qtbot.waitUntil(lambda: window.start is not before)
    assert settings.load().language == "zh_CN" and "打开项目" in window.actions_["open"].text()
    assert QLocale().language() == QLocale.Language.Chinese
    card = open_card(window, qtbot)
    before = window.start
    choose(card.language, card.language.findData("en"))
    qtbot.waitUntil(lambda: window.start is not before)
    assert window.actions_["open"].text() == "Open a project..."


def test_another_theme_holds_at_once(window, qtbot):
    before = window.start
    choose(open_card(window, qtbot).theme, 1)
    qtbot.waitUntil(lambda: window.start is not before)
    assert theme.current() is theme.LIGHT and settings.load().theme == "light"


def test_the_name_goes_into_the_title_line_and_on_the_next_change(opened, toy_of, qtbot):
    window = opened(toy_of())
    card = open_card(window, qtbot)
    before = window.page
    QTest.keyClicks(card.name, "M. Chen")
    QTest.keyClick(card.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.page is not None and window.page is not before)
    assert window.person.text() == "M. Chen" == settings.user_name() == window.context.workspace.by


def test_the_device_is_kept_for_the_next_job_and_moves_nothing(window, qtbot):
    start = window.start
    card = open_card(window, qtbot)
    choose(card.device, 1)
    assert settings.load().device == "cpu" and window.start is start and card.isVisible()


def test_suggestions_can_be_turned_on_and_off(opened, toy_of, qtbot):
    window = opened(toy_of())
    card, before, now = open_card(window, qtbot), window.page, settings.load().suggest
    qtbot.mouseClick(card.suggest, LEFT, pos=QPoint(8, card.suggest.height() // 2))
    qtbot.waitUntil(lambda: window.page is not None and window.page is not before)
    assert settings.load().suggest is not now


def test_settings_that_cannot_be_kept_are_said_and_change_nothing(window, qtbot, monkeypatch):
    def full(_):
        raise OSError("No space left on device")

    monkeypatch.setattr(settings, "save", full)
    choose(open_card(window, qtbot).theme, 1)
    assert "No space left" in window.messages.text.text() and theme.current() is theme.DARK


def test_without_a_choice_the_system_decides(monkeypatch):
    for system, language in ((["zh-Hans-CN", "en-US"], "zh_CN"), (["en-GB", "zh-CN"], "en"), (["de-DE"], "en"), ([], "en")):
        monkeypatch.setattr(translation.QLocale, "system", lambda system=system: type("System", (), {"uiLanguages": lambda self: system})())
        assert translation.chosen("") == language and translation.chosen("zh_CN") == "zh_CN"
