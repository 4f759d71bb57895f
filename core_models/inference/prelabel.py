"""The body of a pre-labelling job: every image, class by class, as a generator of events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core_models import turn
from core_models.contract import score_map
from core_models.contract.episode import SupportSet
from core_models.contract.job import Event, Failed, Finished, Item, ItemFailed, Predicted, PrelabelSpec, Progress, Started
from core_models.contract.opencv import cv2
from core_models.inference.features import UnreadableImage
from core_models.inference.predictor import Predictor, Prepared, ScoreMap

SCORES = "scores"


def run(spec: PrelabelSpec, folder: Path) -> Iterator[Event]:
    """Pre-labels the spec's images. Yields one Predicted for each image and class, or one ItemFailed for an image.

    Score maps go to `scores/<image id>_<class id>.png` of the job folder, 8-bit (postprocess.quantised).
    """
    notices: list[str] = []
    predictor = Predictor(spec.model, spec.compute, notices.append)
    device = predictor.store.extractor.device
    yield Started(device.name, device.notice)
    total = len(spec.items)
    prepared: dict[int, Prepared] = {}
    wanted = {c for item in spec.items for c in item.class_ids}
    for support in spec.supports:
        if support.class_id in wanted:
            yield Progress(0, total, f"learning {support.class_name} from {len(support.shots)} shots")
            try:
                prepared[support.class_id] = _prepare(predictor, support)
            except UnreadableImage as fault:
                yield Failed(f"A shot of {support.class_name} cannot be used: {fault}")
                return
    (folder / SCORES).mkdir(exist_ok=True)
    for done, item in enumerate(spec.items, 1):
        predictor.store.prefetch([later.image for later in spec.items[done - 1 :]])
        yield from _item(predictor, item, prepared, folder)
        yield Progress(done, total, notices.pop() if notices else "")
    yield Finished({"device": predictor.store.extractor.device.name})


def _prepare(predictor: Predictor, support: SupportSet) -> Prepared:
    turn.pause()
    return predictor.prepare(support)


def _item(predictor: Predictor, item: Item, prepared: dict[int, Prepared], folder: Path) -> Iterator[Event]:
    try:
        for class_id in item.class_ids:
            scores = predictor.score(item.image, prepared[class_id])
            presence, regions = predictor.regions(scores, prepared[class_id])
            save_scores(score_map.path_of(folder, item.image.id, class_id), scores)
            yield Predicted(item.image.id, class_id, presence, regions)
    except UnreadableImage as fault:
        yield ItemFailed(item.image.id, str(fault))


def save_scores(path: Path, scores: ScoreMap) -> None:
    """Writes a score map as an 8-bit PNG, whole or not at all."""
    done, data = cv2.imencode(".png", scores.map, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    part = path.with_suffix(".part")
    part.write_bytes(data.tobytes())
    part.replace(path)
