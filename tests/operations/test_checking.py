"""Check images: which are asked for, what a person says of them without help, and how proposals meet it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import candidates, checking, review, support
from app.store.records import Annotation, Image, Prediction, Project, Verdict
from tests.toy_project import square


@pytest.fixture
def drawn(hand):
    """(candidates, others, class): a model has answered on one of the others, from which on check images are asked for."""
    ready, others = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(others[0], a)
    hand.propose(others[1], a, 0.9)
    return ready, others, a


def is_asked(hand, image_id: int) -> bool:
    return hand.value(lambda session: candidates.is_asked(session, session.get(Image, image_id)))


def verdict(hand, image_id: int) -> tuple:
    with hand.workspace.read() as session:
        return next(((v.state, v.blind) for v in session.scalars(select(Verdict).where(Verdict.image_id == image_id))), ())


def test_candidates_are_asked_for_from_the_first_answer_on(hand):
    ready, others = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(others[0], a)
    assert hand.value(candidates.asked) == set()
    hand.draw(ready[0], a)
    assert hand.splits()[ready[0]] == "train", "before that, what is drawn shows the model what to look for"
    hand.propose(others[1], a, 0.9)
    assert hand.value(candidates.asked) == set(ready[1:])
    assert hand.value(candidates.asked, [ready[1], others[1]]) == {ready[1]}
    assert is_asked(hand, ready[1]) and not is_asked(hand, others[1]) and not is_asked(hand, ready[0])


def test_none_is_asked_for_with_the_setting_off_or_when_there_are_enough(hand, drawn, monkeypatch):
    ready, _, _ = drawn

    def switch(session, on: bool):
        row = session.scalar(select(Project))
        row.settings = {**row.settings, "check_candidates": on}

    hand.do(switch, False)
    assert hand.value(candidates.asked) == set() and not is_asked(hand, ready[0])
    hand.do(switch, True)
    monkeypatch.setattr("app.operations.candidates.ALL_GROUPS", 1)
    hand.do(checking.defect_free, ready[0])
    assert hand.value(candidates.asked) == set()
    hand.do(candidates.want_more, 2)
    assert hand.value(candidates.asked) == set(ready[1:])


def test_what_is_drawn_on_one_makes_no_shot_and_leaves_it_asked_for(hand, drawn):
    ready, _, a = drawn
    hand.draw(ready[0], a)
    assert is_asked(hand, ready[0]) and not hand.value(support.is_shot, a, ready[0])


def test_marked_without_help_it_is_kept_and_the_proposals_are_compared(hand, drawn, check_undo):
    ready, _, a = drawn
    image = ready[0]
    hand.draw(image, a, square(0, 20), source="import")
    hand.draw(image, a, square(40, 5), source="import")
    same, other, hidden = hand.propose(image, a, 0.9, 0.8, 0.3)  # at x 0, 10 and 20; the last lies below the cut
    met = check_undo(hand.workspace, lambda: hand.do(checking.complete, image))
    assert met == checking.Met(regions=2, found=1, extra=1, pending=1, answered=True)
    assert verdict(hand, image) == ("complete", True) and hand.splits()[image] == "check"
    decisions = hand.column(Prediction, "decision")
    assert (decisions[same], decisions[other], decisions[hidden]) == ("agrees", "pending", "pending")
    with pytest.raises(UserError, match="no check image any more"):
        hand.do(checking.complete, image)


def test_every_class_is_complete_so_that_it_can_be_a_clean_image(hand, drawn, check_undo):
    ready, _, a = drawn
    b = hand.new_class("b")
    (pending,) = hand.propose(ready[0], a, 0.9)
    met = check_undo(hand.workspace, lambda: hand.do(checking.defect_free, ready[0]))
    assert met == checking.Met(0, 0, 1, 0, True)
    with hand.workspace.read() as session:
        rows = {v.class_id: v.blind for v in session.scalars(select(Verdict).where(Verdict.image_id == ready[0]))}
    assert rows == {a: True, b: True}
    assert hand.column(Prediction, "decision")[pending] == "rejected"
    hand.draw(ready[1], a)
    with pytest.raises(UserError, match="Defects are marked"):
        hand.do(checking.defect_free, ready[1])
    assert hand.do(checking.complete, ready[1]).answered is False


def test_seen_proposals_make_it_an_ordinary_image(hand, drawn, check_undo):
    ready, _, _ = drawn
    check_undo(hand.workspace, lambda: hand.do(checking.make_ordinary, ready[0]))
    assert hand.splits()[ready[0]] == "train" and not is_asked(hand, ready[0])
    with pytest.raises(UserError):
        hand.do(checking.defect_free, ready[0])


def test_those_to_mark_begin_with_what_a_model_found_most_present(hand, drawn):
    ready, _, a = drawn
    hand.propose(ready[2], a, 0.9)
    assert hand.value(candidates.to_mark, a, 2) == [ready[2], ready[0]]
    assert hand.value(candidates.to_mark, None, 1) == [ready[2]], "the others were not looked at by any model"
    hand.do(checking.defect_free, ready[2])
    assert hand.value(candidates.to_mark, a, 99) == ready[:2]


def test_an_accepted_region_takes_blind_away_as_before(hand, drawn):
    ready, _, a = drawn
    (proposed,) = hand.propose(ready[0], a, 0.9)
    hand.draw(ready[0], a, square(40, 5))
    hand.do(checking.complete, ready[0])
    hand.do(lambda session: review.accept(session, [session.get(Prediction, proposed)]))
    assert verdict(hand, ready[0]) == ("complete", False)
    assert len(hand.column(Annotation, "id")) == 3
