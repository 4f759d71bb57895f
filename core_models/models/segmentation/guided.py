"""Logits smoothed where the image is smooth, and cut where it has an edge.

The guided filter of K. He, J. Sun and X. Tang, "Guided Image Filtering" (IEEE TPAMI 35(6), 2013), section 3, with one grey guide:
around each cell the logits are taken as a linear function of the guide.
"""

from __future__ import annotations

from torch import Tensor

from core_models.models.blocks import square_mean


def guided(logits: Tensor, guide: Tensor, radius: int, softness: float) -> Tensor:
    """`logits` (b, h, w) filtered in squares of 2 * radius + 1 cells by `guide` (b, h, w). Where the guide's variance is below
    `softness` the logits are averaged, where it is above they follow the guide. A result reaches 2 * radius cells far."""
    if radius < 1:
        return logits

    def box(x: Tensor) -> Tensor:
        return square_mean(x[:, None], radius)[:, 0]

    mean, level = box(guide), box(logits)
    variance = (box(guide * guide) - mean * mean).clamp_min(0)
    slope = (box(guide * logits) - mean * level) / (variance + softness)
    return box(slope) * guide + box(level - slope * mean)
