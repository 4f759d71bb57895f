"""Opens a project beside the window, which lives meanwhile: imports, the lock and the look at the whole database take their time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.errors import UserError
from app.ui.background import Task, call
from app.ui.writer import Fault

if TYPE_CHECKING:
    from app.workspace import Workspace


class _Claim:
    """What the thread has opened, until the window takes it; given up, it is closed, now or when it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workspace: Workspace | None = None
        self._given_up = False

    def put(self, workspace: Workspace) -> None:
        with self._lock:
            self._workspace = workspace
        if self._given_up:
            self.give_up()

    def take(self) -> Workspace | None:
        with self._lock:
            taken, self._workspace = self._workspace, None
        return taken

    def give_up(self) -> None:
        self._given_up = True
        if (workspace := self.take()) is not None:
            workspace.close()


def _open(folder: Path, claim: _Claim, before: Sequence[Callable[[], object]]) -> str:
    """Opens for writing, or for reading where that cannot be; why it cannot, "" where it can. UserError where neither can be."""
    # What the window needs next, so that it need not wait for it.
    from app.ui import arriving, transfer  # noqa: F401
    from app.workspace import Workspace

    for wait in before:
        wait()
    try:
        claim.put(Workspace.open(folder, writing=True))
        return ""
    except UserError as fault:
        try:
            claim.put(Workspace.open(folder, writing=False))
        except UserError:
            raise fault from None
        return fault.sentence


class Opening(QObject):
    """start() opens the project in a thread: `opened` with the workspace and why nothing can be written, or `failed`; then `ended`.

    before: what is waited for first, as the closing of the same project.
    """

    opened = Signal(object, str)
    failed = Signal(Fault)
    ended = Signal()

    def __init__(self, folder: Path, before: Sequence[Callable[[], object]] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._claim = claim = _Claim()
        self._task = Task(call(lambda: _open(folder, claim, before)), self)
        self._task.done.connect(lambda read_only: self.opened.emit(claim.take(), read_only))
        self._task.failed.connect(self.failed)
        self._task.ended.connect(self.ended)

    def start(self) -> None:
        self._task.start()

    def give_up(self) -> None:
        """Nothing is said any more, and what was opened is closed again."""
        self._task.stop()
        self._claim.give_up()
