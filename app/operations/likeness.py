"""Finds images that show the same part, so that near-duplicates never sit on both sides of a split.

Each image leaves a thumbnail without its slow change of brightness (another exposure or a lamp moved is still the same
part), brought to zero mean and unit length: the product of two is their correlation. Correlation alone would join all
clean surfaces of one line, since they share lamp and lens; so a pair must also stand out from what either image has in
common with many others. Both bounds were chosen on one half of the groups of a real set and are reported on the other
in `tests/operations/test_likeness.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core_models.contract import image_file
from core_models.contract.opencv import cv2

SIDE = 24  # of the thumbnail, in cells
LEAST_CORRELATION = 0.96
LEAST_PROMINENCE = 0.5  # how much of the way from the usual likeness to a perfect one the pair must have gone
USUAL_RANK = 40  # the likeness to the 40th nearest image counts as usual (in a small project, to the median one)
MOST_STRETCH = 0.1  # of the aspect ratios' logarithms: views of one part are cropped alike
_SCALE = 16  # of the stored signed bytes: one standard deviation
_BLOCK = 1024
_LARGE_PX = 4_000_000


def _slow_shapes() -> np.ndarray:
    """Orthonormal basis (SIDE * SIDE, 6) of the brightness surfaces of second order."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1) * 2 - 1
    shapes = np.stack([x**i * y**j for i in range(3) for j in range(3 - i)], axis=-1).reshape(SIDE * SIDE, -1)
    return np.linalg.qr(shapes)[0]


_SLOW = _slow_shapes()


def thumbnail(array: np.ndarray) -> bytes:
    """What is kept of an image (h, w) or (h, w, 3) of any depth: SIDE * SIDE signed bytes; all zero for an even surface."""
    if array.shape[0] * array.shape[1] > _LARGE_PX and array.dtype.name in ("uint8", "uint16", "int16"):
        array = cv2.resize(array, (20 * SIDE, 20 * SIDE), interpolation=cv2.INTER_AREA)  # a float copy of a wide scan is large
    # In floats: rounded to whole grey values, the cells of a surface with fine grain would all be the same.
    cells = cv2.resize(image_file.grey(array), (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    rest = cells - _SLOW @ (_SLOW.T @ cells)
    deviation = rest.std()
    if deviation <= 1e-5 * max(np.abs(cells).max(), 1e-30):
        return bytes(SIDE * SIDE)
    return np.clip(np.round(rest / deviation * _SCALE), -127, 127).astype(np.int8).tobytes()


def vectors(thumbnails: list[bytes | None]) -> np.ndarray:
    """Unit vectors (n, SIDE * SIDE) float32; a row of zeros for an image without a thumbnail, which is like no other."""
    blank = bytes(SIDE * SIDE)
    raw = b"".join(t if t is not None and len(t) == SIDE * SIDE else blank for t in thumbnails)
    out = np.frombuffer(raw, np.int8).reshape(-1, SIDE * SIDE).astype(np.float32)
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.divide(out, length, out=np.zeros_like(out), where=length > 0)


def alike(units: np.ndarray, aspects: np.ndarray, rows: np.ndarray | None = None) -> list[tuple[int, int, float]]:
    """Pairs of near-duplicates (i, j, correlation), i among `rows` (all by default), each pair once.

    units: `vectors`, aspects: width / height, both of all images. The work is one matrix product, block by block.
    """
    rows = np.arange(len(units)) if rows is None else np.asarray(rows)
    forward = {(i, j): c for i, j, c in _outstanding(units, aspects, rows)}
    others = np.setdiff1d(np.unique([j for _, j in forward]), rows).astype(int) if forward else np.zeros(0, int)
    backward = {(i, j) for i, j, _ in _outstanding(units, aspects, others)} | set(forward)
    return [(i, j, c) for (i, j), c in forward.items() if (j, i) in backward and (i < j or (j, i) not in forward)]


def _outstanding(units: np.ndarray, aspects: np.ndarray, rows: np.ndarray) -> Iterator[tuple[int, int, float]]:
    """(i, j, correlation) for each i of `rows` and each j that stands out among all that i is compared with."""
    rank = min(USUAL_RANK, (len(units) - 2) // 2)
    log_aspects = np.log(aspects)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        likeness = units[block] @ units.T
        likeness[np.arange(len(block)), block] = -2.0  # an image is not compared with itself
        close = np.flatnonzero(likeness.max(axis=1, initial=-2.0) >= LEAST_CORRELATION)
        if not close.size:
            continue
        block, likeness = block[close], likeness[close]
        usual = -np.partition(-likeness, rank, axis=1)[:, rank] if len(units) > 3 else np.zeros(len(block), np.float32)
        bound = np.maximum(LEAST_CORRELATION, 1 - (1 - LEAST_PROMINENCE) * (1 - usual))
        for k, j in np.argwhere(likeness >= bound[:, None]):
            if abs(log_aspects[block[k]] - log_aspects[j]) <= MOST_STRETCH:
                yield int(block[k]), int(j), float(likeness[k, j])
