"""The layers that a base texture is composed of: what one random sheet of noise, cells, waves or lattice looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.noise import Generator, cells, gaussian_field, profile, standardise


@dataclass(frozen=True)
class Layer:
    """One sheet of texture. `amplitude` is its deviation in relative grey, of which the share `relief` comes from its
    shape under the light and the rest from its colour; lengths are in px, angles in radians (0 = along the rows)."""

    kind: str
    amplitude: float
    relief: float = 0.0
    wavelength: float = 4.0
    elongation: float = 1.0
    angle: float = 0.0
    slope: float = 1.5
    low: float | None = None
    skew: float = 0.0
    share: float = 0.5

    def field(self, rng: Generator, height: int, width: int) -> np.ndarray:
        """The sheet as float32 (height, width), zero mean, unit deviation."""
        field = _KINDS[self.kind](rng, self, height, width)
        if self.skew:
            field = np.exp(np.float32(self.skew) * np.clip(field, -4, 4))
        return standardise(field) * np.float32(np.sign(self.skew) or 1)


def _noise(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    return gaussian_field(rng, height, width, layer.wavelength, elongation=layer.elongation, angle=layer.angle,
                          slope=layer.slope, low=layer.low)


def _columns(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Streaks over the whole image: one profile along the columns (or rows), which drifts slowly as it goes."""
    upright = abs(np.sin(layer.angle)) > 0.7
    long, wide = (height, width) if upright else (width, height)
    sheet = np.repeat(profile(rng, wide, layer.wavelength, layer.slope)[None], long, axis=0)
    drift = gaussian_field(rng, long, wide, layer.wavelength * 2, elongation=max(layer.elongation, 2.0), angle=np.pi / 2)
    sheet = sheet * (1 + 0.5 * drift)
    return sheet if upright else sheet.T


def _grains(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Crystal grains: each cell has a grey value of its own, with a line between the cells."""
    border, labels = cells(rng, height, width, layer.wavelength, layer.elongation)
    greys = rng.standard_normal(int(labels.max()) + 1).astype(np.float32)
    edge = np.exp(-((border / np.float32(max(1.0, layer.wavelength * 0.06))) ** 2))
    return greys[labels] * np.float32(1 - layer.share) - 2 * edge * np.float32(layer.share)


def _pebbles(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Leather, hammer paint, shot-blasted dimples: each cell is a small dome."""
    border, _ = cells(rng, height, width, layer.wavelength, layer.elongation)
    return cv2.GaussianBlur(np.sqrt(np.maximum(border, 0)), (0, 0), max(0.5, layer.wavelength * 0.08))


def _waves(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Milling, turning or knurling marks: straight or gently curved periodic grooves with uneven spacing."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    if layer.share > 0.5:
        radius = np.float32(layer.elongation * max(height, width))
        cy, cx = height / 2 - radius * np.sin(layer.angle), width / 2 - radius * np.cos(layer.angle)
        across = np.hypot(y - np.float32(cy), x - np.float32(cx))
    else:
        across = y * np.float32(np.cos(layer.angle)) - x * np.float32(np.sin(layer.angle))
    wobble = gaussian_field(rng, height, width, layer.wavelength * 6, slope=2.0)
    phase = (across / np.float32(layer.wavelength) + 0.12 * wobble + rng.random()) * np.float32(2 * np.pi)
    return np.sin(phase) + np.float32(0.4) * np.sin(2 * phase)


def _weave(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Plain or twill weave: warp and weft threads that take turns on top, each thread a little uneven."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    warp = gaussian_field(rng, height, width, layer.wavelength * 4, slope=2.0) * np.float32(0.12)
    u = (x * np.float32(np.cos(layer.angle)) + y * np.float32(np.sin(layer.angle))) / np.float32(layer.wavelength) + warp
    v = (y * np.float32(np.cos(layer.angle)) - x * np.float32(np.sin(layer.angle))) / np.float32(layer.wavelength * layer.elongation) + warp
    twill = 3 if layer.share > 0.5 else 2
    over = (np.floor(u) + np.floor(v)) % twill < 1
    fu, fv = u - np.floor(u) - 0.5, v - np.floor(v) - 0.5
    thread = np.where(over, 1 - 4 * fu * fu + 0.35 * np.cos(np.pi * fv), 0.55 - 3 * fv * fv)
    gains = 0.15 * profile(rng, 512, 2.0)
    return thread.astype(np.float32) + gains[np.floor(u).astype(int) % 512] + gains[np.floor(v).astype(int) % 512]


def _lattice(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Holes or studs on a regular grid, staggered when `share` > 0.5."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u = (x * np.float32(np.cos(layer.angle)) + y * np.float32(np.sin(layer.angle))) / np.float32(layer.wavelength) + rng.random()
    v = (y * np.float32(np.cos(layer.angle)) - x * np.float32(np.sin(layer.angle))) / np.float32(layer.wavelength) + rng.random()
    if layer.share > 0.5:
        u = u + 0.5 * (np.floor(v) % 2)
    radius = np.hypot(u - np.floor(u) - 0.5, v - np.floor(v) - 0.5)
    edge = np.float32(1.2 / layer.wavelength)
    return 1 / (1 + np.exp(np.clip((radius - np.float32(0.18 + 0.1 * layer.slope)) / edge, -30, 30)))


def _tracks(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Board tracks: parallel lines that bend in steps, with round pads; nearly two grey values."""
    pitch = layer.wavelength
    sheet = np.zeros((height, width), np.uint8)
    thickness = max(1, int(round(pitch * 0.4)))
    bends = np.sort(rng.integers(0, height, 2))
    shift = int(rng.integers(-3, 4)) * pitch
    for k in range(-8, int(width / pitch) + 8):
        x = (k + 0.5) * pitch
        if rng.random() < 0.2:
            continue
        points = [(x, -4), (x, bends[0]), (x + shift, bends[0] + abs(shift)), (x + shift, height + 4)]
        cv2.polylines(sheet, [np.rint(np.array(points) * 16).astype(np.int32)], False, 255, thickness, cv2.LINE_AA, 4)
        if rng.random() < 0.5:
            cy = int(rng.integers(0, height))
            at = (int(x if cy < bends[0] else x + shift), cy)
            cv2.circle(sheet, at, int(pitch * 0.42), 255, -1, cv2.LINE_AA)
            cv2.circle(sheet, at, max(1, int(pitch * 0.15)), 0, -1, cv2.LINE_AA)
    if abs(np.sin(layer.angle)) > 0.7:
        sheet = cv2.resize(np.ascontiguousarray(sheet.T), (width, height), interpolation=cv2.INTER_AREA)
    return sheet.astype(np.float32)


def _specks(rng: Generator, layer: Layer, height: int, width: int) -> np.ndarray:
    """Sparse dark grains, as in castings and sintered parts: the deep tail of a noise field."""
    field = gaussian_field(rng, height, width, layer.wavelength, elongation=layer.elongation, angle=layer.angle, slope=1.5)
    return -np.clip(field - np.float32(0.6 + 1.4 * layer.share), 0, 3)


_KINDS = {"noise": _noise, "columns": _columns, "grains": _grains, "pebbles": _pebbles, "waves": _waves,
          "weave": _weave, "lattice": _lattice, "tracks": _tracks, "specks": _specks}
REGULAR = frozenset({"waves", "weave", "lattice", "tracks"})
