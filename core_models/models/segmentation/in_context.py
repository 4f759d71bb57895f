"""in_context: answers for a new class in one pass, by how every cell compares with the shots, learnt from endless generated classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_models.models.backbone import LATERALS
from core_models.models.cells import evenly, thickness_px
from core_models.models.registry import register
from core_models.models.segmentation.base import Features, Support, TrainedSegmenter, at_cells, joined
from core_models.models.shallow import CHANNELS

# What cells are compared by: levels, and whether each is measured from its image's own mean first.
_LOOKS = {"joined": ((8, 16), False), "own": ((8, 16), True), "coarse": ((16,), True), "middle": ((8,), True), "fine": ((4,), True)}
_TOUCHED, _CLEAR, _WITHIN = 0.25, 0.02, 0.5  # shares of a cell: from the first it is defect, below the second good surface; the third, for means
_OWN_CELLS, _LIKE = 1024, 8  # an image's cells that stand for all of it, and how many of them a cell of good surface is like
_ROWS = 1024  # cells that are compared at once
_GROUPS = ((0, LATERALS), (LATERALS, CHANNELS[4]), (CHANNELS[4], CHANNELS[4] + CHANNELS[8]), (CHANNELS[4] + CHANNELS[8], sum(CHANNELS.values())))
INPUTS = 3 * len(_LOOKS) + 1 + len(_GROUPS) + 2


@dataclass(frozen=True)
class InContextParams:
    """`width`: channels of the hidden layers; `foreground`, `background`: cells that are kept of the shots."""

    width: int = 32
    foreground: int = 384
    background: int = 768


@register("in_context", params=InContextParams, summary="For going on: compares every place with the shots in many ways at once, and learns on from your own labels.")
class InContext(TrainedSegmenter):
    """A small network on evidence that means the same for every class: so it needs no training for a new one.

    Evidence (b, 22, h4, w4): for each of five looks at the features the highest cosine to a marked cell, to an unmarked one, and by how much
    the first is greater; how much a cell is like others of its own image; for each group of channels the place on the line from the
    shots' good surface (-1) to their defect (1), by the discriminant of their means; the defect's thickness and the number of shots. Four
    dilated convolutions and two 1x1 make logits of it, from 15 cells around.

    The task is that of UniverSeg (V. Butoi et al., arXiv 2304.06131) and of prior-fitted networks (N. Hollmann et al., TabPFN, arXiv
    2207.01848): trained on many classes, a network answers for a new one from its examples alone. What it is given here is ours: comparisons,
    as in the matcher of GFDS (arXiv 2502.01216), and not features, since a generator has all kinds of classes but not all surfaces.
    With 32 channels it has 36,225 parameters.
    """

    def __init__(self, params: InContextParams | None = None) -> None:
        super().__init__()
        self.params = params or InContextParams()
        width = self.params.width
        self.first = nn.Conv2d(INPUTS, width, 3, padding=1)
        self.wider = nn.ModuleList(nn.Conv2d(width, width, 3, padding=step, dilation=step) for step in (2, 4, 8))
        self.mix = nn.Conv2d(2 * width, width, 1)
        self.last = nn.Conv2d(width, 1, 1)

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """For each look `NAME_in` and `NAME_out` (n, c), directions of the shots' cells; `axis`, `middle`, `span` (102,) of the
        discriminant; `facts` (2,): thickness and number of shots."""
        seen = [None] * len(features) if ignores is None else ignores
        support: Support = {}
        for name, (strides, centred) in _LOOKS.items():
            inside, outside = [], []
            for levels, mask, ignore in zip(features, masks, seen, strict=True):
                cells = _directions(levels, strides, centred, None)
                share, known = _shares(mask, ignore, cells)
                inside.append(cells[0][:, (share >= min(_TOUCHED, max(float(share.max()), 1e-6))) & known].T)
                outside.append(cells[0][:, (share < _CLEAR) & known].T)
            support[f"{name}_in"] = evenly(torch.cat(inside), self.params.foreground)
            support[f"{name}_out"] = evenly(torch.cat(outside), self.params.background)
        marked = masks if ignores is None else [m * (i < 0.5) for m, i in zip(masks, ignores, strict=True)]
        thickness = sum(thickness_px(at_cells(m, f[4].shape[-2:])) for m, f in zip(marked, features, strict=True)) / max(1, len(marked))
        facts = features[0][4].new_tensor([math.log(thickness) - 3, math.log(max(1, len(features))) - 0.7], dtype=torch.float32)
        return {**support, **_discriminant(features, masks, seen), "facts": facts}

    def context(self, features: Features) -> Support:
        """The image's own mean of each level, and some of its cells: what windows of a large image must share."""
        means = {str(s): level.float().mean((0, 2, 3)) for s, level in features.items()}
        cells = _directions(features, *_LOOKS["own"], means)
        return {**means, "cells": evenly(cells[0].flatten(1).T, _OWN_CELLS)}

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        with torch.autocast(features[4].device.type, enabled=False):  # half precision would round the differences away
            evidence = torch.cat([self._evidence({s: level[k : k + 1] for s, level in features.items()}, support, context) for k in range(len(features[4]))])
        if self.training:
            evidence = F.dropout2d(evidence, 0.1)
        near = F.relu(self.first(evidence.contiguous(memory_format=torch.channels_last)))
        far = near
        for layer in self.wider:
            far = far + F.relu(layer(far))
        return self.last(F.relu(self.mix(torch.cat([near, far], 1)))).float()[:, 0]

    @torch.no_grad()
    def _evidence(self, features: Features, support: Support, context: Support | None) -> Tensor:
        context = context or self.context(features)
        size, found = features[4].shape[-2:], []
        for name, (strides, centred) in _LOOKS.items():
            cells = _directions(features, strides, centred, context)
            rows = cells[0].flatten(1).T.contiguous()
            inside, outside = (_likest(rows, support[f"{name}_{side}"].float(), 1) for side in ("in", "out"))
            maps = [4 * inside - 2, 4 * outside - 2, (10 * (inside - outside)).clamp(-4, 4)]
            if name == "own":
                maps.append(4 * _likest(rows, context["cells"].float(), _LIKE) - 2)
            found.append(F.interpolate(torch.stack(maps).reshape(1, -1, *cells.shape[-2:]), size=size, mode="bilinear", align_corners=False)[0])
        x = joined(features)[0] - torch.cat([context[str(s)] for s in (4, 8, 16)]).to(features[4].device)[:, None, None]
        along = support["axis"][:, None, None] * (x - support["middle"][:, None, None])
        for first, end in _GROUPS:
            span = support["span"][first:end].sum().clamp_min(1e-3)
            found.append((2 * along[first:end].sum(0, keepdim=True) / span).clamp(-4, 4))
        return torch.cat([*found, support["facts"][:, None, None].expand(-1, *size)])[None]


