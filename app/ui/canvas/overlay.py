"""The overlay of the screen as an array: regions, proposals and drafts over a clear ground. No Qt.

Each region is painted as a number into a map of the screen, larger ones first; fills and outlines are then taken from a
table for the whole part at once. So a thousand regions cost a few slices each, and a change of colour none. A second map
holds the region that lies beneath: where two overlap, the upper one's fill is laid over the lower one's fill and outline.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from app.ui.canvas.colours import over, premultiplied
from app.ui.canvas.compose import Shown
from app.ui.canvas.frame import NOWHERE, Frame, Rect, clipped
from app.ui.canvas.paint import Box, Draft
from core_models.contract.mask import Mask

RING_BELOW_PX = 6  # a region smaller than that on the screen gets a ring
_RING_PX = 8
REACH_PX = _RING_PX + 2  # so far around its box a region changes the screen
_CACHE_BYTES = 128 << 20
_KEPT_WHOLE_PX = 4 << 20  # of a larger mask only what is seen is made into pixels
_KEPT_SEEN_PX = 1 << 14  # of a mask on the screen
_PERIOD_PX = 8  # of hatching and dashes
_DRAFT_OPACITY = 0.5
_SIDES = 4  # in a region's entry in the table: fill, hatched fill, outline, gap of a dashed outline


class Overlay:
    """pixels: the screen's (height, width) uint32, premultiplied 0xAARRGGBB, as compose() left it.

    scored: box of each proposal that has a score, (n, 4), in image pixels; words: how sure the model is of each.
    """

    def __init__(self) -> None:
        self.pixels = np.zeros((0, 0), np.uint32)
        self.opacity = 0.35
        self._regions: list[Shown] = []
        self._boxes = np.zeros((0, 4))
        self.scored = np.zeros((0, 4))
        self.words: list[str] = []
        self._table = np.zeros(4, np.uint32)
        # A margin of one pixel on each side: outlines look at their neighbours. Both are painted anew for each part.
        self._numbers = np.zeros((2, 2), np.int32)
        self._beneath = np.zeros((2, 2), np.int32)
        self._held = NOWHERE  # the part of the screen that the regions in the maps lie in
        self._mapped: Frame | None = None  # where the maps hold the whole screen: another strength of the fills needs no others
        self._seen: dict[Mask, tuple] = {}  # small masks as they are seen by a frame: others come and go over the same screen
        self._seen_by: Frame | None = None
        self._hatch = self._dash = np.zeros((0, 0), bool)
        self._masks = _Masks()
        self._ring = _ring()

    def set_regions(self, regions: Sequence[Shown]) -> list[Box]:
        """The largest are painted first, so that a small one is never hidden by one around it. Where the overlay must be composed anew."""
        before = {r.key: r for r in self._regions}
        # By key among equals: those that stay keep their order, and so their looks.
        self._regions = sorted((r for r in regions if r.mask.w), key=lambda r: (-r.mask.w * r.mask.h, r.key))
        self._boxes = np.array([r.mask.box for r in self._regions], np.float64).reshape(-1, 4)
        scored = [k for k, r in enumerate(self._regions) if r.kind == "proposal" and r.score is not None]
        self.scored = self._boxes[scored]
        self._mapped = None
        self.words = [self._regions[k].word for k in scored]
        self.set_opacity(self.opacity)
        now = {r.key: r for r in self._regions}
        near = {r.mask for side in (before, now) for r in side.values()}  # what went may come back; of other images nothing stays
        self._seen = {mask: found for mask, found in self._seen.items() if mask in near}
        other = [key for key in before.keys() | now.keys() if before.get(key) != now.get(key)]
        return [side[key].mask.box for key in other for side in (before, now) if key in side]

    def box_of(self, key: tuple[str, int] | None) -> Box | None:
        """The box of a region that is shown."""
        return next((r.mask.box for r in self._regions if r.key == key), None)

    def set_opacity(self, opacity: float) -> None:
        """Of the fills, in 0..1; outlines are solid."""
        self.opacity = opacity
        table = [0, 0, 0, 0]
        for region in self._regions:
            table += _sides(region.kind, region.colour, opacity)
        self._table = np.array(table, np.uint32)

    def resize(self, width: int, height: int) -> None:
        """A screen of that size in device pixels, with nothing on it."""
        self.pixels = np.zeros((height, width), np.uint32)
        self._mapped = None
        self._numbers = np.zeros((height + 2, width + 2), np.int32)
        self._beneath = np.zeros((height + 2, width + 2), np.int32)
        y, x = np.ogrid[:_PERIOD_PX, :_PERIOD_PX]
        times = height // _PERIOD_PX + 2, width // _PERIOD_PX + 2
        self._hatch = np.tile((x + y) % _PERIOD_PX < 2, times)
        self._dash = np.tile((x // 4 + y // 4) % 2 == 1, times)

    def shift(self, dx: int, dy: int) -> None:
        """Moves what is composed by device pixels; what comes into view is to be composed anew."""
        shift(self.pixels, dx, dy)

    def compose(self, frame: Frame, rect: Rect, drafts: Sequence[Draft] = ()) -> None:
        """Paints the part `rect` of the screen anew."""
        x0, y0, x1, y1 = rect
        if x0 >= x1 or y0 >= y1:
            return
        erasers = [draft for draft in drafts if draft.how == "erase"]
        if erasers or self._mapped != frame or rect != frame.whole:
            self._held = self._paint_numbers(frame, (x0 - 1, y0 - 1, x1 + 1, y1 + 1), erasers)
            self._mapped = frame if not erasers and rect == frame.whole else None
        held = clipped(self._held, rect)
        if held != rect:
            self.pixels[y0:y1, x0:x1] = 0
        if held != NOWHERE:
            self._colour(frame, held)
        for k, draft in enumerate(drafts):
            if draft.how != "erase":
                self.add_draft(frame, rect, draft, None, [later for later in drafts[k + 1 :] if later.how == "erase"])

    def _colour(self, frame: Frame, rect: Rect) -> None:
        """Takes a part of the screen from the maps and the table."""
        x0, y0, x1, y1 = rect
        around, below = (layer[y0 : y1 + 2, x0 : x1 + 2] for layer in (self._numbers, self._beneath))
        # Anchored to the image, so that patterns move with it.
        x, y = x0 + frame.left % _PERIOD_PX, y0 + frame.top % _PERIOD_PX
        window = slice(y, y + y1 - y0), slice(x, x + x1 - x0)
        hatch, dash = self._hatch[window].view(np.uint8), self._dash[window].view(np.uint8) + np.uint8(2)
        overlap = bool(below.any())
        side = np.where(_edge(around, below if overlap else None), dash, hatch)
        self.pixels[y0:y1, x0:x1] = np.take(self._table, around[1:-1, 1:-1] * _SIDES + side)
        if overlap:
            self._add_beneath(self.pixels[y0:y1, x0:x1], around, below, hatch, dash)

    def _add_beneath(self, part: np.ndarray, around: np.ndarray, below: np.ndarray, hatch: np.ndarray, dash: np.ndarray) -> None:
        """Puts the regions that lie under others beneath what `part` shows; the maps have a margin of one pixel, the patterns none."""
        wide = around.shape[1]
        row, column = np.divmod(np.flatnonzero(below[1:-1, 1:-1]), wide - 2)
        at = (row + 1) * wide + column + 1
        above, lower = around.ravel(), below.ravel()
        own = lower[at]
        edge = np.zeros(len(own), bool)
        for beside in (at - wide, at + wide, at - 1, at + 1):
            edge |= (above[beside] != own) & (lower[beside] != own)
        side = np.where(edge, dash[row, column], hatch[row, column])
        part[row, column] = over(part[row, column], self._table[own * _SIDES + side])

    def add_draft(self, frame: Frame, rect: Rect, draft: Draft, box: Box | None, erasers: Sequence[Draft] = ()) -> None:
        """Paints a draft, or what of it meets a box of the image, over what `rect` of the screen shows already; less what was erased after it."""
        x0, y0, x1, y1 = rect
        colour = premultiplied(draft.colour, _DRAFT_OPACITY)
        columns, rows = frame.columns(x0, x1), frame.rows(y0, y1)
        part = self.pixels[y0:y1, x0:x1]
        cuts = [_erased(eraser, frame.level, columns, rows) for eraser in erasers]
        for x, y, inside in draft.pieces(box, frame.level):
            at, seen = _sampled(inside, x, y, columns, rows)
            if seen is not None:
                for cut in cuts:
                    seen = seen & ~cut[at]
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

    def meets(self, key: tuple[str, int] | None, draft: Draft, box: Box) -> bool:
        """Whether a draft shares a pixel with a region that is shown, inside a box of the image."""
        region = next((r for r in self._regions if r.key == key), None)
        if region is None:
            return False
        for x, y, inside in draft.pieces(box, 0):
            h, w = inside.shape
            x0, y0, x1, y1 = clipped((x, y, x + w, y + h), (region.mask.x, region.mask.y, region.mask.x + region.mask.w, region.mask.y + region.mask.h))
            if (x0, y0, x1, y1) != NOWHERE:
                held, left, top = self._masks.seen(region.mask, 0, (x0, y0, x1, y1))
                if (held[y0 - top : y1 - top, x0 - left : x1 - left] & inside[y0 - y : y1 - y, x0 - x : x1 - x]).any():
                    return True
        return False

    def _paint_numbers(self, frame: Frame, rect: Rect, erasers: Sequence[Draft]) -> Rect:
        """Paints the maps' part `rect` anew; the part of the screen that what was painted lies in."""
        x0, y0, x1, y1 = rect
        numbers, beneath = (layer[y0 + 1 : y1 + 1, x0 + 1 : x1 + 1] for layer in (self._numbers, self._beneath))
        numbers[...], beneath[...] = 0, 0
        if not self._regions:
            return NOWHERE
        columns, rows = frame.columns(x0, x1), frame.rows(y0, y1)
        x, y, w, h = self._boxes.T * frame.zoom
        # Rounded on the zoomed image, not on the screen: else a ring would tremble when the image is moved.
        middle_x, middle_y = np.floor(x + w / 2).astype(int) - frame.left, np.floor(y + h / 2).astype(int) - frame.top
        x, y = x - frame.left, y - frame.top
        tiny = np.maximum(w, h) < RING_BELOW_PX
        reach = np.where(tiny, _RING_PX + 1, 1)
        meets = (x - reach < x1) & (x + w + reach > x0) & (y - reach < y1) & (y + h + reach > y0)
        whole = (x1 - x0, y1 - y0) == (frame.width + 2, frame.height + 2)
        if whole and self._seen_by != frame:
            self._seen, self._seen_by = {}, frame
        known = self._seen if whole else {}
        level = frame.level
        view = int(columns[0][0]), int(rows[0][0]), int(columns[1][-1]) + 1, int(rows[1][-1]) + 1
        gone = [(draft.target, _erased(draft, level, columns, rows)) for draft in erasers]
        places: list[Rect] = []
        for k in np.flatnonzero(meets).tolist():
            region = self._regions[k]
            at, seen = known.get(region.mask) or _sampled(*self._masks.seen(region.mask, level, view), columns, rows)
            if seen is not None:
                if whole and seen.size <= _KEPT_SEEN_PX:
                    known[region.mask] = at, seen
                for target, cut in gone:
                    if region.key == target or target is None and region.kind != "proposal":
                        seen = seen & ~cut[at]
                _put(numbers[at], beneath[at], k + 1, seen)
                places.append((at[1].start, at[0].start, at[1].stop, at[0].stop))
            if tiny[k]:
                places.append(self._paint_ring(numbers, beneath, int(middle_x[k]) - x0, int(middle_y[k]) - y0, k + 1))
        places = [place for place in places if place != NOWHERE]
        if not places:
            return NOWHERE
        left, up, right, down = zip(*places, strict=True)
        return min(left) + x0, min(up) + y0, max(right) + x0, max(down) + y0

    def _paint_ring(self, numbers: np.ndarray, beneath: np.ndarray, x: int, y: int, number: int) -> Rect:
        """Where on the maps' part the ring lies."""
        left, top, size = x - _RING_PX, y - _RING_PX, len(self._ring)
        x0, y0, x1, y1 = clipped((left, top, left + size, top + size), (0, 0, numbers.shape[1], numbers.shape[0]))
        if (x0, y0, x1, y1) != NOWHERE:
            seen = self._ring[y0 - top : y1 - top, x0 - left : x1 - left] & (numbers[y0:y1, x0:x1] != number)
            _put(numbers[y0:y1, x0:x1], beneath[y0:y1, x0:x1], number, seen)
        return x0, y0, x1, y1


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


