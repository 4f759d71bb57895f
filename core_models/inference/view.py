"""What a network sees of an image: one fixed way from any image file's values and size to floats of zero mean and unit deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core_models.contract.opencv import cv2
from core_models.contract.score_map import SHORT_SIDE, scale_of

CELL = 16  # px: the backbone's widest stride; views are continued at the right and at the bottom to a multiple of it
_OUTLIERS = (0.1, 99.9)  # percentiles: beyond them lie dead pixels and glare, which would set the deviation
_SAMPLE = 2**20
VIEW = "3"  # part of the cache's key: raise it whenever views or the channels kept of them change


def view_size(width: int, height: int, short_side: int = SHORT_SIDE) -> tuple[int, int]:
    """Width and height of the view in px."""
    scale = scale_of(width, height, short_side)
    return max(1, round(width * scale)), max(1, round(height * scale))


@dataclass(frozen=True)
class Values:
    """How an image's values become floats: cut at `low` and `high`, less `mean`, divided by `deviation` (0: constant)."""

    low: float
    high: float
    mean: float
    deviation: float

    @classmethod
    def of(cls, image: np.ndarray) -> Values:
        """From an image (h, w) or (h, w, 3) of any depth, over all channels at once.

        Values other than 8-bit ones are cut at their 0.1 and 99.9 percentiles: 12 bits in a 16-bit file, dead pixels and
        glare change nothing. What is no number counts for nothing.
        """
        if image.dtype == np.uint8:
            counts = np.bincount(image.reshape(-1), minlength=256) if image.size < _SAMPLE else _histogram(image)
            mean = float(counts @ np.arange(256) / image.size)
            return cls(0.0, 255.0, mean, float(np.sqrt(counts @ (np.arange(256) - mean) ** 2 / image.size)))
        flat = image.reshape(-1)
        sample = np.asarray(flat[:: max(1, flat.size // _SAMPLE)], dtype=np.float64)
        sample = sample[np.isfinite(sample)]
        if not sample.size:
            return cls(0.0, 0.0, 0.0, 0.0)
        low, high = np.percentile(sample, _OUTLIERS)
        sample = np.clip(sample, low, high)
        mean, deviation = float(sample.mean()), float(sample.std())
        return cls(float(low), float(high), mean, deviation if deviation > 1e-6 * max(abs(mean), 1e-30) else 0.0)

    def apply(self, part: np.ndarray) -> np.ndarray:
        """A part of the image as float32; a constant image is all zero, and so is what is no number."""
        if self.deviation <= 0:
            return np.zeros(part.shape, np.float32)
        values = part.astype(np.float32)
        if part.dtype != np.uint8:
            np.nan_to_num(values, copy=False, nan=self.mean, posinf=self.high, neginf=self.low)
            np.clip(values, self.low, self.high, out=values)
        values -= np.float32(self.mean)
        values /= np.float32(self.deviation)
        return values


def _histogram(image: np.ndarray) -> np.ndarray:
    """Counts of the 256 values, strip by strip: `bincount` makes 8 bytes of every value."""
    rows = max(1, _SAMPLE // max(1, image[0].size))
    return sum(np.bincount(image[y : y + rows].reshape(-1), minlength=256) for y in range(0, len(image), rows))


def normalised(image: np.ndarray) -> np.ndarray:
    """The whole image as float32 of zero mean and unit deviation."""
    return Values.of(image).apply(image)


def resized(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """`image` (h, w[, 3]) at another size: linear when it grows, by area when it shrinks."""
    if (width, height) == (image.shape[1], image.shape[0]):
        return image
    shrinks = width * height < image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def planes(view: np.ndarray) -> np.ndarray:
    """A view (h, w[, 3]) as three planes (3, h, w): a grey one is repeated."""
    if view.ndim == 2:
        return np.broadcast_to(view, (3, *view.shape))
    return np.ascontiguousarray(view.transpose(2, 0, 1))


class View:
    """One image as the network sees it, window by window: a scan of 30,000 px is never held as floats."""

    def __init__(self, image: np.ndarray, short_side: int = SHORT_SIDE) -> None:
        self.width, self.height = view_size(image.shape[1], image.shape[0], short_side)
        self._values = Values.of(image)
        self._image = image
        if (self.width, self.height) != (image.shape[1], image.shape[0]):
            self._image, self._values = resized(self._values.apply(image), self.width, self.height), None

    @property
    def padded(self) -> tuple[int, int]:
        """Width and height, each rounded up to a multiple of `CELL`."""
        return -(-self.width // CELL) * CELL, -(-self.height // CELL) * CELL

    def window(self, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
        """The part (y1 - y0, x1 - x0[, 3]) from (x0, y0), inside the view, to (x1, y1); beyond it the border goes on."""
        part = self._image[y0 : min(y1, self.height), x0 : min(x1, self.width)]
        part = part if self._values is None else self._values.apply(part)
        missing = ((0, y1 - y0 - part.shape[0]), (0, x1 - x0 - part.shape[1]), (0, 0))[: part.ndim]
        return np.pad(part, missing, mode="edge") if any(sum(pair) for pair in missing) else part
