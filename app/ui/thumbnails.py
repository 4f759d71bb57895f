"""Small pictures of images: decoded off the GUI thread, the newest wish first, and kept in a bounded folder on the disk."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from app import settings
from app.ui import background
from app.ui.canvas.pyramid import Pyramid, by_turns
from core_models.contract import image_file
from core_models.contract.image_file import ImageFileError
from core_models.contract.opencv import cv2

SIDE_PX = 192
_IN_MEMORY = 800
_BOUND_BYTES = 300 * 2**20


def shrunk(array: np.ndarray, side_px: int = SIDE_PX) -> np.ndarray:
    """An image (h, w) or (h, w, 3) of any depth as 8 bits, no side longer than side_px, never enlarged.

    What is not 8-bit is stretched from its 1st to its 99th percentile, as the eye needs it.
    """
    scale = min(1.0, side_px / max(array.shape[:2]))
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    if scale < 1:
        size = max(1, round(array.shape[1] * scale)), max(1, round(array.shape[0] * scale))
        kept = array if array.dtype in (np.uint8, np.uint16, np.float32, np.float64) else array.astype(np.float32)
        array = cv2.resize(kept, size, interpolation=cv2.INTER_AREA)
    if array.dtype != np.uint8:
        values = np.nan_to_num(array.astype(np.float32), posinf=0, neginf=0)
        low, high = np.percentile(values, (1, 99))
        array = np.clip((values - low) * (255 / max(high - low, 1e-6)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(array)


def qimage(array: np.ndarray) -> QImage:
    """An 8-bit grey or RGB array as a QImage with memory of its own."""
    height, width = array.shape[:2]
    form = QImage.Format.Format_Grayscale8 if array.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(array.data, width, height, array.strides[0], form).copy()


class DiskCache:
    """Thumbnails as JPEG files under the image's sha256, in one folder; the least recently used go when it grows too large."""

    def __init__(self, folder: Path, bound_bytes: int = _BOUND_BYTES) -> None:
        self.folder, self.bound_bytes = folder, bound_bytes
        self._lock = threading.Lock()
        self._size: int | None = None  # counted when the first one is written

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.jpg"

    def get(self, key: str) -> np.ndarray | None:
        path = self._path(key)
        try:
            data = np.fromfile(path, np.uint8)
            os.utime(path)
        except OSError:
            return None
        found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        return found if found is None or found.ndim == 2 else np.ascontiguousarray(found[..., ::-1])

    def put(self, key: str, array: np.ndarray) -> None:
        """A cache that cannot be written (full disk, no rights) is a slower window, not a fault."""
        packed = cv2.imencode(".jpg", array if array.ndim == 2 else array[..., ::-1])[1].tobytes()
        path = self._path(key)
        fresh = path.with_name(f"{path.name}.{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(packed)
            os.replace(fresh, path)
        except OSError:
            return
        with self._lock:
            self._size = self._counted() if self._size is None else self._size + len(packed)
            if self._size > self.bound_bytes:
                self._trim()

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self.folder.rglob("*.jpg"):
            try:
                told = path.stat()
            except OSError:
                continue
            found.append((told.st_mtime, told.st_size, path))
        return found

    def _counted(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _trim(self) -> None:
        """Down to four fifths, so that not every new one asks for another round."""
        files = sorted(self._files())
        self._size = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._size <= self.bound_bytes * 0.8:
                break
            path.unlink(missing_ok=True)
            self._size -= size


class _Desk:
    """The wishes and who makes them come true; known to the threads, and to no part of the window."""

    def __init__(self, cache: DiskCache) -> None:
        self._cache = cache
        self._wanted: OrderedDict[str, Path] = OrderedDict()
        self._at_work: set[str] = set()
        self._lock = threading.Lock()

    def wish(self, key: str, path: Path) -> bool:
        """Whether it is a new one."""
        with self._lock:
            if key in self._at_work or key in self._wanted:
                return False
            self._wanted[key] = path
            return True

    def only(self, keys: Collection[str]) -> None:
        with self._lock:
            for key in [k for k in self._wanted if k not in keys]:
                del self._wanted[key]

    def make_next(self) -> tuple[str, QImage | None] | None:
        """Makes the picture that was wished for last."""
        with self._lock:
            if not self._wanted:
                return None
            key, path = self._wanted.popitem()
            self._at_work.add(key)
        try:
            return key, self._make(key, path)
        finally:
            with self._lock:
                self._at_work.discard(key)

    def _make(self, key: str, path: Path) -> QImage | None:
        array = self._cache.get(key)
        if array is None:
            try:
                with by_turns(path):
                    held = Pyramid.alive(path)  # a large image is not unpacked twice
                    array = shrunk(held.image if held else image_file.read(path))
            except (ImageFileError, OSError, MemoryError, ValueError):
                return None  # the gallery marks it; opening the image says why
            self._cache.put(key, array)
        return qimage(array)


class Thumbnails(QObject):
    """Thumbnails by the image's sha256. `ready` names one that has come, or that there is none of (missing, unreadable)."""

    ready = Signal(str)

    def __init__(self, cache: DiskCache | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = _Desk(cache or DiskCache(settings.cache_folder() / "thumbnails"))
        self._pictures: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._open = True

    def get(self, key: str, path: Path) -> QPixmap | None:
        """The picture, or None where it is not there yet (it is asked for then) or cannot be had."""
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if self._open and self._desk.wish(key, path):
            desk = self._desk
            background.pool().submit(lambda step: desk.make_next(), self._hear, patient=True)
        return None

    def failed(self, key: str) -> bool:
        """Whether it was tried, and there is no picture of it."""
        return key in self._pictures and self._pictures[key] is None

    def want_only(self, keys: Collection[str]) -> None:
        """Forgets wishes for what is not in view any more."""
        self._desk.only(keys)

    def forget(self, key: str) -> None:
        """Tries again the next time: the file may be there by now."""
        self._pictures.pop(key, None)

    def close(self) -> None:
        """Nothing is begun, and nothing said, from now on."""
        self._open = False
        self._desk.only(())

    def _hear(self, kind: str, answer: tuple[str, QImage | None] | None) -> None:
        if not self._open or kind != "done" or answer is None:
            return
        key, image = answer
        self._pictures[key] = None if image is None else QPixmap.fromImage(image)
        while len(self._pictures) > _IN_MEMORY:
            self._pictures.popitem(last=False)
        self.ready.emit(key)
