"""Jobs: queue them, and apply what their workers report. Each is a row and a folder `jobs/<id>` with its spec and events.

Undo is closed to jobs; what they report is applied once, because the row keeps how far its events were read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import settings
from app.errors import UserError
from app.operations import images, learning, models, proposals, support, truth
from app.store import changes
from app.store.parts import in_parts
from app.store.records import DefectClass, Image, Inference, Job, ModelVersion, Project, now
from core_models.contract import job as contract
from core_models.contract.card import CardError
from core_models.contract.episode import SupportSet
from core_models.contract.job import Cancelled, Compute, Event, Failed, Finished, Item, ItemFailed, Predicted, Progress, Started

OPEN = ("queued", "running")
GO_ON = "Run the same command again to go on; what was done is kept."


def queue_prelabel(
    session: Session,
    project_folder: Path,
    class_ids: Iterable[int] | None,
    version: ModelVersion,
    *,
    image_ids: Iterable[int] | None = None,
    redo: bool = False,
    limit: int | None = None,
    device: str = "auto",
) -> Job | None:
    """A job for what has no answer yet of this version and the present shots; None where nothing is left to do.

    A job of the same request that is queued or at work, and covers what is left, is given back instead of a new one.
    `redo` does what has an answer too, but goes on where an earlier redo stopped.
    """
    supports = {s.class_id: s for s in _supports(session, class_ids)}
    digests = {class_id: s.digest for class_id, s in supports.items()}
    request = {"version_id": version.id, "supports": {str(c): d for c, d in digests.items()}, "redo": redo}
    model = models.reference(version, project_folder)
    if version.id == models.active(session).id:
        proposals.revive(session, version.id, digests)
    chosen = _present_images(session, image_ids)
    done = _answered(session, version.id, digests, _stopped_redos(session, request) if redo else None)
    items = _items(chosen, digests, done)[:limit]
    if not items:
        return None
    for job in session.scalars(select(Job).where(Job.kind == "prelabel", Job.state.in_(OPEN))):
        if _covers(job, request, project_folder, items):
            return job
    spec = contract.PrelabelSpec(model, tuple(supports.values()), tuple(items), _compute(device))
    return _queue(session, project_folder, spec, {**request, "image_ids": None if image_ids is None else sorted(image_ids), "limit": limit, "device": device})


def queue_finetune(
    session: Session,
    project_folder: Path,
    engine: str,
    *,
    minutes: float = 6.0,
    steps: int = 0,
    device: str = "auto",
    activate: str | None = None,
) -> Job:
    """A job that trains the engine's newest version on what people hold true outside of the check images.

    A job of just this request that is open, or was interrupted, goes on instead. `activate` is never, better or always (None: the project's setting).
    """
    version, incumbent = models.newest(session, engine), models.active(session)
    train = truth.train_images(session, session.scalars(select(DefectClass.id)))
    if not any(label.positive.area for image in train for label in image.labels):
        raise UserError("There is nothing to learn from yet.", "Mark some defects, or accept proposals, on images that are not check images.")
    supports = _supports(session, None, needed=False)
    spec = contract.FineTuneSpec(
        models.reference(version, project_folder), models.reference(incumbent, project_folder), tuple(supports),
        train, _check_images(session, supports), _cuts(session), minutes, steps, _compute(device),
    )  # fmt: skip
    if activate is None:
        project = session.scalar(select(Project))
        activate = "better" if project and project.settings.get("auto_activate") else "never"
    request = {"version_id": version.id, "incumbent_id": incumbent.id, "activate": activate, "device": device, "labels": learning.labels(session)}
    for job in session.scalars(select(Job).where(Job.kind == "finetune", Job.state.in_((*OPEN, "interrupted"))).order_by(Job.id.desc())):
        if job.spec == request and (project_folder / job.folder / contract.SPEC).exists() and contract.read_spec(project_folder / job.folder) == spec:
            return job if job.state in OPEN else requeue(session, project_folder, job)
    return _queue(session, project_folder, spec, request)


def queue_evaluate(session: Session, project_folder: Path, candidate_id: int, incumbent_id: int, *, device: str = "auto") -> Job:
    """A job that compares two versions on the check images."""
    versions = [models.get(session, version_id) for version_id in (candidate_id, incumbent_id)]
    supports = _supports(session, None)
    candidate, incumbent = (models.reference(v, project_folder) for v in versions)
    spec = contract.EvaluateSpec(candidate, incumbent, tuple(supports), _check_images(session, supports), _cuts(session), _compute(device))
    return _queue(session, project_folder, spec, {"version_id": candidate_id, "incumbent_id": incumbent_id, "device": device})


def resume(session: Session, project_folder: Path, job_id: int) -> Job | None:
    """Goes on with a job that ended early: a fine-tune from its resume point, a pre-labelling with a new job for the rest."""
    job = get(session, job_id)
    if job.state in OPEN:
        return job
    if job.state == "finished":
        raise UserError(f"Job {job.id} is finished; there is nothing to go on with.")
    if job.kind != "prelabel":
        return requeue(session, project_folder, job)
    asked = job.spec
    version = models.get(session, asked["version_id"])
    return queue_prelabel(
        session, project_folder, [int(c) for c in asked["supports"]], version,
        image_ids=asked["image_ids"], redo=asked["redo"], limit=job.total - job.done if asked["limit"] else None, device=asked["device"],
    )  # fmt: skip


def requeue(session: Session, project_folder: Path, job: Job) -> Job:
    """The same job once more, in the same folder, where its worker finds its resume point."""
    if not (project_folder / job.folder / contract.SPEC).exists():
        raise UserError(f"The folder of job {job.id} is gone, so it cannot go on.", "Start a new one.")
    (project_folder / job.folder / contract.CANCEL).unlink(missing_ok=True)
    job.state, job.message, job.ended_at, job.pid, job.pid_started = "queued", "", "", None, None
    return job


def get(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id)
    if job is None:
        raise UserError(f"There is no job {job_id}.", "defectloop jobs PROJECT lists those that are there.")
    return job


def open_jobs(session: Session) -> list[Job]:
    """Queued and running jobs, oldest first."""
    return list(session.scalars(select(Job).where(Job.state.in_(OPEN)).order_by(Job.id)))


def listed(session: Session) -> list[dict]:
    keys = ("id", "kind", "state", "done", "total", "message", "pid", "folder")
    return [{**{k: getattr(job, k) for k in keys}, "failed": [{"image": f["image"], "reason": f["reason"]} for f in job.failed]}
            for job in session.scalars(select(Job).order_by(Job.id))]  # fmt: skip


# -- what happens to a job ------------------------------------------------------------------------------------------


def begin(session: Session, project_folder: Path, job_id: int, host: str) -> bool:
    """The job is about to be launched; False where it is not to be: begun by another, cancelled, or all of it done meanwhile."""
    job = get(session, job_id)
    if job.state != "queued":
        return False
    folder = project_folder / job.folder
    if not (folder / contract.SPEC).exists():
        end(session, job_id, "failed", "The folder of this job is gone. Run the command that made it again.")
        return False
    if (folder / contract.CANCEL).exists():
        end(session, job_id, "cancelled", "Cancelled before it began.")
        return False
    if job.kind == "prelabel" and not job.spec["redo"] and not _without_answered(session, job, folder):
        end(session, job_id, "finished", "Done already by an earlier job.")
        return False
    job.state, job.host, job.started_at, job.pid, job.pid_started = "running", host, now(), None, None
    return True


def launched(session: Session, job_id: int, pid: int, pid_started: float) -> None:
    job = get(session, job_id)
    job.pid, job.pid_started = pid, pid_started


def end(session: Session, job_id: int, state: str, message: str = "") -> None:
    """The job has ended; `message` takes the place of what it said last."""
    job = get(session, job_id)
    job.state, job.message, job.ended_at = state, message, now()


def apply_events(session: Session, project_folder: Path, job_id: int, events: list[Event], read_from: int, read_to: int) -> None:
    """Applies what the worker wrote between two offsets of events.jsonl, once: nothing where somebody did it before."""
    job = get(session, job_id)
    if job.events_read != read_from:
        return
    job.events_read = read_to
    if found := [e for e in events if isinstance(e, Predicted)]:
        proposals.receive(session, job.spec["version_id"], {int(c): d for c, d in job.spec["supports"].items()}, job.id, found)
    if failed := [e for e in events if isinstance(e, ItemFailed)]:
        job.failed = [*job.failed, *_failures(session, failed)]
    for e in events:
        if isinstance(e, Started):
            job.message = e.message or f"computing on {e.device}"
        elif isinstance(e, Progress):
            job.done, job.total, job.message = e.done, e.total, e.message
        elif isinstance(e, Failed):
            end(session, job.id, "failed", e.sentence)
        elif isinstance(e, (Finished, Cancelled)):
            _finish(session, project_folder, job, e)


def _finish(session: Session, project_folder: Path, job: Job, event: Finished | Cancelled) -> None:
    job.result = event.result
    kept = "Cancelled; what was done is kept." if isinstance(event, Cancelled) else ""
    end(session, job.id, event.event, event.result.get("comparison", event.result).get("sentence", kept))
    if job.kind == "prelabel" and job.done:
        changes.note(session, f"Job {job.id}: proposals on {job.done} of {job.total} images")
    if job.kind != "finetune" or "folder" not in event.result:
        return
    try:
        version = models.adopt(session, project_folder, job, event.result)
        job.result = {**event.result, "version": version.id}
        changes.note(session, f"Job {job.id}: version {version.id} of {version.engine}")
        better = event.result.get("comparison", {}).get("better")
        if job.spec["activate"] == "always" or (job.spec["activate"] == "better" and better is True):
            models.activate(session, project_folder, version)
            changes.note(session, f"Use {version.engine}, version {version.id}, as job {job.id} was asked to")
    except (UserError, CardError) as fault:
        end(session, job.id, "failed", f"The new version was not taken over: {fault}")


def _failures(session: Session, failed: list[ItemFailed]) -> list[dict]:
    paths = {}
    for ids in in_parts(sorted({e.image_id for e in failed})):
        paths |= {image.id: image.path for image in session.scalars(select(Image).where(Image.id.in_(ids)))}
    return [{"image": paths.get(e.image_id, str(e.image_id)), "image_id": e.image_id, "reason": e.reason} for e in failed]


# -- what goes into a spec --------------------------------------------------------------------------------------------


def _supports(session: Session, class_ids: Iterable[int] | None, needed: bool = True) -> list[SupportSet]:
    """The frozen shots of the classes (None: of all that have shots); UserError where they cannot serve."""
    wanted = list(proposals.present_digests(session)) if class_ids is None else list(dict.fromkeys(class_ids))
    if needed and not wanted:
        raise UserError("No class has a shot yet.", "Mark a defect on an image, then: defectloop shots PROJECT --class NAME --add IMAGE")
    frozen = [support.freeze(session, class_id) for class_id in wanted]
    for one in frozen:
        for shot in one.shots:
            if not Path(shot.image.path).is_file():
                said = f"The shot {Path(shot.image.path).name} of class {one.class_name} is missing on the disk ({shot.image.path})."
                raise UserError(said, "Find it again with: defectloop locate PROJECT FOLDER")
    return frozen


def _check_images(session: Session, supports: list[SupportSet]) -> tuple[contract.LabelledImage, ...]:
    """Versions are compared on the classes that have shots: without them there is no proposal of a class."""
    return truth.check_images(session, [s.class_id for s in supports])


def _present_images(session: Session, image_ids: Iterable[int] | None) -> list[Image]:
    query = select(Image).where(Image.removed.is_(False), Image.state != images.CHANGED).order_by(Image.id)
    if image_ids is None:
        return list(session.scalars(query))
    return [image for part in in_parts(sorted(set(image_ids))) for image in session.scalars(query.where(Image.id.in_(part)))]


def _answered(session: Session, version_id: int, digests: dict[int, str], job_ids: list[int] | None = None) -> set[tuple[int, int]]:
    """(image, class) that have an inference of the version and these shots (by these jobs)."""
    query = select(Inference.image_id, Inference.class_id, Inference.support_digest).where(Inference.version_id == version_id)
    if job_ids is not None:
        query = query.where(Inference.job_id.in_(job_ids))
    return {(image_id, class_id) for image_id, class_id, digest in session.execute(query) if digests.get(class_id) == digest}


def _stopped_redos(session: Session, request: dict) -> list[int]:
    """The redo jobs of the same request since it was last done to the end: what they answered is not done again."""
    ids = []
    for job in session.scalars(select(Job).where(Job.kind == "prelabel").order_by(Job.id.desc())):
        if job.spec["redo"] and all(job.spec[key] == value for key, value in request.items()):
            if job.state == "finished":
                break
            ids.append(job.id)
    return ids


def _items(chosen: list[Image], class_ids: Iterable[int], done: set[tuple[int, int]]) -> list[Item]:
    wanted = [(image, tuple(c for c in class_ids if (image.id, c) not in done)) for image in chosen]
    return [Item(images.ref(image), classes) for image, classes in wanted if classes]


def _covers(job: Job, request: dict, project_folder: Path, items: list[Item]) -> bool:
    if any(job.spec[key] != value for key, value in request.items()) or not (project_folder / job.folder / contract.SPEC).exists():
        return False
    there = {(i.image.id, c) for i in contract.read_spec(project_folder / job.folder).items for c in i.class_ids}
    return there >= {(i.image.id, c) for i in items for c in i.class_ids}


def _without_answered(session: Session, job: Job, folder: Path) -> int:
    """Takes out of a waiting job's spec what others have answered since; the number of images left."""
    spec = contract.read_spec(folder)
    done = _answered(session, job.spec["version_id"], {int(c): d for c, d in job.spec["supports"].items()})
    left = [replace(i, class_ids=tuple(c for c in i.class_ids if (i.image.id, c) not in done)) for i in spec.items]
    left = tuple(i for i in left if i.class_ids)
    if left != spec.items:
        contract.write_spec(folder, replace(spec, items=left))
        job.total = len(left)
    return len(left)


def _cuts(session: Session) -> dict[str, float]:
    return {str(c.id): c.cut for c in session.scalars(select(DefectClass))}


def _compute(device: str) -> Compute:
    own = settings.load()
    return Compute(own.device if device == "auto" else device, str(settings.features_folder()), int(own.features_gb * 10**9))


def _queue(session: Session, project_folder: Path, spec: contract.Spec, request: dict) -> Job:
    job = Job(kind=spec.kind, spec=request, total=len(getattr(spec, "items", ())), by=session.info["by"])
    session.add(job)
    session.flush()
    folder = models.free_folder(project_folder / "jobs" / str(job.id))
    folder.mkdir(parents=True)
    contract.write_spec(folder, spec)
    job.folder = folder.relative_to(project_folder).as_posix()
    session.flush()
    return job
