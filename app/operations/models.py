"""Model versions: what ships, what a fine-tune made, and which one makes the proposals now."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import proposals, truth
from app.store import changes
from app.store.queries import active_version
from app.store.records import ActiveVersion, Annotation, DefectClass, Inference, Job, ModelVersion, Prediction
from core_models.contract import card
from core_models.contract import job as contract

BUNDLED = ("support_head", "nearest", "strip_steel", "eamnet", "in_context")  # the first one makes the proposals in a new project
TRAINED_FIRST = "strip_steel"  # of those that can be fine-tuned, where nobody chose one
TRAINING_SET = "training_set.json.gz"


def ensure_bundled(session: Session) -> None:
    """One version for each bundled engine, the first one active where none is; does nothing the second time."""
    there = set(session.scalars(select(ModelVersion.engine).where(ModelVersion.folder == "")))
    for engine in BUNDLED:
        if engine not in there:
            session.add(ModelVersion(engine=engine))
    session.flush()
    if session.scalar(select(ActiveVersion).where(ActiveVersion.kind == "segment")) is None:
        session.add(ActiveVersion(kind="segment", version_id=newest(session, BUNDLED[0]).id))
        session.flush()


def active(session: Session, kind: str = "segment") -> ModelVersion:
    """The version that makes the proposals now."""
    found = active_version(session, kind)
    if found is None:
        raise UserError("No model version is active in this project.", "Choose one: defectloop models PROJECT --activate ID")
    return found


def newest(session: Session, engine: str) -> ModelVersion:
    """The latest version of an engine that is not retired."""
    found = session.scalar(select(ModelVersion).where(ModelVersion.engine == engine, ModelVersion.retired.is_(False)).order_by(ModelVersion.id.desc()).limit(1))
    if found is None:
        known = sorted(set(session.scalars(select(ModelVersion.engine).where(ModelVersion.retired.is_(False)))))
        raise UserError(f"There is no engine {engine}.", f"These are there: {', '.join(known)}.")
    return found


def to_train(session: Session) -> str:
    """The engine that a fine-tune goes on with where nobody chose one: that of the present version where it came of a fine-tune."""
    found = active_version(session, "segment")
    return found.engine if found is not None and found.job_id is not None else TRAINED_FIRST


def get(session: Session, version_id: int) -> ModelVersion:
    found = session.get(ModelVersion, version_id)
    if found is None:
        raise UserError(f"There is no model version {version_id}.", "defectloop models PROJECT lists those that are there.")
    return found


def reference(version: ModelVersion, project_folder: Path) -> contract.ModelRef:
    """The version as a worker needs it. UserError where its folder was altered: another one is never used in its place."""
    check(version, project_folder)
    folder = str((project_folder / version.folder).resolve()) if version.folder else ""
    return contract.ModelRef(version.id, version.engine, folder, version.params or {})


def check(version: ModelVersion, project_folder: Path) -> None:
    """UserError where the version is retired, or a file of its folder is missing, foreign or altered."""
    if version.retired:
        raise UserError(f"Version {version.id} was retired.", "Choose another one: defectloop models PROJECT")
    if version.folder:
        try:
            card.check_folder(project_folder / version.folder)
        except card.CardError as fault:
            raise UserError(f"Version {version.id} cannot be used: {fault}") from None


def activate(session: Session, project_folder: Path, version: ModelVersion) -> None:
    """The version makes the proposals from now on. What the one before has pending is withdrawn, and what this one left
    undecided with the present shots is pending again. Undoable; activating the one before again is the rollback."""
    check(version, project_folder)
    row = session.scalar(select(ActiveVersion).where(ActiveVersion.kind == version.kind))
    if row is None:
        session.add(ActiveVersion(kind=version.kind, version_id=version.id))
    elif row.version_id != version.id:
        proposals.withdraw(session, row.version_id)
        row.previous_id, row.version_id = row.version_id, version.id
    session.flush()
    proposals.revive(session, version.id)


def activate_id(session: Session, project_folder: Path, version_id: int) -> None:
    activate(session, project_folder, get(session, version_id))


def adopt(session: Session, project_folder: Path, job: Job, result: dict) -> ModelVersion:
    """The version that a fine-tune made: its folder copied to models/<id> with the list of what it learnt from.

    Done twice, it does no harm: a job has one version at most. The job's copy may go once this is committed.
    """
    known = session.scalar(select(ModelVersion).where(ModelVersion.job_id == job.id))
    if known is not None:
        return known
    job_folder = project_folder / job.folder
    made = job_folder / str(result["folder"])
    if job_folder.resolve() not in made.resolve().parents:
        raise UserError(f"Job {job.id} names a folder outside of its own as its result; nothing was taken over.")
    card.check_folder(made)
    spec = contract.read_spec(job_folder)
    version = ModelVersion(
        engine=spec.model.engine,
        parent_id=spec.model.version_id,
        params=result.get("params", spec.model.params),
        metrics={**result.get("metrics", {}), "comparison": result.get("comparison", {})},
        data_digest=truth.data_digest(spec.train),
        job_id=job.id,
    )
    return _added(session, project_folder, version, made, training_set(session, spec))


def add_backbone(session: Session, project_folder: Path, made: Path) -> ModelVersion:
    """A version of the engine that makes the proposals in a new project, on the backbone in the folder `made`, which is copied."""
    name = card.check_folder(made)["name"]
    version = _added(session, project_folder, ModelVersion(engine=BUNDLED[0]), made)
    changes.note(session, f"Version {version.id} of {version.engine}, on the backbone {name}")
    return version


def _added(session: Session, project_folder: Path, version: ModelVersion, made: Path, training_set_json: bytes = b"") -> ModelVersion:
    session.add(version)
    session.flush()
    folder = free_folder(project_folder / "models" / str(version.id))
    _copy(made, folder, training_set_json)
    version.folder = folder.relative_to(project_folder).as_posix()
    session.flush()
    return version


def _copy(made: Path, folder: Path, training_set_json: bytes) -> None:
    """A whole model folder or none: a crash leaves at most a folder named .part, which nobody reads."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(made, part)
    if training_set_json:
        with gzip.GzipFile(part / TRAINING_SET, "wb", mtime=0) as f:
            f.write(training_set_json)
    card.write_card(part, card.read_card(made))
    part.replace(folder)


