"""One image at every power of two, in tiles that are made when they are first looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np

from core_models.contract import image_file
from core_models.contract.opencv import cv2

TILE_PX = 512
_AVERAGED = ("uint8", "uint16", "int16", "float32")  # what OpenCV averages in its own type
_SAMPLE_PX = 250_000
_BINS = 64
_LARGE_PX, _LARGE_BYTES = 1 << 24, 1 << 22
_HEADED = (".png", ".tif", ".tiff")  # whose header tells the size; of others the whole file would have to be read for it
_large_image = threading.Lock()

Key = tuple[Path, int, int]  # with size and time of the file: a changed one is read again


def key_of(path: Path) -> Key:
    try:
        found = path.stat()
        return path, found.st_size, found.st_mtime_ns
    except OSError:
        return path, 0, 0  # reading it says what is wrong


@contextmanager
def by_turns(path: Path) -> Iterator[None]:
    """To unpack an image that nobody waits for: large ones one after the other, for a packed file may be a hundredth of its image."""
    try:
        if path.suffix.lower() in _HEADED:
            found = image_file.probe(path)
            large = found.width * found.height > _LARGE_PX
        else:
            large = path.stat().st_size > _LARGE_BYTES
    except (image_file.ImageFileError, OSError):
        large = False  # reading it says what is wrong
    with _large_image if large else nullcontext():
        yield


class Pyramid:
    """An upright image (h, w) or (h, w, 3) and its reductions by averaging: level k has pixels of 2**k image pixels.

    Level 0 is the image itself, in its own type. Tiles may be made by two threads at once: both write the same values.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self.height, self.width = image.shape[:2]
        self._levels: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, path: Path) -> Pyramid:
        """Reads a file through the one reader. Raises ImageFileError."""
        key = key_of(path)
        made = _alive[key] = cls(image_file.read(path))
        return made

    @staticmethod
    def alive(path: Path) -> Pyramid | None:
        """That of a file which somebody holds already; from any thread."""
        return _alive.get(key_of(path))

    @property
    def dtype(self) -> np.dtype:
        return self.image.dtype

    def size(self, level: int) -> tuple[int, int]:
        """Width and height of a level."""
        return -(-self.width >> level), -(-self.height >> level)

    def read(self, level: int, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
        """The pixels [y0:y1, x0:x1] of a level, inside its size; a view that must not be written to."""
        if level == 0:
            return self.image[y0:y1, x0:x1]
        pixels, made = self._level(level)
        for row in range(y0 // TILE_PX, (y1 - 1) // TILE_PX + 1):
            for column in range(x0 // TILE_PX, (x1 - 1) // TILE_PX + 1):
                if not made[row, column]:
                    self._make(level, row, column)
        return pixels[y0:y1, x0:x1]

    def warm(self, level: int) -> None:
        """Makes all tiles of a level."""
        width, height = self.size(level)
        self.read(level, 0, 0, width, height)

    def value(self, x: int, y: int) -> int | float | tuple | None:
        """The image's own value at a pixel, a tuple of three in colour; None outside."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        value = self.image[y, x]
        return tuple(value.tolist()) if value.ndim else value.item()

    def span(self, low: float = 1, high: float = 99) -> tuple[float, float]:
        """The values below which `low` and `high` percent of the pixels lie, from an even sample."""
        if not self._sample.size:
            return 0.0, 1.0
        first, last = np.percentile(self._sample, (low, high))
        return float(first), float(last)

    @cached_property
    def histogram(self) -> tuple[np.ndarray, float, float]:
        """How often values occur, (64,) int64, between two values: 0 and 255 for 8 bits, else the least and the greatest."""
        first, last = (0.0, 255.0) if self.dtype == np.uint8 else (float(self._sample.min(initial=np.inf)), float(self._sample.max(initial=-np.inf)))
        if not first < last:
            first, last = (first, first + 1) if np.isfinite(first) else (0.0, 1.0)
        if self.dtype == np.uint8:  # each value is counted once and its count sorted in: a tenth of the time, and an image waits for it
            counts = np.histogram(np.arange(256), _BINS, (first, last), weights=np.bincount(self._sample, minlength=256))[0]
            return counts.astype(np.int64), first, last
        return np.histogram(self._sample, _BINS, (first, last))[0], first, last

    @cached_property
    def _sample(self) -> np.ndarray:
        """An even sample of about 250,000 of the image's values that are numbers."""
        step = max(1, int(np.sqrt(self.width * self.height / _SAMPLE_PX)))
        sample = self.image[::step, ::step].ravel()
        if sample.dtype == np.uint8:
            return sample
        sample = sample.astype(np.float64)
        return sample[np.isfinite(sample)]

    def _level(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            if level not in self._levels:
                width, height = self.size(level)
                dtype = self.dtype if self.dtype.name in _AVERAGED else np.float32
                tiles = np.zeros((-(-height // TILE_PX), -(-width // TILE_PX)), bool)
                # Empty, not zeros: memory is only taken where a tile is made.
                self._levels[level] = np.empty((height, width, *self.image.shape[2:]), dtype), tiles
            return self._levels[level]

    def _make(self, level: int, row: int, column: int) -> None:
        """Averages a tile from the next finer level where that is whole there, else from the image itself."""
        pixels, made = self._level(level)
        y0, x0 = row * TILE_PX, column * TILE_PX
        y1, x1 = min(y0 + TILE_PX, pixels.shape[0]), min(x0 + TILE_PX, pixels.shape[1])
        finer = level - 1 if level > 1 and self._has(level - 1, 2 * y0, 2 * x0, 2 * y1, 2 * x1) else 0
        factor = 1 << (level - finer)
        source = self._levels[finer][0] if finer else self.image
        source = source[y0 * factor : y1 * factor, x0 * factor : x1 * factor]
        if source.dtype != pixels.dtype:
            source = source.astype(pixels.dtype)
        below, beside = (y1 - y0) * factor - source.shape[0], (x1 - x0) * factor - source.shape[1]
        if below or beside:  # the last pixels of a side that is no multiple: as if its edge went on
            source = cv2.copyMakeBorder(source, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        pixels[y0:y1, x0:x1] = cv2.resize(source, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        made[row, column] = True

    def _has(self, level: int, y0: int, x0: int, y1: int, x1: int) -> bool:
        if level not in self._levels:
            return False
        return bool(self._levels[level][1][y0 // TILE_PX : -(-y1 // TILE_PX), x0 // TILE_PX : -(-x1 // TILE_PX)].all())


_alive: WeakValueDictionary[Key, Pyramid] = WeakValueDictionary()
