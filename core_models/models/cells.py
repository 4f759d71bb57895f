"""What several engines ask of the cells of a feature map."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def evenly(rows: Tensor, count: int) -> Tensor:
    """`count` rows of (n, c), evenly spread in their order: the same ones every time; all of them where there are no more."""
    if len(rows) <= count:
        return rows
    return rows[torch.linspace(0, len(rows) - 1, count, device=rows.device).round().long()]


def thickness_px(share: Tensor) -> float:
    """About the half width of a mask's parts in px, from its share of stride-4 cells (h, w); 4 at least.

    From the mean distance of its cells to its border (half of a strip's half width, a third of a disc's radius), counted by
    peeling cell after cell.
    """
    inside = (share > 0.5 * share.max().clamp_min(1e-6)).float()[None, None]
    area, peeled = float(inside.sum()), 0.0
    while area and float(left := inside.sum()) > 0:
        peeled += float(left)
        inside = -F.max_pool2d(F.pad(-inside, (1, 1, 1, 1)), 3, 1)
    return max(4.0, 14 * (peeled / area - 0.5)) if area else 4.0
