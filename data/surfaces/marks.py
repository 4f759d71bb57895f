"""How a person's mask differs from the truth: a little wide, with few corners, now and then an instance forgotten."""

from __future__ import annotations

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.noise import Generator


def jitter(rng: Generator, mask: np.ndarray, wide: int, coarse: float, forget: float = 0.0) -> np.ndarray:
    """The mask (bool (h, w)) widened by `wide` px and redrawn as polygons that stray up to `coarse` px from its outline;
    each instance but the largest is left out with the chance `forget`. Never empty when the mask is not."""
    image = mask.astype(np.uint8)
    if wide:
        image = cv2.dilate(image, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wide + 1, 2 * wide + 1)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(image)
    if count > 2 and forget:
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        for k in range(1, count):
            if k != largest and rng.random() < forget:
                image[labels == k] = 0
    if coarse:
        contours, _ = cv2.findContours(image, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        polygons = [cv2.approxPolyDP(contour, coarse, True) for contour in contours]
        drawn = np.zeros_like(image)
        cv2.drawContours(drawn, polygons, -1, 1, -1)
        image = drawn
    return image.astype(bool)


def as_drawn(rng: Generator, masks: list[np.ndarray]) -> list[np.ndarray]:
    """The masks of one class as one person with one habit would draw them."""
    wide = int(rng.choice([0, 0, 1, 1, 2, 3]))
    coarse = float(rng.choice([0.0, 1.0, 2.0, 3.0], p=[0.35, 0.3, 0.25, 0.1]))
    forget = 0.15 if rng.random() < 0.25 else 0.0
    return [jitter(rng, mask, max(wide + int(rng.integers(-1, 2)), 0) if wide else 0, coarse, forget) for mask in masks]
