"""A stroke of the hand: what it makes, extends, takes over, cuts and refuses, each undone and done again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import drawing
from app.store.records import Annotation, DefectClass, SupportShot
from tests.toy_project import Toy, make_toy, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file)


def masks(toy: Toy, image: int) -> list:
    return [a.mask for a in toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[image]).order_by(Annotation.id))]


def stroke(toy: Toy, mask, how="add", selected=None, image=3, class_id: int | None = 0):
    return toy.do(drawing.stroke, toy.image_ids[image], toy.class_id if class_id == 0 else class_id, mask, how, selected)


def test_a_stroke_makes_a_region_and_a_shot(toy, check_undo):
    key = check_undo(toy.workspace, lambda: stroke(toy, square(3)))
    assert masks(toy, 3) == [square(3)] and key[0] == "annotation"
    assert toy.image_ids[3] in [s.image_id for s in toy.find(select(SupportShot))]


def test_a_stroke_that_touches_the_selected_region_extends_it(toy, check_undo):
    key = stroke(toy, square(3))
    assert check_undo(toy.workspace, lambda: stroke(toy, square(7), selected=key)) == key
    assert masks(toy, 3) == [square(3) | square(7)]


def test_elsewhere_it_begins_a_new_region(toy):
    key = stroke(toy, square(3))
    assert stroke(toy, square(40), selected=key) != key
    assert stroke(toy, square(5)) != key, "touching what is not selected begins a region, too"
    assert len(masks(toy, 3)) == 3


def test_the_selected_region_of_another_image_is_left_alone(toy):
    key = stroke(toy, square(3))
    stroke(toy, square(5), selected=key, image=4)
    assert masks(toy, 3) == [square(3)] and masks(toy, 4) == [square(5)]


def test_erasing_cuts_the_selected_region_only(toy, check_undo):
    first, other = stroke(toy, square(3)), stroke(toy, square(5))
    assert check_undo(toy.workspace, lambda: stroke(toy, square(7), "erase", first)) == first
    assert masks(toy, 3) == [square(3) - square(7), square(5)]
    assert other != first


def test_erasing_without_a_selection_cuts_all_it_touches_and_removes_what_is_empty(toy, check_undo):
    stroke(toy, square(3))
    stroke(toy, square(30))
    assert check_undo(toy.workspace, lambda: stroke(toy, square(2, 4, 10), "erase")) is None
    assert masks(toy, 3) == [square(30)]


def test_erasing_nothing_is_refused(toy):
    with pytest.raises(UserError, match="nothing to erase"):
        stroke(toy, square(3), "erase")


def test_ignore_is_apart_from_regions(toy, check_undo):
    key = stroke(toy, square(3))
    check_undo(toy.workspace, lambda: stroke(toy, square(5), "ignore", key))
    found = toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[3]).order_by(Annotation.id))
    assert [a.ignore for a in found] == [False, True]


def test_a_stroke_takes_the_proposal_in_focus_over(toy, check_undo):
    toy.receive(toy.active_id(), {3: [square(10)]})
    key = check_undo(toy.workspace, lambda: stroke(toy, square(14), selected=("proposal", 1)))
    assert key[0] == "annotation" and masks(toy, 3) == [square(10) | square(14)]
    assert toy.decisions() == ["corrected"]


def test_erasing_all_of_a_proposal_rejects_it(toy):
    toy.receive(toy.active_id(), {3: [square(10)]})
    assert stroke(toy, square(9, 4, 10), "erase", ("proposal", 1)) is None
    assert toy.decisions() == ["rejected"] and not masks(toy, 3)


def test_the_first_stroke_names_its_class_in_one_change(toy, check_undo):
    key, class_id = check_undo(toy.workspace, lambda: toy.do(drawing.first_stroke, toy.image_ids[3], "凹坑", square(3)))
    assert [c.name for c in toy.find(select(DefectClass).where(DefectClass.id == class_id))] == ["凹坑"]
    assert key[0] == "annotation"


def test_without_a_class_nothing_is_drawn(toy):
    with pytest.raises(UserError, match="no class"):
        stroke(toy, square(3), class_id=None)


def test_delete_removes_a_region_and_rejects_a_proposal(toy, check_undo):
    key = stroke(toy, square(3))
    toy.receive(toy.active_id(), {4: [square(10)]})
    check_undo(toy.workspace, lambda: toy.do(drawing.remove, key))
    check_undo(toy.workspace, lambda: toy.do(drawing.remove, ("proposal", 1)))
    assert not masks(toy, 3) and toy.decisions() == ["rejected"]
    with pytest.raises(UserError, match="not there"):
        toy.do(drawing.remove, key)


def test_one_proposal_is_decided_once(toy, check_undo):
    toy.receive(toy.active_id(), {3: [square(10)]})
    assert check_undo(toy.workspace, lambda: toy.do(drawing.decide, 1, "accept"))[0] == "annotation"
    with pytest.raises(UserError, match="decided already"):
        toy.do(drawing.decide, 1, "reject")
