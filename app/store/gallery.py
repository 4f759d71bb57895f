"""Reads of the window's gallery and canvas: every image in few statements, and the regions that are shown on one image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.store import queries
from app.store.parts import AT_ONCE
from app.store.records import PROGRAMS_GROUP, Annotation, Image, Inference, ModelVersion, Prediction
from app.store.shots import present_digest
from core_models.contract.mask import Mask


class GalleryRow(NamedTuple):  # made a hundred thousand at a time: a dataclass takes twice as long
    """One image in the gallery. `path` is relative to the folder of its root; `classes` are marked or proposed on it; `check`: what is
    proposed on it is not to be told before a person has marked it."""

    id: int
    root_id: int
    path: str
    sha256: str
    state: queries.ImageState
    classes: frozenset[int]
    check: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class RegionRow:
    """A region that is shown on an image. key: ("annotation" or "proposal", id); kind: annotation, ignore or proposal.
    The window adds those of kind "suggestion", with keys ("suggestion", n), which the project does not hold.

    score: 0 to 1, None for what a person holds true.
    """

    key: tuple[str, int]
    class_id: int
    mask: Mask
    kind: str
    score: float | None = None


def rows(session: Session, image_ids: Iterable[int] | None = None) -> list[GalleryRow]:
    """The images of the project in the order of the gallery (root, path), or those of them that are named."""
    wanted = None if image_ids is None else sorted(set(image_ids))
    states = queries.image_states(session, wanted)
    sets = queries.ClassSets()
    classes = _classes_on(session, wanted, sets)
    statement = select(Image.id, Image.root_id, Image.path, Image.sha256).where(Image.removed.is_(False)).order_by(Image.root_id, Image.path, Image.id)
    if wanted is not None and len(wanted) <= AT_ONCE:
        statement = statement.where(Image.id.in_(wanted))
    return [GalleryRow(*row, states[row[0]], sets.of(classes.get(row[0], 0))) for row in session.execute(statement) if row[0] in states]


class SharedPart(NamedTuple):
    """A part that several images show. name: what to call it, which is the group, or its first image where the program made the group."""

    group: str
    name: str
    image_ids: frozenset[int]


def shared_parts(session: Session) -> list[SharedPart]:
    """The groups of several images, by name."""
    live = Image.removed.is_(False)
    shared = select(Image.part_group).where(live, Image.part_group != "").group_by(Image.part_group).having(func.count() > 1)
    rows = select(Image.id, Image.part_group, Image.path).where(live, Image.part_group.in_(shared)).order_by(Image.root_id, Image.path, Image.id)
    members: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for image_id, group, path in session.execute(rows):
        members.setdefault(group, []).append(image_id)
        names.setdefault(group, path.rpartition("/")[2] if group.startswith(PROGRAMS_GROUP) else group)
    return sorted((SharedPart(group, names[group], frozenset(ids)) for group, ids in members.items()), key=lambda part: part.name.casefold())


def first_rows(session: Session, count: int) -> list[GalleryRow]:
    """The images that come first in the order of the gallery, `count` of them at most (AT_ONCE)."""
    there = select(Image.id).where(Image.removed.is_(False)).order_by(Image.root_id, Image.path, Image.id)
    return rows(session, session.scalars(there.limit(count)))


def basis(session: Session) -> tuple:
    """What decides on every image which proposals are shown: while it is the same, a change concerns only the images that it touched."""
    version = queries.active_version(session)
    return version and version.id, tuple((c.id, c.cut, present_digest(session, c.id)) for c in queries.all_classes(session))


def _classes_on(session: Session, wanted: list[int] | None, sets: queries.ClassSets) -> dict[int, int]:
    """{image id: sum of the bits of the classes that are marked, or wait for a decision, there}."""
    marked = select(Annotation.image_id, Annotation.class_id).distinct()
    waiting = queries.pending(session).with_only_columns(Inference.image_id, Inference.class_id).distinct()
    if wanted is not None and len(wanted) <= AT_ONCE:
        marked, waiting = marked.where(Annotation.image_id.in_(wanted)), waiting.where(Inference.image_id.in_(wanted))
    found: dict[int, int] = {}
    for statement in (marked, waiting):
        for image_id, class_id in session.execute(statement):
            found[image_id] = found.get(image_id, 0) | sets.bit(class_id)
    return found


def regions_on(session: Session, image_id: int) -> list[RegionRow]:
    """What is shown on an image: annotations, oldest first, then the proposals that await a decision, least certain first."""
    held = session.scalars(select(Annotation).where(Annotation.image_id == image_id).order_by(Annotation.id))
    shown = [RegionRow(("annotation", a.id), a.class_id, a.mask, "ignore" if a.ignore else "annotation") for a in held]
    waiting = queries.pending(session).where(Inference.image_id == image_id).add_columns(Inference.class_id).order_by(Prediction.score, Prediction.id)
    return shown + [RegionRow(("proposal", p.id), class_id, p.mask, "proposal", p.score) for p, class_id in session.execute(waiting)]


@dataclass(frozen=True)
class ClassRow:
    """A class with its counts, as the classes panel shows it. pending: proposals that await a decision."""

    id: int
    name: str
    colour: str
    annotations: int
    shots: int
    pending: int


def class_rows(session: Session) -> list[ClassRow]:
    """The project's classes in their order."""
    counts = {row["name"]: row for row in queries.class_counts(session)}
    return [
        ClassRow(c.id, c.name, c.colour, *(counts[c.name][key] for key in ("annotations", "shots", "pending"))) for c in queries.all_classes(session)
    ]


def unanswered(session: Session, version: ModelVersion | None = None) -> int:
    """How many images a pre-labelling would go through: those without an answer of the version (the active one, by default) and the present
    shots for some class that has shots. 0 where no class has shots."""
    version = version or queries.active_version(session)
    digests = {c.id: digest for c in queries.all_classes(session) if (digest := present_digest(session, c.id))}
    if version is None or not digests:
        return 0
    there = and_(Image.removed.is_(False), Image.state != "changed")
    answers = [and_(Inference.class_id == class_id, Inference.support_digest == digest) for class_id, digest in digests.items()]
    done = select(Inference.image_id).join(Image, Image.id == Inference.image_id).where(Inference.version_id == version.id, or_(*answers), there)
    whole = done.group_by(Inference.image_id).having(func.count() == len(digests)).subquery()
    return session.scalar(select(func.count()).select_from(Image).where(there)) - session.scalar(select(func.count()).select_from(whole))
