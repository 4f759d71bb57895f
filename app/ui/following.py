"""A window that can only look follows what the one who holds the project does."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.operations import jobs
from app.store.lock import ProjectLock
from app.store.watch import Watch
from app.ui.background import Task, call
from app.workspace import Workspace

_EVERY_MS = 1000


class Following(QObject):
    """Looks once a second, beside the window. moved: something was written, with the jobs that are open then; left: whoever held the project
    does so no more."""

    moved = Signal(list)
    left = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._watch = workspace, Watch(workspace.database.path)
        self._lock, self._held = ProjectLock(workspace.folder), False
        self._task: Task | None = None
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._look()

    def _look(self) -> None:
        if self._task is not None:
            return
        self._task = Task(call(self._found), self)
        self._task.done.connect(self._told)
        self._task.ended.connect(self._ended)
        self._task.start()

    def _found(self) -> tuple[list[dict] | None, bool]:
        """In the thread: the open jobs, where something was written since the last look; and whether somebody holds the project."""
        held = self._lock.seems_held
        if not self._watch.changed():
            return None, held
        with self._workspace.read() as session:
            return [job for job in jobs.listed(session) if job["state"] in jobs.OPEN], held

    def _told(self, answer: tuple[list[dict] | None, bool]) -> None:
        found, held = answer
        if found is not None:
            self.moved.emit(found)
        before, self._held = self._held, held
        if before and not held:
            self.left.emit()

    def _ended(self) -> None:
        self._task.deleteLater()
        self._task = None

    def stop(self) -> None:
        """Looks no more; finish() has to follow."""
        self._timer.stop()

    def finish(self) -> None:
        """Waits for the look that is under way, and lets go of the file; in any thread."""
        if (task := self._task) is not None:
            task.stop(wait_s=2)
        self._watch.close()
