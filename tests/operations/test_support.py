"""Shots: what may be one, what is refused in words, and what a job gets of them."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import UserError
from app.operations import annotations, images, support, verdicts
from app.store.records import Annotation, Image, SupportSetRow
from core_models.contract.mask import Mask
from tests.operations.conftest import HEIGHT, WIDTH
from tests.toy_project import square

EVERYTHING = Mask.from_array(np.ones((HEIGHT, WIDTH), bool))


def test_a_shot_can_be_chosen_and_dropped(hand, check_undo):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    hand.draw(image, scratch, source="import")
    check_undo(hand.workspace, lambda: hand.do(support.add_shot, scratch, image))
    assert hand.splits()[image] == "train"
    hand.do(support.add_shot, scratch, image)  # twice changes nothing
    assert hand.value(lambda s: len(support.shots(s, scratch))) == 1
    assert check_undo(hand.workspace, lambda: hand.do(support.drop_shot, scratch, image)) is True
    assert hand.do(support.drop_shot, scratch, image) is False


@pytest.mark.parametrize(("mask", "sentence"), [(None, "000.png has no region of scratch"), (EVERYTHING, "The mask of scratch covers all of 000.png")])
def test_an_empty_mask_and_one_that_covers_everything_are_refused(hand, mask, sentence):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    if mask is None:
        hand.draw(image, scratch, ignore=True)
    else:
        hand.draw(image, scratch, mask)
    with pytest.raises(UserError, match=sentence):
        hand.do(support.add_shot, scratch, image)
    assert hand.splits()[image] == ""


def test_a_check_image_is_never_a_shot(hand):
    candidates, _ = hand.sorted_out()
    scratch = hand.new_class("scratch")
    hand.draw(candidates[0], scratch, source="import")
    hand.do(verdicts.complete, candidates[0], [scratch])
    with pytest.raises(UserError, match="is a check image"):
        hand.do(support.add_shot, scratch, candidates[0])


def test_what_a_job_gets_is_the_union_of_the_regions(hand, check_undo):
    one, two = hand.many(2)
    scratch = hand.new_class("scratch")
    hand.draw(one, scratch, square(5, 5))
    hand.draw(one, scratch, square(9, 9))
    hand.draw(one, scratch, square(40, 20), ignore=True)
    hand.draw(two, scratch)
    frozen = check_undo(hand.workspace, lambda: hand.do(support.freeze, scratch))
    wanted = np.zeros((HEIGHT, WIDTH), bool)
    wanted[5:13, 5:13] = wanted[9:17, 9:17] = True
    shot = frozen.shots[0]
    assert np.array_equal(shot.mask.full(HEIGHT, WIDTH), wanted) and shot.ignore == square(40, 20)
    assert (frozen.class_name, len(frozen.shots)) == ("scratch", 2)
    with hand.workspace.read() as session:
        assert shot.image == images.ref(session.get(Image, one))
    assert frozen.digest == hand.value(support.present_digest, scratch)
    assert list(hand.column(SupportSetRow, "digest").values()) == [frozen.digest]
    hand.do(support.freeze, scratch)
    assert len(hand.column(SupportSetRow, "digest")) == 1


def test_the_digest_follows_masks_and_shots_and_comes_back(hand):
    one, two = hand.many(2)
    scratch = hand.new_class("scratch")
    assert hand.value(support.present_digest, scratch) == ""
    drawn = hand.draw(one, scratch)
    first = hand.value(support.present_digest, scratch)
    hand.draw(two, scratch)
    both = hand.value(support.present_digest, scratch)
    hand.do(support.drop_shot, scratch, two)
    again = hand.value(support.present_digest, scratch)
    hand.do(lambda s: annotations.replace_mask(s, s.get(Annotation, drawn), square(6)))
    moved = hand.value(support.present_digest, scratch)
    assert first == again and len({first, both, moved}) == 3


def test_a_class_without_shots_or_with_a_bad_one_gives_no_support_set(hand):
    (image,), scratch = hand.many(1), hand.new_class("scratch")
    with pytest.raises(UserError, match="The class scratch has no shots"):
        hand.do(support.freeze, scratch)
    hand.draw(image, scratch)
    hand.draw(image, scratch, EVERYTHING)
    with pytest.raises(UserError, match="covers all of 000.png"):
        hand.do(support.freeze, scratch)
