"""Puts one instance of a defect class on a canvas and says exactly where: a painter for each kind of damage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.canvas import Box, Canvas
from data.surfaces.classes import DefectClass, Range
from data.surfaces.noise import Generator, cells, gaussian_field, log_uniform, profile, smoothstep
from data.surfaces.shapes import blob, curve, jagged, join, place, stroke, taper

Painted = tuple[Box, np.ndarray]
#: A pixel belongs to the mask where the change exceeds this share of the instance's largest change.
MASK_SHARE = 0.3


def _draw(rng: Generator, span: Range) -> float:
    return log_uniform(rng, span[0], max(span[1], span[0] * 1.0001))


def _whole(rng: Generator, span: tuple[int, int]) -> int:
    return int(rng.integers(span[0], max(span) + 1))


def _centre(rng: Generator, cls: DefectClass, canvas: Canvas) -> tuple[float, float]:
    """A random place on the part, as x, y (a few tries, then wherever); for a class of the border a place there."""
    height, width = canvas.shape
    for _ in range(8):
        x, y = rng.uniform(0, width - 1), rng.uniform(0, height - 1)
        if canvas.part[int(y), int(x)]:
            break
    if not cls.border:
        return x, y
    if rng.random() < 0.5:
        on = np.flatnonzero(canvas.part[int(y)])
        x = float(on[0 if rng.random() < 0.5 else -1]) if on.size else x
    else:
        on = np.flatnonzero(canvas.part[:, int(x)])
        y = float(on[0 if rng.random() < 0.5 else -1]) if on.size else y
    return x, y


def _change(rng: Generator, cls: DefectClass, canvas: Canvas, area: float) -> float:
    """The change of grey, as a share of brightness; small instances need more contrast to be seen at all."""
    contrast = max(_draw(rng, cls.contrast), 4.2 - 1.1 * np.log10(max(area, 5.0)))
    return float(cls.tone * min(contrast * canvas.sigma, 0.9 if cls.tone < 0 else 1.5))


def _texture(rng: Generator, cls: DefectClass, shape: tuple[int, int], elongation: float = 1.0, angle: float = 0.0) -> np.ndarray | float:
    """1 plus the class's own texture, as a factor of its change."""
    if cls.inner < 0.05:
        return 1.0
    return 1 + np.float32(cls.inner) * gaussian_field(rng, *shape, cls.grain, elongation=elongation, angle=angle, slope=1.1)


