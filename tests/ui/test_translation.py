"""The language files: complete, in step with the sources, compiled, true to the placeholders, and counted as each language counts."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from app.ui import translation
from app.ui.main_window import application
from resources.translations import __main__ as tool
from resources.translations import sentences

HOW = "run `python -m resources.translations` and fill in what it names"


def messages(language: str) -> list[tuple[str, ET.Element]]:
    tree = ET.parse(tool.ts_file(language))
    return [(context.findtext("name"), message) for context in tree.iter("context") for message in context.iter("message")
            if message.find("translation").get("type") != "unfinished"]  # fmt: skip


def forms_of(message: ET.Element) -> list[str]:
    return [form.text or "" for form in message.iter("numerusform")] or [message.findtext("translation") or ""]


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_every_text_of_the_sources_is_translated(language, tmp_path):
    fresh = shutil.copy(tool.ts_file(language), tmp_path / "fresh.ts")
    tool.merge(language, fresh)
    assert tool.unfinished(fresh) == [], HOW
    assert fresh.read_text(encoding="utf-8") == tool.ts_file(language).read_text(encoding="utf-8"), HOW


def test_every_sentence_from_below_the_window_is_in_the_catalogue():
    assert sentences.templates() == sentences.read_catalogue(), HOW


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_the_compiled_file_is_the_present_one(language, tmp_path):
    tool.compile_(tool.ts_file(language), tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == tool.ts_file(language).with_suffix(".qm").read_bytes(), HOW


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_a_translation_fills_in_what_its_source_fills_in(language):
    for context, message in messages(language):
        # What stands for an English plural is filled in by no other language.
        source = re.sub(r"(false|clean) \{\d\}", r"\1", message.findtext("source"))
        for form in forms_of(message):
            parts = [set(re.findall(r"\{\w*\}", text)) for text in (source, form)]
            assert parts[0] == parts[1] or (language == "en" and parts[1] < parts[0]), (context, source, form)
            counts = "%n" in form or form == forms_of(message)[0]  # a single one may be called so
            assert ("%n" not in source or counts) and ("%n" not in form or "%n" in source), (context, source, form)


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_the_window_names_no_command(language):
    for context, message in messages(language):
        assert not any(re.search(r"defectloop |--\w", form) for form in forms_of(message)), (context, forms_of(message))


def test_chinese_is_written_as_chinese_is():
    for context, message in messages("zh_CN"):
        for form in forms_of(message):
            assert form.strip() == form and not re.search(r"[\u4e00-\u9fff][,;:?!](?!\w)", form), (context, form)
            if message.findtext("source").endswith(".") and "..." not in message.findtext("source"):
                assert form.endswith(("。", "）。", "/。")), (context, form)


@pytest.mark.parametrize(("context", "text", "one", "many"), [("GalleryPanel", "%n image(s)", "1 image", "7 images"), ("_Drawn", "%n shot(s)", "1 shot", "7 shots")])
def test_it_counts_as_english_does(qapp, context, text, one, many):
    application()
    assert [QCoreApplication.translate(context, text, "", n) for n in (1, 7)] == [one, many]


@pytest.fixture
def chinese(qapp):
    application()
    assert translation.speak(qapp, "zh_CN")
    yield
    translation.speak(qapp, "en")


def test_chinese_takes_the_place_of_english_and_gives_it_back(chinese, qapp):
    said = [QCoreApplication.translate("GalleryPanel", "%n image(s)", "", n) for n in (1, 7)]
    assert said == ["1 张图像", "7 张图像"] and QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    translation.speak(qapp, "en")
    assert QCoreApplication.translate("GalleryPanel", "%n image(s)", "", 1) == "1 image"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_a_language_that_is_not_there_changes_nothing(qapp):
    application()
    assert not translation.speak(qapp, "xx")
    assert QCoreApplication.translate("GalleryPanel", "%n image(s)", "", 1) == "1 image"


def test_the_english_file_holds_what_differs_and_nothing_else():
    assert all("%n" in m.findtext("source") or context == "Sentence" for context, m in messages("en"))
    compiled = QTranslator()
    assert compiled.load("defectloop_en", str(translation.FOLDER)) and compiled.translate("Act", "Undo") == ""
