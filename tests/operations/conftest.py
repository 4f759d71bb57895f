"""A project with images and classes, and a hand that draws, decides and proposes in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.operations import annotations, classes, images, support
from app.store.records import ActiveVersion, Annotation, Image, Inference, ModelVersion, Prediction
from app.workspace import Workspace
from core_models.contract.mask import Mask
from tests.toy_project import square

HEIGHT, WIDTH = 40, 60  # of the images that make_image_file writes


class Hand:
    """Short words for what a person and a model do in a project; each act is one change."""

    def __init__(self, workspace: Workspace, make_image_file: Callable[..., Path]) -> None:
        self.workspace = workspace
        self._make = make_image_file

    def do(self, operation: Callable, *args: Any, **kwargs: Any) -> Any:
        return self.workspace.do(operation, *args, title=operation.__name__, **kwargs)

    def register(self, *names: str, **options: Any) -> list[int]:
        """Image files of these names, written if they are not there, registered; the images' ids."""
        paths = [self._file(name) for name in names]
        return [i.id for i in self.add(*paths, **options).by_path.values()]

    def _file(self, name: str) -> Path:
        path = self.workspace.folder.parent / "images" / name
        return path if path.exists() else self._make(name)

    def add(self, *paths: Path, recursive: bool = False, group_by: str | None = None) -> images.Registered:
        scanned = list(images.scan(paths, recursive))
        assert not [s for s in scanned if isinstance(s, images.Refused)]
        return self.do(images.register, self.workspace.folder, scanned, group_by=group_by)

    def many(self, count: int) -> list[int]:
        return self.register(*(f"{k:03d}.png" for k in range(count)))

    def sorted_out(self, count: int = 24) -> tuple[list[int], list[int]]:
        """Ids of `count` images: candidates for check, and the others."""
        ids = self.many(count)
        with self.workspace.read() as session:
            groups = dict(session.execute(select(Image.id, Image.part_group)).all())
        return [k for k in ids if images.is_candidate(groups[k])], [k for k in ids if not images.is_candidate(groups[k])]

    def new_class(self, name: str) -> int:
        return self.do(classes.add, name).id

    def draw(self, image_id: int, class_id: int, mask: Mask | None = None, **options: Any) -> int:
        return self.do(annotations.add, image_id, class_id, mask or square(), **options).id

    def propose(self, image_id: int, class_id: int, *scores: float, engine: str = "support_head", **columns: Any) -> list[int]:
        """An inference of the engine's version, the active one from the first call on, from the present shots; its regions' ids."""

        def store(session: Session) -> list[int]:
            version = session.scalar(select(ModelVersion).where(ModelVersion.engine == engine))
            if version is None:
                version = ModelVersion(engine=engine)
                session.add(version)
                session.flush()
                if session.scalar(select(ActiveVersion)) is None:
                    session.add(ActiveVersion(kind="segment", version_id=version.id))
            digest = columns.pop("digest", None) or support.present_digest(session, class_id)
            made = Inference(image_id=image_id, class_id=class_id, version_id=version.id, support_digest=digest, image_score=0.5, regions=len(scores))
            session.add(made)
            session.flush()
            rows = [Prediction(inference_id=made.id, score=score, cut=0.5, **columns) for score in scores]
            for k, row in enumerate(rows):
                row.mask = square(10 * k, 20)
            session.add_all(rows)
            session.flush()
            return [row.id for row in rows]

        return self.workspace.do(store, title="propose", undoable=False)

    def decide(self, prediction_id: int, decision: str, how: str = "single") -> None:
        def act(session: Session) -> None:
            row = session.get(Prediction, prediction_id)
            row.decision, row.decided_how = decision, how

        self.do(act)

    def value(self, read: Callable, *args: Any, **kwargs: Any) -> Any:
        """What a reading function says of the project."""
        with self.workspace.read() as session:
            return read(session, *args, **kwargs)

    def column(self, record: type, name: str) -> dict[int, Any]:
        """One column of a table, by id."""
        with self.workspace.read() as session:
            return dict(session.execute(select(record.id, getattr(record, name))).all())

    def splits(self) -> dict[int, str]:
        return self.column(Image, "split")

    def regions(self, class_id: int) -> list[tuple[int, Mask]]:
        """(image id, mask) of the class's annotations."""
        with self.workspace.read() as session:
            return [(a.image_id, a.mask) for a in session.scalars(select(Annotation).where(Annotation.class_id == class_id).order_by(Annotation.id))]


@pytest.fixture
def hand(workspace: Workspace, make_image_file) -> Hand:
    return Hand(workspace, make_image_file)
