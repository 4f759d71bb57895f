"""The window's languages: Qt Linguist files in resources/translations, made by `python -m resources.translations`; English has one for its plurals."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"
NAMES = {"en": "English", "zh_CN": "简体中文"}  # each in its own words, so that whoever is lost finds back


def chosen(language: str = "") -> str:
    """The language of a setting; "" means the system's, and English where that is not here."""
    if language in NAMES:
        return language
    return "zh_CN" if any(name.startswith("zh") for name in QLocale.system().uiLanguages()[:1]) else "en"


def speak(app: QApplication, language: str = "en") -> bool:
    """Installs a language in place of the one before, with its numbers and dates; whether there is such a one."""
    ours, qts = QTranslator(app), QTranslator(app)
    if not ours.load(f"defectloop_{language}", str(FOLDER)):
        return False
    for old in app.property("translators") or ():
        app.removeTranslator(old)
    # What Qt itself says (the buttons of dialogs, a field's menu) comes with it; ours is asked first.
    there = qts.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    kept = [qts, ours] if there else [ours]
    for one in kept:
        app.installTranslator(one)
    app.setProperty("translators", kept)
    QLocale.setDefault(QLocale(language))
    return True
