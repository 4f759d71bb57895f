"""Two pictures of one check image: what a person marked as an outline, what each version proposed as a fill. No widget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from app.operations.comparing import Pictured
from app.ui import sentences
from app.ui.thumbnails import qimage, shrunk
from core_models.contract import image_file
from core_models.contract.image_file import ImageFileError
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

_FILL = 0.45
_LEAST_PX = 96  # of a cut-out: a speck is shown with what surrounds it
_MOST_ENLARGED = 4.0
Box = tuple[int, int, int, int]


def cut_out(image: Pictured, width: int, height: int) -> Box:
    """The part (x, y, w, h) of the image that holds all that is marked or proposed, with its surroundings, as wide to high as the place
    for it; the whole image where nothing is."""
    masks = [m for c in image.classes for m in (c.truth, c.candidate.mask, c.incumbent.mask) if m.w]
    if not masks:
        return 0, 0, image.width, image.height
    x0, y0 = min(m.x for m in masks), min(m.y for m in masks)
    x1, y1 = max(m.x + m.w for m in masks), max(m.y + m.h for m in masks)
    w, h = max(1.5 * (x1 - x0), _LEAST_PX), max(1.5 * (y1 - y0), _LEAST_PX)
    w, h = max(w, h * width / height), max(h, w * height / width)
    w, h = min(image.width, round(w)), min(image.height, round(h))
    x = min(max(0, round((x0 + x1 - w) / 2)), image.width - w)
    y = min(max(0, round((y0 + y1 - h) / 2)), image.height - h)
    return x, y, w, h


def pictures(image: Pictured, colours: Mapping[int, tuple[int, int, int]], width: int, height: int) -> tuple[QImage, QImage] | str:
    """The candidate's and the incumbent's picture, at most width x height px; a sentence where the image cannot be read."""
    try:
        array = image_file.read(Path(image.path))
    except (ImageFileError, OSError, MemoryError) as fault:
        return sentences.shown(str(fault))
    if array.shape[:2] != (image.height, image.width):
        return QCoreApplication.translate("SidePictures", "{image} has another size than when it was compared.").format(image=image.path.name)
    box = x, y, w, h = cut_out(image, width, height)
    scale = min(width / w, height / h, _MOST_ENLARGED)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    ground = shrunk(np.ascontiguousarray(array[y : y + h, x : x + w]), max(w, h))
    ground = cv2.resize(ground, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)
    ground = ground if ground.ndim == 3 else cv2.cvtColor(ground, cv2.COLOR_GRAY2RGB)
    made = []
    for side in ("candidate", "incumbent"):
        picture = ground.astype(np.float32)
        for c in image.classes:
            inside = _scaled(getattr(c, side).mask, box, size)
            picture[inside] = (1 - _FILL) * picture[inside] + _FILL * np.array(colours.get(c.class_id, (160, 160, 160)), np.float32)
        for c in image.classes:
            _outline(picture, _scaled(c.truth, box, size))
        made.append(qimage(np.ascontiguousarray(picture.round().astype(np.uint8))))
    return made[0], made[1]


def _scaled(mask: Mask, box: Box, size: tuple[int, int]) -> np.ndarray:
    """A mask as a boolean picture of a part of the image; where it is made smaller, no region vanishes."""
    x, y, w, h = box
    inside = np.zeros((h, w), np.uint8)
    mask.moved(-x, -y).paint(inside, 255)
    if size[0] < w or size[1] < h:
        return cv2.resize(inside, size, interpolation=cv2.INTER_AREA) > 32
    return cv2.resize(inside, size, interpolation=cv2.INTER_NEAREST) > 0


def _outline(picture: np.ndarray, inside: np.ndarray) -> None:
    """A white line around a region with a black one around that: to be seen on any surface."""
    region = inside.astype(np.uint8)
    white = cv2.dilate(region, np.ones((3, 3), np.uint8))
    black = cv2.dilate(region, np.ones((5, 5), np.uint8))
    picture[(black > 0) & (white == 0)] = 0
    picture[(white > 0) & ~inside] = 255
