"""A small project and the window's parts on it, closed again after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.workspace import Workspace
from tests.toy_project import Toy, make_toy


@pytest.fixture
def workspace(tmp_path) -> Iterator[Workspace]:
    """A new project on SQLite, open for writing by "tester"; the window's tests need no second database."""
    with Workspace.create(tmp_path / "project 钢", by="tester") as made:
        yield made


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    """Six images, the class "scratch" with two shots."""
    return make_toy(workspace, make_image_file)


@pytest.fixture
def context(toy, qtbot):
    """The toy project in the window's hands; its jobs are not looked after unless the test starts that."""
    from app.ui.context import Context
    from app.ui.main_window import application

    application()
    made = Context(toy.workspace)
    yield made
    made.close()
