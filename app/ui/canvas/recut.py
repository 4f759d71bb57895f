"""Cuts a proposal from its score map at another level: tighter, or looser. No Qt."""

from __future__ import annotations

import math

import numpy as np

from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX, STEPS, ZERO, scale_of

_STEP = 5  # of the map's values, for a notch: half a logit
_MOST_NOTCHES = 40
_CRUMB = 0.05  # of the largest piece: smaller pieces of a tighter cut are dropped
_MOST_PX = 30_000_000  # of a box that is brought to the image's size
_MOST_SIDE_PX = 32_000  # OpenCV's own bound is 32,767


def level_of(cut: float) -> float:
    """The level of a map at which an outline was cut, from its score 0..1 (Region.cut)."""
    odds = min(max(cut, 1e-4), 1 - 1e-4)
    return ZERO + STEPS * math.log(odds / (1 - odds))


def next_cut(scores: np.ndarray, width: int, height: int, origin: Mask, shown: Mask, cut: float, notch: int, by: int) -> tuple[Mask, int] | None:
    """The next outline that differs from the one shown, and its notch; None where there is none any more.

    scores: the map of an image of width x height; origin: the outline as it was proposed, cut at the score `cut`; notch: where
    `shown` was cut, counted from there; by: 1 for tighter, -1 for looser.
    """
    while abs(notch + by) <= _MOST_NOTCHES:
        notch += by
        mask = origin if notch == 0 else at_level(scores, width, height, origin, level_of(cut) + notch * _STEP)
        if mask is None or not mask.area:
            return None
        if mask != shown:
            return mask, notch
    return None


def at_level(scores: np.ndarray, width: int, height: int, origin: Mask, level: float) -> Mask | None:
    """All of the map above a level that hangs together with a region, as pixels of the image; None where that is too large."""
    factor = scale_of(width, height) / CELL_PX
    near = cv2.dilate((scores > level).astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    first_x, first_y = math.floor(origin.x * factor), math.floor(origin.y * factor)
    last_x, last_y = math.ceil((origin.x + origin.w) * factor), math.ceil((origin.y + origin.h) * factor)
    groups = np.unique(labels[first_y : last_y + 1, first_x : last_x + 1])
    groups = groups[groups > 0]
    if not groups.size:
        return Mask.EMPTY
    found = boxes[groups]
    x, y = (int(found[:, k].min()) for k in (0, 1))
    right, bottom = (int((found[:, k] + found[:, k + 2]).max()) for k in (0, 1))
    x0, y0 = max(0, math.floor(x / factor)), max(0, math.floor(y / factor))
    x1, y1 = min(width, math.ceil(right / factor)), min(height, math.ceil(bottom / factor))
    if (x1 - x0) * (y1 - y0) > _MOST_PX or max(x1 - x0, y1 - y0, right - x, bottom - y) > _MOST_SIDE_PX:
        return None
    # As the worker brings its maps to the image's size: a pixel's centre among the centres of the cells.
    place = np.array([[factor, 0, (x0 + 0.5) * factor - 0.5 - x], [0, factor, (y0 + 0.5) * factor - 0.5 - y]], np.float32)
    cells = scores[y:bottom, x:right].astype(np.float32)
    pixels = cv2.warpAffine(cells, place, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return _together(pixels > level, origin, x0, y0)


def _together(above: np.ndarray, origin: Mask, x0: int, y0: int) -> Mask:
    """The pieces that share a pixel with the region, without crumbs."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(above.astype(np.uint8), connectivity=8)
    held = np.zeros(above.shape, bool)
    origin.moved(-x0, -y0).paint(held)
    kept = np.unique(pieces[held])
    kept = kept[kept > 0]
    if not kept.size:
        return Mask.EMPTY
    areas = stats[kept, cv2.CC_STAT_AREA]
    kept = kept[areas >= _CRUMB * areas.max()]
    return Mask.from_array(np.isin(pieces, kept), x0, y0)
