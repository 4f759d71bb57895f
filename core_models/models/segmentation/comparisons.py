"""How each place of an image compares with the shots: evidence that means the same for every class, so a network can learn to weigh it."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from core_models.models.backbone import LATERALS, STRIDES
from core_models.models.cells import evenly, thickness_px
from core_models.models.segmentation.base import Features, Support, at_cells, joined
from core_models.models.shallow import CHANNELS, SHALLOW

# What cells are compared by: levels, and whether each is measured from its image's own mean first.
_LOOKS = {"joined": ((8, 16), False), "own": ((8, 16), True), "coarse": ((16,), True), "middle": ((8,), True), "fine": ((4,), True)}
_TOUCHED, _CLEAR, _WITHIN = 0.25, 0.02, 0.5  # shares of a cell: from the first it is defect, below the second good surface; the third, for means
_KEPT, _KEPT_FINE = (192, 384), (128, 256)  # cells that are kept of the shots, defect and good surface; a fine level has many to compare
_OWN_CELLS, _LIKE = 256, 2  # an image's cells that stand for all of it, and how many of them a cell of good surface is like
_ROWS = 512  # cells that are compared at once
_MOST, _LEAST_APART = 0.4, 0.05  # differences of cosines
# Of the joined channels, with the level they are of: the laterals of each stride, and the shallow channels.
_GROUPS = ((4, 0, LATERALS), (4, LATERALS, CHANNELS[4]), (8, CHANNELS[4], CHANNELS[4] + CHANNELS[8]), (16, CHANNELS[4] + CHANNELS[8], sum(CHANNELS.values())))
_SEEDS, _SURE_SEEDS, _MOST_PLACES = 16, 8, 4096  # an image's most suspicious cells; those of them that are averaged; the cells that are looked at
OF_SHOTS = 3 * len(_LOOKS) + 1 + len(_GROUPS) + 2 + len(_LOOKS) + SHALLOW + 2 * len(_LOOKS)  # maps
OF_IMAGE = 4


def learn(features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None, shots: int) -> Support:
    """For each look `NAME_in` and `NAME_out` (n, c), directions of the shots' cells of both kinds; `axis`, `middle`, `span` (102,) of
    the discriminant; `apart` (10,), by look: how far from the nearest of the other kind both kinds lie, as 1 - cosine; `facts` (2,):
    thickness and number of shots."""
    seen = [None] * len(features) if ignores is None else ignores
    support: Support = {}
    apart = []
    for name in _LOOKS:
        defect, ground = _banks(features, masks, seen, name)
        apart += [_apart(defect, ground), _apart(ground, defect)]
        support |= {f"{name}_in": defect, f"{name}_out": ground}
    marked = masks if ignores is None else [m * (i < 0.5) for m, i in zip(masks, ignores, strict=True)]
    thickness = sum(thickness_px(at_cells(m, f[4].shape[-2:])) for m, f in zip(marked, features, strict=True)) / max(1, len(marked))
    facts = features[0][4].new_tensor([math.log(thickness) - 3, math.log(shots) - 0.7], dtype=torch.float32)
    return {**support, **_discriminant(features, masks, seen), "apart": torch.stack(apart), "facts": facts}


def _banks(features: list[Features], masks: list[Tensor], ignores: list[Tensor | None], look: str) -> list[Tensor]:
    """Directions (n, c) of some of the shots' cells, evenly spread: of defect, and of good surface."""
    strides, centred = _LOOKS[look]
    inside, outside = [], []
    for levels, mask, ignore in zip(features, masks, ignores, strict=True):
        cells = _directions(levels, strides, centred, None)
        share, known = _shares(mask, ignore, cells)
        inside.append(cells[0][:, (share >= min(_TOUCHED, max(float(share.max()), 1e-6))) & known].T)
        outside.append(cells[0][:, (share < _CLEAR) & known].T)
    return [evenly(torch.cat(cells), count) for cells, count in zip((inside, outside), _KEPT_FINE if 4 in strides else _KEPT, strict=True)]


def of_image(features: Features) -> Support:
    """An image's own mean of each level, and some of its cells: what windows of a large image must share."""
    means = {str(s): level.float().mean((0, 2, 3)) for s, level in features.items()}
    cells = _directions(features, *_LOOKS["own"], means)
    return {**means, "cells": evenly(cells[0].flatten(1).T, _OWN_CELLS)}


def own_mean(context: Support) -> Tensor:
    """The image's mean (102,) of the joined levels."""
    return torch.cat([context[str(s)] for s in STRIDES])


