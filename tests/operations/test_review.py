"""What becomes of proposals: queued or not, decided by a person, superseded, withdrawn and brought back."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import annotations, classes, models, review, review_images, support, verdicts
from app.store.records import Annotation, Image, Inference, Prediction, Verdict
from core_models.contract.mask import Mask
from tests.toy_project import Toy, make_toy, settle_split, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file, count=6)


@pytest.fixture
def proposed(toy) -> Toy:
    """Two regions on image 2, one on images 3 and 4, nothing found on image 5."""
    toy.receive(toy.active_id(), {2: [square(2), square(20)], 3: [square(2)], 4: [square(2)], 5: []})
    return toy


def pending(toy: Toy, **options) -> list[Prediction]:
    with toy.workspace.read() as session:
        return review.select_pending(session, **options)


def decide(toy: Toy, word: str, class_ids=None, places=None, **options) -> dict:
    ids = None if places is None else [toy.image_ids[k] for k in places]
    return toy.do(review_images.decide, word, class_ids, ids, **options)


# -- the queue --------------------------------------------------------------------------------------------------------


def test_a_pass_that_found_nothing_is_kept_too(proposed):
    passes = {i.image_id: i.regions for i in proposed.find(select(Inference))}
    assert passes == {proposed.image_ids[k]: n for k, n in ((2, 2), (3, 1), (4, 1), (5, 0))}


def test_a_region_that_overlaps_an_annotation_by_half_agrees(toy):
    toy.do(annotations.add, toy.image_ids[3], toy.class_id, square(10, 10, 9), source="import")
    nine = Mask.from_array(np.ones((9, 9), bool), 10, 10)
    half = Mask.from_array(np.ones((9, 5), bool), 10, 10)  # IoU 5/9
    less = Mask.from_array(np.ones((9, 4), bool), 10, 10)  # IoU 4/9
    toy.receive(toy.active_id(), {3: [nine, half, less, nine.moved(12, 0)]})
    assert toy.decisions() == ["agrees", "agrees", "pending", "pending"]
    assert len(pending(toy)) == 2


def test_an_annotation_of_another_class_keeps_nothing_out(toy):
    other = toy.do(lambda session: classes.add(session, "dent").id)
    toy.do(annotations.add, toy.image_ids[3], other, square(10), source="import")
    toy.receive(toy.active_id(), {3: [square(10)]})
    assert toy.decisions() == ["pending"]


def test_a_rejected_region_is_not_proposed_again(proposed):
    decide(proposed, "reject", places=[3])
    nearest = proposed.do(lambda session: models.newest(session, "nearest").id)
    proposed.do(models.activate_id, proposed.workspace.folder, nearest)
    proposed.receive(nearest, {3: [square(3), square(30)]})
    assert proposed.decisions(nearest) == ["agrees", "pending"]


def test_nothing_is_proposed_on_a_shot_of_the_class(toy):
    toy.receive(toy.active_id(), {0: [square(2)], 2: [square(2)]})
    assert toy.decisions() == ["agrees", "pending"]


def test_a_newer_run_supersedes_what_is_pending_there_only(proposed):
    first = proposed.active_id()
    proposed.do(lambda session: support.drop_shot(session, proposed.class_id, proposed.image_ids[1]))
    assert pending(proposed) == []
    proposed.receive(first, {2: [square(5)]})
    assert proposed.decisions() == ["superseded", "superseded", "pending", "pending", "pending"]
    assert [p.x for p in pending(proposed)] == [5]


def test_results_that_come_too_late_are_no_proposals(toy):
    """The version was left, or the shots were changed, while the job was running."""
    nearest = toy.do(lambda session: models.newest(session, "nearest").id)
    toy.receive(nearest, {2: [square(2)]})
    assert toy.decisions() == ["withdrawn"]
    toy.do(models.activate_id, toy.workspace.folder, nearest)
    assert toy.decisions() == ["pending"]


def test_regions_below_the_cut_are_hidden(proposed):
    proposed.receive(proposed.active_id(), {3: [square(2)]}, score=0.4)
    assert len(pending(proposed)) == 3
    proposed.do(lambda session: classes.set_cut(session, classes.get(session, "scratch"), 0.3))
    assert len(pending(proposed)) == 4
    assert len(pending(proposed, min_score=0.5)) == 3 and len(pending(proposed, max_score=0.5)) == 1
    assert len(pending(proposed, image_ids=[proposed.image_ids[2]])) == 2
    assert pending(proposed, class_ids=[99]) == []


def test_many_results_take_few_statements(toy, workspace):
    """Ten thousand must take seconds: the number of statements does not grow with the number of regions."""
    from sqlalchemy import event

    said = []
    event.listen(workspace.database._writing, "before_cursor_execute", lambda *a: said.append(a[2]))
    toy.receive(toy.active_id(), {k: [square(x) for x in range(2, 50)] for k in range(2, 6)})
    assert len(toy.decisions()) == 4 * 48 and len(said) < 40


# -- decisions of a person ----------------------------------------------------------------------------------------------


def test_accepting_makes_annotations_that_know_where_they_come_from(proposed, check_undo):
    assert check_undo(proposed.workspace, lambda: decide(proposed, "accept", places=[2, 4])) == {"decided": 3, "check_images": 0}
    made = proposed.find(select(Annotation).where(Annotation.source == "model").order_by(Annotation.id))
    origins = {p.id: p for p in proposed.find(select(Prediction))}
    assert [(a.image_id, a.mask, a.area) for a in made] == [
        (proposed.image_ids[2], square(2), 64), (proposed.image_ids[2], square(20), 64), (proposed.image_ids[4], square(2), 64)]  # fmt: skip
    for a in made:
        origin = origins[a.prediction_id]
        assert (origin.decision, origin.decided_how, origin.decided_by, a.by) == ("accepted", "bulk", "tester", "tester")
        assert origin.decided_at and origin.mask == a.mask
    assert len(pending(proposed)) == 1


def test_undo_of_a_review_brings_the_proposals_back(proposed):
    before = [p.id for p in pending(proposed)]
    decide(proposed, "accept")
    assert pending(proposed) == []
    proposed.workspace.undo()
    assert [p.id for p in pending(proposed)] == before
    proposed.workspace.redo()
    assert pending(proposed) == []


def test_scores_choose_what_is_accepted(proposed):
    proposed.receive(proposed.active_id(), {3: [square(2)]}, score=0.6)
    assert decide(proposed, "accept", max_score=0.7)["decided"] == 1
    assert decide(proposed, "reject", [proposed.class_id], min_score=0.7)["decided"] == 3
    assert proposed.decisions().count("rejected") == 3


def test_bulk_acts_leave_check_images_out_and_count_them(proposed):
    proposed.do(settle_split, proposed.image_ids[2], "check")
    assert decide(proposed, "accept") == {"decided": 2, "check_images": 1}
    assert decide(proposed, "reject") == {"decided": 0, "check_images": 1}
    assert [p.decision for p in pending(proposed)] == ["pending", "pending"]


def test_a_bulk_decision_makes_an_undecided_image_train(proposed):
    decide(proposed, "accept", places=[2, 3])
    split = {i.id: i.split for i in proposed.find(select(Image))}
    assert [split[proposed.image_ids[k]] for k in (2, 3, 4)] == ["train", "train", ""]


def test_accepting_one_region_on_a_check_image_takes_its_blindness(proposed):
    image_id = proposed.image_ids[2]
    proposed.do(settle_split, image_id, "check")
    proposed.do(verdicts.complete, image_id, [proposed.class_id], blind=True)
    proposed.do(lambda session: len(review.accept(session, review.select_pending(session, image_ids=[image_id])[:1])))
    (verdict,) = proposed.find(select(Verdict))
    assert (verdict.state, verdict.blind) == ("complete", False)


def test_rejecting_one_region_on_a_check_image_leaves_it_blind(proposed):
    image_id = proposed.image_ids[2]
    proposed.do(settle_split, image_id, "check")
    proposed.do(verdicts.complete, image_id, [proposed.class_id], blind=True)
    proposed.do(lambda session: review.reject(session, review.select_pending(session, image_ids=[image_id])[:1]))
    assert proposed.find(select(Verdict))[0].blind


def test_a_correction_is_an_annotation_of_another_shape_or_class(proposed, check_undo):
    other = proposed.do(lambda session: classes.add(session, "dent").id)

    def correct():
        def act(session):
            first, second = review.select_pending(session)[:2]
            review.correct(session, first, mask=square(3, 3, 5))
            review.correct(session, second, class_id=other)

        proposed.do(act)

    check_undo(proposed.workspace, correct)
    shaped, moved = proposed.find(select(Annotation).where(Annotation.source == "model").order_by(Annotation.id))
    assert (shaped.mask, shaped.class_id, moved.mask, moved.class_id) == (square(3, 3, 5), proposed.class_id, square(20), other)
    assert proposed.decisions()[:2] == ["corrected", "corrected"]


def test_what_was_decided_is_not_decided_again(proposed):
    def twice(session):
        chosen = review.select_pending(session)
        review.reject(session, chosen[:1])
        assert review.accept(session, chosen[:1]) == [] and review.dismiss(session, chosen[:1]) == 0
        with pytest.raises(UserError, match="decided already"):
            review.correct(session, chosen[0], mask=square(1))
        return review.dismiss(session, chosen[1:2])

    assert proposed.do(twice) == 1
    assert sorted(proposed.decisions()) == ["dismissed", "pending", "pending", "rejected"]


def test_complete_without_a_class_means_those_that_were_proposed(proposed):
    proposed.do(lambda session: classes.add(session, "dent") and None)
    assert decide(proposed, "complete", places=[2, 5], comment="seen") == {"decided": 2, "check_images": 0}
    found = [(v.image_id, v.class_id, v.state, v.blind, v.comment) for v in proposed.find(select(Verdict))]
    assert found == [(proposed.image_ids[k], proposed.class_id, "complete", False, "seen") for k in (2, 5)]
    assert len(pending(proposed)) == 4
    with pytest.raises(UserError, match="Name them: --class"):
        decide(proposed, "complete", places=[1])


def test_defect_free_is_said_of_all_classes_and_rejects(proposed):
    assert decide(proposed, "defect_free", places=[3])["decided"] == 1
    assert len(pending(proposed)) == 3 and "rejected" in proposed.decisions()
    with pytest.raises(UserError, match="Defect-free is said of all classes"):
        decide(proposed, "defect_free", [proposed.class_id], places=[4])
    with pytest.raises(UserError, match="Defects are marked"):
        decide(proposed, "defect_free", places=[0])
    with pytest.raises(UserError, match="Scores select regions"):
        decide(proposed, "complete", places=[2], min_score=0.5)


def test_needs_work_keeps_its_comment(proposed):
    assert decide(proposed, "needs_work", [proposed.class_id], places=[4], comment="blurred")["decided"] == 1
    assert [(v.state, v.comment) for v in proposed.find(select(Verdict))] == [("needs_work", "blurred")]
