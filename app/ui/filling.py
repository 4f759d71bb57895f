"""Makes projects and fills them: what was dropped on the window or chosen in a dialog becomes one, or is added to the open one."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app import settings
from app.store import project_file
from app.ui import adding
from app.ui.background import Task, call

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class Filling(QObject):
    """One thing at a time, in the background, with its count on the start page or in the message line."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._task: Task | None = None

    def stop(self) -> None:
        if self._task:
            self._task.stop()

    def _run(self, generator: Generator, text: str, done: Callable) -> None:
        """Runs a generator that counts, with its count on the start page or in the message line."""
        if self._task:
            return
        tell = self._window.messages.say if self._window.view else self._window.start.show_busy
        tell(text)
        task = self._task = Task(generator, self)
        task.stepped.connect(lambda count: tell(self.tr("{what}: {count}").format(what=text, count=count)))
        task.done.connect(done)
        task.failed.connect(self._window.messages.warn)
        task.ended.connect(self._ran)
        task.start()

    def _ran(self) -> None:
        self._task.deleteLater()
        self._task = None
        if not self._window.opening:
            self._window.start.show_busy("")

    def take_paths(self, paths: list[Path]) -> None:
        """What was dropped: a project is opened, images are added to the open one or become a new one."""
        if len(paths) == 1 and paths[0].is_dir() and project_file.exists(paths[0]):
            self._window.open_project(paths[0])
        elif self._window.view:
            if self._window.context.writing:
                self._run(adding.look(paths, self._window.context.folder), self.tr("Looking at images"), self._register)
        else:
            self._run(adding.new_project(paths), self.tr("Looking at images"), self._window.open_project)

    def _register(self, looked) -> None:
        def said(answer: tuple[int, int]) -> None:
            left_out = self.tr("%n file(s) could not be read.", "", len(looked.refused)) if looked.refused else ""
            added = self.tr("%n image(s) added.", "", answer[0])
            self._window.messages.say(f"{added} {left_out}".strip())

        if self._window.context:
            title = self.tr("Add %n image(s)", "", len(looked.found))
            self._window.context.do(adding.register, self._window.context.folder, looked.found, title=title, done=said)

    def ask_images(self) -> None:
        """Asks for a folder of images."""
        if folder := QFileDialog.getExistingDirectory(self._window, self.tr("A folder of images")):
            self.take_paths([Path(folder)])

    def ask_project(self) -> None:
        """Asks for a project to open."""
        if folder := QFileDialog.getExistingDirectory(self._window, self.tr("A project's folder")):
            self._window.open_project(Path(folder))

    def ask_new(self) -> None:
        """Asks where a new, empty project shall lie."""
        folder, _ = QFileDialog.getSaveFileName(self._window, self.tr("A new folder for the project"), str(settings.projects_folder()))
        if folder:
            self._run(call(lambda: adding.empty_project(Path(folder))), self.tr("Making the project"), self._window.open_project)

    def open_sample(self) -> None:
        """Opens the sample project, which is made the first time."""
        self._run(adding.sample_project(), self.tr("Making the sample project (once, about half a minute)"), self._window.open_project)
