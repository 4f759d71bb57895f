"""Makes an opened project's part of the window, in passes of which none holds the window up for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.ui import background
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.project_view import ProjectView
from app.workspace import Workspace


class Arriving(QObject):
    """start() makes a pass each time the window has nothing else to do, finish() all that is left at once. `ready` comes when the page can
    be shown, `ended` when it has been painted, too.

    What the parts want to be read begins after that: threads that read would slow down what the person waits for.
    """

    ready = Signal(object, object)  # Context and ProjectView
    ended = Signal()

    def __init__(self, workspace: Workspace, read_only: str, messages: MessageBar, made: Mapping[str, QAction], remember: QSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.made = False  # whether `ready` has come
        self._passes = self._make(workspace, read_only, messages, made, remember, parent)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._pass)

    def start(self) -> None:
        self._turn.start()

    def finish(self) -> None:
        self._turn.stop()
        for _ in self._passes:
            pass
        self.ended.emit()

    def _pass(self) -> None:
        if next(self._passes, self) is self:
            self.finish()

    def _make(
        self, workspace: Workspace, read_only: str, messages: MessageBar, made: Mapping[str, QAction], remember: QSettings, parent: QWidget
    ) -> Iterator[None]:
        with background.pool().resting():
            context = Context(workspace, read_only, parent)
            view = ProjectView(context, messages, made, remember, parent)
            for _ in view.make():
                yield
            self.made = True
            self.ready.emit(context, view)
            yield
