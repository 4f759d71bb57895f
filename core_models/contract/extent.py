"""How far a region reaches: the largest distance between two points of it (its largest Feret diameter), exact to the edges of its pixels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

_KEPT = 1 << 16  # a report asks for the same regions each time it is read


@lru_cache(maxsize=_KEPT)
def extent(mask: Mask, across: float = 1.0, down: float = 1.0) -> float:
    """Of a region whose pixels are `across` wide and `down` high in some unit of length; 0 for no pixel.

    The two points are corners of the convex hull of the pixels' own corners, and stay so when x and y are scaled apart.
    """
    column, top, after = mask.pieces()
    if not len(column):
        return 0.0
    corners = np.stack([np.concatenate([column, column, column + 1, column + 1]), np.concatenate([top, after, top, after])], axis=1)
    hull = cv2.convexHull(corners.astype(np.int32))[:, 0] * np.array([across, down])
    apart = hull[:, None] - hull[None]
    return float(np.sqrt((apart**2).sum(axis=2).max()))
