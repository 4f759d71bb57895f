"""Engines as they ship: what a user's pre-labelling proposes is the answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core_models.contract.job import Compute, ModelRef
from core_models.contract.mask import union
from core_models.evaluation.benchmark.items import Item, support_set
from core_models.inference.features import FeatureStore
from core_models.inference.predictor import Predictor, Prepared, ScoreMap, load_model

LEAST_SCORE = 0.5  # of a region that is shown where nobody moved the slider


class Shipped:
    """An engine with the weights that ship, or those of `folder`, through the program's own predictor: its view of the image,
    its calibration, its regions. An image's answer is all regions that are shown at the usual cut."""

    def __init__(self, engine: str, params: dict, folder: str, device: str, cache: Path, cache_bytes: int) -> None:
        compute = Compute(device, str(cache), cache_bytes)
        self.store = FeatureStore(compute)
        model = ModelRef(0, engine, folder, params)
        # Without a cache of what was learnt: it knows an engine by its recipe's number, and here its code is what is measured.
        self.predictor = Predictor(model, Compute(device), store=self.store)
        self.weights = f"{self.store.checksum}/{load_model(model, self.store.checksum)[1]}"  # what the answers depend on besides the code

    def prepare(self, items: list[Item]) -> None:
        """Computes the features of images once."""
        for item in items:
            self.store.fill(item.ref())

    def learn(self, class_name: str, support: list[Item]) -> Prepared:
        return self.predictor.prepare(support_set(class_name, support))

    def mask(self, learnt: Prepared, item: Item) -> np.ndarray:
        """The pixels that are proposed (h, w), boolean."""
        return self.shown(self.predictor.score(item.ref(), learnt), learnt)

    def shown(self, scores: ScoreMap, learnt: Prepared) -> np.ndarray:
        """The pixels of the regions of a score map that are shown (h, w), boolean."""
        _, regions = self.predictor.regions(scores, learnt)
        return union([r.mask for r in regions if r.score >= LEAST_SCORE]).full(scores.image.height, scores.image.width)
