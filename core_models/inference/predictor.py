"""One model version at work: learns a support set, scores images, and makes proposals of the scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from core_models import turn
from core_models.contract.card import SHARE, TOGETHER, CardError, own_backbone
from core_models.contract.episode import ImageRef, SupportSet
from core_models.contract.job import Compute, ModelRef, Region
from core_models.inference import calibration
from core_models.inference.feature_cache import Levels
from core_models.inference.features import FeatureStore, check_bytes
from core_models.inference.postprocess import Calibration, quantised, regions_of
from core_models.inference.prepared_cache import PreparedCache
from core_models.inference.shot_views import Example, examples_of
from core_models.inference.tiling import tiles_of
from core_models.inference.view import CELL, scale_of
from core_models.models import registry
from core_models.models.segmentation.base import FewShotSegmenter, Support
from core_models.models.segmentation.together import Together
from core_models.weights import BUNDLED, checksum, load_folder

RECIPE = "14"  # part of the key of what was prepared: raise it whenever the same shots give another result
_SCORED_AT_ONCE = 1_600_000  # px of a view
_EQUAL = 0.5  # share of a version whose card names none: they were all made so once
_MARGIN = 128  # px around a part of a larger one: what an engine sees of the surroundings of a cell


@dataclass(frozen=True)
class Prepared:
    """What a model has learnt of one class: its support, and how its logits become regions."""

    digest: str
    support: Support
    calibration: Calibration


@dataclass(frozen=True)
class ScoreMap:
    """An image's 8-bit logits at stride 4 of its padded view (see postprocess.quantised)."""

    image: ImageRef
    map: np.ndarray


class Predictor:
    """`model` on a device. The same image and support give the same regions, whatever was computed before or beside them.

    A `store` that is given must be one on the model's backbone (card.own_backbone of its folder).
    """

    def __init__(self, model: ModelRef, compute: Compute, notice: Callable[[str], None] = lambda text: None, store: FeatureStore | None = None) -> None:
        self.store = store or FeatureStore(compute, notice, own_backbone(model.folder))
        self.model = model
        self.net, self._weights = load_model(model, self.store.checksum)
        self.net.pause = turn.pause
        self._prepared = PreparedCache(Path(compute.cache_folder) / "prepared") if compute.cache_folder else None

    @property
    def device(self) -> torch.device:
        return self.store.extractor.device.torch

    def prepare(self, support: SupportSet, progress: Callable[[str], None] = lambda text: None) -> Prepared:
        """Learns the shots, or takes what was learnt from them before; UnreadableImage where a shot cannot be read."""
        key = self._key(support)
        kept = self._prepared.load(key) if self._prepared else None
        if kept is not None:
            for shot in support.shots:
                check_bytes(shot.image)
            return Prepared(support.digest, kept[0], Calibration(**kept[1]))
        self.store.pin([shot.image for shot in support.shots])
        examples = examples_of(self.store, support.shots, self.net.orientations,
                               lambda done, of: progress(f"{support.class_name}: looking at shot {done} of {of}"))
        progress(f"{support.class_name}: learning from {len(support.shots)} shots")
        learnt, facts = self.store.extractor.with_room(lambda: self._learn(examples, support))
        if self._prepared:
            self._prepared.store(key, learnt, asdict(facts))
        return Prepared(support.digest, learnt, facts)

    def _learn(self, examples: list[Example], support: SupportSet) -> tuple[Support, Calibration]:
        self.net.to(self.device)
        with self.store.extractor.device.learning():
            learnt, facts = calibration.learn(self.net, examples, support, self.device)
        return {name: t.cpu() for name, t in learnt.items()}, facts

    def _key(self, support: SupportSet) -> str:
        parts = (support.digest, self.model.engine, sorted(asdict(self.net.params).items()), self._weights, self.store.checksum, RECIPE)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]

    @torch.inference_mode()
    def score(self, image: ImageRef, prepared: Prepared) -> ScoreMap:
        """The score map of an image; UnreadableImage."""
        check_bytes(image)
        levels = self.store.of(image)
        return ScoreMap(image, self.store.extractor.with_room(lambda: self._map(levels, prepared.support)))

    def _map(self, levels: Levels, support: Support) -> np.ndarray:
        device = self.store.extractor.device
        self.net.to(device.torch)
        height, width = levels[CELL].shape[-2] * CELL, levels[CELL].shape[-1] * CELL
        there = {name: t.to(device.torch) for name, t in support.items()}
        whole = np.empty((height // 4, width // 4), np.uint8)
        tiles, context = tiles_of(width, height, margin=_MARGIN, whole=_SCORED_AT_ONCE), None
        if len(tiles) > 1:
            context = {name: t.to(device.torch) for name, t in self.net.context({s: level[None] for s, level in levels.items()}, support).items()}
        for tile in tiles:
            turn.pause()
            part = {s: level[(slice(None), *_window(tile.window, s))][None].to(device.torch) for s, level in levels.items()}
            with device.fast():
                logits = self.net.segment(part, there, context)[0].float().cpu().numpy()
            whole[tile.outer(4)] = quantised(logits[tile.inner(4)])
        return whole

    def regions(self, scores: ScoreMap, prepared: Prepared) -> tuple[float, tuple[Region, ...]]:
        """The image's score (presence) and its regions, strongest first."""
        image = scores.image
        return regions_of(scores.map, scale_of(image.width, image.height), image.width, image.height, prepared.calibration)


def _window(box: tuple[int, int, int, int], stride: int) -> tuple[slice, slice]:
    return slice(box[1] // stride, box[3] // stride), slice(box[0] // stride, box[2] // stride)


def load_model(model: ModelRef, backbone: str) -> tuple[FewShotSegmenter, str]:
    """The network of a version, ready for inference, and its weights' checksum ("" where it has none of its own). Where its card names
    another engine that it answers together with, both.

    CardError where its folder is not whole or belongs to another backbone, or where the engine or a parameter is unknown.
    """
    try:
        net = registry.create(model.engine, model.params)
    except (registry.UnknownEngine, TypeError, ValueError) as fault:
        raise CardError(str(fault)) from fault
    given = Path(model.folder) if model.folder and not own_backbone(model.folder) else None
    if not net.trained and not net.ships:
        if given:
            raise CardError(f"{given} holds no backbone, and {model.engine} reads nothing else of a folder. Choose another version.")
        return net.eval(), ""
    folder = given or BUNDLED / model.engine
    state, card = load_folder(folder)
    if net.trained and card.get("backbone") != backbone:
        raise CardError(f"The model in {folder} was made for another backbone than this program's. Choose another version.")
    try:
        net.load_state_dict(state)
    except RuntimeError as fault:
        raise CardError(f"The weights in {folder} are not those of {model.engine} with these parameters.") from fault
    net, known_by = net.eval().requires_grad_(False), checksum(card)
    if not card.get(TOGETHER):
        return net, known_by
    fitted, its_weights = load_model(ModelRef(0, card[TOGETHER]), backbone)
    share = card.get(SHARE, _EQUAL)
    if not isinstance(share, float) or not 0 < share < 1:
        raise CardError(f"The card in {folder} gives the version no share of the answer between 0 and 1. Choose another version.")
    return Together(net, fitted, share).eval(), f"{known_by}/{its_weights}"
