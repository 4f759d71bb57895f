"""Logits smoothed where the image is smooth, and cut where it has an edge.

The guided filter of K. He, J. Sun and X. Tang, "Guided Image Filtering" (IEEE TPAMI 35(6), 2013), section 3, with one grey guide:
around each cell the logits are taken as a linear function of the guide.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def guided(logits: Tensor, guide: Tensor, radius: int, softness: float) -> Tensor:
    """`logits` (b, h, w) filtered in squares of 2 * radius + 1 cells by `guide` (b, h, w). Where the guide's variance is below
    `softness` the logits are averaged, where it is above they follow the guide. A result reaches 2 * radius cells far."""
    if radius < 1:
        return logits
    mean, level = _box(guide, radius), _box(logits, radius)
    variance = (_box(guide * guide, radius) - mean * mean).clamp_min(0)
    slope = (_box(guide * logits, radius) - mean * level) / (variance + softness)
    return _box(slope, radius) * guide + _box(level - slope * mean, radius)


def _box(x: Tensor, radius: int) -> Tensor:
    """The mean of the square around each cell; beyond the border the border goes on."""
    return F.avg_pool2d(F.pad(x[:, None], (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)[:, 0]
