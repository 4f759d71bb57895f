"""Accepting all that is shown on one image: regions, what lies below the cut, and the verdict, in one change."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import review_images
from app.store.records import Annotation, Verdict
from tests.toy_project import Toy, make_toy, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file)


def test_shown_regions_are_accepted_and_the_rest_is_dismissed(toy, check_undo):
    toy.receive(toy.active_id(), {3: [square(5)]}, score=0.9)
    toy.receive(toy.active_id(), {4: [square(5)]}, score=0.9)
    image_id = toy.image_ids[3]
    answer = check_undo(toy.workspace, lambda: toy.do(review_images.accept_image, image_id, 0.8))
    assert answer == {"accepted": 1, "dismissed": 0, "class_ids": [toy.class_id]}
    assert toy.decisions() == ["accepted", "pending"]
    assert [(v.image_id, v.state, v.blind) for v in toy.find(select(Verdict))] == [(image_id, "complete", False)]


def test_what_lies_below_the_cut_is_dismissed(toy, check_undo):
    toy.receive(toy.active_id(), {3: [square(5), square(30)]}, score=0.7)
    answer = check_undo(toy.workspace, lambda: toy.do(review_images.accept_image, toy.image_ids[3], 0.8))
    assert answer == {"accepted": 0, "dismissed": 2, "class_ids": [toy.class_id]}
    assert toy.decisions() == ["dismissed", "dismissed"]
    assert not toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[3]))


def test_an_image_where_nothing_was_found_is_complete(toy):
    toy.receive(toy.active_id(), {3: []})
    assert toy.do(review_images.accept_image, toy.image_ids[3])["class_ids"] == [toy.class_id]


def test_without_a_proposal_there_is_nothing_to_accept(toy):
    with pytest.raises(UserError, match="Nothing was proposed"):
        toy.do(review_images.accept_image, toy.image_ids[3])


def test_an_emptied_image_is_defect_free_in_one_step(toy, check_undo):
    image_id = toy.image_ids[0]
    assert check_undo(toy.workspace, lambda: toy.do(review_images.empty, image_id)) == 1
    assert not toy.find(select(Annotation).where(Annotation.image_id == image_id))
    assert [(v.image_id, v.state) for v in toy.find(select(Verdict))] == [(image_id, "complete")]
