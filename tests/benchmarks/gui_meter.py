"""How long the window's thread is held by one call: an application that times the delivery of every event.

    app = MeteredApplication()          # before anything else asks for the application
    app.meter.begin("draw a stroke")    # what is done from now on, for the table
    ...
    app.meter.longest(5)

What a person feels is the outermost delivery: a key, a timer, a signal from another thread with all that follows from it.
One that waits in a loop of its own (a dialog, a menu, a drag) is left out, and what is delivered in that loop is timed by
itself. Drive the window from outside of app.exec(), by QTest and processEvents: then each event comes by itself.
"""

from __future__ import annotations

import heapq
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QThread
from PySide6.QtWidgets import QApplication

_KEPT = 50


@dataclass(frozen=True, order=True)
class Held:
    """One delivery: milliseconds on the clock and of processor time of the thread, what was done, to what, and by which event."""

    clock_ms: float
    work_ms: float
    doing: str
    receiver: str
    event: str


class Meter:
    """Keeps the longest deliveries."""

    def __init__(self) -> None:
        self._doing, self._kept, self.count = "", [], 0
        self.left_out: set[str] = set()  # names of classes: what is delivered to these is a matter of whoever measures
        self._around: list[tuple[int, bool]] = []  # of each delivery under way: the level of its loop, and whether one ran inside it
        self._thread, self._own = threading.get_ident(), QThread.currentThread()

    def begin(self, doing: str) -> None:
        """Names what is done from now on."""
        self._doing = doing

    def clear(self) -> None:
        """Forgets what was measured until now."""
        self._kept, self.count = [], 0

    def longest(self, count: int = 10) -> list[Held]:
        """The longest deliveries on the clock, the longest first."""
        return sorted(self._kept, reverse=True)[:count]

    def deliver(self, call, receiver: QObject, event: QEvent) -> bool:
        """Runs call(receiver, event) and times it where it is an outermost one."""
        if threading.get_ident() != self._thread:
            return call(receiver, event)
        level = self._own.loopLevel()
        if self._around and self._around[-1][0] == level:
            return call(receiver, event)  # inside another one: thousands while a page is made
        for k, (outer, _) in enumerate(self._around):
            self._around[k] = (outer, True)
        self._around.append((level, False))
        name, kind = type(receiver).__name__, event.type()
        clock, work = time.perf_counter(), time.thread_time()
        try:
            return call(receiver, event)
        finally:
            held = Held((time.perf_counter() - clock) * 1000, (time.thread_time() - work) * 1000, self._doing, name, kind.name)
            waited = self._around.pop()[1]
            if not waited and name not in self.left_out:
                self._keep(held)

    def _keep(self, held: Held) -> None:
        self.count += 1
        if len(self._kept) < _KEPT:
            heapq.heappush(self._kept, held)
        elif held.clock_ms > self._kept[0].clock_ms:
            heapq.heapreplace(self._kept, held)


class MeteredApplication(QApplication):
    """The application whose meter times what the window's thread is held by."""

    def __init__(self, words: tuple[str, ...] = ()) -> None:
        self.meter = Meter()  # before the rest: events come while the application is being made
        super().__init__(list(words))

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        return self.meter.deliver(super().notify, receiver, event)
