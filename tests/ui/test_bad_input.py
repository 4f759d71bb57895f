"""What goes wrong ends in a sentence with a way out, loses nothing that was made, and leaves the window usable."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.operations import annotations as annotations_
from app.operations import classes
from app.store import faults
from app.store.records import Annotation, DefectClass
from app.ui.label import strokes
from app.ui.run import report
from app.workspace import Workspace
from tests.toy_project import square
from tests.ui.driving import LEFT, annotations, centre, idle, key, propose, show, stroke


def test_a_stroke_that_cannot_be_written_stays_and_is_written_when_it_can(toy_of, opened, qtbot, monkeypatch):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    real, full = window.context.workspace.do, [True]

    def do(*args, **kwargs):
        if full and kwargs.get("title", "").startswith("Draw"):
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(window.context.workspace, "do", do)
    cleared = []
    window.page.strokes.settled.connect(lambda: cleared.append(1))
    stroke(window, qtbot)
    assert window.messages.isVisible() and not cleared and len(annotations(toy)) == 2
    full.clear()
    again = window.messages.ways[0]
    assert again.text() == "Try again"
    qtbot.mouseClick(again, LEFT)
    idle(window, qtbot)
    assert len(annotations(toy)) == 3 and cleared


@pytest.fixture
def full_disk(toy_of, opened, qtbot, monkeypatch):
    """(window, toy, full): while `full` holds something, the disk takes no stroke."""
    monkeypatch.setattr(strokes, "_RETRY_MS", 100)
    toy, full = toy_of(), [True]
    window = opened(toy)
    show(window, toy, 3, qtbot)
    real = window.context.workspace.do

    def do(*args, **kwargs):
        if full and kwargs.get("title", "").startswith(("Draw", "Erase")):
            raise faults.full(toy.workspace.folder)
        return real(*args, **kwargs)

    monkeypatch.setattr(window.context.workspace, "do", do)
    return window, toy, full


def test_strokes_on_a_full_disk_are_written_by_themselves_as_soon_as_it_takes_them(full_disk, qtbot):
    window, toy, full = full_disk
    stroke(window, qtbot, dy=-120)
    stroke(window, qtbot, dy=120)
    qtbot.waitUntil(lambda: window.page.strokes.unwritten == 2)
    assert "The disk took nothing more" in window.messages.text.text() and len(window.page.canvas._screen.drafts) == 2
    show(window, toy, 4, qtbot)  # they are written to their own image, whatever is looked at
    full.clear()
    qtbot.waitUntil(lambda: len(annotations(toy)) == 4)
    idle(window, qtbot)
    assert {a.image_id for a in annotations(toy)[2:]} == {toy.image_ids[3]}
    qtbot.waitUntil(lambda: "is written now" in window.messages.text.text())


def test_esc_and_the_next_image_lose_no_stroke_that_is_not_written(full_disk, qtbot):
    window, toy, full = full_disk
    stroke(window, qtbot)
    qtbot.waitUntil(lambda: window.page.strokes.unwritten == 1)
    key(window, Qt.Key.Key_Escape)
    key(window, Qt.Key.Key_Right)
    full.clear()
    qtbot.waitUntil(lambda: len(annotations(toy)) == 3)


def test_closing_with_a_stroke_that_is_not_written_asks(full_disk, qtbot):
    window, toy, full = full_disk
    stroke(window, qtbot)
    qtbot.waitUntil(lambda: window.page.strokes.unwritten == 1)
    window.close()
    assert window.isVisible() and "1 stroke" in window.messages.text.text()
    full.clear()
    qtbot.waitUntil(lambda: window.page.strokes.unwritten == 0 and len(annotations(toy)) == 3)
    window.close()
    assert not window.isVisible()


def ten_steps(window, toy, k: int, qtbot) -> None:
    """Adds a class, draws it eight times on image 3, and removes it."""
    made = []
    window.context.do(lambda session: classes.add(session, f"class {k}").id, title="Add class", done=made.append)
    qtbot.waitUntil(lambda: bool(made))
    for step in range(8):
        window.context.do(annotations_.add, toy.image_ids[3], made[0], square(4 * step, k), title=f"Draw {k} {step}")
    window.context.do(lambda session: classes.remove(session, session.get(DefectClass, made[0])), title="Remove class")


def test_two_hundred_steps_back_and_forth_across_removed_classes(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    key(window, "v")
    for k in range(20):
        ten_steps(window, toy, k, qtbot)
    idle(window, qtbot)
    assert len(toy.find(select(DefectClass))) == 1 and len(annotations(toy)) == 2
    for _ in range(200):
        window.context.undo()
    qtbot.waitUntil(lambda: window.context.waiting == 0)
    assert len(annotations(toy)) == 2 and len(toy.find(select(DefectClass))) == 1
    for _ in range(200):
        window.context.redo()
    qtbot.waitUntil(lambda: window.context.waiting == 0)
    assert len(annotations(toy)) == 2 and len(toy.find(select(DefectClass))) == 1
    for _ in range(1 + 4):
        key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: len(window.page.classes.rows) == 2)
    assert len([r for r in window.page.shown if r.kind == "annotation"]) == 8 - 4


def test_a_class_is_removed_while_its_proposals_are_shown(proposed, qtbot):
    window, toy = proposed
    window.page.classes.remove(window.page.classes.rows[0])
    key(window, "a")  # faster than the answer
    idle(window, qtbot)
    qtbot.waitUntil(lambda: not window.page.classes.rows and not window.page.shown)
    key(window, "a")
    key(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    idle(window, qtbot)
    assert window.messages.isVisible() and not annotations(toy)
    stroke(window, qtbot)
    assert window.page.names.isVisible(), "the window is usable: the first stroke asks what it is"


def test_a_missing_image_says_so_and_is_found_again(toy_of, opened, qtbot, tmp_path):
    toy = toy_of()
    moved = tmp_path / "elsewhere 别处"
    toy.files[3].parent.rename(moved)
    toy.files[0].parent.mkdir()
    (moved / toy.files[0].name).rename(toy.files[0])
    window = opened(toy)
    show(window, toy, 3, qtbot)
    qtbot.waitUntil(lambda: "where it lies" in window.page.act.text())
    assert [w.text() for w in window.messages.ways] == ["Locate..."]
    window.page.misplaced.locate(str(moved))
    qtbot.waitUntil(lambda: "where it lies" not in window.page.act.text(), timeout=30000)
    assert window.page.gallery.path_of(toy.image_ids[3]).parent == moved


def test_a_click_storm_leaves_a_usable_window(toy_of, opened, qtbot):
    toy = toy_of(prepare=propose)
    window = opened(toy)
    page, letters = window.page, "vbepuiarmdnx[]+-0"
    for k in range(60):
        QTest.mouseClick(page.gallery.view.viewport(), LEFT, pos=page.gallery.view.cell(k % 6).center())
        QTest.mouseClick(page.canvas.viewport(), LEFT, pos=QPoint(20 + 7 * k, 20 + 5 * k))
        for part in (page.classes.list, page.regions.list, page.shots.strip):
            QTest.mouseClick(part.viewport(), LEFT, pos=QPoint(4 * k % 200, 7 * k % 80))
        QTest.mouseDClick(page.canvas.viewport(), LEFT, pos=QPoint(400 - 3 * k, 300))
        QTest.keyClick(page.canvas, letters[k % len(letters)])
    qtbot.waitUntil(lambda: window.context.waiting == 0)
    page.names.hide()
    page.strokes.drop_unnamed()
    window.messages.dismiss()
    show(window, toy, 2, qtbot)
    key(window, "v")
    assert window.actions_["select"].isChecked()


def test_a_bug_is_a_sentence_with_details_to_copy(toy_of, opened, qtbot):
    window = opened(toy_of())
    try:
        raise KeyError("a fault of ours")
    except KeyError as fault:
        report(window, type(fault), fault, fault.__traceback__)
    assert "KeyError" in window.messages.text.text()
    qtbot.mouseClick(window.messages.ways[-1], LEFT)
    assert "a fault of ours" in QApplication.clipboard().text()


def test_closing_writes_what_was_begun(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    view = window.page.canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    QTest.mouseMove(view, centre(window) + QPoint(20, 0))
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window) + QPoint(20, 0))
    folder = window.context.folder
    window.close()
    with Workspace.open(folder, writing=False) as workspace, workspace.read() as session:
        assert len(session.scalars(select(Annotation)).all()) == 3
