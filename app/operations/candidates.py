"""Candidates for check: images that a person marks before any proposal is shown, until there is truth enough to compare versions on.

Asking begins with the first answer of a model: before that, what a person marks shows the model what to look for. From then on an
undecided candidate is no shot by itself, and the window hides what is proposed on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.operations import grouping
from app.store.memo import remembered
from app.store.parts import in_parts
from app.store.queries import all_classes
from app.store.records import Annotation, Image, Inference, Job, Project, Verdict

GROUPS_A_CLASS, CLEAN_IMAGES, ALL_GROUPS = 12, 30, 60  # so much check truth is asked for


class Wanted:
    """How much check truth there is, and whether more is asked for: 12 blind groups that hold each class and 30 blind
    defect-free images, 60 groups in all at most (or as many as the person wants), unless the project's setting says that none is wanted."""

    def __init__(self, session: Session) -> None:
        settings = session.scalar(select(Project.settings)) or {}
        self._on, self._most = grouping.candidates_wanted(session), max(ALL_GROUPS, settings.get("check_groups", 0))
        on_check = [Verdict.blind.is_(True), Verdict.state == "complete", Image.split == "check", Image.removed.is_(False)]
        verdicts = select(Image.id).join(Verdict, Verdict.image_id == Image.id).where(*on_check)
        self.groups = session.scalar(select(func.count(func.distinct(Image.part_group))).where(Image.split == "check", Image.removed.is_(False)))
        marked = select(Annotation.class_id, func.count(func.distinct(Image.part_group))).join(Image, Image.id == Annotation.image_id)
        marked = marked.join(Verdict, (Verdict.image_id == Image.id) & (Verdict.class_id == Annotation.class_id)).where(*on_check)
        holding = dict(map(tuple, session.execute(marked.where(Annotation.ignore.is_(False)).group_by(Annotation.class_id))))
        self._classes_done = all(holding.get(c.id, 0) >= GROUPS_A_CLASS for c in all_classes(session))
        has_region = select(Annotation.id).where(Annotation.image_id == Image.id, Annotation.ignore.is_(False)).exists()
        self._clean = session.scalar(select(func.count()).select_from(verdicts.where(~has_region).distinct().subquery()))

    def more(self) -> bool:
        return self._on and self.groups < self._most and not (self._classes_done and self._clean >= CLEAN_IMAGES)


def is_asked(session: Session, image: Image | None) -> bool:
    """Whether the image is to be marked before its proposals are shown."""
    if image is None or image.split or image.removed or not grouping.is_candidate(image.part_group):
        return False
    return more_wanted(session)


def is_asked_of(session: Session, image_id: int) -> bool:
    """The same of the image with that id."""
    return is_asked(session, session.get(Image, image_id))


def more_wanted(session: Session) -> bool:
    """Whether check images are asked for now."""
    return remembered(session, "more check images are wanted", lambda: _has_begun(session) and Wanted(session).more())


def asked(session: Session, image_ids: Iterable[int] | None = None) -> set[int]:
    """Those of the images (of all, by default) that are to be marked before their proposals are shown."""
    if not more_wanted(session):
        return set()
    query = select(Image.id, Image.part_group).where(Image.split == "", Image.removed.is_(False))
    if image_ids is None:
        found = session.execute(query).all()
    else:
        found = [row for part in in_parts(sorted(set(image_ids))) for row in session.execute(query.where(Image.id.in_(part)))]
    return {image_id for image_id, group in found if grouping.is_candidate(group)}


def to_mark(session: Session, class_id: int | None, limit: int) -> list[int]:
    """Undecided candidates that may hold the class, or (None) no defect at all: by how present a model found it, one of each group.

    Those that no model has looked at come last, in the order of the gallery.
    """
    rows = session.execute(select(Image.id, Image.part_group).where(Image.split == "", Image.removed.is_(False)).order_by(Image.root_id, Image.path, Image.id))
    first_of: dict[str, int] = {}
    for image_id, group in rows:
        if grouping.is_candidate(group):
            first_of.setdefault(group, image_id)
    seen = select(Inference.image_id, func.max(Inference.image_score)).group_by(Inference.image_id)
    present = dict(map(tuple, session.execute(seen if class_id is None else seen.where(Inference.class_id == class_id))))
    sign = 1 if class_id is None else -1
    return sorted(first_of.values(), key=lambda k: (k not in present, sign * present.get(k, 0.0)))[:limit]


def want_more(session: Session, count: int) -> None:
    """The person asks for so many check images beyond what the program would ask for by itself; where none was asked for, some are from now on."""
    project = session.scalar(select(Project))
    most = max(project.settings.get("check_groups", 0), Wanted(session).groups + count)
    project.settings = {**project.settings, "check_candidates": True, "check_groups": most}


def _has_begun(session: Session) -> bool:
    answered = session.scalar(select(Inference.id).limit(1)) is not None
    return answered or session.scalar(select(Job.id).where(Job.kind.in_(("finetune", "evaluate"))).limit(1)) is not None