def _lines(rng: Generator, cls: DefectClass, canvas: Canvas, crack: bool) -> Painted | None:
    """The stroke or strokes of one scratch or crack, joined."""
    length, width = _draw(rng, cls.size), _draw(rng, cls.width)
    angle = cls.angle + rng.uniform(-cls.spread, cls.spread)
    x, y = _centre(rng, cls, canvas)
    x, y = x - np.cos(angle) * length / 2, y - np.sin(angle) * length / 2
    pieces, first = [], None
    for part in range(_whole(rng, cls.parts)):
        if part and crack and first is not None:
            fork = first[int(rng.integers(len(first) // 5, max(len(first) * 4 // 5, 2)))]
            points = curve(rng, tuple(fork), angle + rng.choice([-1, 1]) * rng.uniform(0.3, 1.1), length * rng.uniform(0.15, 0.5), cls.wiggle)
        else:
            side = 0 if not part else rng.normal(0, 3 * width + 2)
            start = (x - np.sin(angle) * side + np.cos(angle) * rng.normal(0, 0.2) * length * (part > 0),
                     y + np.cos(angle) * side + np.sin(angle) * rng.normal(0, 0.2) * length * (part > 0))
            points = curve(rng, start, angle + rng.normal(0, 0.03), length * (rng.uniform(0.3, 1) if part else 1), cls.wiggle)
        points = jagged(rng, points, cls.rough * 0.6) if crack else points
        first = points if first is None else first
        widths = taper(rng, len(points), width * (0.7 if part else 1), 0.3 if crack else 0.1)
        if crack and rng.random() < 0.4:
            gap = int(rng.integers(0, len(widths)))
            widths[gap:gap + max(2, len(widths) // 12)] *= 0.25
        drawn = stroke(points, widths, canvas.shape)
        if drawn is not None:
            pieces.append(drawn)
    return join(pieces)


def _paint_scratch(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    drawn = _lines(rng, cls, canvas, crack=False)
    if drawn is None:
        return None
    box, cover = drawn
    if cls.soft > 0.1:
        cover = cv2.GaussianBlur(cover, (0, 0), max(0.35, cls.soft * cls.width[1] * 0.5))
    own = _texture(rng, replace(cls, grain=max(1.2, cls.width[0] * 0.2)), cover.shape, 30.0, cls.angle)
    canvas.colour(box, cover, _change(rng, cls, canvas, float(cover.sum())) * own, cls.keep, cls.tint)
    if cls.relief:
        canvas.emboss(box, cover, float(cls.relief) * min(6 * canvas.sigma + 0.1, 1.2))
    return box, cover


def _paint_crack(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    drawn = _lines(rng, cls, canvas, crack=True)
    if drawn is None:
        return None
    box, cover = drawn
    canvas.colour(box, cover, _change(rng, cls, canvas, float(cover.sum()) * 0.5), cls.keep)
    if cls.relief:
        canvas.emboss(box, cv2.GaussianBlur(cover, (0, 0), 0.8), float(cls.relief) * 0.5)
    return box, cover


def _blobs(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """One blob, or a cluster of blobs of gamma-spread sizes, as one coverage."""
    count = _whole(rng, cls.parts)
    x, y = _centre(rng, cls, canvas)
    angle = cls.angle + rng.uniform(-cls.spread, cls.spread)
    pieces, reach = [], _draw(rng, cls.size)
    for part in range(count):
        length = reach if part == 0 else max(3.0, reach * min(1.3, rng.gamma(2.5, 0.28)))
        width = max(length / _draw(rng, cls.aspect), 2.2)
        drift = (0, 0) if part == 0 else (rng.normal(0, reach * 0.7), rng.normal(0, width * 2 + 3))
        at = (x + np.cos(angle) * drift[0] - np.sin(angle) * drift[1], y + np.sin(angle) * drift[0] + np.cos(angle) * drift[1])
        piece = place(blob(rng, length, width, angle + rng.normal(0, 0.05), cls.rough, cls.soft), at, canvas.shape)
        if piece is not None:
            pieces.append(piece)
    return join(pieces)


def _paint_spot(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Pits, blowholes, inclusions, patches and stains: another grey value, own texture, perhaps a hollow or a hump."""
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    own = _texture(rng, cls, cover.shape, 1.0 if cls.kind == "patch" else 3.0, cls.angle)
    change = _change(rng, cls, canvas, float(cover.sum()))
    _surround(rng, cls, canvas, drawn, change)
    canvas.colour(box, cover, change * own, cls.keep, cls.tint)
    if cls.relief:
        canvas.emboss(box, cv2.GaussianBlur(cover, (0, 0), 0.7), float(cls.relief) * min(5 * canvas.sigma + 0.15, 1.0))
    return box, cover


def _surround(rng: Generator, cls: DefectClass, canvas: Canvas, drawn: Painted, change: float) -> None:
    """A faint halo or a smear along the class's direction around a spot; it is not part of the mask."""
    if not cls.halo:
        return
    (rows, cols), cover = drawn
    reach = int(max(cover.shape) * 0.6) + 4
    box = (slice(max(rows.start - reach, 0), min(rows.stop + reach, canvas.shape[0])),
           slice(max(cols.start - reach, 0), min(cols.stop + reach, canvas.shape[1])))
    sheet = np.zeros((box[0].stop - box[0].start, box[1].stop - box[1].start), np.float32)
    sheet[rows.start - box[0].start:rows.stop - box[0].start, cols.start - box[1].start:cols.stop - box[1].start] = cover
    wide = max(1.2, cls.size[0] * 0.12)
    along = wide if cls.halo > 0 else reach * 0.5
    upright = abs(np.sin(cls.angle)) > 0.7
    ring = cv2.GaussianBlur(sheet, (0, 0), along if not upright else wide, sigmaY=along if upright else wide)
    ring *= np.float32(0.8 / max(float(ring.max()), 1e-3))
    canvas.colour(box, ring, -0.35 * change * float(np.sign(cls.halo)) * min(abs(cls.halo), 1.0))


def _paint_wear(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """A large region along a border of the part or a strip across it: unground, worn or unevenly finished."""
    height, width = canvas.shape
    down = abs(np.sin(cls.angle)) > 0.7
    length, depth = (height, width) if down else (width, height)
    wide = _draw(rng, cls.size)
    middle = (0.0 if rng.random() < 0.5 else depth - 1.0) if cls.border else rng.uniform(0, depth)
    wander = profile(rng, length, length * 0.5, 1.5) * np.float32(cls.rough * wide * 0.3)
    ragged = gaussian_field(rng, length, depth, max(3.0, wide * 0.15), slope=1.0) * np.float32(cls.rough * 0.2 * wide)
    away = np.float32(wide / 2) - np.abs(np.arange(depth, dtype=np.float32)[None] - np.float32(middle) - wander[:, None]) + ragged
    cover = smoothstep(away, 0, max(cls.soft * wide * 0.4, 1.5))
    ends = np.sort(rng.uniform(-0.3, 1.3, 2)) * length
    t = np.arange(length, dtype=np.float32)[:, None]
    cover = cover * smoothstep(np.minimum(t - np.float32(ends[0]), np.float32(ends[1]) - t) + ragged, 0, max(cls.soft * wide * 0.4, 1.5))
    cover = np.ascontiguousarray(cover if down else cover.T).astype(np.float32)
    box = (slice(0, height), slice(0, width))
    own = _texture(rng, cls, cover.shape, 8.0, cls.angle)
    canvas.colour(box, cover, _change(rng, cls, canvas, float(cover.sum())) * own, cls.keep, cls.tint)
    canvas.height += cover * np.float32(1 - cls.keep) * (cv2.blur(canvas.height, (9, 9)) - canvas.height)
    return box, cover


def _paint_scale(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Scale and frays: a ragged patch of flakes, each with its own grey and tilt."""
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    border, labels = cells(rng, *cover.shape, max(cls.grain, 2.0), 1.5)
    greys = rng.standard_normal(int(labels.max()) + 1).astype(np.float32)
    flakes = cv2.GaussianBlur(greys[labels], (0, 0), 0.6)
    kept = cover * (greys[labels] > -1.1)
    cover = cv2.GaussianBlur(kept, (0, 0), 0.6)
    canvas.colour(box, cover, _change(rng, cls, canvas, float(cover.sum())) * (1 + np.float32(cls.inner) * flakes), cls.keep, cls.tint)
    canvas.emboss(box, cover * (np.minimum(border, 3) + flakes), float(cls.relief) * min(3 * canvas.sigma + 0.1, 0.8))
    return box, cv2.morphologyEx(cover, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))


def _paint_crazing(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """A net of hairlines: the borders of Worley cells inside a patch."""
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    border, _ = cells(rng, *cover.shape, max(cls.grain, 3.5), rng.uniform(0.8, 1.6))
    wave = 1 + 0.35 * gaussian_field(rng, *cover.shape, cls.grain * 2)
    net = np.clip(np.float32(0.5 * _draw(rng, cls.width) + 0.6) * wave - border, 0, 1) * (cover > 0.3)
    canvas.colour(box, net.astype(np.float32), _change(rng, cls, canvas, float(net.sum()) * 0.3), cls.keep)
    whole = cv2.morphologyEx((net > 0.3).astype(np.float32), cv2.MORPH_CLOSE, cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (int(cls.grain) * 2 + 3,) * 2))
    return box, whole


def _paint_dent(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    steep = min(max(_draw(rng, cls.contrast) * 1.3, 2.0) * canvas.sigma + 0.03, 1.2)
    canvas.emboss(box, cv2.GaussianBlur(cover, (0, 0), max(0.8, cls.size[0] * 0.05)), float(cls.relief) * steep)
    return box, (cover > 0.12).astype(np.float32)


def _paint_structure(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Breaks the regular texture in a patch: shifts it, turns it, stretches it or wipes it out."""
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    for sheet in (canvas.albedo, canvas.height):
        old, rows, cols = sheet[box], *cover.shape
        if cls.inner < 1:
            new = np.roll(sheet, (int(cls.grain * 2) + 2, int(cls.grain) + 2), (0, 1))[box]
        elif cls.inner < 2:
            side = max(rows, cols)
            patch = cv2.copyMakeBorder(old, 0, side - rows, 0, side - cols, cv2.BORDER_REFLECT)
            new = np.rot90(patch)[:rows, :cols]
        elif cls.inner < 3:
            new = cv2.GaussianBlur(sheet[box], (0, 0), 3 + cls.grain)
        else:
            new = cv2.resize(old[:max(rows // 2, 1), :max(cols // 2, 1)], (cols, rows), interpolation=cv2.INTER_CUBIC)
        sheet[box] = old + cover * (new - old)
    return box, cover


def _paint_blur(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Rubbed, smeared or burnt places: the fine texture is gone, the grey value hardly changes."""
    drawn = _blobs(rng, cls, canvas)
    if drawn is None:
        return None
    box, cover = drawn
    for sheet in (canvas.albedo, canvas.height):
        old = sheet[box]
        sheet[box] = old + cover * (cv2.GaussianBlur(old, (0, 0), cls.grain) - old)
    canvas.colour(box, cover, float(cls.tone) * min(_draw(rng, cls.contrast) * canvas.sigma, 0.4), 1.0, cls.tint)
    return box, cover


_PAINTERS = {"scratch": _paint_scratch, "crack": _paint_crack, "pit": _paint_spot, "inclusion": _paint_spot, "patch": _paint_spot,
             "scale": _paint_scale, "crazing": _paint_crazing, "dent": _paint_dent, "structure": _paint_structure, "blur": _paint_blur, "wear": _paint_wear}


def paint(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Paint one instance without asking whether it can be seen: its box and coverage, or None when it fell outside."""
    return _PAINTERS[cls.kind](rng, cls, canvas)


def add_defect(rng: Generator, cls: DefectClass, canvas: Canvas) -> Painted | None:
    """Paint one instance that can be seen: its box and exact mask (bool), or None when that failed.

    What cannot be told from the surface is taken back and tried again, stronger; it would teach nothing.
    """
    for attempt in range(4):
        kept = canvas.sheets()
        canvas.restore(tuple(sheet.copy() for sheet in kept))
        painted = paint(rng, cls, canvas)
        if painted is not None:
            box, cover = painted
            mask = _without_crumbs((cover > MASK_SHARE * max(float(cover.max()), 0.4)) & canvas.part[box])
            if mask.sum() >= 5 and _visible(canvas, box, mask, kept, cls):
                _spare_background(canvas, kept)
                return box, mask
        canvas.restore(kept)
        cls = replace(cls, contrast=(cls.contrast[0] * 1.5, cls.contrast[1] * 1.5)) if attempt else cls
    return None


def _without_crumbs(mask: np.ndarray) -> np.ndarray:
    """The mask less those of its pieces that nobody would mark beside the large ones."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 3:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= max(4, 0.01 * areas[1:].max())
    keep[0] = False
    return keep[labels]


def _spare_background(canvas: Canvas, kept: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Nothing is painted where the part is not."""
    if not canvas.part.all():
        for sheet, old in zip(canvas.sheets(), kept, strict=True):
            np.copyto(sheet, old, where=~canvas.part)


def _visible(canvas: Canvas, box: Box, mask: np.ndarray, kept: tuple[np.ndarray, np.ndarray, np.ndarray], cls: DefectClass) -> bool:
    """Whether the change stands out from the surface's own deviation and is more than a few grey levels, blur included."""
    now, after = canvas.sheets(), canvas.value(box)
    canvas.restore(kept)
    change = after - canvas.value(box)
    canvas.restore(now)
    if canvas.sensor.blur > 0.3:
        change = cv2.GaussianBlur(change, (0, 0), canvas.sensor.blur)
    strength = float(np.sqrt(np.square(change[mask]).mean()))
    least = float(np.clip(3.6 - 0.9 * np.log10(mask.sum()), 1.0, 2.5)) * (0.55 if cls.kind in ("blur", "structure") else 1.0)
    grey = strength * canvas.sensor.exposure * float(canvas.lit[box][mask].mean())
    return strength >= least * canvas.sigma and grey > 0.025
