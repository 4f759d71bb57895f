"""Mask: which pixels of an image belong to a region, as a box and the run lengths of its inside.

The only module that knows the encoding. A mask is a value: it is never changed in place, and two masks of the
same pixels are equal. The runs are COCO's (column by column, beginning with a run of zeros; the compressed text
form that pycocotools writes), taken of the box's inside alone, so that the work grows with the region and not
with the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_MOST_GROUPS = 7  # a run of up to 2**34 pixels has at most seven groups of five bits


class MaskError(ValueError):
    """Run lengths that are damaged or do not fit the size they are given with."""


def runs_of(array: np.ndarray) -> np.ndarray:
    """Run lengths (int64) of a boolean array (h, w), column by column, beginning with zeros."""
    flat = np.asarray(array, dtype=bool).ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flat, [flat[-1] if flat.size else False]))))
    return np.diff(np.concatenate(([0], edges, [flat.size]))).astype(np.int64)


def array_of(runs: np.ndarray, height: int, width: int) -> np.ndarray:
    """The boolean array (height, width) of run lengths; MaskError when they do not add up to its size."""
    runs = np.asarray(runs, dtype=np.int64)
    if runs.ndim != 1 or (runs < 0).any() or int(runs.sum()) != height * width:
        raise MaskError(f"The run lengths do not fit an area of {width} x {height} pixels.")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape((height, width), order="F")


def _runs_of_stretches(begin: np.ndarray, end: np.ndarray, size: int) -> np.ndarray:
    """Run lengths of `size` pixels in a line that are set from each begin to its end; stretches that meet become one run."""
    joined = np.flatnonzero(begin[1:] == end[:-1])
    begin, end = np.delete(begin, joined + 1), np.delete(end, joined)
    marks = np.column_stack([begin, end]).ravel()
    out = np.diff(np.concatenate(([0], marks, [size])))
    return out[:-1] if out[-1] == 0 else out


def compress(runs: np.ndarray) -> bytes:
    """Run lengths as COCO's text form: differences to the run two before, in groups of five bits, plus 48."""
    runs = np.asarray(runs, dtype=np.int64)
    x = runs.copy()
    x[3:] -= runs[1:-2]
    groups = np.empty((len(x), _MOST_GROUPS), np.uint8)
    more = np.empty((len(x), _MOST_GROUPS), bool)
    rest = x
    for k in range(_MOST_GROUPS):
        five = rest & 0x1F
        rest = rest >> 5
        more[:, k] = np.where(five & 0x10, rest != -1, rest != 0)
        groups[:, k] = five
    used = np.ones((len(x), _MOST_GROUPS), bool)
    used[:, 1:] = np.logical_and.accumulate(more[:, :-1], axis=1)
    return (groups + 32 * more + 48).astype(np.uint8)[used].tobytes()


def decompress(text: bytes) -> np.ndarray:
    """Run lengths (int64) from COCO's text form; MaskError where the text is cut short or holds other signs."""
    codes = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if codes.size and (codes.min() < 0 or codes.max() > 63):
        raise MaskError("The run lengths hold signs that do not belong there.")
    ends = np.flatnonzero((codes & 0x20) == 0)
    if codes.size and (not ends.size or ends[-1] != codes.size - 1):
        raise MaskError("The run lengths are cut short.")
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    lengths = ends - starts + 1
    if lengths.size and lengths.max() > _MOST_GROUPS:
        raise MaskError("A run length is too large.")
    place = np.arange(codes.size) - np.repeat(starts, lengths)
    values = np.add.reduceat((codes & 0x1F) << (5 * place), starts) if ends.size else np.zeros(0, np.int64)
    negative = (codes[ends] & 0x10) != 0
    values = values - (negative.astype(np.int64) << (5 * lengths))
    # Each run from the fourth on was stored as its difference to the run two before: two interleaved sums.
    if values.size > 3:
        values[1::2] = np.cumsum(values[1::2])
        values[2::2] = np.cumsum(values[2::2])
    if values.size and values.min() < 0:
        raise MaskError("A run length is negative.")
    return values


