"""What becomes of proposals without a person: received from a worker, queued or not, superseded, withdrawn and revived.

A region is queued as pending unless it says nothing new (decision "agrees"): it overlaps an annotation, or a region that
was rejected, of its class there (IoU of at least 0.5), or it lies on a shot of its class, where a person has said what is
the defect and what is not; deciding it would change the shots, and with them all other proposals. Only the active version
with the present shots has a queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.store import changes
from app.store.parts import in_parts
from app.store.queries import active_version
from app.store.records import Annotation, DefectClass, Image, Inference, Prediction, SupportShot, now
from app.store.shots import present_digest
from core_models.contract.job import Predicted
from core_models.contract.mask import Mask

UNDECIDED = ("pending", "superseded", "withdrawn", "agrees")
_SAME_REGION = 0.5  # IoU


def present_digests(session: Session, class_ids: Iterable[int] | None = None) -> dict[int, str]:
    """{class id: digest of its present shots} of the classes that have shots."""
    ids = set(session.scalars(select(SupportShot.class_id).distinct()))
    if class_ids is not None:
        ids &= set(class_ids)
    found = {class_id: present_digest(session, class_id) for class_id in sorted(ids)}
    return {class_id: digest for class_id, digest in found.items() if digest}


def receive(session: Session, version_id: int, digests: dict[int, str], job_id: int | None, events: list[Predicted]) -> None:
    """Stores what a worker found, several images at once; `digests` are those of the job's support sets, by class.

    What an earlier pass of the same version and shots left undecided is replaced, decided regions stay. Bulk statements:
    for results of jobs only, which undo does not know.
    """
    wanted = {(e.image_id, e.class_id): e for e in events if e.class_id in digests}
    changes.touch(session, {image_id for image_id, _ in wanted})
    active = active_version(session)
    present = present_digests(session, digests)
    classes = set(session.scalars(select(DefectClass.id).where(DefectClass.id.in_(digests))))
    for image_ids in in_parts(sorted({image_id for image_id, _ in wanted})):
        images = set(session.scalars(select(Image.id).where(Image.id.in_(image_ids))))
        part = [e for (i, c), e in wanted.items() if i in images and c in classes and image_ids[0] <= i <= image_ids[-1]]
        rows = _inferences(session, version_id, digests, job_id, part)
        for_queue = {c for c in classes if active and version_id == active.id and present.get(c) == digests[c]}
        unqueued = "superseded" if active and version_id == active.id else "withdrawn"
        known = _Known(session, image_ids, classes)
        if found := list(_rows(part, rows, known, for_queue, unqueued)):
            session.execute(insert(Prediction), found)
        _supersede(session, version_id, {c: digests[c] for c in for_queue}, part)


def _inferences(session: Session, version_id: int, digests: dict[int, str], job_id: int | None, events: list[Predicted]) -> dict[tuple[int, int], int]:
    """{(image, class): inference id}: new rows, or the present ones brought up to date and cleared of undecided regions."""
    found = select(Inference).where(
        Inference.version_id == version_id, Inference.image_id.in_({e.image_id for e in events}), Inference.class_id.in_({e.class_id for e in events})
    )
    old = {(i.image_id, i.class_id): i for i in session.scalars(found) if i.support_digest == digests[i.class_id]}
    fresh, again = [], []
    for e in events:
        values = {"job_id": job_id, "image_score": e.image_score, "regions": len(e.regions), "at": now()}
        if row := old.get((e.image_id, e.class_id)):
            for name, value in values.items():
                setattr(row, name, value)
            again.append(row.id)
        else:
            fresh.append({"image_id": e.image_id, "class_id": e.class_id, "version_id": version_id, "support_digest": digests[e.class_id], **values})
    if again:
        session.execute(delete(Prediction).where(Prediction.inference_id.in_(again), Prediction.decision.in_(UNDECIDED)), execution_options=_UNSYNCED)
    ids = {key: row.id for key, row in old.items()}
    if fresh:
        made = session.execute(insert(Inference).returning(Inference.image_id, Inference.class_id, Inference.id), fresh)
        ids |= {(image_id, class_id): id_ for image_id, class_id, id_ in made}
    return ids


_UNSYNCED = {"synchronize_session": False}


def _rows(events: list[Predicted], ids: dict, known: _Known, for_queue: set[int], unqueued: str) -> Iterator[dict]:
    for e in events:
        for region in e.regions:
            mask = region.mask
            x, y, w, h = mask.box
            if e.class_id not in for_queue:
                decision = unqueued
            else:
                decision = "agrees" if known.holds(e.image_id, e.class_id, mask) else "pending"
            yield {
                "inference_id": ids[e.image_id, e.class_id], "x": x, "y": y, "w": w, "h": h, "area": mask.area, "rle": mask.rle,
                "score": region.score, "cut": region.cut, "decision": decision,
            }  # fmt: skip


def _supersede(session: Session, version_id: int, digests: dict[int, str], events: list[Predicted]) -> None:
    """Pending regions of other versions or shots on the images of `events` make room for the newer ones."""
    for class_id, digest in digests.items():
        images = {e.image_id for e in events if e.class_id == class_id}
        others = select(Inference.id).where(
            Inference.class_id == class_id, Inference.image_id.in_(images), (Inference.version_id != version_id) | (Inference.support_digest != digest)
        )
        old = update(Prediction).where(Prediction.decision == "pending", Prediction.inference_id.in_(others))
        session.execute(old.values(decision="superseded"), execution_options=_UNSYNCED)


class _Known:
    """What people have said already of some images and classes: annotations, rejected regions, shots."""

    def __init__(self, session: Session, image_ids: Iterable[int], class_ids: Iterable[int]) -> None:
        ids, classes = list(image_ids), list(class_ids)
        self._masks: dict[tuple[int, int], list[Mask]] = defaultdict(list)
        for a in session.scalars(select(Annotation).where(Annotation.image_id.in_(ids), Annotation.class_id.in_(classes))):
            self._masks[a.image_id, a.class_id].append(a.mask)
        rejected = select(Inference.image_id, Inference.class_id, Prediction).join(Inference, Inference.id == Prediction.inference_id)
        rejected = rejected.where(Prediction.decision == "rejected", Inference.image_id.in_(ids), Inference.class_id.in_(classes))
        for image_id, class_id, p in session.execute(rejected):
            self._masks[image_id, class_id].append(p.mask)
        shots = select(SupportShot).where(SupportShot.image_id.in_(ids), SupportShot.class_id.in_(classes))
        self._shots = {(s.image_id, s.class_id) for s in session.scalars(shots)}

    def holds(self, image_id: int, class_id: int, mask: Mask) -> bool:
        """Whether a region says nothing new."""
        where = image_id, class_id
        return where in self._shots or any(mask.iou(other) >= _SAME_REGION for other in self._masks.get(where, ()))


def withdraw(session: Session, version_id: int) -> int:
    """The version's pending regions leave the queue; their number. Undoable."""
    pending = _of_version(session, version_id, ("pending",))
    for _, p in pending:
        p.decision = "withdrawn"
    return len(pending)


