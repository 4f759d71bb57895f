"""What happens to the proposals when another version takes over: counted before anybody does it, and the taking over itself in one call."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.operations import models, proposals
from app.store import gallery, queries
from app.store.records import ActiveVersion


@dataclass(frozen=True)
class Handover:
    """If `after` took over from `before`: pending proposals that are withdrawn, those of `after` that await a decision then, and the
    images that it has no answer for yet."""

    before: int
    after: int
    withdrawn: int
    coming_back: int
    unanswered: int


def of(session: Session, version_id: int) -> Handover:
    """Counts; nothing is changed. Proposals are counted as they are shown: of the present shots, not below their class's cut."""
    version, active = models.get(session, version_id), models.active(session)
    pending = session.scalar(queries.pending(session).with_only_columns(func.count()))
    if version.id == active.id:
        return Handover(active.id, version.id, 0, pending, gallery.unanswered(session))
    coming_back = proposals.would_revive(session, version.id)
    return Handover(active.id, version.id, pending, coming_back, gallery.unanswered(session, version))


def previous(session: Session, kind: str = "segment") -> int | None:
    """The version that a rollback goes back to: the one that was active before, which need not be the parent. None where there is none
    or it was retired."""
    version_id = session.scalar(select(ActiveVersion.previous_id).where(ActiveVersion.kind == kind))
    return version_id if version_id is not None and not models.get(session, version_id).retired else None
