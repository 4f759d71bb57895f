"""The start page: what is dropped becomes a project, projects are opened and remembered, and faults are sentences."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPushButton

from app import settings
from app.operations import models
from app.ui import recent
from app.ui.main_window import MainWindow
from app.workspace import Workspace
from tests.toy_project import make_toy


def drop(window: MainWindow, *paths: Path) -> None:
    """Drags files over the window and lets them go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    enter = QDragEnterEvent(window.rect().center(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))


def test_it_names_the_way_and_lists_nothing_at_first(window):
    assert window.start.isVisible() and window.start.images_button.isEnabled() and not window.start.busy.isVisible()
    assert recent.listed() == []


def test_a_dropped_folder_becomes_a_project(window, make_image_file, tmp_path, qtbot):
    for name in ("一.png", "sub/b.png"):
        make_image_file(name)
    drop(window, tmp_path / "images")
    qtbot.waitUntil(lambda: window.page is not None and len(window.page.gallery.images) == 2, timeout=30000)
    assert window.project_name.text() == "images" and "image" in window.page.gallery.count.text()
    assert recent.listed() == [window.context.folder]
    assert sorted(p.name for p in (tmp_path / "images").iterdir()) == ["sub", "一.png"], "nothing is put beside the images"


def test_a_folder_without_images_makes_nothing(window, tmp_path, qtbot):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("x")
    drop(window, tmp_path / "notes")
    qtbot.waitUntil(window.messages.isVisible)
    assert "None of these files is an image" in window.messages.text.text() and window.page is None
    assert window.start.images_button.isEnabled() and recent.listed() == []


def test_a_dropped_project_is_opened(window, workspace, make_image_file, qtbot):
    make_toy(workspace, make_image_file)
    workspace.close()
    drop(window, workspace.folder)
    qtbot.waitUntil(lambda: window.page is not None and len(window.page.gallery.images) == 6)


def test_images_dropped_on_an_open_project_are_added_as_one_change(window, workspace, make_image_file, tmp_path, qtbot):
    make_toy(workspace, make_image_file)
    workspace.close()
    window.open_project(workspace.folder)
    qtbot.waitUntil(lambda: window.page is not None and len(window.page.gallery.images) == 6)
    (tmp_path / "more").mkdir()
    make_image_file("new.png").rename(tmp_path / "more" / "new.png")
    (tmp_path / "more" / "broken.png").write_bytes(b"\x89PNG")
    drop(window, tmp_path / "more")
    qtbot.waitUntil(lambda: len(window.page.gallery.images) == 7, timeout=30000)
    assert "1 image added. 1 file" in window.messages.text.text() and "could not be read" in window.messages.text.text()
    window.context.undo()
    qtbot.waitUntil(lambda: len(window.page.gallery.images) == 6, timeout=30000)


def test_what_is_no_project_is_refused_in_a_sentence(window, tmp_path, qtbot):
    window.open_project(tmp_path)
    qtbot.waitUntil(window.messages.isVisible)
    assert "There is no project" in window.messages.text.text() and "defectloop" not in window.messages.text.text()
    assert window.start.isVisible() and window.context is None
    qtbot.waitUntil(window.start.images_button.isEnabled)


def test_a_recent_project_is_opened_by_a_click(window, workspace, make_image_file, qtbot):
    make_toy(workspace, make_image_file)
    workspace.close()
    recent.note(workspace.folder)
    recent.note(workspace.folder.parent / "gone")
    window.show_start()
    (button,) = [b for b in window.start.findChildren(QPushButton) if b.toolTip() == str(workspace.folder)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.page is not None)


def test_the_newest_recent_project_comes_first_and_a_damaged_list_is_empty(tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        with Workspace.create(folder) as workspace:
            workspace.do(models.ensure_bundled, title="", undoable=False)
        recent.note(folder)
    assert recent.listed() == folders[::-1]
    recent.note(folders[0])
    assert recent.listed() == folders
    (settings.config_folder() / "recent.json").write_text("{", encoding="utf-8")
    assert recent.listed() == []


def test_a_second_window_reads_and_says_who_holds_the_project(window, toy, qtbot):
    assert window.open_project(toy.workspace.folder)
    qtbot.waitUntil(lambda: window.page is not None and len(window.page.gallery.images) == 6)
    assert "tester holds it" in window.messages.text.text()
    assert not window.context.writing and not window.actions_["brush"].isEnabled() and window.actions_["next"].isEnabled()
    toy.workspace.close()
    (again,) = window.messages.ways
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.context.writing)
    assert window.actions_["undo"].isEnabled()


def test_the_window_starts_without_torch_and_without_the_database():
    """The start page comes at once: what a project needs is imported when one is opened."""
    code = (
        "import sys; from app.ui.main_window import MainWindow, application; app = application(); window = MainWindow(); window.show(); app.processEvents();"
        "print(sorted({'torch', 'sqlalchemy', 'cv2', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
