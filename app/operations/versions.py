"""The versions of a project as a person compares them: where each comes from, what it learnt from, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import handover, models
from app.store import figures
from app.store.records import Job
from core_models.contract.card import TOGETHER


@dataclass(frozen=True)
class VersionRow:
    """parent: the version it was trained from; labels: how many it learnt from (None: it was not trained here, or it is not known);
    iou, groups: by the class's name, from its last comparison on the check images; backbone: None where its folder cannot be read;
    together: the engine whose answer and its own are averaged, "" where it answers alone."""

    id: int
    engine: str
    backbone: str | None
    parent: int | None
    made_at: str
    active: bool
    previous: bool  # what a rollback goes back to
    bundled: bool
    labels: int | None = None
    iou: dict[str, float] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    together: str = ""


def rows(session: Session) -> list[VersionRow]:
    """All versions of segmenters that are not retired, newest first."""
    measured = {q.version_id: q for q in figures.quality(session)}
    learnt_from = {job_id: spec.get("labels") for job_id, spec in session.execute(select(Job.id, Job.spec).where(Job.kind == "finetune"))}
    back = handover.previous(session)
    made = []
    for row in models.listed(session):
        if row["kind"] == "segment":
            quality = measured.get(row["id"])
            made.append(
                VersionRow(
                    row["id"], row["engine"], row["backbone"], row["parent"], row["created_at"], row["active"], row["id"] == back and not row["active"],
                    row["folder"] is None, learnt_from.get(row["job"]), quality.iou if quality else {}, quality.groups if quality else {},
                    (row["metrics"] or {}).get(TOGETHER, ""),
                )  # fmt: skip
            )
    return made[::-1]