@torch.no_grad()
def evidence(features: Features, support: Support, context: Support, known: Tensor | None = None) -> Tensor:
    """(b = 1, 47, h4, w4). Of the shots, 43: for each look the highest cosine to a marked cell, to an unmarked one, and by how much the first
    is greater; how much a cell is like others of its own image; for each group of channels the place on the line from the shots'
    good surface (-1) to their defect (1), by the discriminant of their means; thickness and number of shots; for each look that
    difference as a share of what the shots' defect has; the shallow channels; how far apart the shots' two kinds lie. Of the
    image, 4: see `_likeness`. `context` holds its `suspects`, or they are found here, with what is `known` of the `places`."""
    size = features[4].shape[-2:]
    with torch.autocast(features[4].device.type, enabled=False):  # half precision would round the differences away
        looks = {name: _directions(features, *look, context)[0] for name, look in _LOOKS.items()}
        compared, shares = {}, {}
        for name, cells in looks.items():
            cosines = _both(cells, support, name)
            difference = _difference(cosines)
            compared[name] = torch.cat([4 * cosines - 2, 4 / _MOST * difference])
            shares[name] = _of_usual(difference, support, name)
        own = looks["own"]
        like = 4 * _likest(own, context["cells"].float(), _LIKE)[None] - 2
        compared["own"] = torch.cat([compared["own"], like])
        if "seeds" not in context:
            step = _step(features)
            context = context | _suspects(own[:, ::step, ::step], at_places(looks["fine"], features), shares["own"][0, ::step, ::step], known)
        shallow = (features[4][0, LATERALS:].float() - context["4"].to(features[4].device)[LATERALS:, None, None]).clamp(-4, 4)
        facts, apart = (values[:, None, None].expand(-1, *size) for values in (support["facts"], 4 * support["apart"] - 1))
        grown = {name: _grown(torch.cat([compared[name], shares[name]]), size) for name in looks}
        return torch.cat([
            *(maps[:-1] for maps in grown.values()), *_along(features, support, context), facts,
            *(maps[-1:] for maps in grown.values()), shallow, apart, _likeness(looks, context, size),
        ])[None]


def _along(features: Features, support: Support, context: Support) -> list[Tensor]:
    """For each group of channels (1, h4, w4), -4..4: the place on the line from the shots' good surface (-1) to their defect (1)."""
    size, found = features[4].shape[-2:], []
    for stride, first, end in _GROUPS:
        start = sum(CHANNELS[s] for s in STRIDES if s < stride)
        x = features[stride][0, first - start : end - start].float() - context[str(stride)].to(features[4].device)[first - start : end - start, None, None]
        along = (support["axis"][first:end, None, None] * (x - support["middle"][first:end, None, None])).sum(0, keepdim=True)
        # A sum of channels is made fine as well as the channels are.
        found.append(_grown(2 * along / support["span"][first:end].sum().clamp_min(1e-3), size).clamp(-4, 4))
    return found


def places(features: Features) -> Tensor:
    """At most some thousands of an image's cells of stride 8, evenly spread: a grid (1, h, w, 2) for `F.grid_sample`, the centre of the
    first stride-4 cell of each."""
    step = _step(features)
    y, x = ((2 * torch.arange(0, n, step, device=features[8].device) + 0.5) / n - 1 for n in features[8].shape[-2:])
    return torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], -1)[None]


def _step(features: Features) -> int:
    return max(1, math.ceil(math.sqrt(features[8].shape[-2] * features[8].shape[-1] / _MOST_PLACES)))


def at_places(level: Tensor, features: Features) -> Tensor:
    """A level (..., h4, w4) at `places`, (..., h', w')."""
    step = 2 * _step(features)
    return level[..., ::step, ::step]


@torch.no_grad()
def suspects(features: Features, support: Support, context: Support, known: Tensor | None = None) -> Support:
    """What the image's own most suspicious cells look like: `seeds` (16, 64), `fine_seed` (38,), and how suspicious they are, `suspicion` (1,).

    The image's own defect is more like itself than like one on another image: the thought of SSP (Q. Fan et al., Self-Support Few-Shot
    Semantic Segmentation, ECCV 2022, arXiv 2207.11549). `known` (h, w): logits of the `places` by another opinion.
    """
    step = _step(features)
    own = _directions(features, *_LOOKS["own"], context)[0, :, ::step, ::step]
    fine = _directions({4: at_places(features[4], features)}, *_LOOKS["fine"], context)[0]
    return _suspects(own, fine, _of_usual(_difference(_both(own, support, "own")), support, "own")[0], known)


