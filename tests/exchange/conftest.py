"""A project that labels go in and out of, and short ways to say what lies in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from app.exchange import formats
from app.exchange.selection import ExportOptions, OutImage, OutRegion, Selection
from app.operations import annotations, classes, images, support
from app.store.records import ActiveVersion, Annotation, DefectClass, Image, Inference, ModelVersion, Prediction, SupportShot, Verdict
from app.workspace import Workspace
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

HEIGHT, WIDTH = 40, 60  # of the images that make_image_file writes


def write_png(path: Path, array: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imencode(".png", np.asarray(array, np.uint8))[1].tofile(path)
    return path


def write_json(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


class Project:
    """Short words for what is done with a project in these tests; each act is one change."""

    def __init__(self, workspace: Workspace, make_image_file: Callable[..., Path]) -> None:
        self.workspace = workspace
        self.make = make_image_file
        self.pictures = workspace.folder.parent / "images"

    def do(self, operation: Callable, *args: Any, **kwargs: Any) -> Any:
        return self.workspace.do(operation, *args, title=operation.__name__, **kwargs)

    def add(self, *names: str) -> list[int]:
        """Images of these names (written where they are not there), registered; their ids."""
        paths = [self.pictures / name if (self.pictures / name).exists() else self.make(name) for name in names]
        found = self.do(images.register, self.workspace.folder, [replace_given(s, self.pictures) for s in images.scan(paths)], group_by="(.*)").by_path
        return [found[path.absolute()].id for path in paths]

    def new_class(self, name: str) -> int:
        return self.do(classes.add, name).id

    def draw(self, image_id: int, class_id: int, mask: Mask, **options: Any) -> int:
        return self.do(annotations.add, image_id, class_id, mask, **{"source": "import", **options}).id

    def take_in(self, format: str, path: Path, **options: Any) -> dict:
        return self.do(formats.apply, formats.read(self.workspace, format, path), **options)

    def send(self, format: str, out: Path, **options: Any) -> dict:
        with self.workspace.read() as session:
            return list(formats.export(session, self.workspace.folder, format, out, ExportOptions(**options)))[-1].summary

    def propose(self, image_id: int, class_id: int, *found: tuple[Mask, float, str], engine: str = "support_head") -> None:
        """An inference of the engine's version, the active one where none was; found: (mask, score, decision)."""

        def store(session) -> None:
            version = session.scalar(select(ModelVersion).where(ModelVersion.engine == engine))
            if version is None:
                version = ModelVersion(engine=engine)
                session.add(version)
                session.flush()
                if session.scalar(select(ActiveVersion)) is None:
                    session.add(ActiveVersion(kind="segment", version_id=version.id))
            digest = support.present_digest(session, class_id)
            made = Inference(image_id=image_id, class_id=class_id, version_id=version.id, support_digest=digest, image_score=0.5, regions=len(found))
            session.add(made)
            session.flush()
            for mask, score, decision in found:
                row = Prediction(inference_id=made.id, score=score, cut=0.5, decision=decision)
                row.mask = mask
                session.add(row)

        self.do(store)

    def regions(self) -> dict[tuple[str, str], Counter]:
        """{(image path, class name): how often each (mask, ignore)}."""
        found: dict[tuple[str, str], Counter] = {}
        with self.workspace.read() as session:
            rows = select(Image.path, DefectClass.name, Annotation).join(Annotation, Annotation.image_id == Image.id)
            for path, name, a in session.execute(rows.join(DefectClass, DefectClass.id == Annotation.class_id)):
                found.setdefault((path, name), Counter())[a.mask, a.ignore] += 1
        return found

    def verdicts(self) -> dict[tuple[str, str], tuple[str, bool, str]]:
        with self.workspace.read() as session:
            rows = select(Image.path, DefectClass.name, Verdict).join(Verdict, Verdict.image_id == Image.id)
            return {(p, n): (v.state, v.blind, v.comment) for p, n, v in session.execute(rows.join(DefectClass, DefectClass.id == Verdict.class_id))}

    def shots(self) -> set[tuple[str, str]]:
        with self.workspace.read() as session:
            rows = select(Image.path, DefectClass.name).join(SupportShot, SupportShot.image_id == Image.id)
            return {tuple(r) for r in session.execute(rows.join(DefectClass, DefectClass.id == SupportShot.class_id))}

    def paths(self) -> list[str]:
        with self.workspace.read() as session:
            return sorted(session.scalars(select(Image.path).where(Image.removed.is_(False))))

    def column(self, name: str) -> dict[str, Any]:
        """A column of the images, by their path."""
        with self.workspace.read() as session:
            return dict(session.execute(select(Image.path, getattr(Image, name))).all())

    def counts(self) -> dict[str, int]:
        """Rows of every table that an import writes."""
        with self.workspace.read() as session:
            return {t.__tablename__: len(session.scalars(select(t.id)).all()) for t in (Image, DefectClass, Annotation, Verdict, SupportShot)}


def replace_given(scanned, folder: Path):
    from dataclasses import replace

    return replace(scanned, given=folder.absolute())


@pytest.fixture
def project(workspace: Workspace, make_image_file) -> Project:
    return Project(workspace, make_image_file)


@contextmanager
def another(project: Project, name: str) -> Iterator[Project]:
    """A further, empty project beside the first."""
    with Workspace.create(project.workspace.folder.parent / name, by="tester") as workspace:
        yield Project(workspace, project.make)


@pytest.fixture
def other(project: Project) -> Iterator[Project]:
    with another(project, "other") as made:
        yield made


class Listed(Selection):
    """A selection of given images and regions, without a database: what a writer sees of one."""

    def __init__(self, names: dict[int, str], content: list[tuple[OutImage, list[OutRegion]]], what: str = "annotations") -> None:
        super().__init__(None, ExportOptions(what=what), names, dict.fromkeys(names, "#E69F00"), None, [image for image, _ in content], 0)
        self.content = content

    def regions(self) -> Iterator[tuple[OutImage, list[OutRegion]]]:
        yield from self.content


def out_image(name: str, height: int, width: int, **more: Any) -> OutImage:
    return OutImage(1, name, "images", Path(name), "0" * 64, width, height, name, **more)


def out_region(class_id: int, mask: Mask, *, ignore: bool = False) -> OutRegion:
    return OutRegion(class_id, mask, mask.area, ignore, "person", None, None, None, "tester", "2026-01-02T03:04:05.000Z", "single")
