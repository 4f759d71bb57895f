"""One picture of what a project proposes: images with the outlines of annotations, proposals and, where it is known, the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import images
from app.store import queries
from app.store.records import Annotation, Image, Inference
from core_models.contract import image_file
from core_models.contract.opencv import cv2

TILE, COLUMNS, MARGIN = 260, 6, 6
TRUTH = (235, 235, 235)


def write(session: Session, truth: Path | None, path: Path, most: int = 24) -> Path:
    """Writes a PNG of up to `most` images, those with the most proposals first, clean ones last.

    Annotations and accepted proposals are filled in their class's colour, pending proposals outlined in it, the truth
    (a masks folder's `masks/`) is a thin white line. RGB, tiles of 260 px.
    """
    colours = {c.id: _rgb(c.colour) for c in queries.all_classes(session)}
    proposals: dict[int, list] = {}
    for prediction, image_id, class_id in session.execute(queries.pending(session).add_columns(Inference.image_id, Inference.class_id)):
        proposals.setdefault(image_id, []).append((class_id, prediction.mask))
    annotations: dict[int, list] = {}
    for a in session.scalars(select(Annotation).where(Annotation.ignore.is_(False))):
        annotations.setdefault(a.image_id, []).append((a.class_id, a.mask))
    every = session.scalars(select(Image).where(Image.removed.is_(False)).order_by(Image.id)).all()
    every = sorted(every, key=lambda i: -len(proposals.get(i.id, [])) - len(annotations.get(i.id, [])))
    chosen = every[: most - most // 6] + every[-(most // 6) :] if len(every) > most else every
    tiles = []
    for image in chosen:
        picture = _picture(images.path_of(session, image))
        if picture is not None:
            mask = truth / "masks" / f"{Path(image.path).stem}.png" if truth else None
            tiles.append(_tile(picture, proposals.get(image.id, []), annotations.get(image.id, []), mask, colours))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imencode(".png", cv2.cvtColor(_sheet(tiles), cv2.COLOR_RGB2BGR))[1].tofile(path)
    return path


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))


def _picture(path: Path) -> np.ndarray | None:
    """The image as 8-bit RGB, its grey values from the 1st to the 99th percentile spread; None where it cannot be read."""
    try:
        array = image_file.read(path).astype(np.float32)
    except image_file.ImageFileError:
        return None
    low, high = np.percentile(array, (1, 99))
    grey = np.clip((array - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    return grey if grey.ndim == 3 else np.repeat(grey[..., None], 3, axis=2)


def _tile(picture: np.ndarray, proposals: list, annotations: list, truth: Path | None, colours: dict) -> np.ndarray:
    """One image brought to the tile's size with everything drawn on it at that size, so that thin lines stay."""
    height, width = picture.shape[:2]
    scale = TILE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    tile = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    for class_id, mask in annotations:
        inside = _small(mask.full(height, width), size)
        tile[inside] = (0.6 * tile[inside] + 0.4 * np.array(colours[class_id])).astype(np.uint8)
    for class_id, mask in proposals:
        _outline(tile, _small(mask.full(height, width), size), colours[class_id], 2)
    if truth is not None and truth.exists():
        known = image_file.read(truth)
        for k in np.unique(known[known > 0]):
            _outline(tile, _small(known == k, size), TRUTH, 1)
    return tile


def _small(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A mask at the tile's size; a region of a pixel stays one."""
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > (0.5 if mask.shape[1] <= size[0] else 0.05)


def _outline(tile: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int], width: int) -> None:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(tile, contours, -1, colour, width)


def _sheet(tiles: list[np.ndarray]) -> np.ndarray:
    rows = max(1, -(-len(tiles) // COLUMNS))
    sheet = np.full((rows * (TILE + MARGIN) + MARGIN, COLUMNS * (TILE + MARGIN) + MARGIN, 3), 30, np.uint8)
    for k, tile in enumerate(tiles):
        y, x = MARGIN + k // COLUMNS * (TILE + MARGIN), MARGIN + k % COLUMNS * (TILE + MARGIN)
        y, x = y + (TILE - tile.shape[0]) // 2, x + (TILE - tile.shape[1]) // 2
        sheet[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
    return sheet
