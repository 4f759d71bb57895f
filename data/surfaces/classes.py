"""What a defect class is: one kind of damage and the narrow ranges within which its instances vary."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.surfaces.noise import Generator, log_uniform

Range = tuple[float, float]


@dataclass(frozen=True)
class DefectClass:
    """One class of defects.

    Lengths are in px of the image, angles in radians (0 = along the rows). `contrast` counts in deviations of the
    surface's own grey values; `tone` is the direction of the grey change (-1 dark, 1 bright, 0 none); `relief` the
    steepness of its shape under the light (negative: a hollow); `keep` the share of the surface's texture that still
    shows; `inner` the strength of its own texture, whose waves are `grain` px long; `parts` how many pieces one
    instance has and `count` how many instances an image has. A class of the `border` begins where the part ends;
    `halo` is the strength of a faint surround of the other tone (negative: a smear of the same tone along the angle).
    """

    kind: str
    size: Range
    aspect: Range = (1.0, 1.5)
    width: Range = (1.0, 2.0)
    count: tuple[int, int] = (1, 3)
    parts: tuple[int, int] = (1, 1)
    angle: float = 0.0
    spread: float = 3.2
    contrast: Range = (3.0, 5.0)
    tone: float = -1.0
    relief: float = 0.0
    keep: float = 0.7
    rough: float = 0.3
    soft: float = 0.2
    inner: float = 0.0
    grain: float = 3.0
    wiggle: float = 0.3
    tint: float = 0.0
    border: bool = False
    halo: float = 0.0


WEIGHTS = {"scratch": 16, "crack": 13, "pit": 14, "inclusion": 14, "patch": 16, "scale": 9, "crazing": 3, "dent": 6,
           "structure": 4, "blur": 5, "wear": 6}
KINDS = tuple(WEIGHTS)


def _range(rng: Generator, low: float, high: float, most: float, spread: float = 2.2) -> Range:
    start = log_uniform(rng, low, high)
    return start, min(start * log_uniform(rng, 1.1, spread), most)


def _axis(rng: Generator) -> tuple[float, float]:
    """A preferred direction and how far instances stray from it; most follow the part's axes, some lie anyhow."""
    if rng.random() < 0.25:
        return 0.0, 3.2
    angle = np.pi / 2 if rng.random() < 0.6 else (0.0 if rng.random() < 0.6 else rng.uniform(-1.4, 1.4))
    return float(angle), log_uniform(rng, 0.02, 0.3)


def _tone(rng: Generator, dark: float = 0.65) -> float:
    return -1.0 if rng.random() < dark else 1.0


def _common(rng: Generator, extent: int) -> dict:
    angle, spread = _axis(rng)
    low = log_uniform(rng, 1.2, 9)
    return dict(size=_range(rng, 5, extent / 3, extent / 2), angle=angle, spread=spread, contrast=(low, low * rng.uniform(1.1, 1.7)),
                tone=_tone(rng), keep=rng.uniform(0.2, 1), grain=log_uniform(rng, 1.5, 8), inner=rng.uniform(0, 0.5) if rng.random() < 0.6 else 0.0,
                tint=rng.normal(0, 0.5) if rng.random() < 0.5 else 0.0, border=bool(rng.random() < 0.12),
                halo=rng.uniform(0.2, 1) * rng.choice([-1, 1]) if rng.random() < 0.25 else 0.0)


def _scratch(rng: Generator, extent: int) -> dict:
    broad = rng.random() < 0.4
    width = _range(rng, 3, extent / 14, extent / 8) if broad else _range(rng, 0.7, 3, 4)
    long = extent * 1.4 if rng.random() < 0.4 else extent * 0.6
    parts = (1, 1) if rng.random() < 0.6 else (2, int(rng.integers(3, 7)))
    return dict(size=_range(rng, max(10, 4 * width[0]), long * 0.7, long), width=width, parts=parts, count=(1, int(rng.integers(1, 4))),
                tone=_tone(rng, 0.4), relief=rng.uniform(-0.9, 0.2) if rng.random() < 0.6 else 0.0, wiggle=log_uniform(rng, 0.02, 0.8),
                soft=rng.uniform(0.02, 0.4), inner=rng.uniform(0.3, 0.9) if broad else rng.uniform(0, 0.4), keep=rng.uniform(0.1, 0.9))


def _crack(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 16, extent * 0.7, extent * 1.2), width=_range(rng, 0.7, 2.2, 3.5), tone=-1.0 if rng.random() < 0.9 else 1.0,
                parts=(1, int(rng.integers(1, 5))), count=(1, 1 if rng.random() < 0.7 else 2), wiggle=rng.uniform(0.3, 1.4),
                rough=rng.uniform(0.1, 0.5), relief=rng.uniform(-0.6, 0) if rng.random() < 0.4 else 0.0, keep=rng.uniform(0, 0.5),
                contrast=_range(rng, 2, 8, 12, 1.6), inner=0.0)


