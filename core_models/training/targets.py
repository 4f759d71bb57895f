"""What each pixel of a labelled image teaches: its target and how much it counts, on the grid that the network answers on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
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
