"""Export and import by the window: what is asked, what is written, and how a fault ends."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.exchange import formats
from app.exchange.formats import Step
from app.operations import annotations as operations
from app.operations import verdicts
from app.store.records import Annotation
from app.ui.transfer import Going
from app.ui.transfer_dialogs import ExportDialog, ImportDialog
from tests.ui.driving import annotations, enter_text, idle, key

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(toy_of, opened):
    toy = toy_of(prepare=lambda toy: toy.workspace.do(verdicts.complete, toy.image_ids[:2], [toy.class_id], title="Call complete"))
    made = opened(toy)
    made.toy = toy
    return made


def asked(window, qtbot, kind, letter, modifier=CTRL):
    """The dialog that a key opens."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    key(window, letter, modifier)
    qtbot.waitUntil(lambda: bool(window.findChildren(kind)))
    return window.findChildren(kind)[-1]


def fill(dialog, text: str) -> None:
    dialog.field.clear()
    enter_text(dialog.field, text)


def _remove_all(session) -> None:
    for annotation in session.scalars(select(Annotation)):
        operations.remove(session, annotation)


def test_labels_leave_and_come_back_pixel_for_pixel(window, tmp_path, qtbot):
    before = sorted((a.image_id, a.mask.box, a.mask.rle) for a in annotations(window.toy))
    out = tmp_path / "出 口"
    dialog = asked(window, qtbot, ExportDialog, "e")
    fill(dialog, str(out))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "were written to" in window.messages.text.text())
    assert "2 regions on 2 images" in window.messages.text.text() and "4 image" in window.messages.text.text()
    js = json.loads((out / "annotations.json").read_text(encoding="utf-8"))
    assert len(js["annotations"]) == len(before) == 2
    window.context.do(_remove_all, title="Remove the regions")
    idle(window, qtbot)
    assert not annotations(window.toy)
    dialog = asked(window, qtbot, ImportDialog, "i", CTRL | SHIFT)
    assert not dialog.go.isEnabled()
    fill(dialog, str(out / "annotations.json"))
    assert dialog.go.isEnabled() and dialog.format() == "coco"
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "were taken in" in window.messages.text.text())
    idle(window, qtbot)
    assert sorted((a.image_id, a.mask.box, a.mask.rle) for a in annotations(window.toy)) == before


def test_how_far_an_export_is_is_told_now_and_then(window, tmp_path, qtbot, monkeypatch):
    """Small images come by the hundred a second: the bar would hold the window up."""
    said, last = [], Step(1000, 1000, {"regions": 2, "images": 1000, "left_out": 0, "notes": []})
    monkeypatch.setattr(formats, "export", lambda *_: iter([*(Step(k, 1000) for k in range(1000)), last]))
    show = window.messages.say
    monkeypatch.setattr(window.messages, "say", lambda text, ways=(): (said.append(text), show(text, ways)))
    begun = time.monotonic()
    window.transfers.export(Going("coco", tmp_path / "out", formats.ExportOptions()))
    qtbot.waitUntil(lambda: "were written to" in window.messages.text.text())
    progress = [text for text in said if "of 1000 images" in text]
    assert 1 <= len(progress) <= 2 + 10 * (time.monotonic() - begun)


def test_labelme_files_with_copies_are_recognised_as_such(window, tmp_path, qtbot):
    dialog = asked(window, qtbot, ExportDialog, "e")
    fill(dialog, str(tmp_path / "out"))
    QTest.keyClick(dialog.buttons["labelme"], Qt.Key.Key_Space)
    assert dialog.format() == "labelme"
    QTest.keyClick(dialog.copies, Qt.Key.Key_Space)
    QTest.keyClick(dialog.unreviewed, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 regions on 6 images" in window.messages.text.text())
    assert len(list((tmp_path / "out").rglob("*.json"))) == 2 and len(list((tmp_path / "out").rglob("*.png"))) == 6
    dialog = asked(window, qtbot, ImportDialog, "i", CTRL | SHIFT)
    fill(dialog, str(tmp_path / "out"))
    assert dialog.format() == "labelme"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_folder_that_cannot_be_written_to_ends_in_a_sentence_with_a_second_try(window, tmp_path, qtbot):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    dialog = asked(window, qtbot, ExportDialog, "e")
    fill(dialog, str(tmp_path / "taken"))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is a file" in window.messages.text.text())
    (again,) = window.messages.ways
    (tmp_path / "taken").unlink()
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "were written to" in window.messages.text.text())


def test_labels_with_a_fault_change_nothing(window, tmp_path, qtbot):
    (tmp_path / "bad.json").write_text('{"images": [], "annotations": 3, "categories": []}', encoding="utf-8")
    dialog = asked(window, qtbot, ImportDialog, "i", CTRL | SHIFT)
    fill(dialog, str(tmp_path / "bad.json"))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.messages.property("kind") == "warn" and window.messages.isVisible())
    assert len(annotations(window.toy)) == 2
    QApplication.processEvents()


def test_a_project_that_is_read_only_may_be_exported_and_not_imported_into(qtbot, toy, tmp_path):
    from app.ui.main_window import MainWindow, application

    application()
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_project(toy.workspace.folder)
    qtbot.waitUntil(lambda: window.page is not None and len(window.page.gallery.images) == 6)
    assert window.actions_["export"].isEnabled() and not window.actions_["import"].isEnabled()
    dialog = asked(window, qtbot, ExportDialog, "e")
    fill(dialog, str(tmp_path / "out"))
    dialog.unreviewed.setChecked(True)
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 regions on 6 images" in window.messages.text.text())
    shutil.rmtree(tmp_path / "out")
    window.close()
