"""Fine-tunes: from the queue to a version, its activation, cancelling, going on after a kill; and comparisons."""

from __future__ import annotations

import gzip
import json

import psutil
import pytest
from sqlalchemy import select

from app.errors import UserError
from app.jobs import batch
from app.operations import jobs, truth
from app.store.records import ModelVersion
from core_models.contract import card
from core_models.contract import job as contract

STEPS = 8


def tune(toy, toy_jobs, **options) -> int:
    return batch.finetune(toy.workspace, "strip_steel", steps=STEPS, **options)


def learnt(toy, version: ModelVersion) -> int:
    return int.from_bytes((toy.workspace.folder / version.folder / "weights.safetensors").read_bytes(), "little")


def newest(toy) -> ModelVersion:
    return toy.find(select(ModelVersion).order_by(ModelVersion.id.desc()))[0]


def test_a_fine_tune_makes_a_version(toy, toy_jobs):
    job = toy_jobs.run(tune(toy, toy_jobs))
    assert (job.state, job.done, job.total) == ("finished", STEPS, STEPS)
    said = batch.tuned(toy.workspace, job.id)
    version = newest(toy)
    assert (said["version"], said["better"], said["active"]) == (version.id, None, False) and said["sentence"].startswith("finds 9 of 9")
    assert (version.engine, version.metrics["steps"], version.job_id, learnt(toy, version)) == ("strip_steel", STEPS, job.id, STEPS)
    folder = toy.workspace.folder / version.folder
    assert version.folder == f"models/{version.id}" and card.check_folder(folder)["engine"] == "toy"
    spec = contract.read_spec(toy.workspace.folder / job.folder)
    assert version.parent_id == spec.model.version_id and version.data_digest == truth.data_digest(spec.train)
    listed = json.loads(gzip.decompress((folder / "training_set.json.gz").read_bytes()))
    assert [i["image"]["sha256"] for i in listed["train"]] == [i.image.sha256 for i in spec.train]
    assert [i["labels"] for i in listed["train"]] == [contract.to_json(i.labels) for i in spec.train]
    assert str(toy.files[0].parent) not in json.dumps(listed, ensure_ascii=False)
    assert not (toy.workspace.folder / job.folder / "model").exists(), "the weights lie there twice"


@pytest.mark.parametrize(
    ("how", "activate", "active"),
    [("better", "better", True), ("worse", "better", False), ("finish", "better", False), ("worse", "always", True), ("better", "never", False)],
)
def test_it_takes_over_only_when_asked_to(toy, toy_jobs, monkeypatch, how, activate, active):
    monkeypatch.setenv("TOY", how)
    job = toy_jobs.run(tune(toy, toy_jobs, activate=activate))
    assert (toy.active_id() == newest(toy).id) is active is batch.tuned(toy.workspace, job.id)["active"]


def test_taking_it_over_twice_does_no_harm(toy, toy_jobs):
    job = toy_jobs.run(tune(toy, toy_jobs))
    toy.do(lambda session: jobs._finish(session, toy.workspace.folder, jobs.get(session, job.id), contract.Finished(job.result)), undoable=False)
    assert len(toy.find(select(ModelVersion).where(ModelVersion.job_id == job.id))) == 1


def test_a_crash_while_taking_over_leaves_a_whole_version(toy, toy_jobs, monkeypatch):
    """The folder was copied, the transaction was not committed: the next look does it again."""
    job_id = tune(toy, toy_jobs)
    whole, calls = jobs.models._copy, []

    def copied_then_ended(*args):
        whole(*args)
        calls.append(1)
        if len(calls) == 1:
            raise MemoryError

    monkeypatch.setattr(jobs.models, "_copy", copied_then_ended)
    with pytest.raises(MemoryError):
        toy_jobs.run(job_id)
    assert newest(toy).job_id is None and toy_jobs.get(job_id).state == "running"
    assert toy_jobs.run(job_id).state == "finished"
    version = newest(toy)
    assert version.job_id == job_id and card.check_folder(toy.workspace.folder / version.folder)


