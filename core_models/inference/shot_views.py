"""How a model is shown the shots: whole or in windows around the defect, as they are and turned, with their masks beside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core_models.contract.episode import Shot
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.inference.feature_cache import Levels, feature_key
from core_models.inference.features import FeatureStore, check_bytes, read_image
from core_models.inference.view import CELL, SHORT_SIDE, View, scale_of

_WHOLE_PX = 500_000  # a view up to this size is shown whole
_WINDOW = 512  # px of a window of a larger one
_MOST_WINDOWS = 4  # of one shot on its defects
_GROUND_WINDOWS = 1  # of one shot elsewhere


@dataclass(frozen=True)
class Example:
    """One view of a shot: its levels with b = 1, mask and ignore mask (h4, w4) in 0..1; `shot` and `turn` say of which."""

    levels: Levels
    mask: Tensor
    ignore: Tensor
    shot: int
    turn: int


def turned(array: np.ndarray, turn: int) -> np.ndarray:
    """One of the eight flips and rotations (0: as it is) of an array (h, w, ...)."""
    array = np.rot90(array, turn // 2)
    return np.ascontiguousarray(np.fliplr(array) if turn % 2 else array)


def windows_of(width: int, height: int, mask: np.ndarray, seed: int) -> list[tuple[int, int, int, int]]:
    """Windows (x0, y0, x1, y1) of a padded view: the whole where it is small, else around the defect and somewhere else.

    `mask` is a boolean map at stride 4 of the view. The same ones come out every time.
    """
    if width * height <= _WHOLE_PX:
        return [(0, 0, width, height)]
    w, h = min(_WINDOW, width), min(_WINDOW, height)
    left, chosen = mask.copy(), []
    while left.any() and len(chosen) < _MOST_WINDOWS:
        rows, columns = np.nonzero(left)
        # The first piece that is left, and what of the others a window can hold with it.
        near = (rows - rows[0] < h // 4) & (np.abs(columns - columns[0]) < w // 4)
        x0 = _snapped(4 * int(columns[near].min() + columns[near].max()) // 2 - w // 2, width - w)
        y0 = _snapped(4 * int(rows[near].min() + rows[near].max()) // 2 - h // 2, height - h)
        part = left[y0 // 4 : (y0 + h) // 4, x0 // 4 : (x0 + w) // 4]
        if not part.any():
            left[rows[0], columns[0]] = False
            continue
        part[:] = False
        chosen.append((x0, y0, x0 + w, y0 + h))
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(_GROUND_WINDOWS):
        x0, y0 = _snapped(int(rng.integers(width - w + 1)), width - w), _snapped(int(rng.integers(height - h + 1)), height - h)
        chosen.append((x0, y0, x0 + w, y0 + h))
    return chosen


def _snapped(value: int, most: int) -> int:
    return min(max(value, 0), most) // CELL * CELL


def examples_of(store: FeatureStore, shots: tuple[Shot, ...], orientations: int, progress: Callable[[int, int], None] = lambda done, of: None) -> list[Example]:
    """Every view of the shots in the order of shots and turns. Features of turned views are kept in the cache like others."""
    found: list[Example] = []
    for k, shot in enumerate(shots):
        check_bytes(shot.image)
        array = read_image(shot.image)
        view = View(array)
        width, height = view.padded
        scale = scale_of(shot.image.width, shot.image.height)
        mask, ignore = (at_view_cells(m, shot, scale, width, height) for m in (shot.mask, shot.ignore))
        seed = int.from_bytes(hashlib.sha256(shot.image.sha256.encode()).digest()[:4], "little")
        for box in windows_of(width, height, mask > 0, seed):
            x0, y0, x1, y1 = (v // 4 for v in box)
            for turn in range(orientations):
                levels = _levels(store, shot, view, box, turn, array)
                part = [torch.from_numpy(turned(m[y0:y1, x0:x1], turn)) for m in (mask, ignore)]
                found.append(Example({s: level[None] for s, level in levels.items()}, *part, k, turn))
        progress(k + 1, len(shots))
    return found


def at_view_cells(mask: Mask, shot: Shot, scale: float, width: int, height: int) -> np.ndarray:
    """A mask of the image as the share (float32, 0..1) that it covers of each stride-4 cell of the padded view."""
    full = mask.full(shot.image.height, shot.image.width).astype(np.float32)
    factor = scale / 4
    size = (width // 4, height // 4)
    if factor >= 1:
        place = np.array([[factor, 0, factor / 2 - 0.5], [0, factor, factor / 2 - 0.5]], np.float32)
        return np.clip(cv2.warpAffine(full, place, size, flags=cv2.INTER_LINEAR), 0, 1)
    inner = (max(1, round(shot.image.width * factor)), max(1, round(shot.image.height * factor)))
    cells = np.zeros(size[::-1], np.float32)
    shrunk = cv2.resize(full, inner, interpolation=cv2.INTER_AREA)[: size[1], : size[0]]
    cells[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
    return cells


def _levels(store: FeatureStore, shot: Shot, view: View, box: tuple[int, int, int, int], turn: int, array: np.ndarray) -> Levels:
    if turn == 0 and box == (0, 0, *view.padded):
        return store.of(shot.image, array)
    key = feature_key(shot.image.sha256, store.checksum, SHORT_SIDE, f"{box}/{turn}")
    levels = store.cache.load(key) if store.cache else None
    if levels is None:
        levels = store.extractor.windows([turned(view.window(*box), turn)])[0]
        if store.cache:
            store.cache.store(key, levels)
    return levels
