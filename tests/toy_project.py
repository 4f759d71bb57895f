"""A small project with images, a class and shots, and proposals as a worker would report them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import select

from app.operations import annotations, classes, images, models, proposals, support
from app.store.records import Image, Inference, Prediction
from app.workspace import Workspace
from core_models.contract.job import Predicted, Region
from core_models.contract.mask import Mask


@dataclass
class Toy:
    """workspace, the class "scratch", all images in order (the first ones are shots), and what is needed all the time."""

    workspace: Workspace
    class_id: int
    image_ids: list[int]
    files: list[Path]

    def do(self, operation: Callable, *args, undoable: bool = True, **kwargs):
        return self.workspace.do(operation, *args, title="test", undoable=undoable, **kwargs)

    def find(self, statement) -> list:
        with self.workspace.read() as session:
            return list(session.scalars(statement))

    def decisions(self, version_id: int | None = None) -> list[str]:
        """The decision of each prediction (of one version), in the order in which they were made."""
        query = select(Prediction).join(Inference, Inference.id == Prediction.inference_id).order_by(Prediction.id)
        return [p.decision for p in self.find(query if version_id is None else query.where(Inference.version_id == version_id))]

    def receive(self, version_id: int, regions: dict[int, list[Mask]], score: float = 0.9) -> None:
        """Proposals of a version with the present shots, by the place of the image in the list."""
        found = [Predicted(self.image_ids[k], self.class_id, 0.9, tuple(Region(m, score) for m in masks)) for k, masks in regions.items()]

        def act(session):
            proposals.receive(session, version_id, proposals.present_digests(session), None, found)

        self.do(act, undoable=False)

    def active_id(self) -> int:
        with self.workspace.read() as session:
            return models.active(session).id


def square(x: int = 5, y: int = 5, size: int = 8) -> Mask:
    return Mask.from_array(np.ones((size, size), bool), x, y)


def make_toy(workspace: Workspace, make_image_file: Callable, count: int = 6, shots: int = 2) -> Toy:
    files = [make_image_file(f"图 {k:04}.png", np.random.default_rng(k).integers(0, 255, (40, 60), np.uint8)) for k in range(count)]
    made = workspace.do(images.register, workspace.folder, list(images.scan(files)), title="Add images")
    ids = [made.by_path[images.absolute(f)].id for f in files]

    def prepare(session) -> int:
        models.ensure_bundled(session)
        class_id = classes.add(session, "scratch").id
        for image_id in ids[:shots]:
            annotations.add(session, image_id, class_id, square(40, 20), source="import")
            support.add_shot(session, class_id, image_id)
        return class_id

    class_id = workspace.do(prepare, title="Prepare")
    return Toy(workspace, class_id, ids, files)


def settle_split(session, image_id: int, split: str) -> None:
    session.get(Image, image_id).split = split
