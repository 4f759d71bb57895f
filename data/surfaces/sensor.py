"""What the camera does to the light that reaches it: blur, noise, tone curve, clipping, JPEG and bit depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.noise import Generator, log_uniform


@dataclass(frozen=True)
class Sensor:
    """`exposure` is the mean grey level (0 to 1), `noise` the deviation at full scale, blurs are in px;
    a `shoulder` compresses highlights instead of clipping them."""

    exposure: float = 0.45
    gamma: float = 1.0
    contrast: float = 1.0
    blur: float = 0.5
    motion: int = 0
    motion_upright: bool = True
    noise: float = 0.01
    jpeg: int = 0
    bits: int = 8
    shoulder: bool = True


def draw_sensor(rng: Generator, bits: int = 8) -> Sensor:
    """A random camera; most are sharp with little noise."""
    return Sensor(float(np.clip(rng.normal(0.45, 0.17), 0.17, 0.85)), log_uniform(rng, 0.8, 1.25),
                  log_uniform(rng, 1.2, 2.2) if rng.random() < 0.12 else 1.0, float(abs(rng.normal(0, 0.5))),
                  int(rng.integers(2, 6)) if rng.random() < 0.1 else 0, bool(rng.random() < 0.5), log_uniform(rng, 0.002, 0.03),
                  int(rng.integers(60, 96)) if rng.random() < 0.4 and bits == 8 else 0, bits,
                  bool(rng.random() < 0.75))


def expose(rng: Generator, radiance: np.ndarray, sensor: Sensor) -> np.ndarray:
    """The picture of a relative radiance around 1, (h, w) or (h, w, 3): uint8, or uint16 for sensors of more than 8 bits."""
    value = radiance * np.float32(sensor.exposure)
    if sensor.contrast != 1:
        value = np.float32(sensor.exposure) + (value - np.float32(sensor.exposure)) * np.float32(sensor.contrast)
    if sensor.blur > 0.3:
        value = cv2.GaussianBlur(value, (0, 0), sensor.blur)
    if sensor.motion > 1:
        value = cv2.blur(value, (1, sensor.motion) if sensor.motion_upright else (sensor.motion, 1))
    value = np.clip(value, 0, 2)
    if sensor.shoulder:
        value = np.where(value > 0.7, 1 - np.float32(0.3) * np.exp((np.float32(0.7) - value) / np.float32(0.3)), value)
    noise = rng.standard_normal(value.shape, dtype=np.float32)
    value += noise * np.float32(sensor.noise) * np.sqrt(np.float32(0.25) + value)
    value = np.power(np.clip(value, 0, 1), np.float32(sensor.gamma))
    if sensor.bits > 8:
        return np.rint(value * np.float32(2**sensor.bits - 1)).astype(np.uint16)
    image = np.rint(value * np.float32(255)).astype(np.uint8)
    if sensor.jpeg:
        done, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, sensor.jpeg])
        image = cv2.imdecode(packed, cv2.IMREAD_UNCHANGED) if done else image
    return image
