"""A score map laid over the picture: how strongly the model suspects a defect, as one hue that grows stronger. No Qt."""

from __future__ import annotations

import numpy as np

from app.ui.canvas.colours import over, premultiplied
from app.ui.canvas.frame import NOWHERE, Frame, Rect, clipped
from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX, STEPS, ZERO, scale_of

_STRONGEST = 0.8  # how much of the picture is covered at most
_SMALL = 16  # cells: a map of that size needs no further halves


def table(weak: tuple[int, int, int], strong: tuple[int, int, int]) -> np.ndarray:
    """The colour of each of a map's 256 values, premultiplied: clear for surely nothing, from `weak` to `strong` with the odds."""
    odds = 1 / (1 + np.exp(-(np.arange(256) - ZERO) / STEPS))
    colours = np.asarray(weak) + (np.asarray(strong) - weak) * odds[:, None]
    return np.array([premultiplied(tuple(c), _STRONGEST * p) for c, p in zip(colours.tolist(), odds.tolist(), strict=True)], np.uint32)


class Heat:
    """The map of an image of width x height: uint8 (h, w), a cell for CELL_PX px of the model's view; `colours`: of `table`."""

    def __init__(self, scores: np.ndarray, width: int, height: int, colours: np.ndarray) -> None:
        self.width, self.height, self._colours = width, height, colours
        self._cells = scale_of(width, height) / CELL_PX  # of the map, for a pixel of the image
        self._levels = [scores]
        while max(self._levels[-1].shape) > _SMALL:  # all of them at once: where it is made, nobody waits for the screen
            self._levels.append(_halved(self._levels[-1]))

    def lay(self, picture: np.ndarray, frame: Frame, rect: Rect) -> None:
        """Lays the part `rect` of the screen over `picture`, the whole screen's uint32 of 0xffRRGGBB."""
        rect = clipped(rect, frame.rect_of(0, 0, self.width, self.height, 0))
        if rect == NOWHERE:
            return
        x0, y0, x1, y1 = rect
        step = self._cells / frame.zoom  # cells for a pixel of the screen
        # From afar, two pixels of the screen for a cell: with fewer, a peak that lies between them would be averaged away.
        level = min(int(np.ceil(np.log2(step))) + 1 if step > 1 else 0, len(self._levels) - 1)
        step /= 1 << level
        place = np.array([[step, 0, (x0 + frame.left + 0.5) * step - 0.5], [0, step, (y0 + frame.top + 0.5) * step - 0.5]])
        values = cv2.warpAffine(self._levels[level], place, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        part = picture[y0:y1, x0:x1]
        part[...] = over(self._colours[values], part)


def _halved(scores: np.ndarray) -> np.ndarray:
    """At half the size; the greatest of four stays, so that no peak is lost from afar."""
    fine = np.pad(scores, ((0, scores.shape[0] % 2), (0, scores.shape[1] % 2)), mode="edge")
    return np.maximum(np.maximum(fine[::2, ::2], fine[1::2, ::2]), np.maximum(fine[::2, 1::2], fine[1::2, 1::2]))
