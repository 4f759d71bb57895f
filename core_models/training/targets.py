"""What each pixel of a labelled image teaches: its target and how much it counts, on the grid that the network answers on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core_models.contract.job import TrainLabel
from core_models.contract.opencv import cv2

HARD_NEGATIVE = 3.0  # a rejected proposal counts as much as three ordinary cells of good surface


@dataclass(frozen=True)
class Target:
    """`share` (h, w): how much of each cell is defect, 0..1; `weight` (h, w): how much the cell counts, 0 where nobody
    said what it is."""

    share: Tensor
    weight: Tensor


def target(label: TrainLabel, height: int, width: int, inside: tuple[int, int], size: tuple[int, int]) -> Target:
    """The target of one class on an image of `height` x `width` px that fills the first `inside` (rows, columns) of a grid
    of `size`.

    Marked pixels are defect, those of rejected proposals are good surface and count `HARD_NEGATIVE` times; the rest is good
    surface where the image is complete, and unknown (no weight) elsewhere; ignore regions have no weight anywhere, nor has
    what lies beyond the image.
    """
    share = np.zeros((height, width), np.float32)
    weight = np.full((height, width), 1.0 if label.complete else 0.0, np.float32)
    label.negative.paint(weight, HARD_NEGATIVE)
    label.positive.paint(weight, 1.0)
    label.positive.paint(share, 1.0)
    label.ignore.paint(weight, 0.0)
    known = on_grid(np.minimum(weight, 1.0), inside, size)
    held = on_grid(share * np.minimum(weight, 1.0), inside, size)
    # A cell of which less than half is known says little of the rest of it, unless a marked pixel lies there.
    counts = np.where(held > 0, known, np.where(known >= 0.5, on_grid(weight, inside, size), 0.0))
    return Target(torch.from_numpy(held / np.maximum(known, 1e-6)), torch.from_numpy(counts.astype(np.float32)))


def on_grid(values: np.ndarray, inside: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Area means of an image's values (h, w) float32 on the first `inside` cells of a grid of `size`; 0 beyond. A grid finer
    than the pixels (small images are enlarged) is interpolated."""
    grows = inside[0] * inside[1] > values.shape[0] * values.shape[1]
    cells = cv2.resize(values, inside[::-1], interpolation=cv2.INTER_LINEAR if grows else cv2.INTER_AREA)
    grid = np.zeros(size, np.float32)
    rows, columns = min(size[0], inside[0]), min(size[1], inside[1])
    grid[:rows, :columns] = cells[:rows, :columns]
    return grid


def masked_loss(logits: Tensor, share: Tensor, weight: Tensor, dice: float = 1.0) -> Tensor:
    """Two-class cross-entropy over the cells that count, and the Dice loss of the queries that hold the class.

    All arrays are (b, h, w); `logits` are those of "defect" less those of "good surface", which makes the paper's
    cross-entropy of two classes a binary one [S]. Dice [R] keeps defects of a few cells from drowning in the surface
    (F. Milletari et al., V-Net, 3DV 2016).
    """
    each = F.binary_cross_entropy_with_logits(logits, share, reduction="none")
    entropy = (each * weight).sum((1, 2)) / weight.sum((1, 2)).clamp_min(1.0)
    known = (weight > 0).float()
    p, t = torch.sigmoid(logits) * known, share * known
    overlap = 1 - (2 * (p * t).sum((1, 2)) + 1) / (p.sum((1, 2)) + t.sum((1, 2)) + 1)
    # Where only marked pixels are known, Dice would ask for nothing but "more".
    fair = (t.sum((1, 2)) > 0) & ((known - t).sum((1, 2)) > 0.2 * t.sum((1, 2)))
    return entropy.mean() + dice * (overlap * fair).sum() / max(len(logits), 1)
