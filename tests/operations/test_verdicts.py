"""Verdicts: blind or not, which side of the split they put a group on, and what they never touch."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import grouping, support, verdicts
from app.store.records import Image, Prediction, Project, Verdict
from tests.toy_project import square


def said(hand) -> dict[tuple[int, int], tuple[str, bool]]:
    with hand.workspace.read() as session:
        return {(v.image_id, v.class_id): (v.state, v.blind) for v in session.scalars(select(Verdict))}


def test_complete_is_blind_only_where_no_pass_of_the_class_was_made(hand, check_undo):
    clean, proposed, nothing_found = hand.many(3)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.propose(proposed, a, 0.9)
    hand.propose(nothing_found, a)
    assert check_undo(hand.workspace, lambda: hand.do(verdicts.complete, [clean, proposed, nothing_found], [a, b], comment="seen")) == 3
    blind = {key: value[1] for key, value in said(hand).items()}
    assert blind == {(clean, a): True, (clean, b): True, (proposed, a): False, (proposed, b): True, (nothing_found, a): False, (nothing_found, b): True}


def test_a_blind_verdict_stays_blind_when_it_is_said_again_later(hand):
    (image,), a = hand.many(1), hand.new_class("a")
    hand.do(verdicts.complete, image, [a])
    hand.propose(image, a, 0.9)
    hand.do(verdicts.complete, image, [a], comment="looked again")
    assert said(hand)[image, a] == ("complete", True)
    hand.do(verdicts.not_blind, image, a)
    hand.do(verdicts.complete, image, [a])
    assert said(hand)[image, a] == ("complete", False)


def test_a_blind_verdict_makes_candidates_check_and_everything_else_train(hand, check_undo):
    candidates, others = hand.sorted_out()
    a = hand.new_class("a")
    shown, blind = candidates[:2]
    hand.propose(shown, a, 0.9)
    check_undo(hand.workspace, lambda: hand.do(verdicts.complete, [shown, blind, others[0]], [a]))
    sides = hand.splits()
    assert (sides[shown], sides[blind], sides[others[0]], sides[others[1]]) == ("train", "check", "train", "")


def test_the_first_decision_holds_for_the_whole_group_and_for_good(hand):
    ids = hand.register(*(f"part {p}/{k}.png" for p in range(8) for k in range(2)), group_by=r"part \d")
    a = hand.new_class("a")
    groups = hand.column(Image, "part_group")
    assert len(set(groups.values())) == 8
    candidate = next(k for k in ids if grouping.is_candidate(groups[k]))
    twin = next(k for k in ids if k != candidate and groups[k] == groups[candidate])
    hand.do(verdicts.complete, candidate, [a])
    assert hand.splits()[twin] == "check"
    hand.propose(twin, a, 0.9)
    hand.do(verdicts.complete, twin, [a])  # not blind: no truth for a comparison, but no change of side either
    assert hand.splits()[candidate] == hand.splits()[twin] == "check"


def test_candidates_are_asked_for_only_until_there_are_enough(hand, monkeypatch):
    candidates, _ = hand.sorted_out(40)
    a = hand.new_class("a")
    monkeypatch.setattr("app.operations.candidates.ALL_GROUPS", 2)
    hand.do(verdicts.complete, candidates[:3], [a])
    assert sorted(hand.splits()[k] for k in candidates[:3]) == ["check", "check", "train"]
    hand.do(verdicts.complete, candidates[3], [a])
    assert hand.splits()[candidates[3]] == "train"
    hand.do(verdicts.complete, candidates[4], [a], blind=True)  # an import: all that it brings is welcome
    assert hand.splits()[candidates[4]] == "check"


def test_enough_of_each_class_and_of_clean_images_is_enough(hand, monkeypatch):
    candidates, _ = hand.sorted_out(40)
    a = hand.new_class("a")
    monkeypatch.setattr("app.operations.candidates.GROUPS_A_CLASS", 1)
    monkeypatch.setattr("app.operations.candidates.CLEAN_IMAGES", 1)
    hand.draw(candidates[0], a, source="import")
    for k in candidates[:3]:
        hand.do(verdicts.complete, k, [a])
    assert [hand.splits()[k] for k in candidates[:3]] == ["check", "check", "train"]


def test_with_the_setting_off_no_image_is_kept_for_checking(hand):
    candidates, _ = hand.sorted_out()
    a = hand.new_class("a")

    def off(session):
        row = session.scalar(select(Project)) or Project(name="p")
        session.add(row)
        row.settings = {**(row.settings or {}), "check_candidates": False}

    hand.do(off)
    hand.do(verdicts.complete, candidates, [a])
    assert {hand.splits()[k] for k in candidates} == {"train"}


def test_needs_work_leaves_the_side_open(hand, check_undo):
    candidates, _ = hand.sorted_out()
    a, b = hand.new_class("a"), hand.new_class("b")
    check_undo(hand.workspace, lambda: hand.do(verdicts.needs_work, candidates[0], comment="the edge"))
    assert said(hand) == {(candidates[0], a): ("needs_work", False), (candidates[0], b): ("needs_work", False)}
    assert hand.splits()[candidates[0]] == ""
    hand.do(verdicts.complete, candidates[0], [a, b])
    assert hand.splits()[candidates[0]] == "check"


def test_defect_free_means_every_class_and_rejects_what_is_proposed(hand, check_undo):
    one, two = hand.many(2)
    a, b = hand.new_class("a"), hand.new_class("b")
    pending = hand.propose(one, a, 0.9, 0.2)
    other_version = hand.propose(one, a, 0.9, engine="nearest")
    (elsewhere,) = hand.propose(two, a, 0.9)
    assert check_undo(hand.workspace, lambda: hand.do(verdicts.defect_free, [one])) == 1
    assert said(hand) == {(one, a): ("complete", False), (one, b): ("complete", True)}
    decisions = hand.column(Prediction, "decision")
    assert {decisions[k] for k in (*pending, *other_version)} == {"rejected"} and decisions[elsewhere] == "pending"
    assert hand.column(Prediction, "decided_how")[pending[0]] == "image"
    assert hand.column(Prediction, "decided_by")[pending[0]] == "tester"


def test_defect_free_is_refused_where_something_is_marked_and_nothing_is_written(hand):
    marked, clean, ignored = hand.many(3)
    a = hand.new_class("a")
    hand.draw(marked, a)
    hand.draw(ignored, a, square(), ignore=True)
    with pytest.raises(UserError, match="Defects are marked on 000.png"):
        hand.do(verdicts.defect_free, [clean, marked])
    assert said(hand) == {}
    assert hand.do(verdicts.defect_free, [clean, ignored]) == 2


def test_verdicts_can_be_taken_back(hand, check_undo):
    (image,), a, b = hand.many(1), hand.new_class("a"), hand.new_class("b")
    hand.do(verdicts.complete, image, [a, b])
    assert check_undo(hand.workspace, lambda: hand.do(verdicts.clear, image, [a])) == 1
    assert said(hand) == {(image, b): ("complete", True)}
    assert hand.do(verdicts.clear, [image]) == 1


def test_a_verdict_needs_a_class_and_an_image(hand):
    (image,) = hand.many(1)
    for act in (verdicts.needs_work, verdicts.defect_free):
        with pytest.raises(UserError, match="No class"):
            hand.do(act, image)
    with pytest.raises(UserError, match="No class"):
        hand.do(verdicts.complete, image, [])
    with pytest.raises(UserError, match="not in this project"):
        hand.do(verdicts.complete, [image, image + 1], [hand.new_class("a")])


def test_an_accepted_image_is_complete_for_what_was_shown(hand):
    one, two, three = hand.many(3)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(three, a)  # the shot
    hand.propose(one, a, 0.9)
    hand.propose(two, a)
    hand.propose(one, b, 0.9, engine="nearest")
    assert hand.value(verdicts.classes_shown, [one, two, three]) == {one: {a}, two: {a}}
    hand.draw(three, a, square(30))  # other shots now: nothing of them is shown yet
    assert hand.value(verdicts.classes_shown, [one, two, three]) == {}


def test_a_group_with_a_side_gives_it_to_a_member_without_one(hand):
    """However a group came to have both: what one of its images is used for, no other may contradict."""
    ids = hand.register(*(f"{k}/{k}.png" for k in range(2)), group_by=r"\.png")
    a = hand.new_class("a")

    def one_only(session):
        session.get(Image, ids[0]).split = "check"

    hand.do(one_only)
    hand.draw(ids[1], a)
    assert set(hand.splits().values()) == {"check"}
    with pytest.raises(UserError, match="check image"):
        hand.do(support.add_shot, a, ids[1])
