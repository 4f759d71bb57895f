"""nearest: a cell is a defect when it looks more like the examples' defects than like their good surface. No training at all.

After the matcher of GFDS (T. Liu et al., "Exploring Few-Shot Defect Segmentation in General Industrial Scenarios with Metric
Learning and Vision Foundation Models", arXiv 2502.01216): banks of foreground and background cells, highest cosine to each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core_models.models.cells import evenly
from core_models.models.registry import register
from core_models.models.segmentation.base import Features, FewShotSegmenter, Support, at_cells, joined

_STRIDES = (8, 16)
_TOUCHED = 0.25  # share of a cell that a mask must cover for the cell to count as defect; the most covered one always does
_CLEAR = 0.02  # below this share it counts as good surface
_ROWS = 8192  # query cells compared at once


@dataclass(frozen=True)
class NearestParams:
    """`foreground` and `background`: cells kept in each bank. `sharpness`: logit for a difference of one in cosine.
    `orientations`: 8, or 1 for an answer within a second of a stroke."""

    foreground: int = 768
    background: int = 1536
    sharpness: float = 16.0
    orientations: int = 8


@register("nearest", params=NearestParams, summary="For a first rough look: compares every place with the marked ones, and answers at once.")
class Nearest(FewShotSegmenter):
    orientations = 8
    peak = 1.3
    spread = 1.0

    def __init__(self, params: NearestParams | None = None) -> None:
        super().__init__()
        self.params = params or NearestParams()
        self.orientations = self.params.orientations

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        return banks(features, masks, ignores, self.params.foreground, self.params.background)

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        return self.params.sharpness * nearer(features, support)


def banks(features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None, foreground: int, background: int) -> Support:
    """At most so many directions (n, 64) of the examples' cells: `foreground` and `background`."""
    inside, outside = [], []
    for k, levels in enumerate(features):
        cells = _directions(levels)
        share = at_cells(masks[k], cells.shape[-2:])
        seen = at_cells(ignores[k], cells.shape[-2:]) < 0.5 if ignores else torch.ones_like(share, dtype=torch.bool)
        touched = (share >= min(_TOUCHED, max(float(share.max()), 1e-6))) & seen
        inside.append(cells[0][:, touched].T)
        outside.append(cells[0][:, (share < _CLEAR) & seen].T)
    return {"foreground": evenly(torch.cat(inside), foreground), "background": evenly(torch.cat(outside), background)}


def nearer(features: Features, support: Support) -> Tensor:
    """(b, h4, w4): by how much each cell's highest cosine to the foreground is above that to the background, -2..2."""
    cells = _directions(features)
    rows = cells.flatten(2).transpose(1, 2).reshape(-1, cells.shape[1])
    inside, outside = (support[name].to(rows.dtype).T for name in ("foreground", "background"))
    scores = torch.cat([_best(part, inside) - _best(part, outside) for part in rows.split(_ROWS)]).float()
    scores = scores.reshape(cells.shape[0], 1, *cells.shape[-2:])
    return F.interpolate(scores, size=features[4].shape[-2:], mode="bilinear", align_corners=False)[:, 0]


def _best(rows: Tensor, bank: Tensor) -> Tensor:
    return (rows @ bank).amax(1) if bank.shape[1] else rows.new_zeros(len(rows))


def _directions(features: Features) -> Tensor:
    return F.normalize(joined(features, _STRIDES), dim=1)
