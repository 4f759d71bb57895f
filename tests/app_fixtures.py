"""Fixtures of everything above the store: a project on each database, images on the disk, undo compared table by table."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from app.store.records import Base
from app.workspace import Workspace

# The variable names a PostgreSQL database that the tests may use; each test gets a schema of its own in it.
SERVER = os.environ.get("TEST_DATABASE_URL")
DATABASES = ["sqlite", *(["postgresql"] if SERVER else [])]


@contextmanager
def server_schema() -> Iterator[str]:
    """The URL of an empty PostgreSQL schema, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        try:
            yield make_url(SERVER).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request) -> Iterator[str | None]:
    """None for SQLite in the project's folder; and, with TEST_DATABASE_URL, an empty PostgreSQL schema."""
    if request.param == "sqlite":
        yield None
    else:
        with server_schema() as url:
            yield url


@pytest.fixture
def workspace(tmp_path: Path, database_url: str | None) -> Iterator[Workspace]:
    """A new project, open for writing by "tester", in tmp_path/"project"; on both databases with TEST_DATABASE_URL."""
    with Workspace.create(tmp_path / "project", database_url, by="tester") as made:
        yield made


@pytest.fixture
def make_image_file(tmp_path: Path) -> Callable[..., Path]:
    """make_image_file(name, array=None) writes tmp_path/"images"/name by OpenCV; a small grey picture unless given one."""
    from core_models.contract.opencv import cv2

    def make(name: str, array: np.ndarray | None = None) -> Path:
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if array is None:
            seed = int.from_bytes(name.encode("utf-8"), "little") % 2**32
            array = np.random.default_rng(seed).integers(0, 255, (40, 60), np.uint8)
        cv2.imencode(path.suffix, array)[1].tofile(path)
        return path

    return make


def tables_of(workspace: Workspace) -> dict[str, list[tuple]]:
    """Every row of every table but the history, by id."""
    with workspace.read() as session:
        return {
            table.name: [tuple(row) for row in session.connection().execute(select(table).order_by(table.c.id))]
            for table in Base.metadata.sorted_tables
            if table.name != "change"
        }


def _steps(workspace: Workspace) -> int:
    return sum(row["kind"] == "do" for row in workspace.history(10_000))


@pytest.fixture
def check_undo() -> Callable[[Workspace, Callable[[], Any]], Any]:
    """check_undo(workspace, act) runs act(), undoes it and does it again, and compares whole tables; act's value.

    act must make one change or several by workspace.do; every one of them is undone and done again.
    """

    def check(workspace: Workspace, act: Callable[[], Any]) -> Any:
        before, first = tables_of(workspace), _steps(workspace)
        value = act()
        after, steps = tables_of(workspace), _steps(workspace) - first
        assert steps > 0, "nothing was recorded"
        assert after != before, "nothing was changed"
        for _ in range(steps):
            workspace.undo()
        assert tables_of(workspace) == before
        for _ in range(steps):
            workspace.redo()
        assert tables_of(workspace) == after
        return value

    return check