def _directions(features: Features, strides: tuple[int, ...], centred: bool, means: Support | None) -> Tensor:
    """(b, c, h, w) of length 1; `means` by stride, the maps' own where none are given."""
    x = joined(features, strides)
    if centred:
        mean = x.mean((0, 2, 3)) if means is None else torch.cat([means[str(s)] for s in strides]).to(x)
        x = x - mean[:, None, None]
    return F.normalize(x, dim=1)


def _shares(mask: Tensor, ignore: Tensor | None, cells: Tensor) -> tuple[Tensor, Tensor]:
    share = at_cells(mask, cells.shape[-2:])
    return share, torch.ones_like(share, dtype=torch.bool) if ignore is None else at_cells(ignore, cells.shape[-2:]) < 0.5


def _likest(rows: Tensor, bank: Tensor, count: int) -> Tensor:
    """The mean of each row's so many highest cosines to a bank (n, c); 0 where that is empty."""
    if not len(bank):
        return rows.new_zeros(len(rows))
    found = [part @ bank.T for part in rows.split(_ROWS)]
    return torch.cat([s.amax(1) if count == 1 else s.topk(min(count, s.shape[1]), 1)[0].mean(1) for s in found])


def _discriminant(features: list[Features], masks: list[Tensor], ignores: list[Tensor | None]) -> Support:
    """`axis`, `middle` and `span` (102,): the difference of the means of defect and good surface by their variance, what lies half
    way, and what the whole way is along each channel; all measured from each image's own mean."""
    inside, outside = [], []
    for levels, mask, ignore in zip(features, masks, ignores, strict=True):
        x = joined(levels)
        x = (x - x.mean((2, 3), keepdim=True))[0]
        share, known = _shares(mask, ignore, x[None])
        inside.append(x[:, (share >= min(_WITHIN, max(0.9 * float(share.max()), 1e-6))) & known])
        outside.append(x[:, (share <= 0) & known])
    (defect, spread), (ground, width) = (_moments(torch.cat(cells, 1)) for cells in (inside, outside))
    axis = (defect - ground) / (width + 0.5 * spread + 0.05)
    return {"axis": axis, "middle": (defect + ground) / 2, "span": axis * (defect - ground)}


def _moments(cells: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance (c,) of cells (c, n); zero where there are none."""
    if not cells.shape[1]:
        return cells.new_zeros(len(cells)), cells.new_zeros(len(cells))
    return cells.mean(1), cells.var(1, correction=0)
