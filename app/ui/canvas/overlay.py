"""The overlay of the screen as an array: regions, proposals and drafts over a clear ground. No Qt.

Each region is painted as a number into a map of the screen, larger ones first; fills and outlines are then taken from a
table for the whole part at once. So a thousand regions cost a few slices each, and a change of colour none.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from app.ui.canvas.compose import Shown
from app.ui.canvas.frame import NOWHERE, Frame, Rect, clipped
from app.ui.canvas.paint import Box, Draft
from core_models.contract.mask import Mask

RING_BELOW_PX = 6  # a region smaller than that on the screen gets a ring
_RING_PX = 8
_CACHE_BYTES = 128 << 20
_KEPT_WHOLE_PX = 4 << 20  # of a larger mask only what is seen is made into pixels
_PERIOD_PX = 8  # of hatching and dashes
_DRAFT_OPACITY = 0.5
_SIDES = 4  # in a region's entry in the table: fill, hatched fill, outline, gap of a dashed outline


class Overlay:
    """pixels: the screen's (height, width) uint32, premultiplied 0xAARRGGBB, as compose() left it.

    scored: box and score of each proposal that has one, (n, 5), in image pixels.
    """

    def __init__(self) -> None:
        self.pixels = np.zeros((0, 0), np.uint32)
        self.opacity = 0.35
        self._regions: list[Shown] = []
        self._boxes = np.zeros((0, 4))
        self.scored = np.zeros((0, 5))
        self._table = np.zeros(4, np.uint32)
        self._numbers = np.zeros((2, 2), np.int32)  # a margin of one pixel on each side: outlines look at their neighbours
        self._hatch = self._dash = np.zeros((0, 0), bool)
        self._masks = _Masks()
        self._ring = _ring()

    def set_regions(self, regions: Sequence[Shown]) -> None:
        """The largest are painted first, so that a small one is never hidden by one around it."""
        self._regions = sorted((r for r in regions if r.mask.w), key=lambda r: -r.mask.w * r.mask.h)
        self._boxes = np.array([r.mask.box for r in self._regions], np.float64).reshape(-1, 4)
        scored = [(*r.mask.box, r.score) for r in self._regions if r.kind == "proposal" and r.score is not None]
        self.scored = np.array(scored, np.float64).reshape(-1, 5)
        self.set_opacity(self.opacity)

    def box_of(self, key: tuple[str, int] | None) -> Box | None:
        """The box of a region that is shown."""
        return next((r.mask.box for r in self._regions if r.key == key), None)

    def set_opacity(self, opacity: float) -> None:
        """Of the fills, in 0..1; outlines are solid."""
        self.opacity = opacity
        table = [0, 0, 0, 0]
        for region in self._regions:
            line, fill = premultiplied(region.colour, 1), premultiplied(region.colour, opacity)
            if region.kind == "annotation":
                table += [fill, fill, line, line]
            elif region.kind == "ignore":
                table += [0, premultiplied(region.colour, min(1, 1.5 * opacity)), line, line]
            else:
                table += [premultiplied(region.colour, 0.4 * opacity), premultiplied(region.colour, min(1, 2 * opacity)), line, premultiplied((0, 0, 0), 0.6)]
        self._table = np.array(table, np.uint32)

    def resize(self, width: int, height: int) -> None:
        """A screen of that size in device pixels, with nothing on it."""
        self.pixels = np.zeros((height, width), np.uint32)
        self._numbers = np.zeros((height + 2, width + 2), np.int32)
        y, x = np.ogrid[: height + _PERIOD_PX, : width + _PERIOD_PX]
        self._hatch = (x + y) % _PERIOD_PX < 2
        self._dash = (x // 4 + y // 4) % 2 == 1

    def shift(self, dx: int, dy: int) -> None:
        """Moves what is composed by device pixels; what comes into view is to be composed anew."""
        shift(self.pixels, dx, dy)
        shift(self._numbers, dx, dy)

    def compose(self, frame: Frame, rect: Rect, drafts: Sequence[Draft] = ()) -> None:
        """Paints the part `rect` of the screen anew."""
        x0, y0, x1, y1 = rect
        if x0 >= x1 or y0 >= y1:
            return
        self._paint_numbers(frame, (x0 - 1, y0 - 1, x1 + 1, y1 + 1))
        around = self._numbers[y0 : y1 + 2, x0 : x1 + 2]
        numbers = around[1:-1, 1:-1]
        if numbers.any():
            edge = (numbers != around[:-2, 1:-1]) | (numbers != around[2:, 1:-1]) | (numbers != around[1:-1, :-2]) | (numbers != around[1:-1, 2:])
            # Anchored to the image, so that patterns move with it.
            x, y = x0 + frame.left % _PERIOD_PX, y0 + frame.top % _PERIOD_PX
            window = slice(y, y + y1 - y0), slice(x, x + x1 - x0)
            side = np.where(edge, self._dash[window].view(np.uint8) + np.uint8(2), self._hatch[window].view(np.uint8))
            self.pixels[y0:y1, x0:x1] = np.take(self._table, numbers * _SIDES + side)
        else:
            self.pixels[y0:y1, x0:x1] = 0
        for draft in drafts:
            self.add_draft(frame, rect, draft, None)

    def add_draft(self, frame: Frame, rect: Rect, draft: Draft, box: Box | None) -> None:
        """Paints a draft, or what of it meets a box of the image, over what `rect` of the screen shows already."""
        x0, y0, x1, y1 = rect
        colour = 0 if draft.how == "erase" else premultiplied(draft.colour, _DRAFT_OPACITY)
        columns, rows = frame.columns(x0, x1), frame.rows(y0, y1)
        part = self.pixels[y0:y1, x0:x1]
        for x, y, inside in draft.pieces(box, frame.level):
            at, seen = _sampled(inside, x, y, columns, rows)
            if seen is not None:
                np.copyto(part[at], colour, where=seen)

    def at(self, x: float, y: float, reach: float) -> Shown | None:
        """The smallest region that holds a pixel within `reach` image pixels of a place."""
        for near in (0.0, reach):
            left, up, right, down = (int(np.floor(v)) for v in (x - near, y - near, x + near, y + near))
            for region in reversed(self._regions):
                a, b, w, h = region.mask.box
                if a <= right and left < a + w and b <= down and up < b + h:
                    column, top, after = self._masks.pieces(region.mask)
                    if ((column >= left) & (column <= right) & (top <= down) & (after > up)).any():
                        return region
        return None

    def _paint_numbers(self, frame: Frame, rect: Rect) -> None:
        x0, y0, x1, y1 = rect
        numbers = self._numbers[y0 + 1 : y1 + 1, x0 + 1 : x1 + 1]
        numbers[...] = 0
        if not self._regions:
            return
        columns, rows = frame.columns(x0, x1), frame.rows(y0, y1)
        x, y, w, h = self._boxes.T * frame.zoom
        # Rounded on the zoomed image, not on the screen: else a ring would tremble when the image is moved.
        middle_x, middle_y = np.floor(x + w / 2).astype(int) - frame.left, np.floor(y + h / 2).astype(int) - frame.top
        x, y = x - frame.left, y - frame.top
        tiny = np.maximum(w, h) < RING_BELOW_PX
        reach = np.where(tiny, _RING_PX + 1, 1)
        meets = (x - reach < x1) & (x + w + reach > x0) & (y - reach < y1) & (y + h + reach > y0)
        level = frame.level
        view = int(columns[0][0]), int(rows[0][0]), int(columns[1][-1]) + 1, int(rows[1][-1]) + 1
        for k in np.flatnonzero(meets).tolist():
            inside, left, up = self._masks.seen(self._regions[k].mask, level, view)
            at, seen = _sampled(inside, left, up, columns, rows)
            if seen is not None:
                np.copyto(numbers[at], k + 1, where=seen)
            if tiny[k]:
                self._paint_ring(numbers, int(middle_x[k]) - x0, int(middle_y[k]) - y0, k + 1)

    def _paint_ring(self, numbers: np.ndarray, x: int, y: int, number: int) -> None:
        left, top, size = x - _RING_PX, y - _RING_PX, len(self._ring)
        x0, y0, x1, y1 = clipped((left, top, left + size, top + size), (0, 0, numbers.shape[1], numbers.shape[0]))
        if (x0, y0, x1, y1) != NOWHERE:
            np.copyto(numbers[y0:y1, x0:x1], number, where=self._ring[y0 - top : y1 - top, x0 - left : x1 - left])


class _Masks:
    """Masks as arrays at a level's pixels. The latest used are kept, up to a bound of memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple, tuple[np.ndarray, ...]] = OrderedDict()
        self._bytes = 0

    def pieces(self, mask: Mask) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._keep((mask,), mask.pieces)

    def seen(self, mask: Mask, level: int, view: Rect) -> tuple[np.ndarray, int, int]:
        """A boolean array and where its upper left pixel lies, in the level's pixels; enough of the mask for a view of the level."""
        x0, y0, x1, y1 = mask.x >> level, mask.y >> level, ((mask.x + mask.w - 1) >> level) + 1, ((mask.y + mask.h - 1) >> level) + 1
        if (x1 - x0) * (y1 - y0) > _KEPT_WHOLE_PX:
            x0, y0, x1, y1 = clipped((x0, y0, x1, y1), view)
            return _rasterised(self.pieces(mask), level, x0, y0, x1, y1), x0, y0
        if level == 0:
            return self._keep((mask, 0), lambda: (np.ascontiguousarray(mask.array()),))[0], x0, y0
        return self._keep((mask, level), lambda: (_rasterised(mask.pieces(), level, x0, y0, x1, y1),))[0], x0, y0

    def _keep(self, key: tuple, make: Callable[[], tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = make()
        self._bytes += sum(array.nbytes for array in made)
        while self._bytes > _CACHE_BYTES and len(self._kept) > 1:
            self._bytes -= sum(array.nbytes for array in self._kept.popitem(last=False)[1])
        return made


def _rasterised(pieces: tuple[np.ndarray, np.ndarray, np.ndarray], level: int, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """The part of a mask's pieces that meets a window of the level's pixels; one is set where any image pixel in it is."""
    column, top, after = pieces
    first, last = np.searchsorted(column, (x0 << level, x1 << level))
    w, h = x1 - x0, y1 - y0
    begin = np.clip((top[first:last] >> level) - y0, 0, h)
    end = np.clip(((after[first:last] - 1) >> level) + 1 - y0, 0, h)
    line = ((column[first:last] >> level) - x0) * (h + 1)
    # One up where a piece begins and one down where it ends: the sum down a column is how many pieces lie there.
    depth = np.zeros(w * (h + 1), np.int32)
    np.add.at(depth, line + begin, 1)
    np.add.at(depth, line + end, -1)
    return np.ascontiguousarray((np.cumsum(depth.reshape(w, h + 1)[:, :h], axis=1) > 0).T)


def premultiplied(colour: tuple[int, int, int], alpha: float) -> int:
    """0xAARRGGBB with the colours already multiplied, as Qt's premultiplied format has it."""
    r, g, b = (round(c * alpha) for c in colour)
    return round(255 * alpha) << 24 | r << 16 | g << 8 | b


def shift(array: np.ndarray, dx: int, dy: int) -> None:
    """Moves the rows and columns of an array by dx and dy; what is uncovered keeps what it held."""
    h, w = array.shape
    if abs(dx) < w and abs(dy) < h:
        array[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = array[max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)].copy()


def _sampled(inside: np.ndarray, x: int, y: int, columns: tuple, rows: tuple) -> tuple[tuple[slice, slice] | None, np.ndarray | None]:
    """Where on the part of the screen an array at (x, y) of the level is seen, and which of those pixels it sets; maximum of what each covers."""
    (first_x, last_x), (first_y, last_y) = columns, rows
    h, w = inside.shape
    a, b, c, d = int(last_x.searchsorted(x)), int(first_x.searchsorted(x + w)), int(last_y.searchsorted(y)), int(first_y.searchsorted(y + h))
    if a >= b or c >= d or not inside.size:
        return None, None
    at = slice(c, d), slice(a, b)
    if last_x is first_x:
        # Columns first, on the few rows that there are; then each row is copied as a whole.
        top, bottom = int(first_y[c]) - y, int(first_y[d - 1]) - y + 1
        return at, inside[top:bottom].take(first_x[a:b] - x, axis=1).take(first_y[c:d] - y - top, axis=0)
    left, right = np.maximum(first_x[a:b] - x, 0), np.minimum(last_x[a:b] - x, w - 1)
    top, bottom = np.maximum(first_y[c:d] - y, 0), np.minimum(last_y[c:d] - y, h - 1)
    lines = inside.take(top, axis=0) | inside.take(bottom, axis=0)
    return at, lines.take(left, axis=1) | lines.take(right, axis=1)


def _ring() -> np.ndarray:
    y, x = np.ogrid[-_RING_PX : _RING_PX + 1, -_RING_PX : _RING_PX + 1]
    distance = np.hypot(x, y)
    return (distance <= _RING_PX) & (distance > _RING_PX - 2)
