"""Random fields that everything else here is made of, so that one file owns spectra, cells and their speed."""

from __future__ import annotations

import functools

import numpy as np
from scipy import fft

from core_models.contract.opencv import cv2

Generator = np.random.Generator


@functools.lru_cache(maxsize=64)
def _frequencies(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    fy = np.fft.fftfreq(height).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(width).astype(np.float32)[None, :]
    return fy, fx


def standardise(field: np.ndarray) -> np.ndarray:
    """The field with zero mean and unit deviation (a constant field becomes zero)."""
    field = field - field.mean(dtype=np.float64).astype(np.float32)
    return field / max(float(field.std(dtype=np.float64)), 1e-6)


def _spectral(rng: Generator, height: int, width: int, wavelength: float, elongation: float, angle: float,
              slope: float, low: float | None) -> np.ndarray:
    """White noise shaped in the Fourier domain; padded to a fast length, which also breaks the wrap-around."""
    tall, wide = fft.next_fast_len(height + 6, real=True), fft.next_fast_len(width + 6, real=True)
    fy, fx = _frequencies(tall, wide)
    along = fx * np.float32(np.cos(angle)) + fy * np.float32(np.sin(angle))
    across = fy * np.float32(np.cos(angle)) - fx * np.float32(np.sin(angle))
    square = (along * np.float32(wavelength * elongation)) ** 2 + (across * np.float32(wavelength)) ** 2
    gain = np.power(1 + square, np.float32(-slope))
    if low is not None:
        gain *= 1 - np.exp(-square * np.float32((low / wavelength) ** 2))
    gain[0, 0] = 0
    parts = rng.standard_normal((tall, wide // 2 + 1, 2), dtype=np.float32)
    spectrum = parts.view(np.complex64)[..., 0] * gain
    return fft.irfft2(spectrum, s=(tall, wide), workers=1)[:height, :width]


def gaussian_field(rng: Generator, height: int, width: int, wavelength: float, *, elongation: float = 1.0,
                   angle: float = 0.0, slope: float = 1.5, low: float | None = None) -> np.ndarray:
    """A Gaussian random field, float32 (height, width), zero mean and unit deviation.

    `wavelength` (px) is where its spectrum begins to fall, `slope` how steeply (0.7 rough, 3 smooth); along `angle`
    (radians, 0 = along the rows) everything is `elongation` times longer; waves longer than `low` px are taken out.
    """
    shrink = int(min(wavelength / 5, 16)) if slope >= 1.2 and low is None else 1
    if shrink >= 2 and min(height, width) / shrink >= 8:
        small = _spectral(rng, height // shrink + 2, width // shrink + 2, wavelength / shrink, elongation, angle, slope, None)
        field = cv2.resize(small, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_CUBIC)[:height, :width]
    else:
        field = _spectral(rng, height, width, wavelength, elongation, angle, slope, low)
    return standardise(field)


def profile(rng: Generator, length: int, wavelength: float, slope: float = 1.0) -> np.ndarray:
    """A one-dimensional random profile, float32 (length,), zero mean and unit deviation."""
    size = fft.next_fast_len(length + int(wavelength), real=True)
    gain = np.power(1 + (np.fft.rfftfreq(size) * wavelength) ** 2, -slope)
    gain[0] = 0
    parts = rng.standard_normal((size // 2 + 1, 2))
    return standardise(fft.irfft(parts.view(np.complex128)[:, 0] * gain, size)[:length].astype(np.float32))


def cells(rng: Generator, height: int, width: int, size: float, stretch: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Worley cells about `size` px wide and `stretch` times as tall: (distance to the cell's border in px, label).

    Both (height, width): float32 and int32; labels are 1 to the number of cells.
    """
    tall = max(int(np.ceil(height / stretch)), 4)
    rows, cols = int(np.ceil(tall / size)) + 2, int(np.ceil(width / size)) + 2
    y = ((np.arange(rows)[:, None] - 1 + rng.random((rows, cols))) * size).ravel()
    x = ((np.arange(cols)[None, :] - 1 + rng.random((rows, cols))) * size).ravel()
    pad = int(size) + 1
    seeds = np.ones((tall + 2 * pad, width + 2 * pad), np.uint8)
    yi = np.clip(np.rint(y).astype(int) + pad, 0, seeds.shape[0] - 1)
    xi = np.clip(np.rint(x).astype(int) + pad, 0, seeds.shape[1] - 1)
    seeds[yi, xi] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    inside = np.ones(labels.shape, np.uint8)
    inside[:, 1:][labels[:, 1:] != labels[:, :-1]] = 0
    inside[1:][labels[1:] != labels[:-1]] = 0
    border = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    border, labels = border[pad:pad + tall, pad:pad + width], labels[pad:pad + tall, pad:pad + width]
    if tall != height:
        border = cv2.resize(border, (width, height), interpolation=cv2.INTER_LINEAR)
        labels = cv2.resize(labels.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST).astype(np.int32)
    return border, labels


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, a smooth ramp between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A number from `low` to `high`, evenly spread in its logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
