"""The newest fine-tune or comparison of a project, as the window follows it, and the end of what its worker printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import jobs
from app.store.records import Job, ModelVersion
from core_models.contract.job import LOG

_LOG_BYTES = 20_000


@dataclass(frozen=True)
class Run:
    """engine: that is trained, "" for a comparison; made: the version that came of it, None where none did."""

    id: int
    kind: str
    state: str
    message: str
    done: int
    total: int
    folder: Path
    engine: str = ""
    made: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in jobs.OPEN


def newest(session: Session) -> Run | None:
    """The one at work, or the one that ended last; None where there was none."""
    query = select(Job).where(Job.kind.in_(("finetune", "evaluate")))
    waiting = query.where(Job.state.in_(jobs.OPEN)).order_by(Job.state.desc(), Job.id)  # running comes before queued
    job = session.scalar(waiting.limit(1)) or session.scalar(query.order_by(Job.id.desc()).limit(1))
    if job is None:
        return None
    version = session.get(ModelVersion, job.spec.get("version_id")) if job.kind == "finetune" else None
    message = job.message.replace(jobs.GO_ON, "").strip()
    engine = version.engine if version else ""
    return Run(job.id, job.kind, job.state, message, job.done, job.total, session.info["folder"] / job.folder, engine, job.result.get("version"))


def log_end(folder: Path) -> str:
    """The last part of what a job's worker printed; "" where it printed nothing."""
    try:
        with open(folder / LOG, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _LOG_BYTES))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
