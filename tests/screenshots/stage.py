"""The window on a stage: opened on a copy of a project, brought into a state by keys and clicks, and its picture taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.operations import jobs
from app.ui import background, theme
from app.ui.main_window import MainWindow
from tests.screenshots.projects import Projects

_PATIENCE_S = 180
_REST_S = 0.6  # for what is counted a moment after a change


class Stage:
    """One scene in one theme and language."""

    def __init__(self, app: QApplication, projects: Projects, name: str) -> None:
        self.app, self._projects, self._name = app, projects, name
        self.window = MainWindow()
        self.window.resize(1366, 768)
        self.window.show()
        self.rest()

    @property
    def page(self):
        return self.window.page

    def open(self, which: str) -> Path:
        """Opens a copy of a project, with its first image shown; its folder."""
        folder = self._projects.copy(which, self._name)
        self.window.open_project(folder)
        self.until(lambda: self.page is not None and self.page.canvas.image_size[0] > 0)
        self.rest()
        return folder

    def until(self, holds: Callable[[], object]) -> None:
        """Lets the window work until that holds. TimeoutError where it never does."""
        end = time.monotonic() + _PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"{self._name}: what the picture is to show did not come")
            self._work(0.02)

    def rest(self) -> None:
        """Until all that was begun is written, read and shown."""
        self.until(lambda: self.window.context is None or self.window.context.waiting == 0)
        self._work(_REST_S)
        pool = background.pool()
        self.until(lambda: not (pool._jobs or pool._patient or pool._pressing))
        self._work(_REST_S / 4)

    def _work(self, seconds: float) -> None:
        """Lets the window work for so long."""
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def key(self, which, modifier=Qt.KeyboardModifier.NoModifier, widget: QWidget | None = None) -> None:
        QTest.keyClick(widget or self.page.canvas, which, modifier)
        self.rest()

    def show_image(self, name: str) -> None:
        """Opens the image of that name."""
        view = self.page.gallery.view
        wanted = next(row.id for row in view.rows if row.name == name)
        self.window.context.select_image(wanted)
        self.until(lambda: self.page.canvas.image_size[0] > 0)
        self.rest()

    def stroke(self, *at: tuple[float, float]) -> None:
        """Paints through places of the image."""
        canvas = self.page.canvas
        points = [canvas.to_screen(x, y).toPoint() for x, y in at]
        view = canvas.viewport()
        QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
        for point in points[1:]:
            QTest.mouseMove(view, point)
            self._work(0.005)
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])
        self.rest()

    def take(self, path: Path) -> None:
        """The picture, with every dialog that lies over the window."""
        picture = self.window.grab()
        for top in self.app.topLevelWidgets():
            if top is not self.window and top.isVisible() and top.parentWidget() is not None:
                place = (self.window.rect().center() - top.rect().center()) if top.isModal() else self.window.mapFromGlobal(top.mapToGlobal(QPoint()))
                painter = QPainter(picture)
                dialog = top.grab()
                painter.drawPixmap(place, dialog)
                # The frame that a desktop gives a dialog.
                painter.setPen(QColor(theme.current().line))
                painter.drawRect(QRect(place, dialog.size()).adjusted(-1, -1, 0, 0))
                painter.end()
        picture.toImage().save(str(path), "JPG", 85)

    def close(self) -> None:
        """Jobs would go on without the window: they are stopped first."""
        if context := self.window.context:
            for job in context.read(jobs.open_jobs):
                context.cancel_job(job.id)
            self.until(lambda: not context.read(jobs.open_jobs))
        self.window.close()
        self.window.deleteLater()
        self._work(0.02)
