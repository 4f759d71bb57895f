"""Learning from the shots, and how far to trust it: which logit cuts an outline, and from which score a region is shown."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core_models.contract.episode import SupportSet
from core_models.contract.opencv import cv2
from core_models.inference.postprocess import Calibration
from core_models.inference.shot_views import Example
from core_models.models.segmentation.base import FewShotSegmenter, Support

_CUTS = np.linspace(-4, 4, 33)  # logits that are tried as cut
_FAITH = 2.0  # shots that the model's own cut weighs as much as, against those left out


def learn(net: FewShotSegmenter, examples: list[Example], support: SupportSet, device: torch.device) -> tuple[Support, Calibration]:
    """What the model keeps of the examples, and its calibration.

    With two shots and more, a model that learns at once (one orientation is enough to encode) is asked for each shot with
    the others as support; the cut that these answers want moves the model's own.
    """
    levels = [{s: level.to(device).float() for s, level in e.levels.items()} for e in examples]
    masks, ignores = [e.mask.to(device) for e in examples], [e.ignore.to(device) for e in examples]
    learnt = net.encode_support(levels, masks, ignores, len(support.shots))
    cut, peak = net.operating_point(len(support.shots), learnt)
    if net.cheap and len(support.shots) > 1:
        moved = _left_out_cut(net, examples, levels, masks, ignores, len(support.shots))
        cut, peak = cut + moved, peak + moved
    return learnt, Calibration(cut=cut, peak=peak, spread=net.spread, area_px=smallest_area(support))


def smallest_area(support: SupportSet) -> int:
    """The area (image px) of the smallest region drawn."""
    areas = []
    for shot in support.shots:
        _, _, stats, _ = cv2.connectedComponentsWithStats(shot.mask.array().astype(np.uint8), connectivity=8)
        areas += [int(a) for a in stats[1:, cv2.CC_STAT_AREA]]
    return min(areas, default=1)


@torch.inference_mode()
def _left_out_cut(net: FewShotSegmenter, examples: list[Example], levels: list[dict[int, Tensor]], masks: list[Tensor],
                  ignores: list[Tensor], shots: int) -> float:
    """The logit that cuts the left-out shots best by pooled IoU, drawn towards 0 while they are few."""
    met, either = np.zeros(len(_CUTS)), np.zeros(len(_CUTS))
    for left in range(shots):
        others = [k for k, e in enumerate(examples) if e.shot != left]
        support = net.encode_support([levels[k] for k in others], [masks[k] for k in others], [ignores[k] for k in others], shots - 1)
        for k, example in enumerate(examples):
            if example.shot == left and example.turn == 0:
                logits = net.segment(levels[k], support)[0].float().cpu().numpy()
                seen, truth = ignores[k].cpu().numpy() < 0.5, masks[k].cpu().numpy() >= 0.5
                for j, cut in enumerate(_CUTS):
                    marked = (logits > cut) & seen
                    met[j] += (marked & truth).sum()
                    either[j] += (marked | truth & seen).sum()
    if not met.any():
        return 0.0
    best = float(_CUTS[int(np.argmax(met / np.maximum(either, 1)))])
    return best * shots / (shots + _FAITH)
