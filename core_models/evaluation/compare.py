"""Compares two versions on the same check images, with the present shots, by what each would propose there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core_models import turn
from core_models.contract import comparison
from core_models.contract.card import own_backbone
from core_models.contract.comparison import Compared, Side
from core_models.contract.job import EvaluateSpec, Event, Finished, ItemFailed, LabelledImage, ModelRef, Progress, Started
from core_models.contract.mask import Mask, union
from core_models.evaluation import gate, metrics
from core_models.inference.features import FeatureStore, UnreadableImage
from core_models.inference.predictor import Predictor, Prepared

LEAST_SCORE = 0.5  # of a region that counts, where a class has no cut of its own


def run(spec: EvaluateSpec, folder: Path) -> Iterator[Event]:
    """The body of an evaluate job. Its result is the gate's decision: better (true, false or null), sentence, classes, missing.

    `incumbent` in it is the id of the version that the candidate was compared with.
    Only complete labels count; an image of which nothing is complete, and one that cannot be read, count for neither version.
    What each version proposed on each image is kept in the folder (contract/comparison.py).
    """
    items = usable(spec)
    names = {s.class_id: s.class_name for s in spec.supports}
    if not items:
        yield Finished(_result(gate.decide([], [], names, name_of(spec.incumbent)), spec))
        return
    seen: dict[str, dict[tuple[int, int], Seen]] = {}
    backbones, total = {own_backbone(model.folder) for model in (spec.candidate, spec.incumbent)}, 2 * len(items)
    stores = {backbone: FeatureStore(spec.compute, backbone=backbone) for backbone in backbones}
    for store in stores.values():
        store.pin([item.image for item in items])
    device = stores[own_backbone(spec.candidate.folder)].extractor.device
    yield Started(device.name, device.notice)
    for turn_of, (side, model) in enumerate((("candidate", spec.candidate), ("incumbent", spec.incumbent))):
        predictor = Predictor(model, spec.compute, store=stores[own_backbone(model.folder)])
        yield Progress(turn_of * len(items), total, f"learning the shots: {side}")
        prepared = _prepared(predictor, spec)
        found = seen[side] = {}
        for done, item in enumerate(items):
            yield Progress(turn_of * len(items) + done, total, f"comparing on the check images: {side}")
            try:
                found |= seen_on(predictor, prepared, item, spec)
            except UnreadableImage as fault:
                if not turn_of:
                    yield ItemFailed(item.image.id, str(fault))
    both = [key for key in seen["candidate"] if key in seen["incumbent"]]
    yield Progress(total, total, "comparing on the check images")
    comparison.write(folder, _kept(items, seen["candidate"], seen["incumbent"], both))
    decision = gate.decide(*([seen[side][key][0] for key in both] for side in ("candidate", "incumbent")), names, name_of(spec.incumbent))
    yield Finished(_result(decision, spec))


def _result(decision: gate.Decision, spec: EvaluateSpec) -> dict:
    return {**decision.to_json(), "incumbent": spec.incumbent.version_id}


def _kept(items: list[LabelledImage], new: dict[tuple[int, int], Seen], old: dict[tuple[int, int], Seen], keys: list[tuple[int, int]]) -> Iterator[Compared]:
    truth = {(item.image.id, label.class_id): label.positive - label.ignore for item in items for label in item.labels}
    for key in keys:
        yield Compared(*key, truth[key], new[key][0].regions, new[key][0].clean, _side(*new[key]), _side(*old[key]))


def _side(outcome: gate.Outcome, mask: Mask) -> Side:
    return Side(outcome.intersection, outcome.union, outcome.found, outcome.proposed, mask)


def _prepared(predictor: Predictor, spec: EvaluateSpec) -> dict[int, Prepared]:
    try:
        return {s.class_id: predictor.prepare(s) for s in spec.supports}
    except UnreadableImage as fault:
        raise turn.BodyError(f"The versions cannot be compared, for a shot cannot be used: {fault}") from fault


def name_of(model: ModelRef) -> str:
    """How a sentence calls a version."""
    return f"version {model.version_id}"


def usable(spec: EvaluateSpec) -> list[LabelledImage]:
    """The check images with a complete label of a class that has shots."""
    classes = {s.class_id for s in spec.supports}
    return [item for item in spec.check if any(label.complete and label.class_id in classes for label in item.labels)]


def is_clean(item: LabelledImage, classes: set[int]) -> bool:
    """Whether the image is complete for every one of the classes, and none of them is there."""
    free = {label.class_id for label in item.labels if label.complete and not label.positive.w and not label.ignore.w}
    return classes <= free


Seen = tuple[gate.Outcome, Mask]  # what is counted, and all that was proposed


def seen_on(predictor: Predictor, prepared: dict[int, Prepared], item: LabelledImage, spec: EvaluateSpec) -> dict[tuple[int, int], Seen]:
    """What one version does on one image, by (image, class)."""
    clean, out = is_clean(item, set(prepared)), {}
    for label in item.labels:
        if label.complete and label.class_id in prepared:
            turn.pause()
            ready = prepared[label.class_id]
            _, regions = predictor.regions(predictor.score(item.image, ready), ready)
            least = float(spec.cuts.get(str(label.class_id), LEAST_SCORE))
            masks = [region.mask for region in regions if region.score >= least]
            counted = metrics.outcome(item.image.id, item.group, label.class_id, label.positive, label.ignore, masks, clean)
            out[item.image.id, label.class_id] = counted, union(masks)
    return out
