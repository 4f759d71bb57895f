"""What a fine-tune would learn from now: how many labels there are, how many of them are new, and how long the last one took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.operations import grouping
from app.store.records import Annotation, Image, Inference, Job, ModelVersion, Prediction, Verdict

USUAL_MINUTES = 6.0


@dataclass(frozen=True)
class Ahead:
    """labels: all that a fine-tune would learn from; new: those since version `since` learnt (None: no version has); minutes: about so long."""

    labels: int
    new: int
    since: int | None
    minutes: float


def ahead(session: Session) -> Ahead:
    """Counted anew each time; grows with the number of labelled images."""
    version = session.scalar(
        select(ModelVersion).where(ModelVersion.job_id.is_not(None), ModelVersion.retired.is_(False)).order_by(ModelVersion.id.desc()).limit(1)
    )
    job = session.get(Job, version.job_id) if version else None
    count = labels(session)
    new = labels(session, job.created_at) if job else count
    return Ahead(count, new, version.id if version else None, _minutes(session))


def labels(session: Session, since: str = "") -> int:
    """Number of labels that may be learnt from (given after the time `since`): regions held true, proposals rejected, and images called
    free of a class; not on check images, and not on candidates that may still become check images."""
    region = select(Annotation.image_id, func.count()).where(Annotation.ignore.is_(False), Annotation.at > since).group_by(Annotation.image_id)
    rejected = select(Inference.image_id, func.count()).join(Prediction, Prediction.inference_id == Inference.id)
    rejected = rejected.where(Prediction.decision == "rejected", Prediction.decided_at > since).group_by(Inference.image_id)
    marked = select(Annotation.id).where(Annotation.image_id == Verdict.image_id, Annotation.class_id == Verdict.class_id).exists()
    free = select(Verdict.image_id, func.count()).where(Verdict.state == "complete", Verdict.at > since, ~marked).group_by(Verdict.image_id)
    counts = [row for statement in (region, rejected, free) for row in session.execute(statement)]
    usable = _usable(session) if counts else set()
    return sum(number for image_id, number in counts if image_id in usable)


def _usable(session: Session) -> set[int]:
    wanted = grouping.candidates_wanted(session)
    rows = session.execute(select(Image.id, Image.split, Image.part_group).where(Image.split != "check", Image.removed.is_(False), Image.state == ""))
    return {image_id for image_id, split, group in rows if split == "train" or not (wanted and grouping.is_candidate(group))}


def _minutes(session: Session) -> float:
    """How long the last fine-tune of this project took, from its worker's start to its end."""
    done = select(Job.started_at, Job.ended_at).where(Job.kind == "finetune", Job.state == "finished", Job.started_at != "", Job.ended_at != "")
    last = session.execute(done.order_by(Job.id.desc()).limit(1)).first()
    if last is None:
        return USUAL_MINUTES
    begun, ended = (datetime.fromisoformat(at) for at in last)
    return max(0.0, (ended - begun).total_seconds() / 60)
