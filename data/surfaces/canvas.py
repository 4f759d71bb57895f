"""The surface while it is being made: colour and relief that defects change, so that light falls on both alike."""

from __future__ import annotations

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.layers import Layer
from data.surfaces.light import Light, shade, slope_towards
from data.surfaces.noise import Generator
from data.surfaces.sensor import Sensor

Box = tuple[slice, slice]


class Canvas:
    """Relative colour `albedo` (about 1), `height` (px) and `tint` (a shift of hue), each float32 (height, width).

    `part` is where the part itself lies (bool), `lit` the illumination (about 1); `sigma` the local deviation of grey values that a defect has to stand
    out from, as a share of mean brightness.
    """

    def __init__(self, rng: Generator, height: int, width: int, layers: tuple[Layer, ...], light: Light, sensor: Sensor | None = None):
        self.shape = (height, width)
        self.light, self.sensor = light, sensor or Sensor()
        self.albedo = np.ones(self.shape, np.float32)
        self.height = np.zeros(self.shape, np.float32)
        self.tint = np.zeros(self.shape, np.float32)
        self.part = np.ones(self.shape, bool)
        self.lit = np.ones(self.shape, np.float32)
        for layer in layers:
            self._lay(rng, layer)
        np.clip(self.albedo, 0.06, 3, out=self.albedo)
        value = self.value()
        rough = value - cv2.blur(value, (15, 15))
        noise = self.sensor.noise / max(self.sensor.exposure, 0.1)
        self.sigma = float(np.sqrt(np.square(rough).mean() + noise**2)) + 0.004

    def _lay(self, rng: Generator, layer: Layer) -> None:
        field = layer.field(rng, *self.shape)
        colour = layer.amplitude * (1 - layer.relief)
        if colour:
            self.albedo += np.float32(colour) * field
        if layer.relief:
            lift = np.float32(layer.amplitude * layer.relief)
            self.height += field * (lift / max(float(slope_towards(field, self.light).std()), 1e-4))

    def value(self, box: Box | None = None) -> np.ndarray:
        """Brightness under even light, of the whole or of a box (with its rim right too)."""
        if box is None:
            return self.albedo * shade(self.height, self.light)
        rows, cols = box
        top, left = max(rows.start - 1, 0), max(cols.start - 1, 0)
        lit = shade(self.height[top:rows.stop + 1, left:cols.stop + 1], self.light)
        inner = lit[rows.start - top:rows.stop - top, cols.start - left:cols.stop - left]
        return self.albedo[box] * inner

    def sheets(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What defects change: colour, relief and tint."""
        return self.albedo, self.height, self.tint

    def restore(self, sheets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        """Put such sheets in place of the present ones."""
        self.albedo, self.height, self.tint = sheets

    def emboss(self, box: Box, form: np.ndarray, steepness: float) -> None:
        """Add a form to the relief, scaled so that its steep parts have this slope (negative: a hollow)."""
        dy, dx = np.gradient(form) if min(form.shape) > 1 else (form, form)
        steep = np.sqrt(dx * dx + dy * dy)
        top = float(np.percentile(steep[steep > 0.05 * steep.max()], 85)) if steep.max() > 1e-6 else 1.0
        self.height[box] += form * np.float32(steepness / max(top, 1e-4))

    def colour(self, box: Box, cover: np.ndarray, change: float | np.ndarray, keep: float = 1.0, tint: float = 0.0) -> None:
        """Change grey by `change` (relative) where covered, keeping the share `keep` of the texture beneath."""
        below = self.albedo[box]
        level = below if keep >= 1 else np.float32(keep) * below + np.float32(1 - keep) * cv2.blur(below, (25, 25))
        target = np.clip(level + change * (np.float32(0.4) + np.float32(0.6) * np.minimum(level, 1.5)), 0.03, 3.5)
        self.albedo[box] = below + cover * (target - below).astype(np.float32)
        if tint:
            self.tint[box] += cover * np.float32(tint)
