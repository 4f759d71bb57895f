"""Small acts on a project that the tests of the store share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from app.store.records import DefectClass
from app.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


def add_class(session, name: str) -> int:
    row = DefectClass(name=name, colour="#e69f00")
    session.add(row)
    session.flush()
    return row.id


def class_names(workspace: Workspace) -> list[str]:
    with workspace.read() as session:
        return list(session.scalars(select(DefectClass.name).order_by(DefectClass.id)))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A closed SQLite project in a folder with a difficult name, with one class "one" and one backup."""
    folder = tmp_path / "项目 %20 #1?"
    with Workspace.create(folder, by="tester") as workspace:
        workspace.do(add_class, "one", title="Add class one")
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.Popen]:
    """python(code, *words, **options) starts an interpreter that knows the project's modules."""
    started: list[subprocess.Popen] = []

    def start(code: str, *words: object, **options) -> subprocess.Popen:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)],
            cwd=options.pop("cwd", tmp_path), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
