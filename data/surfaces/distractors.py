"""What lies on a sound part and is no defect: oil, stains, dust, seams, stamps, the part's own edge and holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.canvas import Canvas
from data.surfaces.classes import DefectClass
from data.surfaces.defects import paint
from data.surfaces.noise import Generator, gaussian_field, log_uniform, profile, smoothstep
from data.surfaces.shapes import blob, curve, place, stroke, taper


@dataclass(frozen=True)
class Distractor:
    """One habit of a surface: `chance` that an image shows it, `count` how often, `strength` in relative grey."""

    kind: str
    chance: float
    count: int
    strength: float
    size: float
    angle: float
    variant: int


def _blot(rng: Generator, spec: Distractor, canvas: Canvas, rough: float, soft: float, aspect: float, rim: float) -> None:
    x, y = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
    length = spec.size * rng.uniform(0.6, 1.5)
    placed = place(blob(rng, length, max(length / aspect, 3), spec.angle, rough, soft), (x, y), canvas.shape)
    if placed is None:
        return
    box, cover = placed
    if rim:
        edge = cover * (1 - cover) * 4
        cover = np.float32(1 - rim) * cover + np.float32(rim) * edge
    canvas.colour(box, cover, spec.strength)


def _oil(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    _blot(rng, spec, canvas, 0.5, 0.8, rng.uniform(1, 2.5), 0.3)


def _water(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    _blot(rng, spec, canvas, 0.08, 0.25, rng.uniform(1, 1.4), 0.85)


def _smear(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    _blot(rng, spec, canvas, 0.6, 0.9, rng.uniform(4, 10), 0.0)


def _dust(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    for _ in range(int(rng.integers(3, 25) * _crowd(canvas))):
        at = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
        size = rng.uniform(1.5, 3.5)
        placed = place(blob(rng, size, size, 0.0, 0.3, 0.5), at, canvas.shape)
        if placed is not None:
            canvas.colour(*placed, spec.strength * 1.3)


def _fibre(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    start = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
    points = curve(rng, start, rng.uniform(0, 6.3), rng.uniform(12, 60), 2.5)
    drawn = stroke(points, np.full(len(points), rng.uniform(0.6, 1.3)), canvas.shape)
    if drawn is not None:
        canvas.colour(*drawn, spec.strength)


def _roll_marks(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """The same small mark at equal distances along the rolling direction, as a chipped roll leaves it."""
    mark = blob(rng, max(spec.size * 0.15, 5), max(spec.size * 0.1, 4), spec.angle, 0.4, 0.5)
    down = abs(np.sin(spec.angle)) > 0.7
    aside, at, step = rng.uniform(0, canvas.shape[1] if down else canvas.shape[0]), rng.uniform(-30, 30), rng.uniform(30, 90)
    while at < max(canvas.shape):
        placed = place(mark, (aside, at) if down else (at, aside), canvas.shape)
        if placed is not None:
            canvas.colour(*placed, spec.strength)
        at += step


def _seam(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """A straight line across the whole image: a joint, a guide mark."""
    h, w = canvas.shape
    middle = np.array([rng.uniform(0, w), rng.uniform(0, h)])
    away = np.array([np.cos(spec.angle), np.sin(spec.angle)]) * (h + w)
    points = np.linspace(middle - away, middle + away, 12)
    drawn = stroke(points, np.full(12, 1 + spec.size * 0.03), canvas.shape)
    if drawn is not None:
        canvas.colour(*drawn, spec.strength)
        canvas.emboss(drawn[0], drawn[1], -0.2)


def _bands(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """Broad soft stripes along the rolling direction, darker and brighter."""
    h, w = canvas.shape
    down = abs(np.sin(spec.angle)) > 0.7
    stripe = profile(rng, w if down else h, spec.size * 0.3, 1.2) * np.float32(spec.strength * 0.5)
    canvas.albedo *= np.maximum(1 + (stripe[None, :] if down else stripe[:, None]), np.float32(0.2))


def _edge(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """The part ends here: background beyond one or two sides, with a bright or dark chamfer."""
    h, w = canvas.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    for side in rng.permutation(4)[:1 + (spec.variant % 2)]:
        inset = np.float32(rng.uniform(0.02, 0.16) * (w if side < 2 else h))
        away = (x, w - 1 - x, y, h - 1 - y)[side] - inset + (x if side > 1 else y) * np.float32(rng.normal(0, 0.01))
        uneven = profile(rng, max(h, w), 60.0 if spec.variant else 6.0, 1.5) * np.float32(0.7)
        away = away + (uneven[:h, None] if side < 2 else uneven[None, :w])
        inside = smoothstep(away, -1.0, 1.0)
        chamfer = np.exp(-((away - 2.5) ** 2) / 8) * np.float32(spec.strength * 2)
        ground = np.float32(0.12 if spec.variant < 3 else 1.7) * (1 + np.float32(0.1) * gaussian_field(rng, h, w, 30.0))
        canvas.albedo = np.maximum((canvas.albedo + chamfer) * inside + ground * (1 - inside), np.float32(0.03)).astype(np.float32)
        canvas.height *= inside
        canvas.part &= away > 0.5


def _hole(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """A drilled hole of the part, with a chamfer."""
    at = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
    placed = place(blob(rng, spec.size, spec.size, 0.0, 0.0, 0.1), at, canvas.shape)
    if placed is not None and canvas.part[placed[0]].all():
        canvas.emboss(placed[0], cv2.GaussianBlur(placed[1], (0, 0), 1.5), -0.6)
        canvas.colour(*placed, -0.75, 0.3)
        canvas.part[placed[0]] &= placed[1] < 0.02


def _stamp(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """Printed or engraved characters."""
    text = "".join(rng.choice(list("0123456789ABCEHKLNPRSTXZ-"), int(rng.integers(2, 7))))
    scale = max(spec.size / 60, 0.4)
    sheet = np.zeros((int(40 * scale) + 8, int(26 * scale * len(text)) + 8), np.uint8)
    font = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX)[spec.variant % 3]
    cv2.putText(sheet, text, (4, int(30 * scale) + 2), font, scale, 255, max(1, int(scale * 2)), cv2.LINE_AA)
    if rng.random() < 0.3:
        sheet = np.ascontiguousarray(np.rot90(sheet))
    cover = cv2.GaussianBlur(sheet.astype(np.float32) / 255, (0, 0), 0.6)
    placed = place(cover, (rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])), canvas.shape)
    if placed is not None:
        (canvas.emboss if spec.variant > 3 else canvas.colour)(*placed, spec.strength * 2)


def _chalk(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """A hand-drawn line or curl of chalk or grease pencil."""
    start = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
    points = curve(rng, start, rng.uniform(0, 6.3), spec.size * 1.5, 6.0, 40)
    drawn = stroke(points, taper(rng, len(points), rng.uniform(2, 5), 0.05), canvas.shape)
    if drawn is not None:
        box, cover = drawn
        crumbs = np.clip(0.6 + 0.5 * gaussian_field(rng, *cover.shape, 1.5), 0, 1).astype(np.float32)
        canvas.colour(box, cover * crumbs, abs(spec.strength) * (1 if spec.variant else -1))


def _weld(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """A weld bead across the image: a rippled band."""
    h, w = canvas.shape
    down = abs(np.sin(spec.angle)) > 0.7
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    along, across = (y, x) if down else (x, y)
    away = np.abs(across - np.float32(rng.uniform(0.1, 0.9) * (w if down else h))) / np.float32(max(spec.size * 0.25, 5))
    band = smoothstep(1 - away, 0, 0.3)
    ripple = np.sin((along + np.float32(3) * away * away) * np.float32(2 * np.pi / max(spec.size * 0.08, 3)))
    whole = (slice(0, h), slice(0, w))
    canvas.emboss(whole, band * (2 + ripple), 0.3)
    canvas.colour(whole, band.astype(np.float32), spec.strength)


def _freckles(rng: Generator, spec: Distractor, canvas: Canvas) -> None:
    """Many tiny faint marks along one direction that nobody would call a defect."""
    cls = DefectClass("inclusion", (4.0, 9.0), (1.5, 4.0), angle=spec.angle, spread=0.1, contrast=(1.5, 3.0),
                      tone=float(np.sign(spec.strength)), rough=0.3, soft=0.6)
    for _ in range(int(rng.integers(4, 16) * _crowd(canvas))):
        paint(rng, cls, canvas)


def _crowd(canvas: Canvas) -> float:
    """How much more of the small things a larger picture shows than one of 200 x 200 px."""
    return float(np.clip(canvas.albedo.size / 40000, 0.5, 12))


_PAINTERS = {"oil": _oil, "water": _water, "smear": _smear, "dust": _dust, "fibre": _fibre, "roll marks": _roll_marks, "seam": _seam,
             "bands": _bands, "edge": _edge, "hole": _hole, "stamp": _stamp, "chalk": _chalk, "weld": _weld, "freckles": _freckles}
_WEIGHTS = (4, 2, 4, 3, 2, 1.5, 1, 4, 4, 1, 1.5, 1, 0.5, 2)
#: These bound the part and are laid first, so that nothing is painted outside it.
_FIRST = ("edge", "weld", "hole", "bands")


def draw_distractors(rng: Generator, extent: int, regular: bool) -> tuple[Distractor, ...]:
    """The habits of a surface: none to four kinds. Regular surfaces (cloth, boards) get fewer of them."""
    count = int(rng.choice([0, 1, 2, 3, 4], p=[0.2, 0.3, 0.25, 0.15, 0.1] if not regular else [0.5, 0.3, 0.2, 0, 0]))
    weights = np.array(_WEIGHTS) / np.sum(_WEIGHTS)
    kinds = rng.choice(list(_PAINTERS), count, replace=False, p=weights)
    habits = []
    for kind in kinds:
        strength = log_uniform(rng, 0.04, 0.3) * (-1 if rng.random() < 0.6 else 1)
        angle = (np.pi / 2 if rng.random() < 0.65 else 0.0) + rng.normal(0, 0.03)
        habits.append(Distractor(str(kind), rng.uniform(0.3, 1), int(rng.integers(1, 4)), strength, log_uniform(rng, 0.08, 0.6) * extent,
                                 float(angle), int(rng.integers(0, 6))))
    return tuple(sorted(habits, key=lambda habit: habit.kind not in _FIRST))


def add_distractors(rng: Generator, habits: tuple[Distractor, ...], canvas: Canvas) -> None:
    """Lay what this image happens to show of the surface's habits."""
    for habit in habits:
        if rng.random() < habit.chance:
            once = habit.kind in ("edge", "weld", "bands", "freckles", "dust")
            for _ in range(1 if once else int(rng.integers(1, habit.count + 1))):
                _PAINTERS[habit.kind](rng, habit, canvas)
