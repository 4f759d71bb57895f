"""What is asked about the image in view, what of an answer is new, and what a person's word on a suggestion writes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.operations import classes, models, suggesting, support
from app.store.records import Annotation, Inference, Prediction, SupportSetRow, SupportShot, Verdict
from core_models.contract.job import Region
from tests.toy_project import Toy, make_toy, settle_split, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    """Six images of the side train, so that none is kept blind; "scratch" has two shots."""
    made = make_toy(workspace, make_image_file)
    made.do(lambda session: [settle_split(session, k, "train") for k in made.image_ids])
    return made


def question(toy: Toy, place: int, class_id: int | None = None):
    with toy.workspace.read() as session:
        return suggesting.question(session, toy.workspace.folder, toy.image_ids[place], class_id or toy.class_id)


def test_the_question_holds_the_present_shots_and_leaves_no_trace(toy):
    asked = question(toy, 3)
    assert [s.image.id for s in asked.support.shots] == toy.image_ids[:2] and asked.image.id == toy.image_ids[3]
    assert asked.model.version_id == toy.active_id() and asked.key == (toy.image_ids[3], toy.class_id, asked.support.digest, toy.active_id())
    assert not toy.find(select(SupportSetRow)) and not toy.find(select(Inference))
    frozen = toy.do(support.freeze, toy.class_id)
    assert frozen == asked.support


def test_a_change_of_the_shots_is_another_question(toy):
    before = question(toy, 3).key
    toy.do(support.drop_shot, toy.class_id, toy.image_ids[1])
    assert question(toy, 3).key != before


def test_nothing_is_asked_without_a_shot_or_where_the_shots_have_been(toy):
    other = toy.do(lambda session: classes.add(session, "dent").id)
    assert question(toy, 3, other) is None
    toy.receive(toy.active_id(), {3: []})
    assert question(toy, 3) is None and question(toy, 4) is not None
    toy.files[4].unlink()
    assert question(toy, 4) is None, "the file is missing"


def test_a_check_image_is_kept_blind(toy):
    toy.do(settle_split, toy.image_ids[4], "check")
    assert question(toy, 4) is None and question(toy, 5) is not None


def test_only_what_says_something_new_is_suggested_least_certain_first():
    regions = [Region(square(0), 0.9), Region(square(30), 0.6), Region(square(20, 20), 0.3), Region(square(44, 10, 4), 0.7)]
    known = [square(2, 5), square(40, 5, 20)]
    assert [(r.mask.x, r.score) for r in suggesting.fresh(regions, known, cut=0.5)] == [(30, 0.6)]


def test_an_accepted_suggestion_is_an_annotation_of_the_models_and_no_shot(toy, check_undo):
    key = check_undo(toy.workspace, lambda: toy.do(suggesting.accept, toy.image_ids[3], toy.class_id, square()))
    (made,) = toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[3]))
    assert key == ("annotation", made.id) and (made.source, made.prediction_id) == ("model", None)
    assert len(toy.find(select(SupportShot))) == 2 and question(toy, 3).known == (square(),)


@pytest.mark.parametrize(("how", "area"), [("add", 64 + 32), ("erase", 32)])
def test_a_stroke_on_a_suggestion_takes_it_over(toy, how, area):
    toy.do(suggesting.take_over, toy.image_ids[3], toy.class_id, square(5, 5), square(9, 5), how)
    (made,) = toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[3]))
    assert made.area == area and made.source == "model"


def test_an_eraser_over_all_of_it_leaves_nothing(toy):
    assert toy.do(suggesting.take_over, toy.image_ids[3], toy.class_id, square(), square(), "erase") is None
    assert not toy.find(select(Annotation).where(Annotation.image_id == toy.image_ids[3]))


def test_an_image_is_accepted_with_what_is_suggested_and_what_is_proposed(toy, check_undo):
    other = toy.do(lambda session: classes.add(session, "dent").id)
    toy.receive(toy.active_id(), {3: [square(40)]})
    answer = check_undo(toy.workspace, lambda: toy.do(suggesting.accept_image, toy.image_ids[3], 0.5, {other: [square(), square(20)]}))
    assert answer == {"accepted": 3, "class_ids": sorted([toy.class_id, other])}
    assert [p.decision for p in toy.find(select(Prediction))] == ["accepted"]
    assert sorted((v.class_id, v.state, v.blind) for v in toy.find(select(Verdict))) == [(toy.class_id, "complete", False), (other, "complete", False)]


def test_where_nothing_was_found_the_class_is_complete(toy):
    assert toy.do(suggesting.accept_image, toy.image_ids[3], 0.5, {toy.class_id: []}) == {"accepted": 0, "class_ids": [toy.class_id]}
    assert [v.blind for v in toy.find(select(Verdict))] == [False]


def test_the_first_fill_is_of_the_image_in_view(toy):
    with toy.workspace.read() as session:
        image, model, _ = suggesting.first_fill(session, toy.workspace.folder, toy.image_ids[2])
        assert image.id == toy.image_ids[2] and model == models.reference(models.active(session), toy.workspace.folder)
        assert suggesting.first_fill(session, toy.workspace.folder, 999) is None
        assert [ref.id for ref in suggesting.in_order(session)] == toy.image_ids
