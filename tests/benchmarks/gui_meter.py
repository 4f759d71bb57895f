"""How long the window's thread does not come back to its event loop, told by a timer that beats there.

    meter = Meter(application)
    meter.begin("draw a stroke")    # what is done from now on, for the table
    ...
    meter.longest(5)

What a person feels is the time from one beat to the next: a key, a paint or a signal from another thread, with all that follows
from it. Timing the events themselves from Python would be finer, but each of the thousand events inside the making of a page
would then pass through the interpreter, which made it half as long again and let other threads in each time.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QThread, QTimer

_KEPT = 50
_BEAT_MS = 1
_IDLE_MS = 1.0  # of work: where there was less, nothing was called, and the thread waited for something to do or for a core


@dataclass(frozen=True, order=True)
class Held:
    """From one beat to the next: milliseconds on the clock and of processor time of the thread, and what was done."""

    clock_ms: float
    work_ms: float
    doing: str


class Meter(QObject):
    """Made in the window's thread; keeps the longest times between two beats.

    One in which a loop of its own began or ended (a dialog, a menu, a drag) is left out, and what is done in that loop is not.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._doing, self._kept, self.count = "", [], 0
        self._mark()
        timer = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._beat)
        timer.start()

    def begin(self, doing: str) -> None:
        """Names what is done from now on."""
        self._doing = doing

    def clear(self) -> None:
        """Forgets what was measured until now."""
        self._kept, self.count = [], 0
        self._mark()

    def longest(self, count: int = 10) -> list[Held]:
        """The longest on the clock, the longest first."""
        return sorted(self._kept, reverse=True)[:count]

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is done inside belongs to whoever measures, and is not counted."""
        self._beat()
        try:
            yield
        finally:
            self._mark()

    def _mark(self) -> None:
        self._clock, self._work, self._level = time.perf_counter(), time.thread_time(), QThread.currentThread().loopLevel()

    def _beat(self) -> None:
        clock, work, level, doing = self._clock, self._work, self._level, self._doing
        self._mark()
        held = Held((self._clock - clock) * 1000, (self._work - work) * 1000, doing)
        if level == self._level and held.work_ms > _IDLE_MS:
            self.count += 1
            if len(self._kept) < _KEPT:
                heapq.heappush(self._kept, held)
            else:
                heapq.heappushpop(self._kept, held)
