"""Where the score map behind a proposal lies, and what is needed to cut the proposal from it at another level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.queries import active_version
from app.store.records import Image, Inference, Job, Prediction
from app.store.shots import present_digest
from core_models.contract import score_map
from core_models.contract.mask import Mask


@dataclass(frozen=True)
class MapPlace:
    """path: of the map's PNG, which may be gone; width, height: of the image in px."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True)
class Proposed:
    """A proposal as the model made it: its outline, and the score 0..1 at which that was cut; place: of its map, None where no job made it."""

    mask: Mask
    cut: float
    place: MapPlace | None


def map_of(session: Session, image_id: int, class_id: int) -> MapPlace | None:
    """The map behind what is proposed of the class on the image now; None where no job made it."""
    version, digest = active_version(session), present_digest(session, class_id)
    if version is None or not digest:
        return None
    asked = select(Inference).where(Inference.image_id == image_id, Inference.class_id == class_id)
    return _place(session, session.scalar(asked.where(Inference.version_id == version.id, Inference.support_digest == digest)))


def proposed(session: Session, prediction_id: int) -> Proposed | None:
    """None where the proposal is not there any more."""
    prediction = session.get(Prediction, prediction_id)
    if prediction is None:
        return None
    return Proposed(prediction.mask, prediction.cut, _place(session, session.get(Inference, prediction.inference_id)))


def _place(session: Session, inference: Inference | None) -> MapPlace | None:
    job = session.get(Job, inference.job_id) if inference and inference.job_id else None
    if job is None or not job.folder:
        return None
    image = session.get(Image, inference.image_id)
    return MapPlace(score_map.path_of(Path(session.info["folder"]) / job.folder, image.id, inference.class_id), image.width, image.height)
