"""The language files: complete, compiled from what is in the source, and counted as English counts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from app.ui import translation
from app.ui.main_window import application

SOURCES = Path(translation.__file__).parent
PLURAL = re.compile(r'self\.tr\(\s*"([^"]*%n[^"]*)"')


def messages(language: str) -> list[tuple[str, ET.Element]]:
    tree = ET.parse(translation.FOLDER / f"defectloop_{language}.ts")
    return [(context.findtext("name"), message) for context in tree.iter("context") for message in context.iter("message")]


def test_every_plural_of_the_source_is_in_the_file():
    used = {text for path in SOURCES.rglob("*.py") for text in PLURAL.findall(path.read_text(encoding="utf-8"))}
    assert used == {message.findtext("source") for _, message in messages("en")} and len(used) > 15


@pytest.mark.parametrize(("context", "text", "one", "many"), [("GalleryPanel", "%n image(s)", "1 image", "7 images"), ("_Drawn", "%n shot(s)", "1 shot", "7 shots")])
def test_it_counts_as_english_does(qapp, context, text, one, many):
    application()
    assert [QCoreApplication.translate(context, text, "", n) for n in (1, 7)] == [one, many]


def test_the_compiled_file_says_what_the_source_file_says(qapp):
    compiled = QTranslator()
    assert compiled.load("defectloop_en", str(translation.FOLDER))
    for context, message in messages("en"):
        forms = [form.text for form in message.iter("numerusform")]
        assert [compiled.translate(context, message.findtext("source"), "", n) for n in (1, 2)] == forms


def test_a_language_that_is_not_there_changes_nothing(qapp):
    application()
    assert not translation.speak(qapp, "xx")
    assert QCoreApplication.translate("GalleryPanel", "%n image(s)", "", 1) == "1 image"
