"""Drafts: what a gesture has drawn so far, as sparse tiles over the image, so that a stroke costs the brush and not the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core_models.contract.mask import Mask

TILE_PX = 512
Box = tuple[int, int, int, int]  # x, y, w, h in image pixels


def capsule_rows(x0: float, y0: float, x1: float, y1: float, radius: float) -> tuple[int, np.ndarray, np.ndarray]:
    """The pixels whose centre lies within `radius` px of the line from (x0, y0) to (x1, y1): first row, then for each row
    the first column and the one after the last (int64; both equal where a row holds nothing).

    A capsule is convex: every row of it is one interval, which is far cheaper to find than a distance for every pixel.
    """
    top, bottom = int(np.floor(min(y0, y1) - radius)), int(np.ceil(max(y0, y1) + radius))
    rows = np.arange(top, bottom + 1) + 0.5
    left, right = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for x, y in ((x0, y0), (x1, y1)):
        half = np.sqrt(np.maximum(radius**2 - (rows - y) ** 2, 0))
        inside = np.abs(rows - y) <= radius
        left = np.where(inside, np.minimum(left, x - half), left)
        right = np.where(inside, np.maximum(right, x + half), right)
    length = float(np.hypot(x1 - x0, y1 - y0))
    if length:
        # The straight part between the two discs: a rectangle, cut by each row between two of its sides.
        nx, ny = (y1 - y0) / length * radius, -(x1 - x0) / length * radius
        corners = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)]
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
            meets = (rows >= min(ay, by)) & (rows <= max(ay, by)) & (ay != by)
            at = ax + (rows - ay) * ((bx - ax) / (by - ay) if ay != by else 0.0)
            left = np.where(meets, np.minimum(left, at), left)
            right = np.where(meets, np.maximum(right, at), right)
    filled = left <= right
    first = np.ceil(np.where(filled, left, 0) - 0.5).astype(np.int64)
    after = np.floor(np.where(filled, right, 0) + 0.5).astype(np.int64)
    return top, first, np.where(filled, np.maximum(after, first), first)


def polygon_inside(points: Sequence[tuple[float, float]], x: int, y: int, w: int, h: int) -> np.ndarray:
    """Which pixels of a box lie inside a polygon by their centre, as a boolean array (h, w); even-odd where it crosses itself."""
    flips = np.zeros((h, w + 1), np.uint8)
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        first, after = (int(np.clip(np.ceil(v - 0.5), y, y + h)) for v in (min(ay, by), max(ay, by)))
        rows = np.arange(first, after)
        if len(rows):
            at = ax + (rows + 0.5 - ay) * (bx - ax) / (by - ay)
            columns = np.clip(np.ceil(at - 0.5), x, x + w).astype(np.int64)
            flips[rows - y, columns - x] ^= 1  # an edge meets a row once: no index comes twice
    return np.bitwise_xor.accumulate(flips, axis=1)[:, :w] != 0


class Draft:
    """One gesture's pixels on an image of width x height; what lies outside is left out.

    how: "add", "erase" or "ignore". outline: corners of a shape that is still being set, in image pixels.
    fresh: box of the pixels that are new since it was set to None. target: of an eraser, key of the region that it cuts; None: all
    that a person holds true.
    """

    def __init__(self, width: int, height: int, how: str, colour: tuple[int, int, int]) -> None:
        self.width, self.height, self.how, self.colour = width, height, how, colour
        self.outline: list[tuple[float, float]] = []
        self.fresh: Box | None = None
        self.target: tuple[str, int] | None = None
        self._tiles: dict[tuple[int, int], np.ndarray] = {}

    def line(self, x0: float, y0: float, x1: float, y1: float, radius: float) -> None:
        """Draws a line with a round brush."""
        top, first, after = capsule_rows(x0, y0, x1, y1, radius)
        skip, end = max(-top, 0), min(top + len(first), self.height) - top
        first, after = np.maximum(first, 0), np.minimum(after, self.width)
        if skip >= end or not (used := first[skip:end] < after[skip:end]).any():
            return
        left, right = int(first[skip:end][used].min()), int(after[skip:end][used].max())
        columns = np.arange(left, right)
        inside = (columns >= first[skip:end, None]) & (columns < after[skip:end, None])
        self._set(inside, left, top + skip)

    def polygon(self, points: Sequence[tuple[float, float]]) -> None:
        """Fills a polygon, band by band so that a large one needs no array of its size."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        left, right = max(int(np.floor(min(xs))), 0), min(int(np.ceil(max(xs))), self.width)
        top, bottom = max(int(np.floor(min(ys))), 0), min(int(np.ceil(max(ys))), self.height)
        for band in range(top, bottom, TILE_PX):
            rows = min(TILE_PX, bottom - band)
            if left < right:
                self._set(polygon_inside(points, left, band, right - left, rows), left, band)

    def pieces(self, box: Box | None, level: int) -> Iterator[tuple[int, int, np.ndarray]]:
        """What is drawn, tile by tile, reduced by maximum to pixels of 2**level: x and y in those pixels, boolean array.

        `box`: only what meets it, in image pixels; None for all.
        """
        cell = 1 << level
        for (column, row), tile in self._tiles.items():
            left, top = column * TILE_PX, row * TILE_PX
            x0, y0, x1, y1 = 0, 0, TILE_PX, TILE_PX
            if box:
                # Outward to whole cells, else a cell would be decided by a part of its pixels.
                x0, y0 = max((box[0] - left) // cell * cell, 0), max((box[1] - top) // cell * cell, 0)
                x1, y1 = min(-(-(box[0] + box[2] - left) // cell) * cell, TILE_PX), min(-(-(box[1] + box[3] - top) // cell) * cell, TILE_PX)
            if x0 < x1 and y0 < y1:
                yield (left + x0) >> level, (top + y0) >> level, reduced(tile[y0:y1, x0:x1], level)

    @property
    def box(self) -> Box | None:
        """A box around all that is drawn, in whole tiles."""
        return joined([(c * TILE_PX, r * TILE_PX, TILE_PX, TILE_PX) for c, r in self._tiles])

    def mask(self) -> Mask:
        """All that is drawn; the empty mask where nothing is."""
        if not self._tiles:
            return Mask.EMPTY
        # Tile by tile: a stroke across a large image has a box of its size, but little in it.
        found = [_pieces(tile, c * TILE_PX, r * TILE_PX) for (c, r), tile in self._tiles.items()]
        column, top, after = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((top, column))
        return Mask.from_pieces(column[order], top[order], after[order])

    def _set(self, inside: np.ndarray, x: int, y: int) -> None:
        """Marks the pixels of a boolean array whose upper left lies at (x, y), inside the image."""
        h, w = inside.shape
        for row in range(y // TILE_PX, (y + h - 1) // TILE_PX + 1):
            for column in range(x // TILE_PX, (x + w - 1) // TILE_PX + 1):
                left, top = column * TILE_PX, row * TILE_PX
                x0, y0, x1, y1 = max(x, left), max(y, top), min(x + w, left + TILE_PX), min(y + h, top + TILE_PX)
                part = inside[y0 - y : y1 - y, x0 - x : x1 - x]
                tile = self._tiles.get((column, row))
                if tile is None:
                    if not part.any():
                        continue
                    tile = self._tiles[column, row] = np.zeros((TILE_PX, TILE_PX), bool)
                under = tile[y0 - top : y1 - top, x0 - left : x1 - left]
                new = part & ~under
                under |= part
                self.fresh = joined([box for box in (self.fresh, _tight(new, x0, y0)) if box])


def reduced(array: np.ndarray, level: int) -> np.ndarray:
    """A boolean array halved `level` times, a pixel set where any of its four is; sides must be multiples of 2**level."""
    for _ in range(level):
        array = array[0::2] | array[1::2]
        array = array[:, 0::2] | array[:, 1::2]
    return array


def joined(boxes: Sequence[Box]) -> Box | None:
    """The box around boxes, None for none."""
    if not boxes:
        return None
    x, y = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return x, y, max(b[0] + b[2] for b in boxes) - x, max(b[1] + b[3] for b in boxes) - y


def _pieces(tile: np.ndarray, x: int, y: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A tile's pixels as stretches of one column each: column, first row, row after the last (see Mask.pieces)."""
    h, w = tile.shape
    flips = np.empty((h + 1, w), bool)
    flips[0], flips[h] = tile[0], tile[-1]
    np.not_equal(tile[1:], tile[:-1], out=flips[1:h])
    # Row by row as the tile lies in memory, and only the few places found are put in the order of columns: ten times as fast
    # as turning the tile.
    row, column = np.divmod(np.flatnonzero(flips), w)
    order = np.argsort(column, kind="stable")
    row, column = row[order], column[order]
    return column[0::2] + x, row[0::2] + y, row[1::2] + y


def _tight(array: np.ndarray, x: int, y: int) -> Box | None:
    rows = np.flatnonzero(array.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(array.any(axis=0))
    return x + int(columns[0]), y + int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
