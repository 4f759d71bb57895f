"""The picture of the screen as an array: the image's pixels through window and level. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.ui.canvas.frame import Frame, Rect
from app.ui.canvas.pyramid import Pyramid
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

_TABLED = ("uint8", "uint16")


@dataclass(frozen=True)
class Shown:
    """One region on the canvas. kind: "annotation", "proposal" or "ignore"; score in 0..1 or None; mask in image pixels.

    word: how sure the model is of a proposal, as the person is told.
    """

    key: tuple[str, int]
    mask: Mask
    colour: tuple[int, int, int]
    kind: str
    score: float | None = None
    word: str = ""


class Window:
    """Window and level: values from `low` to `high` become black to white, for the eye only."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = float(low), float(high)
        self._tables: dict[str, np.ndarray] = {}

    @classmethod
    def of(cls, pyramid: Pyramid) -> Window:
        """8 bits as they are; any other depth from its 1st to its 99th percentile."""
        return cls(0, 255) if pyramid.dtype == np.uint8 else cls(*pyramid.span())

    def grey(self, values: np.ndarray) -> np.ndarray:
        """Values of any type as uint8; what is no number is black."""
        name = values.dtype.name
        if name == "uint8" and (self.low, self.high) == (0, 255):
            return values
        if name in _TABLED:
            if name not in self._tables:
                self._tables[name] = self._eight_bits(np.arange(np.iinfo(values.dtype).max + 1))
            return np.take(self._tables[name], values)
        return self._eight_bits(values)

    def _eight_bits(self, values: np.ndarray) -> np.ndarray:
        # Of two equal bounds the one value is drawn dark, not divided by.
        factor = 255 / (self.high - self.low) if self.high > self.low else 255.0
        wide = np.float64 if values.dtype.itemsize == 8 or values.dtype.kind in "ui" and values.dtype.itemsize == 4 else np.float32
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = (values.astype(wide) - wide(self.low)) * wide(factor)
        return np.nan_to_num(np.clip(scaled, 0, 255), copy=False).astype(np.uint8)


def compose_picture(out: np.ndarray, pyramid: Pyramid | None, frame: Frame, window: Window, rect: Rect, backdrop: int) -> None:
    """Writes the part `rect` of the screen into `out`, the whole screen's (height, width) uint32 of 0xffRRGGBB.

    From 1:1 on each pixel of the image is a square; below, pixels are averaged. `backdrop` fills what lies beside the image.
    """
    x0, y0, x1, y1 = rect
    part = out[y0:y1, x0:x1]
    if pyramid is None:
        part[...] = backdrop
        return
    width, height = pyramid.size(frame.level)
    columns, rows = frame.columns(x0, x1), frame.rows(y0, y1)
    a, b = np.searchsorted(columns[0], (0, width)).tolist()
    c, d = np.searchsorted(rows[0], (0, height)).tolist()
    if (b - a, d - c) != (x1 - x0, y1 - y0):
        part[...] = backdrop
    if a >= b or c >= d:
        return
    if frame.scale < 1:
        values = _averaged(pyramid, frame, x0 + a, y0 + c, b - a, d - c)
    else:
        values = _squares(pyramid, frame, columns[0][a:b], rows[0][c:d])
    eight = np.ascontiguousarray(window.grey(values))
    inside = part[c:d, a:b]
    # OpenCV writes into the screen's own memory: the view's rows are a screen apart, its pixels lie together.
    target = inside.view(np.uint8).reshape(inside.shape + (4,))
    cv2.cvtColor(eight, cv2.COLOR_GRAY2BGRA if eight.ndim == 2 else cv2.COLOR_RGB2BGRA, dst=target)


def _squares(pyramid: Pyramid, frame: Frame, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    x0, y0, x1, y1 = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    source = pyramid.read(frame.level, x0, y0, x1, y1)
    if frame.scale == 1:
        return source
    # Columns first, on the few rows that there are; then each row is copied as a whole.
    return np.take(np.take(source, columns - x0, axis=1), rows - y0, axis=0)


def _averaged(pyramid: Pyramid, frame: Frame, x: int, y: int, w: int, h: int) -> np.ndarray:
    """The screen's pixels from (x, y) on, bilinear between the level's, which are at most twice as fine."""
    s, (width, height) = frame.scale, pyramid.size(frame.level)
    # Where the first screen pixel's centre lies, in the level's pixels counted from their centres.
    u, v = (x + frame.left + 0.5) / s - 0.5, (y + frame.top + 0.5) / s - 0.5
    x0, y0 = max(int(u) - 1, 0), max(int(v) - 1, 0)
    x1, y1 = min(int(u + w / s) + 3, width), min(int(v + h / s) + 3, height)
    source = pyramid.read(frame.level, x0, y0, x1, y1)
    matrix = np.array([[1 / s, 0, u - x0], [0, 1 / s, v - y0]])
    return cv2.warpAffine(source, matrix, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
