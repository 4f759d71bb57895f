"""A picture of every step of the walk. The surfaces are made coarse where their licence does not let them be passed on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QWidget

from core_models.contract.opencv import cv2

_CANVAS_PX, _THUMBNAIL_PX = 14, 10  # sides of the blocks


class Album:
    """Numbered pictures in a folder; steps: (file, caption)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.steps: list[tuple[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.jpg"):
            old.unlink()

    def take(self, window: QWidget, caption: str) -> None:
        name = f"{len(self.steps) + 1:02d}.jpg"
        window.grab().toImage().save(str(self.folder / name), "JPG", 82)
        self.steps.append((name, caption))


def coarse(pixels: np.ndarray, block_px: int) -> np.ndarray:
    """A picture (height, width[, channels]) in blocks of one value each: bright and dark are seen, the surface is not."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (max(1, width // block_px), max(1, height // block_px)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def make_surfaces_coarse() -> None:
    """From now on this process shows images coarsely, on the canvas and as thumbnails. What is computed stays as it is."""
    from app.ui import thumbnails
    from app.ui.canvas import screen

    compose, qimage = screen.compose_picture, thumbnails.qimage

    def composed(out, pyramid, frame, window, rect, backdrop) -> None:
        compose(out, pyramid, frame, window, rect, backdrop)
        if pyramid is not None:
            x0, y0, x1, y1 = rect
            bytes_ = np.ascontiguousarray(out[y0:y1, x0:x1]).view(np.uint8).reshape(y1 - y0, x1 - x0, 4)
            out[y0:y1, x0:x1] = coarse(bytes_, _CANVAS_PX).view(np.uint32)[..., 0]

    screen.compose_picture = composed
    thumbnails.qimage = lambda array: qimage(coarse(array, _THUMBNAIL_PX))