def _suspects(own: Tensor, fine: Tensor, share: Tensor, known: Tensor | None) -> Support:
    """`suspects` by what is at the `places`: the directions of two looks (c, h, w), and the first one's share of the usual difference (h, w)."""
    score = (4 * share + (0 if known is None else known)).flatten()
    top = score.topk(min(_SEEDS, len(score)))
    seeds, fine_seeds = (cells.flatten(1)[:, top.indices].T for cells in (own, fine))
    return {"seeds": seeds, "fine_seed": F.normalize(fine_seeds.mean(0), dim=0), "suspicion": top.values[:_SURE_SEEDS].mean()[None]}


def _likeness(looks: dict[str, Tensor], context: Support, size: tuple[int, int]) -> Tensor:
    """(4, h4, w4): how much each cell is like the image's own `suspects`, by the mean of the surest, by the likest and at the finest
    level, and how suspicious those are."""
    cells = looks["own"]
    rows, seeds = cells.flatten(1).T, context["seeds"].float()
    mean = F.normalize(seeds[:_SURE_SEEDS].mean(0), dim=0)
    coarse = _grown(torch.stack([rows @ mean, (rows @ seeds.T).amax(1)]).reshape(2, *cells.shape[-2:]), size)
    fine = (context["fine_seed"].float() @ looks["fine"].flatten(1)).reshape(1, *size)
    return torch.cat([3 * coarse, 3 * fine, (context["suspicion"].float() / 4)[:, None, None].expand(-1, *size)])


def nearer(evidence: Tensor) -> Tensor:
    """(b, h4, w4) of `evidence` (b, ...): by how much the highest cosine to a marked cell is above that to an unmarked one, by the first look."""
    return evidence[:, 2] * _MOST / 4


def _grown(levels: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(levels[None], size=size, mode="bilinear", align_corners=False)[0]


def _directions(features: Features, strides: tuple[int, ...], centred: bool, means: Support | None) -> Tensor:
    """(b, c, h, w) of length 1; `means` by stride, the maps' own where none are given."""
    x = joined(features, strides)
    if centred:
        mean = x.mean((0, 2, 3)) if means is None else torch.cat([means[str(s)] for s in strides]).to(x)
        x = x - mean[:, None, None]
    return x * x.square().sum(1, keepdim=True).clamp_min(1e-12).rsqrt()


def _shares(mask: Tensor, ignore: Tensor | None, cells: Tensor) -> tuple[Tensor, Tensor]:
    share = at_cells(mask, cells.shape[-2:])
    return share, torch.ones_like(share, dtype=torch.bool) if ignore is None else at_cells(ignore, cells.shape[-2:]) < 0.5


def _apart(rows: Tensor, others: Tensor) -> Tensor:
    """The mean of 1 - the highest cosine to the others; 1 where there are none."""
    return 1 - _likest(rows.T[:, None], others, 1).mean() if len(rows) and len(others) else rows.new_ones(())


def _both(cells: Tensor, support: Support, look: str) -> Tensor:
    """(2, h, w): the highest cosine of each cell (c, h, w) to a marked one of the shots, and to an unmarked one."""
    return torch.stack([_likest(cells, support[f"{look}_{side}"].float(), 1) for side in ("in", "out")])


def _difference(cosines: Tensor) -> Tensor:
    """(1, h, w): by how much the first of two cosines (2, h, w) is greater."""
    return (cosines[:1] - cosines[1:]).clamp(-_MOST, _MOST)


def _of_usual(difference: Tensor, support: Support, look: str) -> Tensor:
    """A difference of cosines as a share of the one on the shots' defect, -3..3."""
    return (difference / (support["apart"][2 * list(_LOOKS).index(look)] + _LEAST_APART)).clamp(-3, 3)


def _likest(cells: Tensor, bank: Tensor, count: int) -> Tensor:
    """(h, w): the mean of so many highest cosines of each cell (c, h, w) to a bank (n, c); 0 where that is empty."""
    if not len(bank):
        return cells.new_zeros(cells.shape[1:])
    found = [part @ bank.T for part in cells.flatten(1).T.contiguous().split(_ROWS)]
    return torch.cat([s.amax(1) if count == 1 else s.topk(min(count, s.shape[1]), 1)[0].mean(1) for s in found]).reshape(cells.shape[1:])


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
