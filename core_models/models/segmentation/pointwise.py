"""Small perceptrons on single cells that also know the cell's wide surroundings: what is fitted to the shots.

A perceptron that sees each cell alone, beside means of squares around it, learns from thousands of cells at once, in a second or two.
Shapes it cannot learn; one shot or five hold few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_models.models.backbone import LATERALS, STRIDES
from core_models.models.blocks import square_mean
from core_models.models.fitting import OneCycleAdamW
from core_models.models.segmentation.base import Features, Support, at_cells
from core_models.models.shallow import CHANNELS, SHALLOW

_WIDE, _FAR, _SHALLOW_FAR = 2, 4, 12  # cells: radii of the squares at stride 16, twice, and of the shallow channels at stride 4
_JOINED = sum(CHANNELS.values())
INPUTS = _JOINED + 2 * LATERALS + SHALLOW
_HEADS, _WIDTHS = 4, (48, 32)
_BATCH, _RATE, _DECAY = 768, 4e-3, 1e-2
_OF_A_VIEW, _IN_ALL = 800, 20_000  # cells that are learnt from, of defect and of good surface each
_DEFECT, _TOUCHED = 0.3, 0.05  # shares of a cell: a third of each batch has at least the one; below the other it is good surface only at 0
_LEAST_DEVIATION = 0.05


class Perceptrons(nn.Module):
    """So many perceptrons of two hidden layers side by side: rows (n, INPUTS) -> logits (heads, n)."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (INPUTS, *_WIDTHS, 1)
        self.weights = nn.ParameterList([torch.randn(_HEADS, i, o) * (2 / i) ** 0.5 for i, o in zip(sizes[:-1], sizes[1:], strict=True)])
        self.biases = nn.ParameterList([torch.zeros(_HEADS, 1, o) for o in sizes[1:]])

    def forward(self, rows: Tensor) -> Tensor:
        x = rows.expand(_HEADS, *rows.shape)
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = torch.baddbmm(bias.to(x.dtype), x, weight.to(x.dtype))
            if weight.shape[2] > 1:
                x = F.relu(x)
        return x[..., 0]

    def everywhere(self, levels: Sequence[tuple[Tensor, list[int]]], origin: Tensor, scale: Tensor, grid: Tensor | None = None) -> Tensor:
        """The same of maps (b, c, h, w), the finest first, each with the numbers of its channels among the inputs: (b, heads, h, w)
        at the finest. Inputs are measured from `origin` by `scale` (INPUTS,). With a `grid` the finest is at its places alone.

        The first layer is linear, and so is resizing: what is coarse passes through it before it is made fine, and is added level by level.
        """
        weight = self.weights[0] / scale[:, None]
        bias = self.biases[0][:, 0] - (origin[:, None] * weight).sum(1)
        kernel = weight.transpose(1, 2).reshape(-1, INPUTS, 1, 1)
        # In this memory order convolutions and resizing take a quarter of the time.
        parts = [F.conv2d(maps.contiguous(memory_format=torch.channels_last), kernel[:, which], None if k else bias.flatten())
                 for k, (maps, which) in enumerate(levels)]
        x = parts.pop()
        while parts:
            finer = parts.pop()
            x = finer.add_(_resized(x, finer) if parts or grid is None else _sampled(x, grid))
        for weight, bias in zip(self.weights[1:], self.biases[1:], strict=True):
            x = F.conv2d(x.relu_(), weight.transpose(1, 2).reshape(-1, weight.shape[1], 1, 1), bias.flatten(), groups=_HEADS)
        return x


