"""The whole window in this process, driven by key and mouse events, with its longest calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from tests.benchmarks.gui_meter import MeteredApplication

SCREEN_PX = (1366, 768)


class Driven:
    """The window in this process, with its longest calls."""

    def __init__(self) -> None:
        self.application = MeteredApplication()
        from app.ui.main_window import MainWindow, application  # after the application, and only where a window is measured

        application()
        self.window = MainWindow()
        self.window.resize(*SCREEN_PX)
        self.window.show()
        self.pump()

    def pump(self) -> None:
        self.application.processEvents()

    def until(self, reached: Callable[[], object], patience_s: float = 120) -> None:
        """Lets the window live until something holds."""
        begin = time.perf_counter()
        while not reached():
            self.pump()
            time.sleep(0.0005)
            if time.perf_counter() - begin > patience_s:
                raise RuntimeError("The window did not get there.")

    @property
    def page(self):
        """The Label page of the open project."""
        return self.window.page

    def open(self, project: Path) -> None:
        """Opens a project, until images are listed and painted, their pictures asked for, and one of them is selected."""
        QTimer.singleShot(0, self.window, lambda: self.window.open_project(project))  # as by a click: its time on the thread counts
        self.until(lambda: self.window.context is not None and self.window.context.folder == project and self.window.context.image_id is not None)
        gallery = self.page.gallery.view
        gallery.viewport().repaint()
        assert gallery.rows and gallery._keys_in_view

    def key(self, which) -> None:
        QTest.keyClick(self.page.canvas, which)

    def shown(self) -> None:
        """Until the open image is read, and on the screen."""
        self.until(lambda: self.page.canvas.image_size[0] > 0)
        self.page.canvas.viewport().repaint()

    def live(self, seconds: float) -> None:
        """Lets the window live for so long."""
        begin = time.perf_counter()
        self.until(lambda: time.perf_counter() - begin > seconds)

    def settle(self) -> None:
        """Until nothing is read or written any more."""
        canvas, context = self.page.canvas, self.page.context
        self.pump()
        self.until(lambda: not canvas._loader._tasks and not context._tasks and context.waiting == 0)

    def close(self) -> None:
        self.window.close()
        self.pump()
