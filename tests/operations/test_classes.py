"""Classes are named, coloured, merged and removed, and undo brings everything back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import annotations, classes, support, verdicts
from app.store import queries
from app.store.records import Annotation, DefectClass, Inference, Prediction, Verdict
from tests.toy_project import square


def act(hand, operation, class_id, *args):
    def run(session):
        rows = [session.get(DefectClass, a) if isinstance(a, int) else a for a in (class_id, *args)]
        return operation(session, *rows)

    return hand.workspace.do(run, title=operation.__name__)


def test_colours_are_told_apart_and_never_given_twice(hand):
    for k in range(30):
        hand.new_class(f"class {k}")
    colours = list(hand.column(DefectClass, "colour").values())
    assert tuple(colours[:7]) == classes.COLOURS and len(set(colours)) == 30
    assert list(hand.column(DefectClass, "position").values()) == list(range(30))


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_must_be_one(hand, name):
    with pytest.raises(UserError, match="needs a name"):
        hand.new_class(name)


def test_names_are_unique_and_known_ones_are_named(hand, check_undo):
    scratch = check_undo(hand.workspace, lambda: hand.new_class("划痕"))
    hand.new_class("dent")
    with pytest.raises(UserError, match="There is a class dent already"):
        hand.new_class(" dent ")
    with pytest.raises(UserError, match="There is a class dent already"):
        act(hand, classes.rename, scratch, "dent")
    with pytest.raises(UserError, match="no class spot in this project. Its classes: 划痕, dent"):
        hand.value(classes.get, "spot")
    check_undo(hand.workspace, lambda: act(hand, classes.rename, scratch, "scratch"))
    assert hand.value(classes.get, "scratch").id == scratch


def test_colour_order_and_cut(hand, check_undo):
    a, b, c = (hand.new_class(n) for n in "abc")
    check_undo(hand.workspace, lambda: act(hand, classes.recolour, a, "#12aBcd"))
    assert hand.column(DefectClass, "colour")[a] == "#12ABCD"
    with pytest.raises(UserError, match="red is no colour"):
        act(hand, classes.recolour, a, "red")
    check_undo(hand.workspace, lambda: hand.do(lambda session: classes.move(session, session.get(DefectClass, c), 0)))
    assert [k.name for k in hand.value(queries.all_classes)] == ["c", "a", "b"]
    hand.do(lambda session: classes.set_cut(session, session.get(DefectClass, b), 0.7))
    with pytest.raises(UserError, match="not between 0 and 1"):
        hand.do(lambda session: classes.set_cut(session, session.get(DefectClass, b), 1.5))
    assert hand.column(DefectClass, "cut")[b] == 0.7


def test_removing_a_class_takes_all_that_was_said_of_it_and_undo_brings_it_back(hand, check_undo):
    first, second = hand.many(2)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(first, a)
    kept = hand.draw(second, b)
    (proposal,) = hand.propose(second, a, 0.9)
    hand.do(annotations.add, second, b, square(30), source="model", prediction_id=proposal)  # corrected to another class
    hand.do(support.freeze, a)
    hand.do(verdicts.complete, first, [a, b])
    check_undo(hand.workspace, lambda: act(hand, classes.remove, a))
    assert set(hand.column(DefectClass, "id")) == {b}
    assert hand.column(Inference, "id") == hand.column(Prediction, "id") == {}
    assert set(hand.column(Verdict, "class_id").values()) == {b}
    assert len(hand.regions(b)) == 2 and kept in hand.column(Annotation, "id")


def test_merging_keeps_regions_shots_and_where_they_came_from(hand, check_undo):
    one, two, three = hand.many(3)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(one, a)
    hand.draw(one, b, square(20))
    hand.draw(two, a)
    accepted, pending = hand.propose(three, a, 0.9, 0.8)
    hand.draw(three, a, source="model", prediction_id=accepted)
    hand.decide(accepted, "accepted")
    check_undo(hand.workspace, lambda: act(hand, classes.merge, a, b))
    assert [c["name"] for c in hand.value(queries.class_counts)] == ["b"]
    assert len(hand.regions(b)) == 4
    assert hand.value(lambda s: [i.id for i in support.shots(s, b)]) == [one, two]
    assert set(hand.column(Inference, "class_id").values()) == {b}
    assert hand.column(Prediction, "decision") == {accepted: "accepted", pending: "superseded"}
    with pytest.raises(UserError, match="into itself"):
        act(hand, classes.merge, b, b)


def test_merging_where_both_classes_have_an_inference_of_the_same_shots(hand, check_undo):
    (image,) = hand.many(1)
    a, b = hand.new_class("a"), hand.new_class("b")
    (of_a,) = hand.propose(image, a, 0.9, digest="same")
    (of_b,) = hand.propose(image, b, 0.8, digest="same")
    check_undo(hand.workspace, lambda: act(hand, classes.merge, a, b))
    assert len(hand.column(Inference, "id")) == 1
    assert set(hand.column(Prediction, "inference_id")) == {of_a, of_b}
    assert len(set(hand.column(Prediction, "inference_id").values())) == 1


def test_an_image_is_complete_for_the_merged_class_where_it_was_for_both(hand):
    both, only_a, only_b, unfinished, blind = hand.many(5)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.do(verdicts.complete, [both, only_a], [a], blind=False)
    hand.do(verdicts.complete, [both, only_b, unfinished], [b])
    hand.do(verdicts.needs_work, unfinished, [a], comment="the left edge")
    hand.do(verdicts.complete, blind, [a, b])
    act(hand, classes.merge, a, b)
    with hand.workspace.read() as session:
        said = {v.image_id: (v.state, v.blind, v.comment) for v in session.scalars(select(Verdict))}
    assert said == {both: ("complete", False, ""), unfinished: ("needs_work", False, "the left edge"), blind: ("complete", True, "")}
