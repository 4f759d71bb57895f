"""Turns outlines into pixels, by one stated rule, and masks into their connected regions.

Polygons follow pycocotools' `frPyObjects`: the outline is sampled five times finer than the pixels and rounded, so the
result is that of every COCO tool, bit for bit. An outline is not a mask: it says of no pixel for certain on which side it lies,
so what comes in by polygons is exact only up to this rule, and nothing is written out as polygons.
"""

from __future__ import annotations

import math

import numpy as np
from pycocotools import mask as coco_mask

from core_models.contract.mask import Mask, decompress
from core_models.contract.opencv import cv2


class OutlineError(ValueError):
    """An outline that is none; the text is one sentence without a subject ("has ...")."""


def polygons(outlines: list[list[float]], height: int, width: int) -> Mask:
    """The pixels inside any of the outlines, each [x1, y1, x2, y2, ...] with three points or more, in pixels from the
    upper left corner of the image. What lies outside the image is cut off. Raises OutlineError."""
    for outline in outlines:
        if not isinstance(outline, list) or len(outline) < 6 or len(outline) % 2:
            raise OutlineError("has a polygon of fewer than three points")
        if not all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in outline):
            raise OutlineError("has a polygon with a coordinate that is no number")
        # Memory grows with the outline's length: one far outside the image is a fault, not a shape.
        if max(map(abs, outline)) > 2 * max(height, width) + 16:
            raise OutlineError("has a polygon far outside its image")
    if not outlines:
        raise OutlineError("has no polygon")
    runs = coco_mask.merge(coco_mask.frPyObjects([[float(v) for v in outline] for outline in outlines], height, width))
    return Mask.from_frame_runs(decompress(runs["counts"]), height, width)


def rectangle(corner: list[float], opposite: list[float], height: int, width: int) -> Mask:
    """The box between two corners, by the rule for polygons."""
    (x1, y1), (x2, y2) = corner, opposite
    return polygons([[x1, y1, x2, y1, x2, y2, x1, y2]], height, width)


def circle(centre: list[float], edge: list[float], height: int, width: int) -> Mask:
    """The pixels whose middle lies within the circle around `centre` through `edge`."""
    x, y = centre
    radius = math.hypot(edge[0] - x, edge[1] - y)
    if not math.isfinite(radius) or radius > 2 * max(height, width):
        raise OutlineError("has a circle far larger than its image")
    left, right = max(int(x - radius), 0), min(int(x + radius) + 2, width)
    top, bottom = max(int(y - radius), 0), min(int(y + radius) + 2, height)
    if left >= right or top >= bottom:
        return Mask.EMPTY
    rows, columns = np.ogrid[top:bottom, left:right]
    return Mask.from_array(np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= radius, left, top)


def regions(array: np.ndarray) -> list[Mask]:
    """The connected regions (pixels that touch at a side or a corner) of a boolean array [row, column]."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(array, np.uint8), connectivity=8)
    found = []
    for k in range(1, count):
        x, y, w, h = (int(v) for v in boxes[k, :4])
        found.append(Mask.from_array(labels[y : y + h, x : x + w] == k, x, y))
    return found
