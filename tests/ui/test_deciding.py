"""Proposals on one image: the one in focus, single keys, the whole image."""

from __future__ import annotations

from PySide6.QtCore import Qt
from sqlalchemy import select

from app.operations import classes
from app.store.records import Verdict
from tests.toy_project import square
from tests.ui.driving import LEFT, annotations, idle, key, stroke


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
    assert "3 regions accepted; the image is complete for scratch" in window.messages.text.text().replace("region(s)", "regions")
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


def test_d_on_a_marked_image_asks(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    key(window, "d")
    idle(window, qtbot)
    assert "1 region is marked" in window.messages.text.text() and not toy.find(select(Verdict))
    qtbot.mouseClick(window.messages.ways[1], LEFT)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 and not toy.find(select(Verdict)), "Keep them"
    key(window, "d")
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    idle(window, qtbot)
    assert [a.image_id for a in annotations(toy)] == toy.image_ids[1:2] and [v.image_id for v in toy.find(select(Verdict))] == toy.image_ids[:1]
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 and not toy.find(select(Verdict)), "one step"


def test_alt_and_a_digit_accept_as_that_class(proposed, qtbot):
    window, toy = proposed
    toy.do(lambda session: classes.add(session, "dent"))
    qtbot.waitUntil(lambda: len(window.page.classes.rows) == 2)
    for digit in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_9):
        key(window, digit, Qt.KeyboardModifier.AltModifier)
    idle(window, qtbot)
    assert toy.decisions() == ["corrected", "accepted", "pending", "pending"], "there is no ninth class"
    assert [a.class_id for a in annotations(toy)[-2:]] == [window.page.classes.rows[1].id, toy.class_id]
    assert window.context.class_id == toy.class_id, "a plain digit chooses the class to draw with"


def test_esc_takes_back_the_selection(proposed, qtbot):
    window, toy = proposed
    stroke(window, qtbot, dy=150)
    window.messages.dismiss()
    assert window.context.focus[0] == "annotation"
    key(window, Qt.Key.Key_Escape)
    assert window.context.focus is None


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
    assert "1 new proposal" in window.page.act.text()
    assert window.context.focus == ("proposal", 1) and len([r for r in window.page.shown if r.kind == "proposal"]) == 3
    key(window, Qt.Key.Key_F5)
    assert [r.mask for r in window.page.shown if r.kind == "proposal"] == [square(30)]


def test_a_click_in_the_list_puts_a_region_in_focus(proposed, qtbot):
    window, toy = proposed
    regions = window.page.regions.list
    qtbot.mouseClick(regions.viewport(), LEFT, pos=regions.visualItemRect(regions.item(2)).center())
    assert window.context.focus == ("proposal", 3)
