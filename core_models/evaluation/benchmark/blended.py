"""An engine as it ships together with one that was trained on a fold's base classes: the mean of both logits, as in `Together`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX, STEPS, ZERO, scale_of
from core_models.evaluation.benchmark.items import Item
from core_models.evaluation.benchmark.shipped import Shipped
from core_models.evaluation.benchmark.trained import Answers
from core_models.inference.postprocess import quantised
from core_models.inference.predictor import Prepared


@dataclass(frozen=True)
class Blended:
    """Each logit is counted from its own outline on; regions count as the shipped engine's do. The trained one sees the image squeezed
    to its square, the shipped one the program's view: they meet on the cells of the latter's score map."""

    shipped: Shipped
    trained: Answers

    def prepare(self, items: list[Item]) -> None:
        self.shipped.prepare(items)
        self.trained.prepare(items)

    def learn(self, class_name: str, support: list[Item]) -> tuple[Prepared, dict[str, Tensor]]:
        return self.shipped.learn(class_name, support), self.trained.learn(class_name, support)

    def mask(self, learnt: tuple[Prepared, dict[str, Tensor]], item: Item) -> np.ndarray:
        """The pixels that are proposed (h, w), boolean."""
        prepared, support = learnt
        scores = self.shipped.predictor.score(item.ref(), prepared)
        cut = prepared.calibration.cut
        own = (scores.map.astype(np.float32) - ZERO) / STEPS - cut
        other = on_cells(self.trained.logits(support, item), own.shape)
        return self.shipped.shown(replace(scores, map=quantised((own + other) / 2 + cut)), prepared)


def on_cells(logits: np.ndarray, cells: tuple[int, int]) -> np.ndarray:
    """Logits of an image's pixels (h, w) at the centres of a score map's cells (rows, columns); the border goes on beyond the image."""
    step = CELL_PX / scale_of(logits.shape[1], logits.shape[0])  # px of the image
    first = 0.5 * step - 0.5
    place = np.array([[step, 0, first], [0, step, first]], np.float32)
    return cv2.warpAffine(logits, place, cells[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
