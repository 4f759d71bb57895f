"""Reads that more than one face of the program needs: states of images, counts of classes, what awaits a decision.

States are derived here from the rows and never stored. Everything is asked of the database in sets: no statement is
sent once for each image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.store.parts import AT_ONCE, in_parts
from app.store.records import ActiveVersion, Annotation, DefectClass, Image, Inference, ModelVersion, Prediction, SupportShot, Verdict
from app.store.shots import present_digest

STATES = ("new", "prelabelled", "annotated", "needs_work", "reviewed", "defect_free")


@dataclass(frozen=True)
class ImageState:
    """What is known of one image. The properties are the words of the design; several may hold at once."""

    pending: int = 0
    annotations: int = 0
    complete: frozenset[int] = frozenset()  # class ids with a complete verdict
    unfinished: frozenset[int] = frozenset()  # class ids with the verdict "needs work"
    classes: int = field(default=0, repr=False)  # of the project

    @property
    def prelabelled(self) -> bool:
        return self.pending > 0

    @property
    def annotated(self) -> bool:
        return self.annotations > 0

    @property
    def needs_work(self) -> bool:
        return bool(self.unfinished)

    @property
    def reviewed(self) -> bool:
        """Complete for every class of the project."""
        return 0 < self.classes == len(self.complete)

    @property
    def defect_free(self) -> bool:
        """Reviewed, and without annotation: a statement, not an absence."""
        return self.reviewed and not self.annotations

    @property
    def new(self) -> bool:
        return not (self.pending or self.annotations or self.complete or self.unfinished)

    @property
    def word(self) -> str:
        """The one state to show: what asks for most attention, then what is furthest along."""
        order = ("needs_work", "defect_free", "reviewed", "annotated", "prelabelled")
        return next((name for name in order if getattr(self, name)), "new")


def active_version(session: Session, kind: str = "segment") -> ModelVersion | None:
    """The version that makes the proposals now; None before there is one."""
    return session.scalar(select(ModelVersion).join(ActiveVersion, ActiveVersion.version_id == ModelVersion.id).where(ActiveVersion.kind == kind))


def all_classes(session: Session) -> list[DefectClass]:
    """The project's classes in their order."""
    return list(session.scalars(select(DefectClass).order_by(DefectClass.position, DefectClass.id)))


def is_shown(session: Session, version: ModelVersion | None = None):
    """The condition that a prediction is shown: made by the version (the active one) from the present shots, not below the
    present cut, on an image of the project. For statements over Prediction joined with Inference."""
    version = version or active_version(session)
    digests = {c: present_digest(session, c.id) for c in all_classes(session)}
    one = [
        and_(Inference.class_id == c.id, Inference.support_digest == digest, Prediction.score >= c.cut) for c, digest in digests.items() if digest
    ]
    if version is None or not one:
        return false()
    return and_(Inference.version_id == version.id, or_(*one), _on_live(Inference))


def pending(session: Session) -> Select[tuple[Prediction]]:
    """The statement over Prediction, Inference and Image whose rows are the predictions that await a decision; narrow it
    by further `where`."""
    return _waiting(session, Prediction).join(Image, Image.id == Inference.image_id)


def _waiting(session: Session, *columns) -> Select:
    joined = select(*columns).select_from(Inference).join(Prediction, Prediction.inference_id == Inference.id)
    return joined.where(Prediction.decision == "pending", is_shown(session))


def _on_live(record: type):
    """The condition that a row's image is one of the project. Few images are removed: asking for those is faster than a join."""
    return record.image_id.not_in(select(Image.id).where(Image.removed))


class ClassSets:
    """Sets of class ids for many images: numbers while they are gathered, and one frozenset for all images that have the same.

    A set for each of a hundred thousand images would take longer to make, and the collector longer still to look at.
    """

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._sets: dict[int, frozenset[int]] = {0: frozenset()}

    def bit(self, class_id: int) -> int:
        return self._bits.setdefault(class_id, 1 << len(self._bits))

    def of(self, bits: int) -> frozenset[int]:
        """The classes of a sum of bits."""
        if bits not in self._sets:
            self._sets[bits] = frozenset(class_id for class_id, bit in self._bits.items() if bits & bit)
        return self._sets[bits]


