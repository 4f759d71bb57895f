"""What people hold true, ready for a job: what a model may learn from, and what versions are compared on. Never both."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import grouping, images
from app.store.queries import all_classes
from app.store.records import Annotation, Image, Inference, Prediction, Verdict
from app.store.shots import union_of
from core_models.contract.episode import ImageRef
from core_models.contract.job import LabelledImage, TrainLabel
from core_models.contract.mask import Mask


def train_images(session: Session, class_ids: Iterable[int] | None = None) -> tuple[LabelledImage, ...]:
    """What fine-tuning may learn of these classes (all of them by default): marked regions, rejected proposals as hard negatives, all of a complete image.

    Left out: check images; candidates on which nothing is decided yet, since they may become check; images whose file
    has changed. An image is there for the classes that something is known of.
    """
    facts = _Facts(session, class_ids, Image.split != "check")
    wanted = grouping.candidates_wanted(session)
    labelled = []
    for image in facts.images:
        if image.split == "train" or not (wanted and grouping.is_candidate(image.part_group)):
            labelled.append(facts.labelled(image, facts.of(image.id)))
    return tuple(item for item in labelled if item.labels)


def check_images(session: Session, class_ids: Iterable[int] | None = None) -> tuple[LabelledImage, ...]:
    """What versions are compared on: check images, each for the classes with a blind complete verdict there."""
    facts = _Facts(session, class_ids, Image.split == "check")
    labelled = (facts.labelled(image, [c for c in facts.of(image.id) if (image.id, c) in facts.blind]) for image in facts.images)
    return tuple(item for item in labelled if item.labels)


def data_digest(train: Iterable[LabelledImage]) -> str:
    """Names a training set by the bytes of its images, their groups and labels (sha256, hexadecimal), whatever the order."""
    rows = sorted(repr((i.image.sha256, i.group, sorted(i.labels, key=lambda label: label.class_id))) for i in train)
    return hashlib.sha256("\n".join(rows).encode("utf-8")).hexdigest()


class _Facts:
    """Regions, rejected proposals and verdicts of some classes on the images that fit a condition, read in four statements."""

    def __init__(self, session: Session, class_ids: Iterable[int] | None, condition) -> None:
        classes = {c.id for c in all_classes(session)} if class_ids is None else set(class_ids)
        usable = (condition, Image.removed.is_(False), Image.state != images.CHANGED)
        self._folders = images.roots(session)
        self._parts: dict[tuple[int, int, str], list[Mask]] = defaultdict(list)
        self._bulk: set[tuple[int, int]] = set()
        self.complete: set[tuple[int, int]] = set()
        self.blind: set[tuple[int, int]] = set()
        self._classes: dict[int, set[int]] = defaultdict(set)

        regions = select(Annotation, Prediction.decided_how).join(Image, Image.id == Annotation.image_id)
        regions = regions.outerjoin(Prediction, Prediction.id == Annotation.prediction_id).where(*usable, Annotation.class_id.in_(classes))
        for row, how in session.execute(regions.order_by(Annotation.id)):
            self._parts[row.image_id, row.class_id, "ignore" if row.ignore else "positive"].append(row.mask)
            self._classes[row.image_id].add(row.class_id)
            if how == "bulk":
                self._bulk.add((row.image_id, row.class_id))
        rejected = select(Prediction, Inference.image_id, Inference.class_id).join(Inference, Prediction.inference_id == Inference.id)
        rejected = rejected.join(Image, Image.id == Inference.image_id).where(*usable, Inference.class_id.in_(classes))
        for row, image_id, class_id in session.execute(rejected.where(Prediction.decision == "rejected").order_by(Prediction.id)):
            self._parts[image_id, class_id, "negative"].append(row.mask)
            self._classes[image_id].add(class_id)
        verdicts = select(Verdict).join(Image, Image.id == Verdict.image_id).where(*usable, Verdict.class_id.in_(classes))
        for row in session.scalars(verdicts.where(Verdict.state == "complete")):
            self.complete.add((row.image_id, row.class_id))
            self._classes[row.image_id].add(row.class_id)
            if row.blind:
                self.blind.add((row.image_id, row.class_id))
        self.images = [i for i in session.scalars(select(Image).where(*usable).order_by(Image.id)) if i.id in self._classes]

    def of(self, image_id: int) -> list[int]:
        """The classes that something is known of on the image."""
        return sorted(self._classes[image_id])

    def labelled(self, image: Image, class_ids: list[int]) -> LabelledImage:
        ref = ImageRef(image.id, str(self._folders[image.root_id] / image.path), image.sha256, image.width, image.height)
        return LabelledImage(ref, image.part_group, tuple(self._label(image.id, c) for c in class_ids))

    def _label(self, image_id: int, class_id: int) -> TrainLabel:
        """What was marked counts before what was rejected, and both before what is to be ignored."""
        positive, negative, ignore = (union_of(self._parts[image_id, class_id, kind]) for kind in ("positive", "negative", "ignore"))
        negative = negative - positive
        return TrainLabel(class_id, positive, negative, ignore - positive - negative, (image_id, class_id) in self.complete, (image_id, class_id) in self._bulk)
