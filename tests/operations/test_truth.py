"""What a model learns from and what versions are compared on: never the same image, and nothing that nobody said."""

from __future__ import annotations

import pytest

from app.operations import images, truth, verdicts
from app.store.records import Image, Prediction
from core_models.contract.mask import Mask
from tests.toy_project import square


def train(hand, *class_ids):
    return {i.image.id: {label.class_id: label for label in i.labels} for i in hand.value(truth.train_images, class_ids or None)}


def check(hand, *class_ids):
    return {i.image.id: {label.class_id: label for label in i.labels} for i in hand.value(truth.check_images, class_ids or None)}


def test_what_each_sort_of_statement_teaches(hand):
    _, ids = hand.sorted_out(24)
    marked, complete, rejected, ignored, bulk, untouched, pending = ids[:7]
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(marked, a, square(5))
    hand.draw(marked, a, square(30))
    hand.do(verdicts.complete, complete, [a])
    (bad,) = hand.propose(rejected, a, 0.9)
    hand.decide(bad, "rejected")
    hand.draw(ignored, a, square(5))
    hand.draw(ignored, a, square(9), ignore=True)
    (good,) = hand.propose(bulk, b, 0.9)
    hand.draw(bulk, b, source="model", prediction_id=good)
    hand.decide(good, "accepted", how="bulk")
    hand.propose(pending, a, 0.9)

    known = train(hand)
    assert set(known) == {marked, complete, rejected, ignored, bulk}
    assert known[marked][a].positive == square(5) | square(30) and not known[marked][a].complete
    assert known[complete][a].complete and known[complete][a].positive == Mask.EMPTY and set(known[complete]) == {a}
    assert known[rejected][a].negative == square(0, 20) and known[rejected][a].positive == Mask.EMPTY
    assert known[ignored][a].ignore == square(9) - square(5)  # what was marked is not ignored
    assert known[bulk][b].bulk and not known[marked][a].bulk
    assert set(train(hand, b)) == {bulk}
    assert check(hand) == {}


def test_a_rejected_region_does_not_contradict_what_was_marked(hand):
    _, (image, *_) = hand.sorted_out()
    a = hand.new_class("a")
    (bad,) = hand.propose(image, a, 0.9)  # at (0, 20), 8 x 8
    hand.decide(bad, "rejected")
    hand.draw(image, a, square(4, 20))
    label = train(hand)[image][a]
    assert label.negative.area == 8 * 4 and label.negative.intersection_area(label.positive) == 0


def test_check_images_count_for_classes_with_a_blind_complete_verdict_only(hand):
    candidates, _ = hand.sorted_out()
    one, two = candidates[:2]
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(one, a, source="import")
    hand.draw(one, b, square(30), source="import")
    hand.do(verdicts.complete, one, [a])
    hand.do(verdicts.complete, two, [a, b])
    hand.do(verdicts.needs_work, two, [b])
    assert {k: set(labels) for k, labels in check(hand).items()} == {one: {a}, two: {a}}
    assert check(hand)[one][a].positive == square() and check(hand)[one][a].complete
    hand.do(verdicts.not_blind, one, a)
    assert set(check(hand)) == {two}
    assert train(hand) == {}


def test_a_candidate_that_may_become_check_teaches_nothing_yet(hand):
    candidates, others = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(candidates[0], a, source="import")
    hand.draw(others[0], a, source="import")
    assert set(train(hand)) == {others[0]}
    hand.do(lambda s: images.decide_split(s, s.get(Image, candidates[0]), "train"))
    assert set(train(hand)) == {candidates[0], others[0]}


@pytest.mark.parametrize("how", ["removed", "changed"])
def test_images_that_are_gone_are_left_out(hand, make_image_file, how):
    _, ids = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(ids[0], a)
    with hand.workspace.read() as session:
        path = images.path_of(session, session.get(Image, ids[0]))
    if how == "removed":
        hand.do(lambda s: images.remove(s, [s.get(Image, ids[0])]))
    else:
        path.write_bytes(make_image_file("other.png").read_bytes())
        hand.add(path)
    assert train(hand) == {}


def test_the_digest_names_the_data_and_not_its_order_or_place(hand):
    _, ids = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(ids[0], a)
    hand.draw(ids[1], a)
    items = hand.value(truth.train_images)
    digest = truth.data_digest(items)
    assert truth.data_digest(reversed(items)) == digest and len(digest) == 64
    hand.do(verdicts.complete, ids[1], [a])
    assert truth.data_digest(hand.value(truth.train_images)) != digest
    assert truth.data_digest(()) != digest
    assert hand.column(Prediction, "id") == {}
