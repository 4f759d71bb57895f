"""Features on the disk, so that the frozen backbone runs once an image: bounded, checked, safe between processes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zlib
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core_models.inference.view import VIEW

_ENDING, _PIN = ".features", ".pin"
_PIN_AGE_S = 30 * 86400.0  # a pin that nobody has renewed for so long holds nothing any more
_PART_AGE_S = 3600.0  # an unfinished file this old was left by a process that was killed
_FILL = 0.9  # what is evicted brings the folder down to this share of its bound

Levels = dict[int, Tensor]


def feature_key(image_sha256: str, backbone_checksum: str, short_side: int, part: str = "") -> str:
    """What the features of an image depend on and nothing else: its bytes, the view and the backbone's weights.

    `part` names a window or a turned view.
    """
    return hashlib.sha256(f"{image_sha256}|{VIEW}|{short_side}|{backbone_checksum}|{part}".encode()).hexdigest()[:40]


class FeatureCache:
    """Levels {stride: (c, h, w) half precision} by key, in one file each.

    A file is written under a temporary name and renamed; on reading, its checksum decides whether it is trusted. The least
    recently used ones go when the bound is passed, pinned ones last of all: never. Several processes may share the folder.
    """

    def __init__(self, folder: Path, bound_bytes: int) -> None:
        self.folder, self.bound = folder, bound_bytes
        with contextlib.suppress(OSError):  # where it cannot be made, nothing can be kept
            folder.mkdir(parents=True, exist_ok=True)
        self._size = self._swept()

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / (key + _ENDING)

    def load(self, key: str) -> Levels | None:
        """The levels, memory-mapped; None where there are none, or where the file is damaged (it is then removed)."""
        path = self.path(key)
        try:
            with safe_open(path, framework="pt") as file:
                known = (file.metadata() or {}).get("crc32")
                levels = {int(name): file.get_tensor(name) for name in file.keys()}  # a safe_open is no dictionary
        except FileNotFoundError:
            return None
        except (SafetensorError, OSError, ValueError, RuntimeError):  # torch's own error where the file went between two openings
            _remove(path)
            return None
        if known != _checksum(levels):
            levels.clear()
            _remove(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return levels

    def store(self, key: str, levels: Levels) -> None:
        """Keeps the levels, unless they are larger than the bound or the disk is full: a cache that cannot keep is no fault."""
        size = sum(level.numel() * level.element_size() for level in levels.values())
        if size > self.bound:
            return
        if self._size + size > self.bound:
            self._evict(size)
        path = self.path(key)
        part = path.with_name(f"{key}.{os.getpid()}.part")
        try:
            path.parent.mkdir(exist_ok=True)
            save_file({str(s): level.contiguous() for s, level in levels.items()}, part, metadata={"crc32": _checksum(levels)})
            os.replace(part, path)
            self._size += size
        except (OSError, SafetensorError):  # full, read-only, or in Windows open in another process: then it is there already
            _remove(part)

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more can be kept without evicting anything, as far as this process knows."""
        return self._size + size <= self.bound

    def pin(self, keys: list[str]) -> None:
        """Keeps these from eviction (for a month, or until `unpin`): shots, check images, what is in view."""
        for key in keys:
            with contextlib.suppress(OSError):
                self.path(key).parent.mkdir(exist_ok=True)
                self.path(key).with_suffix(_PIN).touch()

    def unpin(self, keys: list[str]) -> None:
        for key in keys:
            _remove(self.path(key).with_suffix(_PIN))

    def _swept(self) -> int:
        """The folder's size in bytes; what killed processes left unfinished is removed on the way."""
        total, now = 0, time.time()
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                if path.suffix == ".part" and now - path.stat().st_mtime > _PART_AGE_S:
                    _remove(path)
                elif path.suffix == _ENDING:
                    total += path.stat().st_size
        return total

    def _evict(self, wanted: int) -> None:
        """Makes room for `wanted` bytes."""
        found, now = [], time.time()
        for path in self.folder.rglob("*" + _ENDING):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        self._size = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if self._size + wanted <= _FILL * self.bound:
                return
            if not _pinned(path.with_suffix(_PIN), now) and _remove(path):
                self._size -= size


def _pinned(pin: Path, now: float) -> bool:
    try:
        return now - pin.stat().st_mtime < _PIN_AGE_S
    except OSError:
        return False


def _remove(path: Path) -> bool:
    """Whether the file went; one that is open in another process stays, in Windows."""
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _checksum(levels: Levels) -> str:
    value = 0
    for stride, level in sorted(levels.items()):
        value = zlib.crc32(repr((stride, tuple(level.shape))).encode(), value)
        value = zlib.crc32(np.ascontiguousarray(level.numpy()).reshape(-1).view(np.uint8), value)
    return f"{value:08x}"
