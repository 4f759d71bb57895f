"""Losses of episodes that know pixels of which nobody said what they are: those carry no loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_LEAST = 1e-12  # of a share of attention, before its logarithm


def masked_loss(logits: Tensor, share: Tensor, weight: Tensor, dice: float = 1.0) -> Tensor:
    """Two-class cross-entropy over the cells that count, and `dice` times the Dice loss of the queries that hold the class.

    All arrays are (b, h, w); `logits` are those of "defect" less those of "good surface", which makes a cross-entropy of two
    classes a binary one; `share` is 0..1, `weight` 0 where a cell carries no loss. Dice keeps defects of a few cells from
    drowning in the surface (F. Milletari et al., V-Net, 3DV 2016).
    """
    each = F.binary_cross_entropy_with_logits(logits, share, reduction="none")
    entropy = (each * weight).sum((1, 2)) / weight.sum((1, 2)).clamp_min(1.0)
    if not dice:
        return entropy.mean()
    known = (weight > 0).float()
    p, t = torch.sigmoid(logits) * known, share * known
    overlap = 1 - (2 * (p * t).sum((1, 2)) + 1) / (p.sum((1, 2)) + t.sum((1, 2)) + 1)
    # Where only marked pixels are known, Dice would ask for nothing but "more".
    fair = (t.sum((1, 2)) > 0) & ((known - t).sum((1, 2)) > 0.2 * t.sum((1, 2)))
    return entropy.mean() + dice * (overlap * fair).sum() / max(len(logits), 1)


def attention_distillation(attention: Tensor, share: Tensor, weight: Tensor) -> Tensor:
    """Divergence of the attention from the mask, each a softmax over all places: mean over queries of sum t (log t - log s).

    All arrays are (b, h, w). Places without weight take part in neither softmax; a query without a known place counts 0.
    """
    known = (weight > 0).flatten(1)
    some = known.any(1)
    if not some.any():
        return attention.sum() * 0
    t = _softmax(share.flatten(1), known)[some]
    s = _softmax(attention.flatten(1), known)[some]
    return (t * ((t + _LEAST).log() - (s + _LEAST).log())).sum() / len(attention)


def _softmax(values: Tensor, known: Tensor) -> Tensor:
    return torch.softmax(values.float().masked_fill(~known, torch.finfo(torch.float32).min), 1) * known
