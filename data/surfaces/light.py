"""How light falls on a surface: shading of its relief, and the uneven illumination of the scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.noise import Generator, gaussian_field, profile


@dataclass(frozen=True)
class Light:
    """Direction (radians), strength of a specular flank, and the unevenness of the field, as shares of mean brightness."""

    angle: float = 0.7
    specular: float = 0.0
    gradient: float = 0.1
    gradient_angle: float = 0.0
    vignette: float = 0.0
    barrel: float = 0.0
    spot: float = 0.0
    clouds: float = 0.0
    column_gain: float = 0.0
    row_drift: float = 0.0


def draw_light(rng: Generator) -> Light:
    """A random light; most scenes are mildly uneven, a few strongly."""
    strength = rng.choice([0.3, 1.0, 2.0], p=[0.4, 0.45, 0.15])

    def some(chance: float, scale: float) -> float:
        return float(strength * abs(rng.normal(0, scale))) if rng.random() < chance else 0.0

    return Light(rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.8) if rng.random() < 0.5 else 0.0, some(0.8, 0.15), rng.uniform(0, 2 * np.pi),
                 some(0.4, 0.15), some(0.2, 0.35), min(some(0.3, 0.3), 0.6), some(0.4, 0.06), some(0.3, 0.02), some(0.25, 0.03))


def slope_towards(height: np.ndarray, light: Light) -> np.ndarray:
    """The surface's slope towards the light, float32 like `height`."""
    grown = cv2.copyMakeBorder(height, 1, 1, 1, 1, cv2.BORDER_REFLECT)
    dx = grown[1:-1, 2:] - grown[1:-1, :-2]
    dy = grown[2:, 1:-1] - grown[:-2, 1:-1]
    return np.float32(0.5 * np.cos(light.angle)) * dx + np.float32(0.5 * np.sin(light.angle)) * dy


def shade(height: np.ndarray, light: Light) -> np.ndarray:
    """Brightness factor of the relief: Lambert for small slopes, compressed for steep ones, and a specular flank."""
    slope = slope_towards(height, light)
    factor = 1 + np.tanh(slope * np.float32(0.9)) / np.float32(0.9) * np.where(slope < 0, np.float32(0.85), np.float32(1))
    if light.specular:
        factor += np.float32(light.specular) * np.clip(slope - np.float32(0.15), 0, 1.2) ** 2
    return np.maximum(factor, np.float32(0.05))


def illuminate(rng: Generator, height: int, width: int, light: Light) -> np.ndarray:
    """Illumination of the field, float32 (height, width) around 1; made small and enlarged, since it is smooth."""
    rows, cols = min(height, 48), min(width, 48)
    y, x = np.mgrid[-1:1:rows * 1j, -1:1:cols * 1j].astype(np.float32)
    wander = rng.normal(0, 0.25)
    along = x * np.float32(np.cos(light.gradient_angle + wander)) + y * np.float32(np.sin(light.gradient_angle + wander))
    field = 1 + np.float32(light.gradient) * along - np.float32(light.vignette) * (x * x + y * y - 0.66)
    if light.barrel:
        round_axis = x if abs(np.cos(light.gradient_angle)) > 0.7 else y
        field = field - np.float32(light.barrel) * (round_axis * round_axis - 0.33)
    if light.spot:
        cy, cx, radius = rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(0.2, 0.8)
        field = field + np.float32(light.spot) * np.exp(-((y - np.float32(cy)) ** 2 + (x - np.float32(cx)) ** 2) / np.float32(radius**2))
    if light.clouds:
        field = field + np.float32(light.clouds) * gaussian_field(rng, rows, cols, 20.0, slope=2.0)
    field = cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    if light.column_gain:
        field *= 1 + np.float32(light.column_gain) * profile(rng, width, 1.5, 0.6)[None, :]
    if light.row_drift:
        field *= 1 + np.float32(light.row_drift) * profile(rng, height, 30.0, 1.0)[:, None]
    return np.maximum(field, np.float32(0.15))