def test_cancelled_it_keeps_the_best_so_far(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    job_id = tune(toy, toy_jobs)
    toy_jobs.wait_for(job_id, lambda job: job.done >= 2)
    toy_jobs.runner.cancel(job_id)
    job = toy_jobs.run(job_id)
    assert job.state == "cancelled"
    assert 2 <= learnt(toy, newest(toy)) < STEPS
    assert batch.tuned(toy.workspace, job_id)["better"] is None


def test_a_killed_fine_tune_goes_on_from_its_resume_point(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    job_id = tune(toy, toy_jobs)
    first = toy_jobs.wait_for(job_id, lambda job: job.done >= 3)
    psutil.Process(first.pid).kill()
    job = toy_jobs.run(job_id)
    assert job.state == "interrupted"
    with pytest.raises(UserError, match="Run the same command again"):
        batch.tuned(toy.workspace, job_id)
    monkeypatch.setenv("TOY_STEP_S", "0")
    assert tune(toy, toy_jobs) == job_id, "the same command goes on with the same job"
    again = toy_jobs.run(job_id)
    assert again.state == "finished" and again.pid != first.pid
    assert learnt(toy, newest(toy)) == STEPS
    lines = (toy.workspace.folder / again.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    steps = [e.step for e in map(contract.parse_event, lines) if isinstance(e, contract.Metric)]
    assert steps[-1] == STEPS - 1 and len(steps) <= STEPS + 1


def test_resume_by_number_goes_on_too(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY", "abort")
    job_id = tune(toy, toy_jobs)
    assert toy_jobs.run(job_id).state == "interrupted"
    monkeypatch.setenv("TOY", "finish")
    assert batch.resume(toy.workspace, job_id) == job_id
    assert toy_jobs.run(job_id).state == "finished"
    with pytest.raises(UserError, match="nothing to go on with"):
        batch.resume(toy.workspace, job_id)


def test_another_request_is_another_job(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY", "abort")
    job_id = tune(toy, toy_jobs)
    assert toy_jobs.run(job_id).state == "interrupted"
    assert batch.finetune(toy.workspace, "strip_steel", steps=STEPS + 1) != job_id


def test_a_result_that_was_altered_is_not_taken_over(toy, toy_jobs, monkeypatch):
    job_id = tune(toy, toy_jobs)
    toy.do(jobs.begin, toy.workspace.folder, job_id, "here", undoable=False)
    folder = toy.workspace.folder / toy_jobs.get(job_id).folder
    (folder / "model").mkdir()
    (folder / "model" / "weights.safetensors").write_bytes(b"1")
    card.write_card(folder / "model", {})
    (folder / "model" / "weights.safetensors").write_bytes(b"2")
    toy.do(jobs.apply_events, toy.workspace.folder, job_id, [contract.Finished({"folder": "model"})], 0, 9, undoable=False)
    job = toy_jobs.get(job_id)
    assert job.state == "failed" and "altered" in job.message


def test_a_result_outside_of_the_job_folder_is_not_taken_over(toy, toy_jobs):
    job_id = tune(toy, toy_jobs)
    elsewhere = toy.workspace.folder / "jobs" / "model"  # whole, but not this job's
    elsewhere.mkdir()
    (elsewhere / "weights.safetensors").write_bytes(b"1")
    card.write_card(elsewhere, {})
    toy.do(jobs.apply_events, toy.workspace.folder, job_id, [contract.Finished({"folder": "../model"})], 0, 9, undoable=False)
    job = toy_jobs.get(job_id)
    assert job.state == "failed" and "names a folder outside of its own" in job.message
    assert newest(toy).job_id is None


def test_two_versions_are_compared(toy, toy_jobs):
    job = toy_jobs.run(batch.compare(toy.workspace, 1, 2))
    said = batch.compared(toy.workspace, job.id)
    assert (said["better"], said["sentence"]) == (None, "too few to say")
