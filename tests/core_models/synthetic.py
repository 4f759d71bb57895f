"""Small feature maps and images with a defect in them, for tests that need no backbone and no data."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core_models.models.backbone import STRIDES
from core_models.models.shallow import CHANNELS


def levels(seed: int, height: int = 96, width: int = 96, box: tuple[int, int, int, int] | None = (32, 24, 24, 32), strength: float = 3.0) -> tuple[dict[int, Tensor], Tensor]:
    """Features {4, 8, 16: (1, CHANNELS[stride], h, w)} of a view (px), noise on all channels, and a mask (h, w); where the defect's box
    (x, y, w, h in px) lies, the first four channels of every level are higher."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.zeros(height, width)
    if box:
        x, y, w, h = box
        mask[y : y + h, x : x + w] = 1
    found = {}
    for stride in STRIDES:
        level = torch.randn(1, CHANNELS[stride], height // stride, width // stride, generator=generator)
        share = torch.nn.functional.avg_pool2d(mask[None, None], stride)
        level[:, :4] += strength * share
        found[stride] = level
    return found, mask


def surface(seed: int, height: int = 96, width: int = 96, spots: tuple[tuple[int, int, int], ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """A grey image (uint8) with a fine grain and dark discs (x, y, radius in px), and their mask (bool)."""
    rng = np.random.default_rng(seed)
    image = 140 + 6 * rng.standard_normal((height, width))
    rows, columns = np.mgrid[:height, :width]
    mask = np.zeros((height, width), bool)
    for x, y, radius in spots:
        disc = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
        image[disc] -= 60
        mask |= disc
    return np.clip(image, 0, 255).astype(np.uint8), mask