def image_states(session: Session, image_ids: list[int] | None = None) -> dict[int, ImageState]:
    """The state of each image of the project, or of these, by id."""
    wanted = None if image_ids is None else set(image_ids)

    def rows(statement: Select, image_id) -> Iterable:
        if wanted is None or len(wanted) > AT_ONCE:
            return (row for row in session.execute(statement) if wanted is None or row[0] in wanted)
        return session.execute(statement.where(image_id.in_(wanted)))

    waiting = rows(_waiting(session, Inference.image_id, func.count()).group_by(Inference.image_id), Inference.image_id)
    waiting = dict(map(tuple, waiting))
    marked = dict(map(tuple, rows(_marked(Annotation.image_id).group_by(Annotation.image_id), Annotation.image_id)))
    sets, said = ClassSets(), {"complete": {}, "needs_work": {}}
    for image_id, class_id, state in rows(select(Verdict.image_id, Verdict.class_id, Verdict.state).where(_on_live(Verdict)), Verdict.image_id):
        said[state][image_id] = said[state].get(image_id, 0) | sets.bit(class_id)
    classes = session.scalar(select(func.count()).select_from(DefectClass))
    made: dict[tuple[int, ...], ImageState] = {}  # few different ones

    def state_of(k: int) -> ImageState:
        key = waiting.get(k, 0), marked.get(k, 0), said["complete"].get(k, 0), said["needs_work"].get(k, 0)
        if key not in made:
            made[key] = ImageState(*key[:2], sets.of(key[2]), sets.of(key[3]), classes)
        return made[key]

    return {k: state_of(k) for (k,) in rows(select(Image.id).where(Image.removed.is_(False)), Image.id)}


def image_state(session: Session, image_id: int) -> ImageState:
    """The state of one image of the project; a removed one has none (KeyError)."""
    return image_states(session, [image_id])[image_id]


def class_counts(session: Session) -> list[dict]:
    """For each class: name, colour, cut, annotations (ignore regions apart), shots, pending, on images of the project."""
    waiting = _waiting(session, Inference.class_id, func.count()).group_by(Inference.class_id)
    return _class_counts(session, _counts(session, waiting))


def _class_counts(session: Session, waiting: Mapping[int, int]) -> list[dict]:
    marked = _counts(session, _marked(Annotation.class_id).group_by(Annotation.class_id))
    shots = _counts(session, select(SupportShot.class_id, func.count()).where(_on_live(SupportShot)).group_by(SupportShot.class_id))
    return [
        {
            "name": c.name, "colour": c.colour, "annotations": marked.get(c.id, 0), "shots": shots.get(c.id, 0),
            "pending": waiting.get(c.id, 0), "cut": c.cut,
        }
        for c in all_classes(session)
    ]  # fmt: skip


def _counts(session: Session, statement: Select) -> dict[int, int]:
    """The rows (id, number) of a statement as a dictionary."""
    return dict(map(tuple, session.execute(statement)))


def _marked(column) -> Select:
    """(column, number of regions) of the project's annotations, ignore regions apart; to be grouped."""
    return select(column, func.count()).where(_on_live(Annotation), Annotation.ignore.is_(False))


def status(session: Session) -> dict:
    """The project in numbers, as the command `status` prints it (but `missing`, which is looked up on the disk).

    An image counts under every state that holds for it: an image may be annotated, reviewed and have pending proposals.
    It is what counting `image_states` gives, without an object for each image.
    """
    waiting, waits = Counter(), set()
    both = _waiting(session, Inference.class_id, Inference.image_id, func.count()).group_by(Inference.class_id, Inference.image_id)
    for class_id, image_id, number in session.execute(both):
        waiting[class_id] += number
        waits.add(image_id)
    marked = set(session.scalars(_marked(Annotation.image_id).with_only_columns(Annotation.image_id).distinct()))
    verdicts = select(Verdict.image_id, func.count()).where(_on_live(Verdict)).group_by(Verdict.image_id)
    complete = _counts(session, verdicts.where(Verdict.state == "complete"))
    unfinished = _counts(session, verdicts.where(Verdict.state == "needs_work"))
    classes = _class_counts(session, waiting)
    reviewed = {image_id for image_id, number in complete.items() if number == len(classes)}
    images, changed = session.execute(select(func.count(), func.count().filter(Image.state == "changed")).where(Image.removed.is_(False))).one()
    version = active_version(session)
    return {
        "images": images,
        "new": images - len(waits | marked | complete.keys() | unfinished.keys()),
        "prelabelled": len(waits),
        "annotated": len(marked),
        "needs_work": len(unfinished),
        "reviewed": len(reviewed),
        "defect_free": len(reviewed - marked),
        "changed": changed,
        "classes": classes,
        "active": {"id": version.id, "engine": version.engine} if version else None,
    }


def gallery_page(session: Session, offset: int, limit: int, state: str | None = None) -> list[tuple[Image, ImageState]]:
    """Images in the order of the gallery (root, path) with their states; only those for which `state` holds, if it is given."""
    states = image_states(session)
    order = select(Image.id).where(Image.removed.is_(False)).order_by(Image.root_id, Image.path, Image.id)
    ids = [k for k in session.scalars(order) if state is None or getattr(states[k], state)][offset : offset + limit]
    images = {i.id: i for part in in_parts(ids) for i in session.scalars(select(Image).where(Image.id.in_(part)))}
    return [(images[k], states[k]) for k in ids]
