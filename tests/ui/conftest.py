"""A small project and the window's parts on it, closed again after each test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from app import settings
from app.operations import images, models
from app.store.records import Project
from app.ui.main_window import MainWindow, application
from app.workspace import Workspace
from tests.toy_project import Toy, make_toy
from tests.ui import reviewing
from tests.ui.driving import propose, show


@pytest.fixture(autouse=True)
def no_suggestions(_own_user_folders) -> None:
    """No warm worker is started behind the canvas; the tests of suggestions start a toy."""
    settings.save(settings.Settings(suggest=False))


@pytest.fixture
def qtbot(qtbot):
    """pytest-qt's, with more patience: a busy machine is no fault of the window."""
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=30_000))
    return qtbot


@pytest.fixture
def workspace(tmp_path) -> Iterator[Workspace]:
    """A new project on SQLite, open for writing by "tester"; the window's tests need no second database."""
    with Workspace.create(tmp_path / "project 钢", by="tester") as made:
        yield made


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    """Six images, the class "scratch" with two shots; no check images are asked for."""
    made = make_toy(workspace, make_image_file)
    ask_for_check_images(made, False)
    return made


def ask_for_check_images(toy: Toy, on: bool) -> None:
    """The project's setting: off, every image shows its proposals at once."""

    def act(session) -> None:
        project = session.scalar(select(Project))
        project.settings = {**project.settings, "check_candidates": on}

    toy.do(act, undoable=False)


@pytest.fixture
def context(toy, qtbot):
    """The toy project in the window's hands; its jobs are not looked after unless the test starts that."""
    from app.ui.context import Context

    application()
    made = Context(toy.workspace)
    yield made
    made.close()


@pytest.fixture
def toy_of(tmp_path, make_image_file):
    """toy_of(shots) makes the project on the disk and lets go of it; its Toy. check: whether check images are asked for."""

    def make(shots: int = 2, prepare=lambda toy: None, count: int = 6, check: bool = False) -> Toy:
        with Workspace.create(tmp_path / "project 钢", by="tester") as workspace:
            toy = make_toy(workspace, make_image_file, count=count, shots=shots)
            ask_for_check_images(toy, check)
            prepare(toy)
        return toy

    return make


@pytest.fixture
def bare(tmp_path, make_image_file) -> Toy:
    """Three images and no class."""
    files = [make_image_file(f"图 {k}.png") for k in range(3)]
    with Workspace.create(tmp_path / "bare", by="tester") as workspace:
        workspace.do(models.ensure_bundled, title="", undoable=False)
        made = workspace.do(images.register, workspace.folder, list(images.scan(files)), title="Add images")
        return Toy(workspace, 0, [made.by_path[images.absolute(f)].id for f in files], files)


@pytest.fixture
def window(qtbot):
    """The window on its start page."""
    application()
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def opened(qtbot):
    """opened(toy) is the window with the project open and its first image shown; toy.workspace is the window's."""
    windows = []

    def open_(toy: Toy) -> MainWindow:
        application()
        window = MainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        assert window.open_project(toy.workspace.folder)
        qtbot.waitUntil(lambda: window.context is not None)
        toy.workspace = window.context.workspace
        qtbot.waitUntil(lambda: window.context.image_id is not None and window.page.canvas.image_size[0] > 0)
        qtbot.waitUntil(lambda: len(window.page.classes.rows) == bool(toy.class_id))
        return window

    yield open_
    for window in windows:
        window.close()


@pytest.fixture
def proposed(toy_of, opened, qtbot):
    """The window on image 3 of a project with three proposals there and one on image 5."""
    toy = toy_of(prepare=propose)
    window = opened(toy)
    show(window, toy, 3, qtbot)
    return window, toy


@pytest.fixture
def six(opened, toy_of, qtbot):
    """(toy, window, page): the Review page with six proposals on three images."""
    toy = toy_of(prepare=reviewing.proposed(reviewing.SIX))
    window = opened(toy)
    return toy, window, reviewing.to_review(window, qtbot, 6)