def revive(session: Session, version_id: int, class_ids: Iterable[int] | None = None) -> int:
    """Undecided regions of the version and the present shots are pending again, unless they say nothing new by now; their number.

    What the same classes have pending from other shots of the version is superseded. Undoable.
    """
    decisions = _of_revival(session, version_id, present_digests(session, class_ids))
    for p, decision in decisions:
        p.decision = decision
    return sum(decision == "pending" for _, decision in decisions)


def would_revive(session: Session, version_id: int) -> int:
    """How many regions would await a decision if the version became the active one: those that are shown, not below their class's cut."""
    cuts = dict(map(tuple, session.execute(select(DefectClass.id, DefectClass.cut))))
    digests = present_digests(session)
    decisions = {p.id: decision for p, decision in _of_revival(session, version_id, digests)}
    found = _of_version(session, version_id, ("superseded", "withdrawn", "pending"))
    removed = set(session.scalars(select(Image.id).where(Image.removed)))
    found = [(i, p) for i, p in found if i.class_id in digests and i.image_id not in removed and p.score >= cuts[i.class_id]]
    return sum(decisions.get(p.id, p.decision) == "pending" for _, p in found)


def _of_revival(session: Session, version_id: int, digests: dict[int, str]) -> list[tuple[Prediction, str]]:
    """What becomes of a version's undecided regions when it is active again."""
    decisions, back = [], []
    for i, p in _of_version(session, version_id, ("superseded", "withdrawn", "pending")):
        if i.class_id in digests and i.support_digest != digests[i.class_id]:
            decisions += [(p, "superseded")] if p.decision == "pending" else []
        elif i.class_id in digests and p.decision != "pending":
            back.append((i, p))
    for images in in_parts(sorted({i.image_id for i, _ in back})):
        known = _Known(session, images, digests)
        for i, p in back:
            if images[0] <= i.image_id <= images[-1]:
                decisions.append((p, "agrees" if known.holds(i.image_id, i.class_id, p.mask) else "pending"))
    return decisions


def settle_known(session: Session, image_id: int) -> int:
    """What is pending on an image and says nothing new by now leaves the queue ("agrees"); the number. Undoable."""
    found = select(Inference.class_id, Prediction).join(Prediction, Prediction.inference_id == Inference.id)
    waiting = session.execute(found.where(Inference.image_id == image_id, Prediction.decision == "pending")).all()
    known = _Known(session, [image_id], {class_id for class_id, _ in waiting})
    agreeing = [p for class_id, p in waiting if known.holds(image_id, class_id, p.mask)]
    for p in agreeing:
        p.decision = "agrees"
    return len(agreeing)


def _of_version(session: Session, version_id: int, decisions: tuple[str, ...]) -> list[tuple[Inference, Prediction]]:
    found = select(Inference, Prediction).join(Prediction, Prediction.inference_id == Inference.id)
    return [(i, p) for i, p in session.execute(found.where(Inference.version_id == version_id, Prediction.decision.in_(decisions)).order_by(Prediction.id))]
