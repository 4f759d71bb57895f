"""Projects of any size for the window's benchmarks: real files under every path, with marks, proposals and verdicts on some."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.operations import annotations, classes, images, models, proposals, support
from app.store.records import Image, Inference, Prediction, Verdict
from app.workspace import Workspace
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

SEED = 20261121
_DIFFERENT = 40  # so many files; all others are links to them under names of their own
CLASSES = ("roll mark", "scale", "scratch")


def surface(height: int, width: int, seed: int = SEED) -> np.ndarray:
    """A grey surface of 8 bits: soft texture with a sensor's noise, as flat steel looks to a camera."""
    rng = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(rng.standard_normal((512, 512)).astype(np.float32), (0, 0), 6) * 120
    tile = np.clip(120 + texture + rng.normal(0, 2, texture.shape), 0, 255).astype(np.uint8)
    return np.tile(tile, (-(-height // 512), -(-width // 512)))[:height, :width]


def write_png(path: Path, image: np.ndarray) -> Path:
    cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tofile(path)
    return path


def blob(x: int, y: int, size: int = 24) -> Mask:
    filled = np.zeros((size, size), np.uint8)
    cv2.circle(filled, (size // 2, size // 2), size // 2 - 1, 1, -1)
    return Mask.from_array(filled.astype(bool), x, y)


def files(folder: Path, count: int, height: int, width: int) -> list[Path]:
    """`count` image files: a few different ones, and links to them."""
    folder.mkdir(parents=True)
    made = [write_png(folder / f"part_{k:06d}.png", surface(height, width, SEED + k)) for k in range(min(count, _DIFFERENT))]
    for k in range(len(made), count):
        made.append(folder / f"part_{k:06d}.png")
        os.link(made[k % _DIFFERENT], made[k])
    return made


def project(folder: Path, count: int, height: int = 512, width: int = 512) -> Path:
    """A project of `count` images: five shots a class, answers of one class with proposals on half of the rest, every tenth one reviewed."""
    there = files(folder / "images", count, height, width)
    with Workspace.create(folder / "project", by="benchmark") as workspace:
        workspace.do(models.ensure_bundled, title="", undoable=False)
        first = workspace.do(lambda session: _first_rows(session, workspace.folder, there), title="Fill", undoable=False)
        workspace.do(lambda session: _fill(session, first, count), title="Fill", undoable=False)
    return folder / "project"


def bare(folder: Path, count: int, height: int = 512, width: int = 512) -> Path:
    """A project of `count` images and one class, of which nothing is marked yet."""
    there = files(folder / "images", count, height, width)
    with Workspace.create(folder / "project", by="benchmark") as workspace:
        workspace.do(models.ensure_bundled, title="", undoable=False)
        workspace.do(lambda session: images.register(session, workspace.folder, list(images.scan(there))), title="Fill", undoable=False)
        workspace.do(lambda session: classes.add(session, CLASSES[0]).id, title="Fill", undoable=False)
    return folder / "project"


def _first_rows(session: Session, folder: Path, there: list[Path]) -> int:
    """All images as rows; the first is registered as a person would, the others are copies of its row."""
    (found,) = images.register(session, folder, list(images.scan(there[:1]))).added
    columns = {c.name: getattr(found, c.name) for c in Image.__table__.columns if c.name not in ("id", "path", "sha256", "part_group", "likeness")}
    parent = found.path.rpartition("/")[0]
    rows = []
    for path in there[1:]:
        digest = hashlib.sha256(path.name.encode()).hexdigest()
        rows.append(columns | {"path": f"{parent}/{path.name}".lstrip("/"), "sha256": digest, "part_group": digest, "likeness": None})
    session.execute(insert(Image), rows)
    return found.id


def _fill(session: Session, first: int, count: int) -> None:
    ids = range(first, first + count)
    class_ids = [classes.add(session, name).id for name in CLASSES]
    for place, class_id in enumerate(class_ids):
        for image_id in ids[5 * place : 5 * place + 5]:
            annotations.add(session, image_id, class_id, blob(100, 60), source="person")
            support.add_shot(session, class_id, image_id)
    session.flush()
    version, digests = models.active(session).id, proposals.present_digests(session)
    mask, at = blob(40, 200), "2026-11-21T00:00:00Z"
    region = {"x": mask.x, "y": mask.y, "w": mask.w, "h": mask.h, "area": mask.area, "rle": mask.rle}
    answers = [
        {"image_id": k, "class_id": c, "version_id": version, "support_digest": digests[c], "image_score": 0.8, "regions": k % 2, "at": at}
        for k in ids[15:] for c in class_ids[:1]
    ]  # fmt: skip
    session.execute(insert(Inference), answers)
    found = session.execute(Inference.__table__.select().with_only_columns(Inference.id).where(Inference.regions == 1)).scalars()
    session.execute(insert(Prediction), [{"inference_id": k, "score": 0.5 + k % 50 / 100, "cut": 0.3, **region} for k in found])
    said = [{"image_id": k, "class_id": c, "state": "complete", "by": "benchmark", "at": at} for k in ids[20::10] for c in class_ids]
    session.execute(insert(Verdict), said)
