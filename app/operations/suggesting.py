"""Suggestions: what a model makes of the image in view while a person draws; kept nowhere until a person holds one true.

The question is read here, and what a person says of the answer is written here. A suggestion leaves no inference behind: a
region that is accepted is an annotation with `source="model"` and no prediction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import settings
from app.operations import annotations, candidates, grouping, images, models, review_images, support, verdicts
from app.store import queries
from app.store.records import Annotation, DefectClass, Image, Inference, Prediction
from core_models.contract.episode import ImageRef, SupportSet
from core_models.contract.job import Compute, ModelRef, Region
from core_models.contract.mask import Mask

_SAME_PART = 0.5  # of the smaller of two regions: so much in common, and they are about the same defect


@dataclass(frozen=True)
class Question:
    """What the assistant is asked about one image and one class. known: what a person has said there already, marks and
    rejected regions; cut: the score below which the class's regions are not shown."""

    image: ImageRef
    support: SupportSet
    model: ModelRef
    compute: Compute
    cut: float
    known: tuple[Mask, ...]

    @property
    def key(self) -> tuple[int, int, str, int]:
        """Two questions with the same key have the same answer: image, class, shots, version."""
        return self.image.id, self.support.class_id, self.support.digest, self.model.version_id


def question(session: Session, project_folder: Path, image_id: int, class_id: int) -> Question | None:
    """What to ask about an image; None where nothing is to be suggested: the class has no shots, a pass of the present
    shots has been over the image, its file is missing, or a person should mark it before she sees what a model makes of it.

    UserError where a shot's mask cannot serve, or the version cannot be used.
    """
    image, class_ = session.get(Image, image_id), session.get(DefectClass, class_id)
    version = queries.active_version(session)
    if image is None or image.removed or class_ is None or version is None or not support.shots(session, class_id):
        return None
    if _kept_blind(session, image) or not images.path_of(session, image).is_file():
        return None
    shots = support.as_they_stand(session, class_id)
    passed = select(Inference.id).where(Inference.image_id == image_id, Inference.class_id == class_id, Inference.version_id == version.id)
    if session.scalar(passed.where(Inference.support_digest == shots.digest).limit(1)) is not None:
        return None
    model = models.reference(version, project_folder)
    return Question(images.ref(image), shots, model, compute(), class_.cut, tuple(_known(session, image_id, class_id)))


def compute() -> Compute:
    """Where and how the assistant computes, as the person's settings have it."""
    own = settings.load()
    return Compute(own.device, str(settings.features_folder()), int(own.features_gb * 10**9))


def first_fill(session: Session, project_folder: Path, image_id: int) -> tuple[ImageRef, ModelRef, Compute] | None:
    """What is asked for as soon as the hand begins to draw: the image's own features, so that the worker is warm when the stroke
    ends. None where the image or the version has gone."""
    image, version = session.get(Image, image_id), queries.active_version(session)
    if image is None or version is None:
        return None
    return images.ref(image), models.reference(version, project_folder), compute()


def in_order(session: Session) -> list[ImageRef]:
    """All images in the gallery's order, for the filling of the feature cache."""
    there = select(Image).where(Image.removed.is_(False), Image.state != images.CHANGED)
    return [images.ref(image) for image in session.scalars(there.order_by(Image.root_id, Image.path, Image.id))]


def fresh(regions: Iterable[Region], known: Sequence[Mask], cut: float) -> list[Region]:
    """The regions that say something new, from the cut on, least certain first."""
    found = [r for r in regions if r.score >= cut and not any(_is_about(r.mask, mask) for mask in known)]
    return sorted(found, key=lambda r: r.score)


def accept(session: Session, image_id: int, class_id: int, mask: Mask) -> tuple[str, int]:
    """A person holds a suggestion true; the key of the annotation it became."""
    made = annotations.add(session, image_id, class_id, mask, source="model")
    image = session.get(Image, image_id)
    images.decide_split(session, image, "train")
    if image.split == "check":
        verdicts.not_blind(session, image_id, class_id)
    session.flush()
    return "annotation", made.id


def take_over(session: Session, image_id: int, class_id: int, suggested: Mask, stroke: Mask, how: str) -> tuple[str, int] | None:
    """A stroke (`how`: add or erase) on a suggestion makes it an annotation with the stroke's outline; its key, None where nothing of it is left."""
    mask = suggested - stroke if how == "erase" else suggested | stroke
    return accept(session, image_id, class_id, mask) if mask.area else None


def accept_image(session: Session, image_id: int, min_score: float, suggested: dict[int, list[Mask]]) -> dict:
    """`review_images.accept_image` with what was suggested there: {class id: the masks that are shown}. A class of which
    nothing was found is complete, too."""
    for class_id, masks in suggested.items():
        for mask in masks:
            accept(session, image_id, class_id, mask)
    answer = {"accepted": sum(map(len, suggested.values())), "class_ids": sorted(suggested)}
    if verdicts.classes_shown(session, [image_id])[image_id]:
        proposed = review_images.accept_image(session, image_id, min_score)
        answer = {"accepted": answer["accepted"] + proposed["accepted"], "class_ids": sorted({*suggested, *proposed["class_ids"]})}
    verdicts.complete(session, image_id, sorted(suggested), blind=False)
    return answer


def _kept_blind(session: Session, image: Image) -> bool:
    """A check image, or one that a person may be asked to mark without help later."""
    if image.split:
        return image.split == "check"
    return grouping.is_candidate(image.part_group) and candidates.Wanted(session).more()


def _known(session: Session, image_id: int, class_id: int) -> list[Mask]:
    # One that was accepted as another class is settled, too.
    settled = (Annotation.class_id == class_id) | ((Annotation.source == "model") & Annotation.prediction_id.is_(None))
    marked = session.scalars(select(Annotation).where(Annotation.image_id == image_id, settled))
    rejected = select(Prediction).join(Inference, Inference.id == Prediction.inference_id)
    rejected = rejected.where(Inference.image_id == image_id, Inference.class_id == class_id, Prediction.decision == "rejected")
    return [row.mask for row in (*marked, *session.scalars(rejected))]


def _is_about(a: Mask, b: Mask) -> bool:
    return a.intersection_area(b) >= _SAME_PART * min(a.area, b.area) > 0
