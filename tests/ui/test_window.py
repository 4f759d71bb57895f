"""The window on a project, driven by real mouse and key events: draw, name, decide, take back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit
from sqlalchemy import select

from app.store.records import Annotation, DefectClass, Job, SupportShot, Verdict
from app.ui.run import report
from app.workspace import Workspace
from tests.toy_project import Toy, square
from tests.ui.driving import LEFT, annotations, centre, enter_text, idle, key, show, stroke


# -- drawing ---------------------------------------------------------------------------------------------------------------


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
    assert not window.page.names.isVisible() and window.page.strokes.unnamed is None
    idle(window, qtbot)
    assert not annotations(bare) and window.page.canvas.hasFocus()


def test_strokes_before_the_name_become_one_region(bare, opened, qtbot):
    window = opened(bare)
    stroke(window, qtbot)
    stroke(window, qtbot, dy=60)
    qtbot.keyClicks(window.page.names.field, "dent")
    qtbot.keyClick(window.page.names.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(annotations(bare)) == 1)


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


@pytest.mark.parametrize(("letter", "tool"), [("v", "select"), ("b", "brush"), ("e", "eraser"), ("p", "polygon"), ("u", "rectangle"), ("i", "ignore")])
def test_each_tool_has_its_key(toy_of, opened, letter, tool):
    window = opened(toy_of())
    key(window, letter)
    assert window.actions_[tool].isChecked()


def wheel(window, notches: int, modifier) -> None:
    """Turns the wheel over the centre of the canvas."""
    view, point = window.page.canvas.viewport(), QPointF(centre(window))
    event = QWheelEvent(
        point, view.mapToGlobal(point), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view, event)


def test_the_brush_grows_by_bracket_and_by_ctrl_and_wheel(toy_of, opened):
    window = opened(toy_of())
    size, zoom = window.page.foot.brush.text, window.page.canvas.zoom
    first = size()
    key(window, "]")
    larger = size()
    key(window, "[")
    assert size() == first != larger
    wheel(window, 1, Qt.KeyboardModifier.ControlModifier)
    assert size() == larger and window.page.canvas.zoom == zoom
    wheel(window, -1, Qt.KeyboardModifier.ControlModifier)
    wheel(window, 1, Qt.KeyboardModifier.NoModifier)
    assert size() == first and window.page.canvas.zoom > zoom
    assert "【" in [k.toString() for k in window.actions_["smaller"].shortcuts()], "on a Chinese keyboard"


def test_digits_choose_the_class_and_a_new_one_is_chosen(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    panel = window.page.classes
    qtbot.keyClicks(panel.name, "dent")
    qtbot.keyClick(panel.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.rows) == 2)
    assert [row.name for row in panel.rows] == ["scratch", "dent"] and window.context.class_id == panel.rows[1].id
    window.page.canvas.setFocus()
    key(window, "1")
    assert window.context.class_id == panel.rows[0].id
    key(window, "9")
    assert window.context.class_id == panel.rows[0].id, "there is no ninth class"


def test_letters_in_a_field_are_text_and_no_keys(toy_of, opened, qtbot):
    window = opened(toy_of())
    field = window.page.gallery.search
    key(window, "/")
    assert field.hasFocus()
    qtbot.keyClicks(field, "bd1")
    assert field.text() == "bd1"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "" and window.page.canvas.hasFocus()


def test_a_key_during_a_drag_waits_for_its_end(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    view = window.page.canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    QTest.mouseMove(view, centre(window) + QPoint(10, 0))
    key(window, Qt.Key.Key_Right)
    assert window.context.image_id == toy.image_ids[3]
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window) + QPoint(10, 0))
    qtbot.waitUntil(lambda: window.context.image_id == toy.image_ids[4])
    idle(window, qtbot)
    assert annotations(toy)[-1].image_id == toy.image_ids[3]


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


# -- proposals -------------------------------------------------------------------------------------------------------------


def propose(toy: Toy) -> None:
    toy.receive(toy.active_id(), {3: [square(5), square(25), square(45)], 5: [square(20)]})


@pytest.fixture
def proposed(toy_of, opened, qtbot):
    """The window on image 3 of a project with three proposals there and one on image 5."""
    toy = toy_of(prepare=propose)
    window = opened(toy)
    show(window, toy, 3, qtbot)
    return window, toy


def test_exactly_one_proposal_is_in_focus_and_a_and_r_move_on(proposed, qtbot):
    window, toy = proposed
    assert window.context.focus == ("proposal", 1) and "Accept (A)" in window.page.act.text()
    key(window, "a")
    assert window.context.focus == ("proposal", 2)
    key(window, "r")
    assert window.context.focus == ("proposal", 3)
    idle(window, qtbot)
    assert toy.decisions() == ["accepted", "rejected", "pending", "pending"]
    assert annotations(toy)[-1].source == "model"


def test_quick_keys_decide_one_each_and_no_more(proposed, qtbot):
    window, toy = proposed
    for _ in range(3):
        key(window, "a")
    idle(window, qtbot)
    assert toy.decisions() == ["accepted", "accepted", "accepted", "pending"]
    key(window, "a")
    idle(window, qtbot)
    assert toy.decisions()[-1] == "pending" and "no proposal" in window.messages.text.text()


def test_n_goes_to_the_next_image_with_proposals(proposed, qtbot):
    window, toy = proposed
    qtbot.waitUntil(lambda: window.page.gallery.images[toy.image_ids[5]].state.pending == 1)
    key(window, "n")
    assert window.context.image_id == toy.image_ids[5]


def test_shift_a_accepts_the_image_and_goes_on(proposed, qtbot):
    window, toy = proposed
    key(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    idle(window, qtbot)
    assert toy.decisions() == ["accepted"] * 3 + ["pending"]
    assert [v.image_id for v in toy.find(select(Verdict))] == [toy.image_ids[3]]
    assert window.context.image_id == toy.image_ids[5]


def test_the_threshold_hides_and_what_is_hidden_is_not_decided(proposed, qtbot):
    window, toy = proposed
    window.page.foot._threshold.setValue(95)
    assert window.context.focus is None
    key(window, "a")
    idle(window, qtbot)
    assert set(toy.decisions()) == {"pending"}


def test_d_calls_an_image_defect_free_and_rejects_its_proposals(proposed, qtbot):
    window, toy = proposed
    key(window, "d")
    idle(window, qtbot)
    assert toy.decisions() == ["rejected"] * 3 + ["pending"] and window.context.image_id == toy.image_ids[5]
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    assert set(toy.decisions()) == {"pending"} and window.context.image_id == toy.image_ids[3]


def test_d_on_a_marked_image_says_why_not(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    key(window, "d")
    idle(window, qtbot)
    assert "1 region is marked" in window.messages.text.text() and not toy.find(select(Verdict))


def test_a_stroke_takes_the_proposal_in_focus_over(proposed, qtbot):
    window, toy = proposed
    window.context.set_focus(("proposal", 2))
    stroke(window, qtbot)  # square(25) lies at the centre of the image
    assert toy.decisions()[1] == "corrected"


def test_newer_answers_never_replace_what_is_in_focus(proposed, qtbot):
    window, toy = proposed
    fresh = {3: [square(30)]}
    toy.receive(toy.active_id(), fresh)
    qtbot.waitUntil(lambda: "F5" in window.page.act.text())
    assert window.context.focus == ("proposal", 1) and len([r for r in window.page.shown if r.kind == "proposal"]) == 3
    key(window, Qt.Key.Key_F5)
    assert [r.mask for r in window.page.shown if r.kind == "proposal"] == [square(30)]


def test_a_click_in_the_list_puts_a_region_in_focus(proposed, qtbot):
    window, toy = proposed
    regions = window.page.regions.list
    qtbot.mouseClick(regions.viewport(), LEFT, pos=regions.visualItemRect(regions.item(2)).center())
    assert window.context.focus == ("proposal", 3)


# -- classes and images ----------------------------------------------------------------------------------------------------


def test_a_class_is_renamed_in_its_line(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    panel = window.page.classes
    panel.menu_of(panel.rows[0]).actions()[0].trigger()
    field = panel.list.viewport().findChild(QLineEdit, "rename")
    field.setText("Kratzer")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row.name for row in panel.rows] == ["Kratzer"])


def test_a_class_with_marks_is_removed_only_after_asking_and_undo_brings_it_back(toy_of, opened, qtbot):
    toy = toy_of(prepare=propose)
    window = opened(toy)
    panel = window.page.classes
    panel.menu_of(panel.rows[0]).actions()[2].trigger()
    assert toy.find(select(DefectClass)) and "2 marked regions and 4 proposals" in window.messages.text.text()
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: not panel.rows)
    assert not annotations(toy) and window.context.class_id is None and not window.page.shown
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(panel.rows) == 1 and window.context.class_id == toy.class_id)
    assert len(annotations(toy)) == 2


def test_m_takes_the_image_out_of_the_shots_and_in_again(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    for expected in (1, 2):
        key(window, "m")
        idle(window, qtbot)
        assert len(toy.find(select(SupportShot))) == expected


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


def test_space_hides_the_overlays_while_it_is_held(proposed, qtbot, monkeypatch):
    window, _ = proposed
    calls = []
    monkeypatch.setattr(window.page.canvas, "set_overlay", lambda opacity, hidden: calls.append(hidden))
    QTest.keyPress(window.page.canvas, Qt.Key.Key_Space)
    QTest.keyRelease(window.page.canvas, Qt.Key.Key_Space)
    assert calls == [True, False]


def test_a_click_storm_leaves_a_usable_window(toy_of, opened, qtbot):
    toy = toy_of(prepare=propose)
    window = opened(toy)
    letters = "vbepuiarmdnfx[]+-0"
    for k in range(60):
        show_at = window.page.gallery.view.cell(k % 6).center()
        QTest.mouseClick(window.page.gallery.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, show_at)
        QTest.mouseClick(window.page.canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(20 + 7 * k, 20 + 5 * k))
        QTest.keyClick(window.page.canvas, letters[k % len(letters)])
    qtbot.waitUntil(lambda: window.context.waiting == 0, timeout=30000)
    while toy.find(select(Job)) and window.page.prelabelling.running is not None:
        window.jobs.cancel.click()
        qtbot.wait(300)
    window.messages.dismiss()
    show(window, toy, 2, qtbot)
    key(window, "v")
    assert window.actions_["select"].isChecked()


def test_every_key_stands_once_in_the_sheet_and_in_its_tooltip(toy_of, opened, qtbot):
    window = opened(toy_of())
    keys = [k.toString() for action in window.actions_.values() for k in action.shortcuts()]
    assert len(keys) == len(set(keys))
    for action in window.actions_.values():
        assert f"({action.shortcuts()[0].toString()})" in action.toolTip()


def test_the_key_sheet_lists_what_works(toy_of, opened, qtbot):
    window = opened(toy_of())
    key(window, "?")
    sheet = window.findChild(QDialog)
    said = {label.text() for label in sheet.findChildren(QLabel)}
    assert sheet.isVisible() and {"Brush", "B", "Accept the proposal", "1-9"} <= said
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QDialog) is None)


def test_a_message_moves_nothing_and_a_note_can_be_closed(toy_of, opened, qtbot):
    window = opened(toy_of())
    before = window.page.canvas.geometry()
    window.messages.say("a note " * 60)
    QApplication.processEvents()
    assert window.page.canvas.geometry() == before and window.page.canvas.rect().contains(window.messages.geometry())
    window.resize(1100, 700)
    QApplication.processEvents()
    assert window.page.canvas.rect().contains(window.messages.geometry())
    key(window, Qt.Key.Key_Escape)
    assert not window.messages.isVisible()


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
