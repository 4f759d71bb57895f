"""What the backbone's stages lose of thin and faint defects: the view's own values at stride 4, kept beside its features.

After the shallow channels that support-fitted heads are given beside deep ones (local mean, contrast and deviation at
several scales): cracks of a pixel or two are in none of the deep levels, but in the least and the greatest value of a cell.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core_models.models.backbone import LATERALS, STRIDES

SHALLOW = 6
CHANNELS = {stride: LATERALS + (SHALLOW if stride == STRIDES[0] else 0) for stride in STRIDES}  # of what engines are given
_NEAR, _FAR, _AROUND = 2, 6, 4  # cells: the radii of the two contrasts and of the deviation


def completed(levels: dict[int, Tensor], view: Tensor) -> dict[int, Tensor]:
    """The backbone's levels of views as engines are given them: with the shallow channels after those of the finest level."""
    return {**levels, STRIDES[0]: torch.cat([levels[STRIDES[0]].float(), shallow(view)], 1)}


def shallow(view: Tensor) -> Tensor:
    """Of views (b, 3, h, w), sides multiples of 4: (b, 6, h / 4, w / 4) with each cell's mean, greatest and least grey value,
    its contrast to the mean around it at two radii, and the deviation around it."""
    grey = view.float().mean(1, keepdim=True)
    mean = F.avg_pool2d(grey, 4)
    extremes = [F.max_pool2d(grey, 4), -F.max_pool2d(-grey, 4)]
    contrasts = [mean - _blurred(mean, radius) for radius in (_NEAR, _FAR)]
    deviation = _blurred((mean - _blurred(mean, _AROUND)).square(), _AROUND).sqrt()
    return torch.cat([mean, *extremes, *contrasts, deviation], 1)


def _blurred(level: Tensor, radius: int) -> Tensor:
    """The mean of the square around each cell; beyond the border the border goes on."""
    return F.avg_pool2d(F.pad(level, (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)
