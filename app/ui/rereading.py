"""What is read beside the window and shown until it is stale: one reading at a time, so that an older answer never replaces a newer one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from app.ui.context import Context
from app.ui.writer import Fault


class Rereading(QObject):
    """came: what was read. A fault goes to `failed`, where it is given, else to the context's signal.

    what() is asked when a reading begins: the query, which is called with a session in a thread, and its further arguments.
    """

    came = Signal(object)

    def __init__(
        self, context: Context, what: Callable[[], tuple], wait_ms: int, parent: QObject, *, failed: Callable[[Fault], None] | None = None, pauses: int = 0
    ) -> None:
        """wait_ms: what changes until then is read together. pauses: so many times as long as a reading took is waited for the next at least."""
        super().__init__(parent)
        self._context, self._what, self._wait_ms, self._pauses = context, what, wait_ms, pauses
        self._failed = failed or context.failed.emit
        self.busy = False
        self.stale = True  # something has changed since the last reading was begun
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True, interval=wait_ms)
        self._timer.timeout.connect(self.now)

    def now(self) -> None:
        """Reads, or does so soon where a reading is under way."""
        if self.busy:
            self.soon()
            return
        self._timer.stop()
        self.busy, self.stale = True, False
        self._clock.start()
        query, *args = self._what()
        self._context.read_later(query, *args, done=self._came, failed=self._not_read)

    def soon(self) -> None:
        """Reads in a moment. Further changes do not put that off: a job's news never pause."""
        self.stale = True
        if not self._timer.isActive():
            self._timer.start()

    def catch_up(self) -> None:
        """Reads where something has changed."""
        if self.stale:
            self.now()

    def stop(self) -> None:
        """Begins nothing that is waited for."""
        self._timer.stop()

    def _came(self, value: Any) -> None:
        self.busy = False
        self._timer.setInterval(max(self._wait_ms, self._pauses * self._clock.elapsed()))
        self.came.emit(value)

    def _not_read(self, fault: Fault) -> None:
        self.busy, self.stale = False, True
        self._failed(fault)