def fit(features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None, own: float, seed: int, steps: int, pause: Callable[[], None]) -> Support:
    """The perceptrons' weights as `cells.*`, and what their inputs are measured by: `cells_mean`, `cells_scale` (INPUTS,).

    `own` is how far an image's features are measured from its own mean; gradients and a seeded generator are the caller's.
    """
    generator = torch.Generator().manual_seed(seed)
    most = max(1, min(_OF_A_VIEW, _IN_ALL // max(1, len(features))))
    rows, shares, means, squares = [], [], [], []
    for k, levels in enumerate(features):
        x = _inputs(levels)[0].flatten(1)
        share = at_cells(masks[k], levels[4].shape[-2:]).flatten()
        seen = at_cells(ignores[k], levels[4].shape[-2:]).flatten() < 0.5 if ignores is not None else torch.ones_like(share, dtype=torch.bool)
        chosen = torch.cat([_some((share > _TOUCHED * float(share.max())) & seen, most, generator), _some((share <= 0) & seen, most, generator)])
        rows.append(x[:, chosen].T)
        shares.append(share[chosen])
        means.append(x.mean(1))
        squares.append(x.square().mean(1))
    mean = torch.stack(means).mean(0)
    scale = (torch.stack(squares).mean(0) - mean.square()).clamp_min(0).sqrt().clamp_min(_LEAST_DEVIATION)
    x = torch.cat([(part - _origin(mean, own_mean, own)) / scale for part, own_mean in zip(rows, means, strict=True)])
    net = Perceptrons().to(x.device)
    _learn(net, x, torch.cat(shares), generator, steps, pause)
    return {"cells_mean": mean, "cells_scale": scale, **{f"cells.{name}": value.detach().clone() for name, value in net.state_dict().items()}}


def logits(features: Features, support: Support, own_mean: Tensor, most: float, grid: Tensor | None = None) -> Tensor:
    """(b, heads, h4, w4): the perceptrons' logits, each within -most..most; `own_mean` (102,) is the image's own of the joined levels.
    With a `grid` (1, h, w, 2) for `F.grid_sample` at its places alone, (1, heads, h, w)."""
    net = Perceptrons().to(features[4].device)
    net.load_state_dict({name[len("cells."):]: value for name, value in support.items() if name.startswith("cells.")})
    levels = _levels(features)
    if grid is not None:
        levels[0] = _sampled(levels[0][0], grid), levels[0][1]
    return net.everywhere(levels, _own_origin(support, own_mean), support["cells_scale"], grid).float().clamp(-most, most)


def _learn(net: Perceptrons, x: Tensor, share: Tensor, generator: torch.Generator, steps: int, pause: Callable[[], None]) -> None:
    """Cross-entropy and Dice on batches of which a third is defect."""
    most = float(share.max()) if len(share) else 0.0
    defect = share >= min(_DEFECT, max(0.99 * most, 1e-6))
    kinds = [k for k in (defect.nonzero()[:, 0], (~defect).nonzero()[:, 0]) if len(k)]
    sizes = (_BATCH // 3, _BATCH - _BATCH // 3) if len(kinds) == 2 else (_BATCH,)
    optimizer = OneCycleAdamW(net.parameters(), _RATE, _DECAY, steps)
    for _ in range(steps if kinds else 0):
        pause()
        at = torch.cat([kind[torch.randint(len(kind), (size,), generator=generator).to(kind.device)] for kind, size in zip(kinds, sizes, strict=True)])
        found, wanted = net(x[at]).float(), share[at]
        chance = found.sigmoid()
        entropy = F.binary_cross_entropy_with_logits(found, wanted.expand_as(found), reduction="none").mean(1)
        dice = 1 - (2 * (chance * wanted).sum(1) + 1) / (chance.sum(1) + wanted.sum() + 1)
        optimizer.step((entropy + dice).sum())
        torch.clear_autocast_cache()


def _some(which: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """At most so many of the places where `which` holds."""
    places = which.nonzero()[:, 0]
    return places[torch.randperm(len(places), generator=generator)[:most].to(places.device)]


def _origin(mean: Tensor, own_mean: Tensor, own: Tensor | float) -> Tensor:
    return mean + own * (own_mean - mean)


def _own_origin(support: Support, own_mean: Tensor) -> Tensor:
    """What an image's inputs (INPUTS,) are measured from: means over squares have about the mean of their level."""
    shallow, coarse = own_mean[LATERALS : CHANNELS[STRIDES[0]]], own_mean[_JOINED - CHANNELS[STRIDES[-1]]:]
    return _origin(support["cells_mean"], torch.cat([own_mean, coarse, coarse, shallow]).to(support["cells_mean"]), support["own"])


def _levels(features: Features) -> list[tuple[Tensor, list[int]]]:
    """Maps, the finest first, and their channels' places among the inputs: a level, and means of the coarsest and of the shallow channels over squares
    around each cell. The inputs are the joined levels, then the coarsest's means, then the shallow channels'."""
    fine, middle, coarse = (features[s].float() for s in STRIDES)
    wide = torch.cat([coarse, square_mean(coarse, _WIDE), square_mean(coarse, _FAR)], 1)
    far = square_mean(fine[:, LATERALS:], _SHALLOW_FAR)
    first, second = CHANNELS[STRIDES[0]], CHANNELS[STRIDES[1]]
    return [
        (torch.cat([fine, far], 1), [*range(first), *range(INPUTS - SHALLOW, INPUTS)]),
        (middle, [*range(first, first + second)]),
        (wide, [*range(first + second, INPUTS - SHALLOW)]),
    ]


def _inputs(features: Features) -> Tensor:
    """(b, INPUTS, h4, w4): all inputs of every cell."""
    levels = _levels(features)
    x, order = levels[-1]
    for maps, which in reversed(levels[:-1]):
        x, order = torch.cat([maps, _resized(x, maps)], 1), [*which, *order]
    return x[:, torch.tensor(order).argsort()]


def _sampled(maps: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(maps, grid.to(maps.dtype), align_corners=False, padding_mode="border")


def _resized(maps: Tensor, like: Tensor) -> Tensor:
    return maps if maps.shape[-2:] == like.shape[-2:] else F.interpolate(maps, size=like.shape[-2:], mode="bilinear", align_corners=False)
