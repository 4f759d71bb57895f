"""An engine as it ships together with one that was trained on a fold's base classes: a weighted mean of both logits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX, STEPS, ZERO, scale_of
from core_models.evaluation.benchmark.episodes import Episode
from core_models.evaluation.benchmark.items import Item
from core_models.evaluation.benchmark.shipped import Shipped
from core_models.evaluation.benchmark.trained import Answers
from core_models.inference.postprocess import quantised
from core_models.inference.predictor import Prepared, ScoreMap
from core_models.training.confidence import Tally, found


SHARES = (0.05, 0.1, 0.25, 0.5)


@dataclass(frozen=True)
class Blended:
    """Each logit is counted from its own outline on. The trained engine sees the image squeezed to its square, the shipped one the program's
    view: they meet on the cells of the latter's score map. `share` of the trained one; `peak`: logit, from the outline on, from
    which a region counts."""

    shipped: Shipped
    trained: Answers
    share: float = 0.5
    peak: float = 4.0

    def chosen(self, episodes: Iterable[Episode], pool: dict[str, dict[str, Item]]) -> Blended:
        """With the one of SHARES, and the peak, that find most on episodes of classes which neither engine was trained on."""
        tallies = {share: Tally(self.shipped.predictor.net.spread) for share in SHARES}
        for number, episode in enumerate(episodes):
            support, queries = ([pool[episode.class_name][n] for n in names] for names in (episode.support, episode.queries))
            self.prepare([*support, *queries])
            learnt = self.learn(episode.class_name, support)
            for item in queries:
                scores, own, other = self._both(learnt, item)
                label = TrainLabel(number, Mask.from_array(item.truth()), complete=True)
                for share, tally in tallies.items():
                    tally.add(found(quantised((1 - share) * own + share * other), scores.image, learnt[0].calibration.area_px), label)
        best = max(SHARES, key=lambda share: tallies[share].iou(tallies[share].peak(self.peak)))
        return replace(self, share=best, peak=tallies[best].peak(self.peak))

    def prepare(self, items: list[Item]) -> None:
        self.shipped.prepare(items)
        self.trained.prepare(items)

    def learn(self, class_name: str, support: list[Item]) -> tuple[Prepared, dict[str, Tensor]]:
        return self.shipped.learn(class_name, support), self.trained.learn(class_name, support)

    def mask(self, learnt: tuple[Prepared, dict[str, Tensor]], item: Item) -> np.ndarray:
        """The pixels that are proposed (h, w), boolean."""
        scores, own, other = self._both(learnt, item)
        counted = replace(learnt[0], calibration=replace(learnt[0].calibration, cut=0.0, peak=self.peak))
        return self.shipped.shown(replace(scores, map=quantised((1 - self.share) * own + self.share * other)), counted)

    def _both(self, learnt: tuple[Prepared, dict[str, Tensor]], item: Item) -> tuple[ScoreMap, np.ndarray, np.ndarray]:
        """The shipped engine's scores, and the logits of both from their outlines on, on its cells."""
        scores = self.shipped.predictor.score(item.ref(), learnt[0])
        own = (scores.map.astype(np.float32) - ZERO) / STEPS - learnt[0].calibration.cut
        return scores, own, on_cells(self.trained.logits(learnt[1], item), own.shape)


def on_cells(logits: np.ndarray, cells: tuple[int, int]) -> np.ndarray:
    """Logits of an image's pixels (h, w) at the centres of a score map's cells (rows, columns); the border goes on beyond the image."""
    step = CELL_PX / scale_of(logits.shape[1], logits.shape[0])  # px of the image
    first = 0.5 * step - 0.5
    place = np.array([[step, 0, first], [0, step, first]], np.float32)
    return cv2.warpAffine(logits, place, cells[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
