"""Regions drawn by hand: they fit their image, the first of them become shots, and every change of them can be undone."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import UserError
from app.operations import annotations, support, verdicts
from app.store.records import Annotation, Image
from core_models.contract.mask import Mask
from tests.operations.conftest import HEIGHT, WIDTH
from tests.toy_project import square


def shots(hand, class_id):
    return hand.value(lambda s: [i.id for i in support.shots(s, class_id)])


def test_what_is_drawn_comes_back_bit_for_bit_and_signed(hand, check_undo):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    mask = Mask.from_array(np.random.default_rng(0).random((20, 30)) > 0.6, 7, 9)
    drawn = check_undo(hand.workspace, lambda: hand.draw(image, scratch, mask))
    with hand.workspace.read() as session:
        row = session.get(Annotation, drawn)
        assert (row.mask, row.area, row.source, row.by, row.ignore) == (mask, mask.area, "person", "tester", False)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [(Mask.EMPTY, "The mask is empty"), (square(WIDTH - 7), "reaches beyond 000.png, which has 60 x 40"), (square(5, HEIGHT - 7), "beyond")],
)
def test_a_mask_must_fit_its_image(hand, mask, sentence):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    with pytest.raises(UserError, match=sentence):
        hand.draw(image, scratch, mask)
    drawn = hand.draw(image, scratch)
    with pytest.raises(UserError, match=sentence):
        hand.do(lambda s: annotations.replace_mask(s, s.get(Annotation, drawn), mask))
    assert [m for _, m in hand.regions(scratch)] == [square()]


def test_a_removed_image_or_class_takes_no_region(hand):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    with pytest.raises(UserError, match="class is not in this project"):
        hand.draw(image, scratch + 1)
    with pytest.raises(UserError, match="image is not in this project"):
        hand.draw(image + 1, scratch)


def test_outline_class_and_ignore_can_be_changed_and_undone(hand, check_undo):
    (image,), a, b = hand.many(1), hand.new_class("a"), hand.new_class("b")
    drawn = hand.draw(image, a)
    check_undo(hand.workspace, lambda: hand.do(lambda s: annotations.replace_mask(s, s.get(Annotation, drawn), square(20)).id))
    assert hand.regions(a) == [(image, square(20))]
    check_undo(hand.workspace, lambda: hand.do(lambda s: annotations.set_class(s, s.get(Annotation, drawn), b).id))
    assert hand.regions(b) == [(image, square(20))] and shots(hand, a) == []  # no region of a is left on its shot
    check_undo(hand.workspace, lambda: hand.do(lambda s: annotations.set_ignore(s, s.get(Annotation, drawn), True).id))
    check_undo(hand.workspace, lambda: hand.do(lambda s: annotations.remove(s, s.get(Annotation, drawn))))
    assert hand.regions(b) == []


def test_the_first_five_images_drawn_on_by_hand_become_shots(hand, check_undo):
    ids, scratch = hand.many(9), hand.new_class("scratch")
    hand.draw(ids[0], scratch, source="import")
    hand.draw(ids[1], scratch, ignore=True)
    assert shots(hand, scratch) == []
    check_undo(hand.workspace, lambda: hand.draw(ids[2], scratch))  # region, shot and side in one step
    hand.draw(ids[2], scratch, square(30))
    for k in ids[3:9]:
        hand.draw(k, scratch)
    assert shots(hand, scratch) == ids[2:7]
    sides = hand.splits()
    assert all(sides[k] == "train" for k in ids[2:7]) and all(sides[k] == "" for k in (*ids[:2], *ids[7:]))


def test_a_shot_that_a_person_dropped_does_not_come_back_by_itself(hand):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    hand.draw(image, scratch)
    hand.do(support.drop_shot, scratch, image)
    hand.draw(image, scratch, square(30))
    assert shots(hand, scratch) == []


def test_a_region_on_a_check_image_or_over_everything_makes_no_shot(hand):
    candidates, others = hand.sorted_out()
    scratch = hand.new_class("scratch")
    hand.do(verdicts.complete, candidates[0], [scratch])
    assert hand.column(Image, "split")[candidates[0]] == "check"
    hand.draw(candidates[0], scratch)
    hand.draw(others[0], scratch, Mask.from_array(np.ones((HEIGHT, WIDTH), bool)))
    assert shots(hand, scratch) == []


def test_removing_the_last_region_drops_the_shot(hand, check_undo):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    first, second = hand.draw(image, scratch), hand.draw(image, scratch, square(30))
    hand.do(lambda s: annotations.remove(s, s.get(Annotation, first)))
    assert shots(hand, scratch) == [image]
    check_undo(hand.workspace, lambda: hand.do(lambda s: annotations.remove(s, s.get(Annotation, second))))
    assert shots(hand, scratch) == []
    assert hand.value(annotations.on_image, image) == []