@dataclass(frozen=True)
class Mask:
    """A region: a box (x, y, w, h in image pixels) and the compressed runs of the box's inside.

    The box is tight: each of its four sides touches the region. The empty mask has a box of 0 x 0 and no runs.
    """

    x: int
    y: int
    w: int
    h: int
    rle: bytes

    EMPTY = None  # set below: a class attribute cannot be made of the class while it is being defined

    @classmethod
    def from_array(cls, array: np.ndarray, x: int = 0, y: int = 0) -> Mask:
        """The mask of a boolean (or 0 / non-0) array [row, column] whose upper left pixel lies at (x, y)."""
        array = np.asarray(array) != 0
        rows = np.flatnonzero(array.any(axis=1))
        if not rows.size:
            return cls.EMPTY
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        columns = np.flatnonzero(array[top:bottom].any(axis=0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        inside = array[top:bottom, left:right]
        return cls(x + left, y + top, right - left, bottom - top, compress(runs_of(inside)))

    @classmethod
    def from_frame_runs(cls, runs: np.ndarray, height: int, width: int) -> Mask:
        """The mask of run lengths of a whole image (COCO's); MaskError when they do not fit its size.

        Only the columns that hold the region are unpacked.
        """
        runs = np.asarray(runs, dtype=np.int64)
        if runs.ndim != 1 or (runs < 0).any() or int(runs.sum()) != height * width:
            raise MaskError(f"The run lengths do not fit an image of {width} x {height} pixels.")
        ends = np.cumsum(runs)
        ones = np.flatnonzero(runs[1::2]) * 2 + 1
        if not ones.size:
            return cls.EMPTY
        first = int(ends[ones[0] - 1]) // height
        last = (int(ends[ones[-1]]) - 1) // height + 1
        cut = np.clip(ends, first * height, last * height)
        inner = np.diff(np.concatenate(([first * height], cut)))
        return cls.from_array(array_of(inner, height, last - first), x=first)

    def frame_runs(self, height: int, width: int) -> np.ndarray:
        """Run lengths of the whole image (height, width), as COCO wants them, without unpacking the frame."""
        if not self.area:
            return np.array([height * width], np.int64)
        column, top, after = self.pieces()
        return _runs_of_stretches(column * height + top, column * height + after, height * width)

    def pieces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The region as stretches that each lie in one column: column, first row, row after the last (int64, image pixels).

        Ordered by column, then row. The work grows with their number, not with the box.
        """
        runs = decompress(self.rle)
        stops = np.cumsum(runs)
        starts, ends = stops[0::2][: len(runs) // 2], stops[1::2]
        # A run of the box that passes a column's end goes on at the top of the next.
        first, last = starts // max(self.h, 1), (ends - 1) // max(self.h, 1)
        pieces = last - first + 1
        column = np.repeat(first - np.concatenate(([0], np.cumsum(pieces)))[:-1], pieces) + np.arange(pieces.sum())
        top = np.maximum(np.repeat(starts, pieces), column * self.h) - column * self.h
        after = np.minimum(np.repeat(ends, pieces), (column + 1) * self.h) - column * self.h
        return column + self.x, top + self.y, after + self.y

    @classmethod
    def from_pieces(cls, column: np.ndarray, top: np.ndarray, after: np.ndarray) -> Mask:
        """The mask of what `pieces` gives: stretches that hold a pixel, do not overlap, and are ordered by column, then row."""
        if not len(column):
            return cls.EMPTY
        x, y = int(column[0]), int(top.min())
        w, h = int(column[-1]) + 1 - x, int(after.max()) - y
        start = (column - x) * h - y
        return cls(x, y, w, h, compress(_runs_of_stretches(start + top, start + after, w * h)))

    def array(self) -> np.ndarray:
        """The box's inside as a boolean array (h, w)."""
        if not self.w:
            return np.zeros((0, 0), bool)
        return array_of(decompress(self.rle), self.h, self.w)

    def full(self, height: int, width: int) -> np.ndarray:
        """The whole image as a boolean array (height, width); what lies outside it is left out."""
        frame = np.zeros((height, width), bool)
        self.paint(frame)
        return frame

    def paint(self, frame: np.ndarray, value: object = True) -> None:
        """Writes `value` into `frame` [row, column] where the mask is; what lies outside the frame is left out."""
        x1, y1 = max(self.x, 0), max(self.y, 0)
        x2, y2 = min(self.x + self.w, frame.shape[1]), min(self.y + self.h, frame.shape[0])
        if x1 < x2 and y1 < y2:
            part = self.array()[y1 - self.y : y2 - self.y, x1 - self.x : x2 - self.x]
            frame[y1:y2, x1:x2][part] = value

    @cached_property
    def area(self) -> int:
        """Number of pixels."""
        return int(decompress(self.rle)[1::2].sum())

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.x, self.y, self.w, self.h

    def fits(self, height: int, width: int) -> bool:
        """Whether the mask lies inside an image of that size."""
        return self.x >= 0 and self.y >= 0 and self.x + self.w <= width and self.y + self.h <= height

    def __or__(self, other: Mask) -> Mask:
        return union([self, other])

    def __and__(self, other: Mask) -> Mask:
        return self._combine(other, np.logical_and)

    def __sub__(self, other: Mask) -> Mask:
        return self._combine(other, lambda a, b: a & ~b)

    def _combine(self, other: Mask, operation) -> Mask:
        """`operation` on the pixels of this mask's box: enough for what can only take pixels away."""
        if not self.w:
            return self
        theirs = np.zeros((self.h, self.w), bool)
        other.moved(-self.x, -self.y).paint(theirs)
        return Mask.from_array(operation(self.array(), theirs), self.x, self.y)

    def moved(self, dx: int, dy: int) -> Mask:
        """The same region dx to the right and dy down."""
        return Mask(self.x + dx, self.y + dy, self.w, self.h, self.rle) if self.w else self

    def intersection_area(self, other: Mask) -> int:
        """Pixels that both masks hold; 0 at once where their boxes do not meet."""
        if not boxes_meet(self.box, other.box):
            return 0
        return (self & other if self.w * self.h <= other.w * other.h else other & self).area

    def iou(self, other: Mask) -> float:
        """Intersection over union in 0..1; 1 for two empty masks."""
        both = self.intersection_area(other)
        either = self.area + other.area - both
        return both / either if either else 1.0

    def to_json(self) -> dict:
        return {"x": self.x, "y": self.y, "w": self.w, "h": self.h, "rle": self.rle.decode("ascii")}

    @classmethod
    def from_json(cls, js: dict) -> Mask:
        """The mask of `to_json`'s dictionary; MaskError where the runs do not fit the box."""
        mask = cls(int(js["x"]), int(js["y"]), int(js["w"]), int(js["h"]), str(js["rle"]).encode("ascii"))
        if int(decompress(mask.rle).sum()) != mask.w * mask.h:
            raise MaskError("The run lengths do not fit their box.")
        return mask


Mask.EMPTY = Mask(0, 0, 0, 0, b"")


def boxes_meet(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """Whether two boxes (x, y, w, h) share a pixel."""
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def union(masks: list[Mask]) -> Mask:
    """All pixels that any of the masks holds."""
    masks = [m for m in masks if m.w]
    if not masks:
        return Mask.EMPTY
    x, y = min(m.x for m in masks), min(m.y for m in masks)
    right, bottom = max(m.x + m.w for m in masks), max(m.y + m.h for m in masks)
    frame = np.zeros((bottom - y, right - x), bool)
    for m in masks:
        m.moved(-x, -y).paint(frame)
    return Mask.from_array(frame, x, y)
