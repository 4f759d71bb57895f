"""The Report page in the window: its figures, what they lead to, and the files it saves, by mouse and key."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.operations import annotations, verdicts
from app.store import figures
from app.store.records import Image
from app.ui.report.report_page import ReportPage
from app.workspace import Workspace
from tests.toy_project import square
from tests.ui.driving import idle

LEFT = Qt.MouseButton.LeftButton


def prepare(toy) -> None:
    """Two images with a scratch (one with a scale), one defect-free with a false alarm, one to review, two new."""
    toy.receive(toy.active_id(), {2: [square(30)], 3: [square(30)]})
    toy.do(verdicts.defect_free, toy.image_ids[2])

    def scale(session) -> None:
        image = session.get(Image, toy.image_ids[1])
        image.mm_per_px_x = image.mm_per_px_y = 0.5

    toy.do(scale)


@pytest.fixture
def window(opened, toy_of, qtbot):
    toy = toy_of(prepare=prepare)
    made = opened(toy)
    made.toy = toy
    return made


def report(window, qtbot) -> ReportPage:
    """The page, by its key, with its figures read."""
    QTest.keyClick(window.page.canvas, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: isinstance(window.view.page, ReportPage) and window.view.page.content is not None)
    return window.view.page


def counts(chart) -> list[float]:
    return [part.value for part in chart.parts]


def click(chart, k: int, qtbot) -> None:
    qtbot.mouseClick(chart, LEFT, pos=chart.areas(k)[-1].center().toPoint())


def listed(window) -> list[int]:
    return [row.id for row in window.page.gallery.view.rows]


def test_the_page_shows_the_figures(window, qtbot):
    page = report(window, qtbot)
    assert page.sentence.text() == "Images: 6. Good: 1, bad: 2, undecided: 3."
    assert counts(page.progress) == [2, 1, 2, 0, 0, 1]
    assert counts(page.defects) == [2] and page.defects.parts[0].note == "2 (images: 2)"
    assert {unit: (chart.isVisible(), sum(counts(chart))) for unit, chart in page.sizes.items()} == {"mm": (True, 1), "px": (True, 1)}
    assert counts(page.alarms) == [1.0] and not page.quality.isVisible() and page.empty[page.quality].isVisible()


def test_a_click_on_a_part_lists_its_images_and_says_why(window, qtbot):
    page, ids = report(window, qtbot), window.toy.image_ids
    click(page.progress, 5, qtbot)
    assert window.view.page is window.page and listed(window) == [ids[2]]
    assert window.page.gallery.why.text() == "Report: images that are defect-free"
    qtbot.waitUntil(lambda: window.context.image_id == ids[2])
    page = report(window, qtbot)
    click(page.alarms, 0, qtbot)
    assert listed(window) == [ids[2]]
    page = report(window, qtbot)
    click(page.sizes["mm"], len(page.sizes["mm"].parts) - 1, qtbot)
    assert listed(window) == [ids[1]]


def test_enter_does_the_same_and_escape_comes_back(window, qtbot):
    page = report(window, qtbot)
    page.progress.setFocus()
    QTest.keyClick(page.progress, Qt.Key.Key_Return)
    assert listed(window) == window.toy.image_ids[4:]
    window.messages.dismiss()
    QTest.keyClick(window.page.canvas, Qt.Key.Key_Escape)
    assert window.view.page is page
    window.context.go_to("label")
    qtbot.mouseClick(window.page.gallery.all_images, LEFT)
    assert listed(window) == window.toy.image_ids


def test_the_page_follows_what_changes(window, qtbot):
    page, toy = report(window, qtbot), window.toy
    window.context.do(verdicts.defect_free, toy.image_ids[4], title="test")
    qtbot.waitUntil(lambda: counts(page.progress) == [1, 1, 2, 0, 0, 2])
    window.context.go_to("label")
    window.context.do(annotations.add, toy.image_ids[5], toy.class_id, square(), source="import", title="test")
    idle(window, qtbot)
    page = report(window, qtbot)
    qtbot.waitUntil(lambda: counts(page.progress) == [0, 1, 3, 0, 0, 2])


def test_the_class_of_the_sizes_is_kept(window, qtbot):
    from app.operations import classes

    page = report(window, qtbot)
    window.context.do(lambda session: classes.add(session, "axial").id, title="test")
    qtbot.waitUntil(lambda: page.of_class.count() == 2)
    assert page.of_class.currentText() == "scratch"
    page.of_class.setFocus()
    QTest.keyClick(page.of_class, Qt.Key.Key_Down)
    assert page.of_class.currentText() == "axial" and page.no_size.isVisible() and not page.sizes["px"].isVisible()


def chosen_file(monkeypatch, path) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


def test_both_files_are_saved_and_the_folder_is_offered(window, qtbot, tmp_path, monkeypatch):
    page, opened = report(window, qtbot), []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url))
    for button, name in ((page.save_html, "报告.html"), (page.save_csv, "表")):  # the ending is added where there is none
        chosen_file(monkeypatch, tmp_path / name)
        window.messages.dismiss()
        qtbot.mouseClick(button, LEFT)
        qtbot.waitUntil(lambda: window.messages.isVisible() and page.save_html.isEnabled())
    assert "<svg" in (tmp_path / "报告.html").read_text(encoding="utf-8")
    assert len((tmp_path / "表.csv").read_text(encoding="utf-8-sig").splitlines()) == 7
    (open_folder,) = window.messages.ways
    qtbot.mouseClick(open_folder, LEFT)
    assert opened == [QUrl.fromLocalFile(str(tmp_path))]


def test_a_full_disk_is_said_and_tried_again(window, qtbot, tmp_path, monkeypatch):
    page, out = report(window, qtbot), tmp_path / "list.csv"
    chosen_file(monkeypatch, out)
    replace = os.replace

    def full(a, b):
        if str(b) == str(out):
            raise OSError(28, "No space left on device")
        return replace(a, b)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        qtbot.mouseClick(page.save_csv, LEFT)
        qtbot.waitUntil(lambda: "No space left" in window.messages.text.text())
    assert not out.exists() and page.save_csv.isEnabled()
    QTest.keyClick(page.progress, Qt.Key.Key_Escape)
    assert not window.messages.isVisible()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        qtbot.mouseClick(page.save_csv, LEFT)
        qtbot.waitUntil(window.messages.isVisible)
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(out.exists)


def test_no_file_is_written_when_the_dialog_is_left(window, qtbot, monkeypatch):
    page = report(window, qtbot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    qtbot.mouseClick(page.save_html, LEFT)
    assert page.save_html.isEnabled() and not page.bar.isVisible()


def test_a_fault_while_reading_can_be_tried_again(window, qtbot, monkeypatch):
    from app.errors import UserError

    def broken(session):
        raise UserError("The project cannot be read now.")

    with monkeypatch.context() as patch:
        patch.setattr(figures, "figures", broken)
        window.context.go_to("report")
        qtbot.waitUntil(lambda: "cannot be read" in window.messages.text.text())
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: window.view.page.content is not None)


def test_an_empty_project_says_what_is_missing(qtbot, tmp_path):
    from app.ui.context import Context
    from app.ui.main_window import application
    from app.ui.message_bar import MessageBar

    application()
    with Workspace.create(tmp_path / "empty", by="tester"):
        pass
    context = Context(Workspace.open(tmp_path / "empty", writing=False, by="tester"), "somebody else writes")
    page = ReportPage(context, MessageBar())
    qtbot.addWidget(page)
    page.show()
    page.entered()
    qtbot.waitUntil(lambda: page.content is not None)
    assert [page.empty[c].isVisible() for c in (page.progress, page.defects, page.alarms, page.quality)] == [True] * 4
    assert not any(c.isVisible() for c in (page.progress, page.defects, page.alarms, page.quality, *page.sizes.values()))
    assert page.no_size.text() == "There is no class of defects yet." and not page.of_class.isVisible()
    page.save("csv", tmp_path / "list.csv")  # a project that is open for reading can be reported on
    qtbot.waitUntil((tmp_path / "list.csv").exists)
    qtbot.waitUntil(page.save_csv.isEnabled)
    context.close()
