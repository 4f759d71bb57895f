"""The window's languages: Qt Linguist files in resources/translations; English has one for its plurals."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"


def speak(app: QApplication, language: str = "en") -> bool:
    """Installs a language in place of the one before; whether there is such a one."""
    translator = QTranslator(app)
    there = translator.load(f"defectloop_{language}", str(FOLDER))
    if there:
        if isinstance(old := app.property("translator"), QTranslator):
            app.removeTranslator(old)
        app.installTranslator(translator)
        app.setProperty("translator", translator)
    return there
