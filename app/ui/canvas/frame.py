"""Frame: how the screen lies over the image, in whole device pixels, so that what is composed by parts fits without a seam."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Rect = tuple[int, int, int, int]  # x0, y0, x1, y1 in device pixels of the screen, ends excluded
NOWHERE: Rect = (0, 0, 0, 0)


@dataclass(frozen=True)
class Frame:
    """zoom: device pixels for an image pixel; left, top: where the screen's corner lies on the zoomed image; its size.

    The image is looked at in the level whose pixels are just not larger than the screen's (level 0 from 1:1 on).
    """

    zoom: float
    left: int
    top: int
    width: int
    height: int

    @property
    def level(self) -> int:
        return max(0, math.floor(-math.log2(self.zoom)))

    @property
    def scale(self) -> float:
        """Device pixels for a pixel of the level: in (0.5, 1], or the zoom itself from 1:1 on."""
        return self.zoom * (1 << self.level)

    @property
    def whole(self) -> Rect:
        return 0, 0, self.width, self.height

    def image_at(self, x: float, y: float) -> tuple[float, float]:
        """The place on the image, in image pixels, under a place on the screen."""
        return (x + self.left) / self.zoom, (y + self.top) / self.zoom

    def screen_at(self, x: float, y: float) -> tuple[float, float]:
        """The place on the screen of a place on the image."""
        return x * self.zoom - self.left, y * self.zoom - self.top

    def columns(self, first: int, after: int) -> tuple[np.ndarray, np.ndarray]:
        """For screen columns first..after: the first and the last of the level's columns that each shows (int64)."""
        return _covered(np.arange(first, after) + self.left, self.scale)

    def rows(self, first: int, after: int) -> tuple[np.ndarray, np.ndarray]:
        return _covered(np.arange(first, after) + self.top, self.scale)

    def rect_of(self, x: float, y: float, w: float, h: float, margin: int = 1) -> Rect:
        """The part of the screen that shows a box of the image, with a margin; NOWHERE where none does."""
        x0, y0 = self.screen_at(x, y)
        x1, y1 = self.screen_at(x + w, y + h)
        return clipped((math.floor(x0) - margin, math.floor(y0) - margin, math.ceil(x1) + margin, math.ceil(y1) + margin), self.whole)


def clipped(rect: Rect, bounds: Rect) -> Rect:
    """What two rectangles share; NOWHERE where they share nothing."""
    x0, y0, x1, y1 = max(rect[0], bounds[0]), max(rect[1], bounds[1]), min(rect[2], bounds[2]), min(rect[3], bounds[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else NOWHERE


def _covered(pixels: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    if scale >= 1:
        at = np.floor((pixels + 0.5) / scale).astype(np.int64)
        return at, at
    # Every pixel of the level belongs to exactly one of the screen: so none is passed over, and a hair stays a hair.
    first = np.ceil(pixels / scale - 0.5).astype(np.int64)
    after = np.ceil((pixels + 1) / scale - 0.5).astype(np.int64)
    return first, after - 1
