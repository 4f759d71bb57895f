"""What a job is made of: its spec, its row, and what the queue refuses."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import annotations, classes, images, jobs, models, support
from app.store.records import Image, Job, Prediction
from core_models.contract import job as contract
from core_models.contract.job import Finished, ItemFailed, Predicted, Progress, Region
from core_models.contract.mask import Mask
from tests.toy_project import Toy, make_toy, settle_split, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file, count=5)


def queue(toy: Toy, **options) -> Job | None:
    def act(session):
        return jobs.queue_prelabel(session, toy.workspace.folder, None, models.active(session), **options)

    return toy.do(act, undoable=False)


def apply(toy: Toy, job: Job, events: list, start: int, end: int) -> Job:
    toy.do(jobs.apply_events, toy.workspace.folder, job.id, events, start, end, undoable=False)
    return toy.find(select(Job).where(Job.id == job.id))[0]


def spec_of(toy: Toy, job: Job):
    return contract.read_spec(toy.workspace.folder / job.folder)


def test_a_spec_freezes_shots_version_and_images(toy):
    job = queue(toy, device="cpu")
    spec = spec_of(toy, job)
    assert (job.state, job.total, job.folder, job.by) == ("queued", 5, f"jobs/{job.id}", "tester")
    assert [i.image.id for i in spec.items] == toy.image_ids and {i.class_ids for i in spec.items} == {(toy.class_id,)}
    assert (spec.model.engine, spec.model.version_id, spec.compute.device) == ("support_head", toy.active_id(), "cpu")
    assert [s.image.id for s in spec.supports[0].shots] == toy.image_ids[:2]
    assert spec.supports[0].shots[0].mask == square(40, 20)
    assert [i.image.path for i in spec.items] == [str(f) for f in toy.files]


def test_events_count_once(toy):
    job = queue(toy)
    found = [Predicted(toy.image_ids[2], toy.class_id, 0.8, (Region(square(2), 0.9, 0.4),)), Progress(1, 5), ItemFailed(toy.image_ids[3], "torn")]
    for _ in range(2):
        job = apply(toy, job, found, 0, 100)
    assert (job.events_read, job.done, job.total) == (100, 1, 5)
    assert job.failed == [{"image": toy.files[3].name, "image_id": toy.image_ids[3], "reason": "torn"}]
    (region,) = toy.find(select(Prediction))
    assert (region.mask, region.score, region.cut, region.decision) == (square(2), 0.9, 0.4, "pending")
    assert apply(toy, job, [Finished()], 100, 120).state == "finished"


def test_what_is_answered_is_not_queued_again_until_the_shots_change(toy):
    toy.receive(toy.active_id(), {k: [square(2)] for k in range(5)})
    assert queue(toy) is None
    toy.do(annotations.add, toy.image_ids[0], toy.class_id, square(20, 20), source="import")
    assert queue(toy).total == 5


def test_going_back_to_earlier_shots_brings_their_proposals_again(toy):
    version = toy.active_id()
    toy.receive(version, {2: [square(2)], 3: [square(2)], 0: [], 1: [], 4: []})
    toy.do(lambda session: support.drop_shot(session, toy.class_id, toy.image_ids[1]))
    toy.receive(version, {k: [square(30)] for k in (2, 3)})
    assert toy.decisions() == ["superseded", "superseded", "pending", "pending"]
    toy.do(lambda session: support.add_shot(session, toy.class_id, toy.image_ids[1]) and None)
    assert queue(toy) is None
    assert toy.decisions() == ["pending", "pending", "superseded", "superseded"]


def test_an_image_whose_file_was_replaced_is_not_queued_any_more(toy):
    """The new file is an image of its own; of the old one only what was said of it is left."""
    toy.files[3].write_bytes(toy.files[3].read_bytes() + b"other bytes after the image's end")
    made = toy.do(images.register, toy.workspace.folder, list(images.scan([toy.files[3]])))
    queued = [i.image.id for i in spec_of(toy, queue(toy)).items]
    assert toy.image_ids[3] not in queued and made.added[0].id in queued and len(queued) == 5


def test_results_for_shots_that_have_changed_meanwhile_are_superseded(toy):
    job = queue(toy)
    toy.do(lambda session: support.drop_shot(session, toy.class_id, toy.image_ids[1]))
    apply(toy, job, [Predicted(toy.image_ids[2], toy.class_id, 0.8, (Region(square(2), 0.9),))], 0, 1)
    assert toy.decisions() == ["superseded"]


def test_a_shot_without_a_mask_or_all_mask_is_refused(toy):
    def harm(mask):
        def act(session):
            (one,) = annotations.on_image(session, toy.image_ids[0], toy.class_id)
            one.mask = mask

        return act

    toy.do(harm(Mask(0, 0, 60, 40, Mask.from_array([[True] * 60] * 40).rle)))
    with pytest.raises(UserError, match="covers all"):
        queue(toy)
    toy.do(harm(Mask.EMPTY))
    with pytest.raises(UserError, match="has no region"):
        queue(toy)
    assert toy.find(select(Job)) == []


def test_a_class_whose_only_shot_left_the_project_keeps_nothing_back(toy):
    def prepare(session):
        dent = classes.add(session, "dent").id
        annotations.add(session, toy.image_ids[4], dent, square(2), source="import")
        support.add_shot(session, dent, toy.image_ids[4])
        images.remove(session, [session.get(Image, toy.image_ids[4])])

    toy.do(prepare)
    spec = spec_of(toy, queue(toy))
    assert [s.class_name for s in spec.supports] == ["scratch"] and len(spec.items) == 4


def test_a_folder_left_by_a_lost_job_is_not_used_again(toy):
    (toy.workspace.folder / "jobs" / "1").mkdir(parents=True)
    (toy.workspace.folder / "jobs" / "1" / "events.jsonl").write_text("old\n", encoding="utf-8")
    job = queue(toy)
    assert job.folder == "jobs/1-2" and spec_of(toy, job).kind == "prelabel"


def finetune(toy: Toy, **options) -> Job:
    return toy.do(jobs.queue_finetune, toy.workspace.folder, "strip_steel", undoable=False, **options)


def test_a_fine_tune_learns_outside_of_the_check_images(toy):
    toy.do(annotations.add, toy.image_ids[2], toy.class_id, square(2), source="import")
    toy.do(annotations.add, toy.image_ids[3], toy.class_id, square(2), source="import")
    toy.do(settle_split, toy.image_ids[2], "train")
    toy.do(settle_split, toy.image_ids[3], "check")
    spec = spec_of(toy, finetune(toy, steps=3, minutes=1))
    assert [i.image.id for i in spec.train] == [toy.image_ids[k] for k in (0, 1, 2)]
    assert (spec.model.engine, spec.incumbent.engine, spec.steps, spec.cuts) == ("strip_steel", "support_head", 3, {str(toy.class_id): 0.5})
    assert [s.class_id for s in spec.supports] == [toy.class_id]


def test_without_labels_there_is_nothing_to_learn(workspace, make_image_file):
    toy = make_toy(workspace, make_image_file, count=2, shots=0)
    with pytest.raises(UserError, match="nothing to learn from"):
        finetune(toy)
    with pytest.raises(UserError, match="No class has a shot"):
        queue(toy)
    with pytest.raises(UserError, match="no model version 77"):
        toy.do(jobs.queue_evaluate, toy.workspace.folder, 77, 78, undoable=False)
    assert toy.find(select(Job)) == []


@pytest.mark.parametrize(("said", "setting", "kept"), [(None, False, "never"), (None, True, "better"), ("always", False, "always"), ("never", True, "never")])
def test_the_setting_says_when_a_new_version_takes_over(toy, said, setting, kept):
    from app.store.records import Project

    def set_it(session):
        session.scalar(select(Project)).settings = {"auto_activate": setting}

    toy.do(set_it, undoable=False)
    assert finetune(toy, activate=said).spec["activate"] == kept
