"""Commands that compute: pre-labelling, fine-tuning, versions and jobs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from app.cli.common import AsJson, By, ClassNames, Device, Devices, ProjectFolder, command, end_progress, plural, reading, show_progress, table, writing
from app.workspace import Workspace
from core_models.contract.card import FETCHED

Activate = StrEnum("Activate", ["never", "better", "always"])
Backbone = StrEnum("Backbone", list(FETCHED))
Engine = Annotated[str, typer.Option("--engine", metavar="NAME", show_default=False)]


def _run(workspace: Workspace, job_id: int):
    """Waits for a job and shows how far it is; the job's row at its end. Ctrl+C cancels it."""
    from app.jobs.runner import JobRunner

    runner = JobRunner(workspace)
    try:
        job = runner.run_until_done(job_id, lambda job: show_progress(job.done, job.total, job.message))
    except KeyboardInterrupt:
        runner.cancel(job_id)
        job = runner.run_until_done(job_id, lambda job: None)
    finally:
        end_progress()
    return job


@command("prelabel")
def prelabel(
    project: ProjectFolder,
    class_names: ClassNames = [],  # noqa: B006
    engine: Engine = "",
    device: Device = Devices.auto,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many images.", show_default=False)] = None,
    redo: Annotated[bool, typer.Option("--redo", help="Images that have an answer too.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Proposes regions on every image, from the shots of each class."""
    from app.jobs import batch

    with writing(project, by) as workspace:
        job_id = batch.prelabel(workspace, class_names, engine=engine or None, device=device.value, limit=limit, redo=redo)
        if job_id is None:
            return {"job": None, "state": "finished", "done": 0, "total": 0, "failed": [], "proposals": 0}, "Every image has its answer already; --redo computes them again."
        job = _run(workspace, job_id)
        value = batch.report(workspace, job.id)
    said = f"{value['done']} of {plural(value['total'], 'image')} done ({value['state']}), {plural(value['proposals'], 'proposal')} await a decision."
    failed = [f"{f['image']}: {f['reason']}" for f in value["failed"]]
    return value, "\n".join([said, *failed])


@command("finetune")
def finetune(
    project: ProjectFolder,
    engine: Engine = "",
    minutes: Annotated[float, typer.Option("--minutes", metavar="M", min=0.05, help="Train for so long.")] = 6.0,
    steps: Annotated[int, typer.Option("--steps", metavar="N", min=0, help="Train so many steps (0: as the minutes allow).")] = 0,
    device: Device = Devices.auto,
    activate: Annotated[Activate | None, typer.Option("--activate", help="Use the new version (the project's setting unless given).", show_default=False)] = None,
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Trains an engine on what people hold true; makes a new version and says whether it is better.

    Without --engine it is strip_steel, or, once a fine-tuned version is in use, that version's.
    """
    from app.jobs import batch

    with writing(project, by) as workspace:
        job_id = batch.finetune(workspace, engine or None, minutes=minutes, steps=steps, device=device.value, activate=activate.value if activate else None)
        job = _run(workspace, job_id)
        value = batch.tuned(workspace, job.id)
    return value, value["sentence"]


@command("models")
def models(
    project: ProjectFolder,
    activate: Annotated[int | None, typer.Option("--activate", metavar="ID", help="Use this version from now on.", show_default=False)] = None,
    compare: Annotated[tuple[int, int], typer.Option("--compare", metavar="A B", help="Two versions on the check images.", show_default=False)] = (0, 0),
    backbone: Annotated[Backbone | None, typer.Option("--backbone", help="A new version on this backbone of torchvision's; fetches it.", show_default=False)] = None,
    device: Device = Devices.auto,
    by: By = "",
    as_json: AsJson = False,
) -> tuple[object, str]:
    """Lists the versions; makes one active (rollback is that of the one before); compares two; makes one on another backbone."""
    from app.jobs import batch
    from app.operations import models as operations

    if compare != (0, 0):
        with writing(project, by) as workspace:
            job = _run(workspace, batch.compare(workspace, *compare, device=device.value))
            value = batch.compared(workspace, job.id)
        return value, value["sentence"]
    if backbone is not None:
        try:
            with writing(project, by) as workspace:
                made = batch.add_backbone(workspace, backbone.value, lambda line: show_progress(0, 0, f"{backbone.value}: {line}"))
        finally:
            end_progress()
        return {"version": made, "backbone": backbone.value}, f"Version {made} is on {backbone.value}. Use it: defectloop models PROJECT --activate {made}"
    if activate is not None:
        with writing(project, by) as workspace:
            workspace.do(operations.activate_id, workspace.folder, activate, title=f"Use version {activate}")
    with reading(project) as workspace, workspace.read() as session:
        rows = operations.listed(session)
    lines = [["*" if r["active"] else "", r["id"], r["kind"], r["engine"], r["backbone"], r["parent"], r["folder"]] for r in rows]
    return rows, table(lines, ["", "id", "kind", "engine", "backbone", "parent", "folder"])


@command("jobs")
def jobs(
    project: ProjectFolder,
    cancel: Annotated[int | None, typer.Option("--cancel", metavar="ID", show_default=False)] = None,
    resume: Annotated[int | None, typer.Option("--resume", metavar="ID", show_default=False)] = None,
    by: By = "",
    as_json: AsJson = False,
) -> tuple[list[dict], str]:
    """Lists the jobs; cancels one (also beside the window that runs it), or goes on with one."""
    from app.jobs import batch
    from app.operations import jobs as operations

    if cancel is not None:
        with reading(project) as workspace:
            batch.ask_to_stop(workspace, cancel)
    if resume is not None:
        with writing(project, by) as workspace:
            _run(workspace, batch.resume(workspace, resume))
    with reading(project) as workspace, workspace.read() as session:
        rows = operations.listed(session)
    lines = [[r["id"], r["kind"], r["state"], r["done"], r["total"], r["message"]] for r in rows]
    return rows, table(lines, ["id", "kind", "state", "done", "total", ""])


