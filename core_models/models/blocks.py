"""Parts that several models share: convolutional attention (CBAM), global response normalisation, masked pooling, resizing, windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


class GRN(nn.Module):
    """Global response normalisation (S. Woo et al., ConvNeXt V2, CVPR 2023); (b, c, h, w) in, the same shape out.

    G_c = L2 norm of channel c over all positions, N_c = G_c / (mean_c G_c + 1e-6), out = (gamma N + 1) x + beta; gamma and beta
    (c,) begin at 0, so it is the identity at first.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        response = torch.linalg.vector_norm(x.float(), dim=(2, 3), keepdim=True)
        relative = response / (response.mean(1, keepdim=True) + 1e-6)
        return (self.gamma[:, None, None] * relative + 1) * x + self.beta[:, None, None]


class LastingNorm(nn.BatchNorm2d):
    """A batch norm that can be trained on a single value of each channel, which has no deviation of its own.

    There (one query, a map of one cell) the running mean and variance take the value in, and it is normalised by them; on more
    values it is an ordinary batch norm, and so it is in evaluation mode.
    """

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or x.numel() > x.shape[1]:
            return super().forward(x)
        with torch.no_grad():
            value = x.detach().reshape(-1).to(self.running_mean.dtype)
            self.running_var.lerp_((value - self.running_mean).square(), self.momentum)
            self.running_mean.lerp_(value, self.momentum)
        return F.batch_norm(x, self.running_mean.clone(), self.running_var.clone(), self.weight, self.bias, False, 0.0, self.eps)


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


def resize_to_corners(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear resizing of (n, c, h, w), the centres of the corner cells aligned."""
    return x if tuple(x.shape[-2:]) == tuple(size) else F.interpolate(x, size=size, mode="bilinear", align_corners=True)


@dataclass(frozen=True)
class Windows:
    """How a wide map is answered part by part, in cells: whole up to `whole` a side, else in windows of `side` that overlap."""

    whole: int
    side: int
    overlap: int

    def each(self, rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
        """The windows of a map of this size, which cover it evenly."""
        return ((high, wide) for high in self._spans(rows) for wide in self._spans(columns))

    def _spans(self, length: int) -> list[slice]:
        if length <= self.whole:
            return [slice(0, length)]
        count = -(-(length - self.overlap) // (self.side - self.overlap))
        starts = [round(k * (length - self.side) / (count - 1)) for k in range(count)]
        return [slice(start, start + self.side) for start in starts]

    def joined(self, answer: Callable[[slice, slice], Tensor], rows: int, columns: int) -> Tensor:
        """The answers (b, h, w) to each window as one map (b, rows, columns): where they overlap, each counts the more the
        farther a cell is from its ends, so that seams vanish."""
        parts = list(self.each(rows, columns))
        if len(parts) == 1:
            return answer(*parts[0])
        total = weights = None
        for high, wide in parts:
            part = answer(high, wide)
            if total is None:
                total = part.new_zeros(part.shape[0], rows, columns)
                weights = torch.zeros_like(total)
            tent = _tent(high.stop - high.start, part)[:, None] * _tent(wide.stop - wide.start, part)[None]
            total[:, high, wide] += part * tent
            weights[:, high, wide] += tent
        return total / weights


def _tent(length: int, like: Tensor) -> Tensor:
    return torch.minimum(torch.arange(1, length + 1), torch.arange(length, 0, -1)).to(like)


def square_mean(level: Tensor, radius: int) -> Tensor:
    """Of maps (b, c, h, w): the mean of the square of 2 * radius + 1 cells around each cell; beyond the border the border goes on.
    By running sums, so that a wide square costs what a small one does."""
    side = 2 * radius + 1
    sums = F.pad(level, (radius + 1, radius, radius + 1, radius), mode="replicate").cumsum(3)
    sums = (sums[..., side:] - sums[..., :-side]).cumsum(2)
    return (sums[..., side:, :] - sums[..., :-side, :]) / side**2
