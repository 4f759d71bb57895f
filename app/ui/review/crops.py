"""Crops of images round a region or a spot: cut off the GUI thread, the newest wish first, with bounded memory.

An image is read whole and its crops are cut one after the other while it is held; what is held is bounded in bytes, and one image is
read at a time, so that a grid over scans of a gigabyte each costs one of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QImage, QPolygonF

from app.ui import background
from app.ui.canvas.compose import Window
from app.ui.canvas.pyramid import Pyramid
from app.ui.thumbnails import qimage
from core_models.contract import score_map
from core_models.contract.image_file import ImageFileError
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

SIDE_PX = 240  # of a crop at most
Key = tuple[str, int]
_IN_MEMORY = 600
_IMAGES_BYTES = 192 << 20
_ROOM = 2.0  # sides of a crop to the longer side of its region
_LEAST_PX, _SPOT_PX = 96, 160  # of the image


@dataclass(frozen=True)
class Cut:
    """What is to be cut. box (x, y, w, h) in image px; without one the spot is looked for in `maps`, or the whole image is shown.

    mask gives the region's mask when it is asked for, in the thread that cuts.
    """

    key: Key
    path: Path
    box: tuple[int, int, int, int] | None = None
    mask: Callable[[], Mask | None] = field(default=lambda: None, compare=False)
    maps: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Crop:
    """A picture of at most SIDE_PX, and in its pixels the region's outlines, or the spot. fault: why there is no picture ("missing" or
    "unreadable"), with the reader's own sentence."""

    picture: QImage | None = None
    outlines: tuple[QPolygonF, ...] = ()
    spot: QPointF | None = None
    fault: str = ""
    sentence: str = ""


