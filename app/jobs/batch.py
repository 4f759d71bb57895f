"""What the command line and scripts ask of jobs, in their words: names of classes and engines in, plain values out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app.errors import UserError
from app.jobs import launchers, runner
from app.operations import candidates, classes, jobs, models, review
from app.store.records import Job
from app.workspace import Workspace


def prelabel(
    workspace: Workspace, class_names: Sequence[str], engine: str | None = None, *, device: str = "auto", limit: int | None = None, redo: bool = False
) -> int | None:
    """Queues what has no answer yet, or attaches to the job that is at it; the job's id, None where nothing is left.

    With an engine, its newest version becomes the active one.
    """
    _prepare(workspace)
    with workspace.read() as session:
        class_ids = [classes.get(session, name).id for name in class_names] or None
        active = models.active(session)
        version_id = models.newest(session, engine).id if engine else active.id

    def queue(session):
        version = models.get(session, version_id)
        job = jobs.queue_prelabel(session, workspace.folder, class_ids, version, limit=limit, redo=redo, device=device)
        return job and job.id

    job_id = workspace.do(queue, title="", undoable=False)
    if version_id != active.id:  # only now that the request proved to be sound
        workspace.do(models.activate_id, workspace.folder, version_id, title=f"Use {engine}, version {version_id}")
    return job_id


def report(workspace: Workspace, job_id: int) -> dict:
    """What became of a pre-labelling; UserError where it failed or was interrupted."""
    job = _ended_well(workspace, job_id)
    with workspace.read() as session:
        proposals = len(review.select_pending(session, [int(c) for c in job.spec["supports"]]))
    return {
        "job": job.id,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "failed": [{"image": f["image"], "reason": f["reason"]} for f in job.failed],
        "proposals": proposals,
    }


def finetune(workspace: Workspace, engine: str | None, *, minutes: float = 6.0, steps: int = 0, device: str = "auto", activate: str | None = None) -> int:
    """Queues a fine-tune of the engine's newest version, or goes on with the same one that was interrupted; the job's id. `engine`
    None: see `models.to_train`."""
    _prepare(workspace)

    def queue(session):
        return jobs.queue_finetune(session, workspace.folder, engine or models.to_train(session), minutes=minutes, steps=steps, device=device, activate=activate).id

    return workspace.do(queue, title="", undoable=False)


def tuned(workspace: Workspace, job_id: int) -> dict:
    """{version, better, active, sentence} of a fine-tune; UserError where it made no version."""
    job = _ended_well(workspace, job_id)
    if "version" not in job.result:
        raise UserError("The fine-tune was cancelled before there was anything to keep.")
    # The version has a copy of its own by now.
    shutil.rmtree(workspace.folder / job.folder / job.result["folder"], ignore_errors=True)
    comparison = job.result.get("comparison", {})
    with workspace.read() as session:
        active = models.active(session).id == job.result["version"]
    sentence = comparison.get("sentence") or "The new version was not compared with the present one."
    return {"version": job.result["version"], "better": comparison.get("better"), "active": active, "sentence": sentence, "state": job.state}


def compare(workspace: Workspace, a: int, b: int, *, device: str = "auto") -> int:
    """Queues a comparison of version `a` against version `b` on the check images; the job's id."""
    _prepare(workspace)

    def queue(session):
        return jobs.queue_evaluate(session, workspace.folder, a, b, device=device).id

    return workspace.do(queue, title="", undoable=False)


def compared(workspace: Workspace, job_id: int) -> dict:
    """What a comparison found: {better, sentence, ...}."""
    job = _ended_well(workspace, job_id)
    if "sentence" not in job.result:
        raise UserError("The comparison was cancelled before its end.")
    return job.result


def add_backbone(workspace: Workspace, name: str, said: Callable[[str], None] = lambda line: None) -> int:
    """Fetches a backbone (card.FETCHED) and makes a version on it, which is not active yet; the version's id.

    `said` is told how far it is. UserError where it cannot be had; nothing is kept then.
    """
    _prepare(workspace)
    with tempfile.TemporaryDirectory(prefix="defectloop-") as folder:
        made = Path(folder) / name
        launchers.make_backbone(name, made, said)
        return workspace.do(lambda session: models.add_backbone(session, workspace.folder, made).id, title="", undoable=False)


def retire(workspace: Workspace, version_id: int) -> None:
    """Takes a version out of use for good and removes its weights; UserError where something still needs it."""
    folder = workspace.do(models.retire_id, workspace.folder, version_id, title="", undoable=False)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def mark_more(workspace: Workspace, class_id: int | None, count: int) -> list[int]:
    """The person asks for so many more check images (of a class; None: defect-free ones): three times as many images to look through, the
    likeliest first. [] where no undecided candidate is left."""
    with workspace.read() as session:
        ids = candidates.to_mark(session, class_id, 3 * count)
    if ids:
        workspace.do(candidates.want_more, len(ids), title="", undoable=False)
    return ids


def resume(workspace: Workspace, job_id: int) -> int:
    """Goes on with a job that ended early; the id of the job that does it."""
    _prepare(workspace)

    def queue(session):
        job = jobs.resume(session, workspace.folder, job_id)
        return job and job.id

    going_on = workspace.do(queue, title="", undoable=False)
    if going_on is None:
        raise UserError(f"Nothing of job {job_id} is left to do.")
    return going_on


def ask_to_stop(workspace: Workspace, job_id: int) -> None:
    """Cancels a job, also beside the process that runs it."""
    with workspace.read() as session:
        job = jobs.get(session, job_id)
    if job.state not in jobs.OPEN:
        raise UserError(f"Job {job_id} is {job.state} already.")
    runner.ask_to_stop(workspace.folder / job.folder)


def _prepare(workspace: Workspace) -> None:
    """Brings in what an earlier command left: its worker's results, or the finding that the worker died."""
    runner.JobRunner(workspace).settle()
    workspace.do(models.ensure_bundled, title="", undoable=False)


def _ended_well(workspace: Workspace, job_id: int) -> Job:
    with workspace.read() as session:
        job = jobs.get(session, job_id)
    if job.state in ("failed", "interrupted"):
        raise UserError(job.message or f"Job {job_id} is {job.state}.")
    return job
