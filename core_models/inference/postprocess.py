"""From a score map to proposals: outlines cut once, specks dropped, a score for each region and for the image."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core_models.contract.job import Region
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX as CELL
from core_models.contract.score_map import STEPS, ZERO

LEAST_STORED = 0.25  # regions below this score are not worth keeping for a lower cut
_STRONGEST, _LEAST_PIXELS = 0.1, 9
_SPECK = 0.05  # of the smallest region drawn
_MOST_REGIONS = 500  # of an image and class: what has more is noise, and its strongest ones tell that well enough


@dataclass(frozen=True)
class Calibration:
    """How a class's logits become regions and scores.

    `cut`: logit of the outlines. `peak`: mean logit of a region's strongest tenth that counts as score 0.5, the operating
    point. `spread`: logits that multiply the odds by e. `area_px`: of the smallest region drawn, in image px: for a smaller
    one the odds fall with its area, and a twentieth of it is a speck.
    """

    cut: float = 0.0
    peak: float = 4.0
    spread: float = 2.0
    area_px: int = 1

    def score(self, logit: float, area_px: int) -> float:
        """The score in 0..1 of a region with this mean logit of its strongest tenth."""
        small = self.spread * min(0.0, math.log(area_px / self.area_px))
        return 1.0 / (1.0 + math.exp(-(logit + small - self.peak) / self.spread))

    def is_speck(self, area_px: int) -> bool:
        return area_px < _SPECK * self.area_px


def quantised(logits: np.ndarray) -> np.ndarray:
    """Logits as an 8-bit map: ten steps to one, from -12.8 to +12.7; what is no number is surely nothing."""
    return np.clip(np.rint(np.nan_to_num(logits, nan=-20.0) * STEPS) + ZERO, 0, 255).astype(np.uint8)


def regions_of(score_map: np.ndarray, scale: float, width: int, height: int, calibration: Calibration) -> tuple[float, tuple[Region, ...]]:
    """The image's score (presence, 0..1) and its regions, strongest first.

    `score_map` is an 8-bit map (h4, w4) of the padded view, `scale` is view px per image px, width and height are the
    image's. The image is never unpacked whole: only the boxes around cells above the cut are brought to its size.
    """
    level = ZERO + STEPS * calibration.cut
    near = cv2.dilate((score_map > level).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    found: list[Region] = []
    for k in range(1, count):
        found += _regions_in(score_map, labels, k, tuple(int(v) for v in boxes[k][:4]), level, scale, width, height, calibration)
    found.sort(key=lambda r: (-r.score, r.mask.y, r.mask.x))
    strongest = np.sort(score_map, axis=None)[-_LEAST_PIXELS:].mean()
    presence = found[0].score if found else min(calibration.score((float(strongest) - ZERO) / STEPS, 1), LEAST_STORED)
    return round(presence, 4), tuple(found[:_MOST_REGIONS])


def _regions_in(score_map: np.ndarray, labels: np.ndarray, label: int, box: tuple[int, int, int, int], level: float,
                scale: float, width: int, height: int, calibration: Calibration) -> list[Region]:
    """The regions of one group of cells; `box` is its (x, y, w, h) in cells. Groups do not touch at the image's size either:
    a pixel is above the cut only where one of the four cells around it is, and the group is dilated by a cell."""
    x, y, w, h = box
    rows, columns = slice(y, y + h), slice(x, x + w)
    values = np.where(labels[rows, columns] == label, score_map[rows, columns], 0).astype(np.float32)
    # A pixel's centre (i + 0.5) * scale in view px lies at (that / CELL - 0.5) among the cells' centres.
    left, top = max(0, math.floor(x * CELL / scale)), max(0, math.floor(y * CELL / scale))
    right, bottom = min(width, math.ceil((x + w) * CELL / scale)), min(height, math.ceil((y + h) * CELL / scale))
    if right <= left or bottom <= top:
        return []
    factor = scale / CELL
    offset = 0.5 * factor - 0.5
    place = np.array([[factor, 0, left * factor + offset - x], [0, factor, top * factor + offset - y]], np.float32)
    pixels = cv2.warpAffine(values, place, (right - left, bottom - top), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats((pixels > level).astype(np.uint8), connectivity=8)
    regions = []
    for k in range(1, count):
        px, py, pw, ph, area = (int(v) for v in stats[k])
        if calibration.is_speck(area):
            continue
        inside = pieces[py : py + ph, px : px + pw] == k
        score = calibration.score((_strongest(pixels[py : py + ph, px : px + pw][inside]) - ZERO) / STEPS, area)
        if score >= LEAST_STORED:
            mask = Mask.from_array(inside, left + px, top + py)
            regions.append(Region(mask, round(score, 4), round(1 / (1 + math.exp(-calibration.cut)), 4)))
    return regions


def _strongest(values: np.ndarray) -> float:
    """The mean of the strongest tenth of a region's values, at least nine of them where there are nine."""
    count = min(len(values), max(_LEAST_PIXELS, math.ceil(len(values) * _STRONGEST)))
    return float(np.partition(values, -count)[-count:].mean())