def free_folder(folder: Path) -> Path:
    """The folder, or with -2, -3 ... after its name where it is there already: what an earlier run left is kept."""
    tried, number = folder, 1
    while tried.exists():
        number += 1
        tried = folder.with_name(f"{folder.name}-{number}")
    return tried


def training_set(session: Session, spec: contract.FineTuneSpec) -> bytes:
    """Exactly what a fine-tune learns from, as JSON text in an order of its own: classes, images with their labels, shots."""
    names = {str(c.id): c.name for c in session.scalars(select(DefectClass).order_by(DefectClass.id))}
    value = {
        "classes": names,
        "train": [contract.to_json(i) for i in sorted(spec.train, key=lambda i: i.image.id)],
        "supports": [contract.to_json(s) for s in sorted(spec.supports, key=lambda s: s.class_id)],
    }
    for entry in [*value["train"], *(shot for s in value["supports"] for shot in s["shots"])]:
        entry["image"]["path"] = Path(entry["image"]["path"]).name  # where a disk was mounted is no part of the data
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8")


def _backbone(version: ModelVersion, project_folder: Path) -> str | None:
    try:
        own = version.folder and card.own_backbone(str(project_folder / version.folder))
        return card.read_card(Path(own)).get("name") if own else "bundled"
    except card.CardError:
        return None


def retire(session: Session, project_folder: Path, version: ModelVersion) -> Path | None:
    """Takes a version out of use; the folder whose weights may be removed once this is committed (None: it ships with the program).

    UserError while it is active, while a version was made from it, or while an annotation goes back to it.
    """
    if session.scalar(select(func.count()).select_from(ActiveVersion).where(ActiveVersion.version_id == version.id)):
        raise UserError(f"Version {version.id} makes the proposals now.", "Choose another one first.")
    if session.scalar(select(func.count()).select_from(ModelVersion).where(ModelVersion.parent_id == version.id, ModelVersion.retired.is_(False))):
        raise UserError(f"Version {version.id} is the origin of another version.", "Retire that one first.")
    origins = select(func.count()).select_from(Annotation).join(Prediction, Prediction.id == Annotation.prediction_id)
    if session.scalar(origins.join(Inference, Inference.id == Prediction.inference_id).where(Inference.version_id == version.id)):
        raise UserError(f"Annotations go back to proposals of version {version.id}, so it stays.")
    version.retired = True
    return project_folder / version.folder if version.folder else None


def retire_id(session: Session, project_folder: Path, version_id: int) -> Path | None:
    """`retire` by number, on record in the history."""
    folder = retire(session, project_folder, get(session, version_id))
    changes.note(session, f"Retire version {version_id}")
    return folder


def listed(session: Session) -> list[dict]:
    """All versions in use, oldest first. folder is relative to the project, None for what ships; backbone is the name of the one
    that a version reads, "bundled" for the one that ships, None where the version's folder cannot be read."""
    in_use = set(session.scalars(select(ActiveVersion.version_id)))
    return [
        {
            "id": v.id,
            "kind": v.kind,
            "engine": v.engine,
            "backbone": _backbone(v, session.info["folder"]),
            "parent": v.parent_id,
            "created_at": v.created_at,
            "job": v.job_id,
            "active": v.id in in_use,
            "metrics": v.metrics,
            "data_digest": v.data_digest,
            "folder": v.folder or None,
        }
        for v in session.scalars(select(ModelVersion).where(ModelVersion.retired.is_(False)).order_by(ModelVersion.id))
    ]