def _pit(rng: Generator, extent: int) -> dict:
    small = rng.random() < 0.7
    clustered = rng.random() < 0.35
    return dict(size=_range(rng, 4.5, 16 if small else extent / 6, extent / 4), aspect=_range(rng, 1, 1.8, 2.5, 1.5), rough=rng.uniform(0, 0.4),
                parts=(3, int(rng.integers(4, 13))) if clustered else (1, 1), count=(1, int(rng.integers(1, 5))), soft=rng.uniform(0.15, 0.9),
                relief=rng.uniform(-1.2, -0.3) if rng.random() < 0.7 else 0.0, keep=rng.uniform(0, 0.8), contrast=_range(rng, 2.5, 8, 12, 1.6),
                tone=_tone(rng, 0.85))


def _inclusion(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 9, extent / 1.8, extent), aspect=_range(rng, 2.2, 9, 14, 1.7), rough=rng.uniform(0.2, 0.8),
                parts=(1, int(rng.integers(1, 6))), count=(1, int(rng.integers(1, 6))), soft=rng.uniform(0.1, 0.7),
                relief=rng.uniform(-0.5, 0.5) if rng.random() < 0.3 else 0.0, spread=log_uniform(rng, 0.02, 0.15))


def _patch(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 20, extent / 1.7, extent * 0.9), aspect=_range(rng, 1, 2.5, 4, 1.5), rough=rng.uniform(0.3, 0.9),
                soft=log_uniform(rng, 0.05, 0.8), count=(1, int(rng.integers(1, 5))), keep=rng.uniform(0.3, 1))


def _scale(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 12, extent / 2, extent * 0.6), aspect=_range(rng, 1, 3, 4, 1.5), rough=rng.uniform(0.3, 0.9),
                inner=rng.uniform(0.5, 1.3), relief=rng.uniform(0.2, 0.9), grain=log_uniform(rng, 2, 8), keep=rng.uniform(0, 0.6),
                soft=rng.uniform(0.05, 0.3), count=(1, int(rng.integers(1, 4))))


def _crazing(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 25, extent / 2, extent * 0.7), grain=log_uniform(rng, 5, 18), width=_range(rng, 0.7, 1.6, 2, 1.3),
                tone=_tone(rng, 0.85), count=(1, 2), rough=rng.uniform(0.2, 0.6), keep=rng.uniform(0, 0.6), contrast=_range(rng, 2.5, 7, 9, 1.5))


def _dent(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 10, extent / 3, extent / 2), aspect=_range(rng, 1, 3, 5, 1.4), relief=rng.choice([-1.0, 1.0]), tone=0.0,
                soft=rng.uniform(0.5, 1), rough=rng.uniform(0, 0.35), contrast=_range(rng, 2, 6, 10, 1.5))


def _structure(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 16, extent / 2.5, extent / 2), rough=rng.uniform(0, 0.5), soft=rng.uniform(0.05, 0.25),
                tone=0.0, inner=rng.integers(0, 4), contrast=(1.0, 1.5), count=(1, 2), aspect=_range(rng, 1, 5, 6, 1.3))


def _wear(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, extent / 8, extent / 1.6, extent), count=(1, 1), rough=rng.uniform(0, 0.8), soft=log_uniform(rng, 0.05, 1),
                keep=rng.uniform(0, 0.8), border=bool(rng.random() < 0.7), spread=0.0, angle=np.pi / 2 if rng.random() < 0.5 else 0.0,
                inner=rng.uniform(0, 0.6), contrast=_range(rng, 1.2, 6, 8, 1.5))


def _blur(rng: Generator, extent: int) -> dict:
    return dict(size=_range(rng, 14, extent / 2.5, extent / 1.8), soft=rng.uniform(0.1, 0.5), rough=rng.uniform(0.1, 0.6), grain=log_uniform(rng, 1.5, 5),
                contrast=_range(rng, 0.5, 1.6, 2.5, 1.4), tint=rng.normal(0, 1.0), count=(1, 2))


_DRAW = {"scratch": _scratch, "crack": _crack, "pit": _pit, "inclusion": _inclusion, "patch": _patch, "scale": _scale,
         "crazing": _crazing, "dent": _dent, "structure": _structure, "blur": _blur, "wear": _wear}


#: Kinds that may begin at the border of the part: broken, worn or flaked edges.
_AT_BORDERS = ("crack", "pit", "patch", "scale", "wear")


def draw_defect_class(rng: Generator, extent: int = 200, kind: str | None = None) -> DefectClass:
    """A new class for images whose shorter side is `extent` px; its kind is drawn by weight unless named."""
    if kind is None:
        weights = np.array([WEIGHTS[k] for k in KINDS], float)
        kind = str(rng.choice(KINDS, p=weights / weights.sum()))
    values = _common(rng, extent)
    values.update(_DRAW[kind](rng, extent))
    values["border"] = values["border"] and kind in _AT_BORDERS
    low, high = sorted(values["size"])
    return DefectClass(kind, **{**values, "size": (max(low, 4.5), max(high, low, 4.5))})


def sibling(rng: Generator, cls: DefectClass) -> DefectClass | None:
    """A class of the same kind that a person would still tell from it, by tone or direction; None where neither counts."""
    options = [dict(tone=-cls.tone)] if cls.tone else []
    if cls.spread < 0.4 and cls.kind in ("scratch", "crack", "inclusion"):
        options.append(dict(angle=cls.angle + np.pi / 2))
    return replace(cls, **options[int(rng.integers(len(options)))]) if options else None