def frame_of(box: tuple[int, int, int, int], width: int, height: int, least_px: int = _LEAST_PX) -> tuple[int, int, int, int]:
    """The part (x0, y0, x1, y1) of an image to be shown of a box: a square about it with room around, moved into the image."""
    x, y, w, h = box
    side = max(round(_ROOM * max(w, h)), least_px)
    spans = []
    for start, length, whole in ((x, w, width), (y, h, height)):
        room = min(side, whole)
        first = min(max(start + length // 2 - room // 2, 0), whole - room)
        spans.append((first, first + room))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def cut(image: np.ndarray, window: Window, want: Cut) -> Crop:
    """The crop of an upright image."""
    height, width = image.shape[:2]
    mask, spot, box = want.mask(), None, want.box
    if box is None and want.maps:
        spot = _spot(want.maps, width, height)
        box = spot and (*spot, 1, 1)
    x0, y0, x1, y1 = frame_of(box, width, height, _LEAST_PX if want.box else _SPOT_PX) if box else (0, 0, width, height)
    scale = SIDE_PX / max(x1 - x0, y1 - y0)
    size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    part = np.ascontiguousarray(window.grey(image[y0:y1, x0:x1]))
    picture = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    outlines = _outlines(mask, (x0, y0, x1, y1), size) if mask is not None and mask.w else ()
    place = QPointF((spot[0] + 0.5 - x0) * scale, (spot[1] + 0.5 - y0) * scale) if spot else None
    return Crop(qimage(np.ascontiguousarray(picture)), outlines, place)


def _spot(maps: Collection[Path], width: int, height: int) -> tuple[int, int] | None:
    """Where the hottest of several maps is hottest; None where none can be read."""
    found = []
    for path in maps:
        try:
            found.append(score_map.hottest(score_map.read(path), width, height))
        except ImageFileError:
            continue  # the job's folder was cleared: the whole image is shown
    return max(found, key=lambda spot: spot[2])[:2] if found else None


def _outlines(mask: Mask, frame: tuple[int, int, int, int], size: tuple[int, int]) -> tuple[QPolygonF, ...]:
    x0, y0, x1, y1 = frame
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    mask.moved(-x0, -y0).paint(inside, 255)
    smaller = size[0] < x1 - x0
    pixels = cv2.resize(inside, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_NEAREST) > 0
    found, _ = cv2.findContours(pixels.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return tuple(QPolygonF([QPointF(x + 0.5, y + 0.5) for x, y in line[:, 0].tolist()]) for line in found if len(line) > 1)


class _Desk:
    """What the threads share: the wishes, newest last, and the images that are held."""

    def __init__(self) -> None:
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._wanted: OrderedDict[Key, Cut] = OrderedDict()
        self._at_work: set[Key] = set()
        self._images: OrderedDict[Path, tuple[np.ndarray, Window]] = OrderedDict()

    def wish(self, want: Cut) -> bool:
        """Whether it is a new one."""
        with self._lock:
            if want.key in self._at_work or want.key in self._wanted:
                return False
            self._wanted[want.key] = want
            return True

    def only(self, keys: Collection[Key]) -> None:
        with self._lock:
            for key in [k for k in self._wanted if k not in keys]:
                del self._wanted[key]

    def make_next(self) -> tuple[Key, Crop] | None:
        """Makes the crop that was wished for last, of an image that is held where there is one."""
        with self._lock:
            if not self._wanted:
                return None
            key = next((k for k, want in reversed(self._wanted.items()) if want.path in self._images), next(reversed(self._wanted)))
            want = self._wanted.pop(key)
            self._at_work.add(key)
        try:
            return key, self._make(want)
        finally:
            with self._lock:
                self._at_work.discard(key)

    def _make(self, want: Cut) -> Crop:
        try:
            return cut(*self._image(want.path), want)
        except ImageFileError as fault:
            return Crop(fault="unreadable" if want.path.exists() else "missing", sentence=str(fault))
        except MemoryError:
            return Crop(fault="unreadable")

    def _image(self, path: Path) -> tuple[np.ndarray, Window]:
        with self._reading:
            with self._lock:
                if path in self._images:
                    self._images.move_to_end(path)
                    return self._images[path]
            pyramid = Pyramid.of(path)
            held = pyramid.image, Window.of(pyramid)
            with self._lock:
                self._images[path] = held
                while len(self._images) > 1 and sum(image.nbytes for image, _ in self._images.values()) > _IMAGES_BYTES:
                    self._images.popitem(last=False)
            return held

    def let_go(self) -> None:
        """Of the images that are held."""
        with self._lock:
            self._images.clear()


class Crops(QObject):
    """Crops by the key of what they show. `ready` names one that has come."""

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = _Desk()
        self._made: OrderedDict[Key, Crop] = OrderedDict()
        self._open = True

    def get(self, want: Cut) -> Crop | None:
        """The crop, or None where it is not there yet; it is asked for then."""
        if want.key in self._made:
            self._made.move_to_end(want.key)
            return self._made[want.key]
        if self._open and self._desk.wish(want):
            desk = self._desk
            background.pool().submit(lambda step: desk.make_next(), self._hear)
        return None

    def peek(self, key: Key) -> Crop | None:
        """The crop where it is there; it is not asked for."""
        return self._made.get(key)

    def want_only(self, keys: Collection[Key]) -> None:
        """Forgets wishes for what is not in view any more."""
        self._desk.only(keys)

    def forget(self, keys: Collection[Key]) -> None:
        """What they show has changed, or the file may be there by now."""
        for key in keys:
            self._made.pop(key, None)

    def forget_faults(self) -> None:
        """Tries again what could not be read."""
        self.forget([key for key, crop in self._made.items() if crop.fault])

    def rest(self) -> None:
        """Nothing is looked at for now: lets go of the images."""
        self._desk.only(())
        self._desk.let_go()

    def close(self) -> None:
        """Nothing is begun, and nothing said, from now on."""
        self._open = False
        self.rest()

    def _hear(self, kind: str, answer: tuple[Key, Crop] | None) -> None:
        if not self._open or kind != "done" or answer is None:
            return
        key, crop = answer
        self._made[key] = crop
        while len(self._made) > _IN_MEMORY:
            self._made.popitem(last=False)
        self.ready.emit(key)
