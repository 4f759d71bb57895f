"""Tiles: a view that is too large for one pass is computed in parts, each with a margin so that no seam shows."""

from __future__ import annotations

from dataclasses import dataclass

from core_models.inference.view import CELL

TILE = 1024  # px of a tile's inside
MARGIN = 64  # px around it that are computed and thrown away
WHOLE_PX = 1_600_000  # px of a view that go through in one pass


@dataclass(frozen=True)
class Tile:
    """The inside (x0, y0, x1, y1) that a tile answers for, and the window around it that it is computed from; view px."""

    inside: tuple[int, int, int, int]
    window: tuple[int, int, int, int]

    def inner(self, stride: int) -> tuple[slice, slice]:
        """Rows and columns of the inside within the window's map at a stride."""
        x0, y0, x1, y1 = (v // stride for v in self.inside)
        left, top = self.window[0] // stride, self.window[1] // stride
        return slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)

    def outer(self, stride: int) -> tuple[slice, slice]:
        """Rows and columns of the inside within the whole view's map at a stride."""
        x0, y0, x1, y1 = (v // stride for v in self.inside)
        return slice(y0, y1), slice(x0, x1)


def tiles_of(width: int, height: int, tile: int = TILE, margin: int = MARGIN, whole: int = WHOLE_PX) -> list[Tile]:
    """The tiles of a view whose sides are multiples of `CELL`; one where the view is small enough for one pass.

    Every border lies on a multiple of `CELL`, so the cells of all strides fall where those of the whole view do.
    """
    if width % CELL or height % CELL:
        raise ValueError(f"A view of {width} x {height} px does not fall into cells of {CELL} px.")
    if width * height <= whole:
        return [Tile((0, 0, width, height), (0, 0, width, height))]
    return [
        Tile((x0, y0, x1, y1), (max(0, x0 - margin), max(0, y0 - margin), min(width, x1 + margin), min(height, y1 + margin)))
        for y0, y1 in _spans(height, tile) for x0, x1 in _spans(width, tile)
    ]


def _spans(length: int, tile: int) -> list[tuple[int, int]]:
    """Even spans of at most `tile` px that cover `length`, on multiples of `CELL`."""
    count = -(-length // tile)
    cells = length // CELL
    edges = [round(k * cells / count) * CELL for k in range(count + 1)]
    return list(zip(edges, edges[1:], strict=False))
