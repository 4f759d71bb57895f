"""Drawing by a real mouse: the first stroke, more and less of a region, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.store.records import Annotation, DefectClass, SupportShot
from app.workspace import Workspace
from tests.ui.driving import annotations, enter_text, idle, key, show, stroke


def test_the_first_stroke_asks_what_it_is_and_meets_no_dialog(bare, opened, qtbot):
    window = opened(bare)
    page = window.page
    assert "press B" in page.act.text()
    stroke(window, qtbot)
    assert page.names.isVisible() and page.names.field.hasFocus() and not annotations(bare)
    assert "Name what you have drawn" in page.act.text()
    enter_text(page.names.field, "凹坑 a")
    qtbot.keyClick(page.names.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(annotations(bare)) == 1)
    idle(window, qtbot)
    (made,) = bare.find(select(DefectClass))
    assert made.name == "凹坑 a" and window.context.class_id == made.id
    assert [s.image_id for s in bare.find(select(SupportShot))] == [bare.image_ids[0]], "it is a shot by itself"
    assert page.canvas.hasFocus() and not page.names.isVisible()
    qtbot.waitUntil(lambda: "press F" in page.act.text())


def test_esc_drops_the_unnamed_stroke(bare, opened, qtbot):
    window = opened(bare)
    stroke(window, qtbot)
    qtbot.keyClick(window.page.names.field, Qt.Key.Key_Escape)
    assert not window.page.names.isVisible() and not window.page.strokes.unnamed
    idle(window, qtbot)
    assert not annotations(bare) and window.page.canvas.hasFocus()


@pytest.mark.parametrize(("written", "name"), [("", "defect"), ("凹坑", "凹坑")])
def test_a_stroke_that_waits_for_its_name_is_kept_when_the_window_is_closed(bare, opened, qtbot, written, name):
    window = opened(bare)
    stroke(window, qtbot)
    if written:
        enter_text(window.page.names.field, written)
    window.close()
    with Workspace.open(bare.workspace.folder, writing=False) as workspace, workspace.read() as session:
        assert [c.name for c in session.scalars(select(DefectClass))] == [name]
        assert [a.image_id for a in session.scalars(select(Annotation))] == [bare.image_ids[0]]


def test_it_is_kept_when_another_project_is_opened(bare, toy_of, opened, qtbot):
    window = opened(bare)
    stroke(window, qtbot)
    other = toy_of()
    assert window.open_project(other.workspace.folder)
    qtbot.waitUntil(lambda: window.context.folder == other.workspace.folder and not window._closing)
    with Workspace.open(bare.workspace.folder, writing=False) as workspace, workspace.read() as session:
        assert len(session.scalars(select(Annotation)).all()) == 1


def test_strokes_before_the_name_become_one_region(bare, opened, qtbot):
    window = opened(bare)
    stroke(window, qtbot)
    stroke(window, qtbot, dy=60)
    qtbot.keyClicks(window.page.names.field, "dent")
    qtbot.keyClick(window.page.names.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(annotations(bare)) == 1)


def test_strokes_on_two_images_before_the_name_are_both_kept(bare, opened, qtbot):
    window = opened(bare)
    stroke(window, qtbot)
    show(window, bare, 1, qtbot)
    assert window.page.names.isVisible(), "the stroke waits for its name"
    stroke(window, qtbot)
    enter_text(window.page.names.field, "凹坑")
    qtbot.keyClick(window.page.names.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(annotations(bare)) == 2)
    assert [a.image_id for a in annotations(bare)] == bare.image_ids[:2] and len(bare.find(select(DefectClass))) == 1


def test_a_stroke_makes_a_region_and_the_next_one_extends_it(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    stroke(window, qtbot)
    first = annotations(toy)[-1]
    assert (first.image_id, first.class_id) == (toy.image_ids[3], toy.class_id) and window.context.focus == ("annotation", first.id)
    stroke(window, qtbot, dx=20)
    assert annotations(toy)[-1].id == first.id and annotations(toy)[-1].area > first.area


def test_ctrl_erases_and_delete_removes(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    stroke(window, qtbot)
    before = annotations(toy)[-1]
    key(window, "[")
    key(window, "[")
    stroke(window, qtbot, modifier=Qt.KeyboardModifier.ControlModifier)
    assert annotations(toy)[-1].area < before.area
    key(window, Qt.Key.Key_Delete)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 and window.context.focus is None


def test_undo_goes_to_the_image_and_redo_brings_it_back(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    stroke(window, qtbot)
    show(window, toy, 5, qtbot)
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 and window.context.image_id == toy.image_ids[3]
    assert "Taken back: Draw scratch" in window.messages.text.text()
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    idle(window, qtbot)
    assert len(annotations(toy)) == 3