def _put(numbers: np.ndarray, beneath: np.ndarray, number: int, where: np.ndarray) -> None:
    """Lays a region over what is there."""
    np.copyto(beneath, numbers, where=where)
    np.copyto(numbers, number, where=where)


def _edge(around: np.ndarray, below: np.ndarray | None) -> np.ndarray:
    """Where a region is seen of which a neighbour (of four) holds nothing; the maps have a margin of one pixel, the answer has none."""
    own, edge = around[1:-1, 1:-1], None
    for rows, columns in ((slice(0, -2), slice(1, -1)), (slice(2, None), slice(1, -1)), (slice(1, -1), slice(0, -2)), (slice(1, -1), slice(2, None))):
        ends = own != around[rows, columns]
        if below is not None:
            ends &= own != below[rows, columns]
        edge = ends if edge is None else np.logical_or(edge, ends, out=edge)
    return edge


def _erased(draft: Draft, level: int, columns: tuple, rows: tuple) -> np.ndarray:
    """What an eraser has passed over on a part of the screen, as a boolean array."""
    cut = np.zeros((len(rows[0]), len(columns[0])), bool)
    box = int(columns[0][0]) << level, int(rows[0][0]) << level, (int(columns[1][-1]) + 1) << level, (int(rows[1][-1]) + 1) << level
    for x, y, inside in draft.pieces((box[0], box[1], box[2] - box[0], box[3] - box[1]), level):
        at, seen = _sampled(inside, x, y, columns, rows)
        if seen is not None:
            cut[at] |= seen
    return cut


@lru_cache(maxsize=1024)
def _sides(kind: str, colour: tuple[int, int, int], opacity: float) -> tuple[int, int, int, int]:
    """A region's entry in the table."""
    line, fill = premultiplied(colour, 1), premultiplied(colour, opacity)
    if kind == "annotation":
        return fill, fill, line, line
    if kind == "ignore":
        return 0, premultiplied(colour, min(1, 1.5 * opacity)), line, line
    return premultiplied(colour, 0.4 * opacity), premultiplied(colour, min(1, 2 * opacity)), line, premultiplied((0, 0, 0), 0.6)


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
