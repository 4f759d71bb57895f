"""Parts that several models share: convolutional attention (CBAM), masked pooling, resizing."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_EPSILON = 5e-4  # keeps a prototype finite where a mask is empty at this stride (PFENet's value)


class CBAM(nn.Module):
    """Channel attention, then spatial attention (S. Woo et al., CBAM, ECCV 2018); (b, c, h, w) in, the same shape out.

    A_c = sigmoid(MLP(mean F) + MLP(max F)), F' = A_c F; A_s = sigmoid(conv([mean_c F'; max_c F'])), F'' = A_s F'.
    All its layers have biases.
    """

    def __init__(self, channels: int, ratio: int = 16, kernel: int = 7) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, channels // ratio, 1)
        self.expand = nn.Conv2d(channels // ratio, channels, 1)
        self.spatial = nn.Conv2d(2, 1, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        mean, most = x.mean((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
        x = x * torch.sigmoid(self.expand(F.relu(self.squeeze(mean))) + self.expand(F.relu(self.squeeze(most))))
        return x * torch.sigmoid(self.spatial(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)))


def masked_average(features: Tensor, masks: Tensor) -> Tensor:
    """The mean feature vector inside each mask: (n, c, h, w) and weights (n, h, w) in 0..1 -> (n, c)."""
    weight = masks.unsqueeze(1).to(features.dtype)
    return (features * weight).sum((2, 3)) / (weight.sum((2, 3)) + _EPSILON)


def shrink(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Masks (n, H, W) as the share of each cell of a grid `size` that they cover, (n, *size) in 0..1: a defect of one
    pixel keeps some weight, which nearest-neighbour sampling would lose."""
    return F.interpolate(masks.unsqueeze(1).float(), size=size, mode="area").squeeze(1)


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear resizing of (n, c, h, w), pixel centres aligned as images are."""
    return x if tuple(x.shape[-2:]) == tuple(size) else F.interpolate(x, size=size, mode="bilinear", align_corners=False)
