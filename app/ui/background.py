"""Work for a few threads beside the GUI's: a read, or a generator of steps, whose answers come back in the GUI thread.

Plain threads and not QThreadPool: there, a Python runnable is destroyed in its thread, and takes along whatever window part
only it still held, which ends the process. Here a thread holds a job's shell, and the GUI thread alone empties it.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.ui.writer import Fault, fault_of

_THREADS = 3
_PATIENCE_S = 30.0


class _Job:
    """work(step) in a thread; hear(kind, value) in the GUI thread, with kind step, done or failed."""

    def __init__(self, work: Callable[[Callable[[Any], None]], Any], hear: Callable[[str, Any], None]) -> None:
        self.work: Callable | None = work
        self.hear: Callable | None = hear
        self.finished = threading.Event()


class Pool(QObject):
    """Threads that take jobs in their order, those that can wait after all others. It lives as long as the process, which waits at its
    end for what is under way."""

    _said = Signal(object, str, object)

    def __init__(self) -> None:
        super().__init__()
        self._jobs: deque[_Job] = deque()
        self._patient: deque[_Job] = deque()
        self._pressing = 0  # jobs under way that cannot wait
        self._resting = 0
        self._open = True
        self._come = threading.Condition()
        self._said.connect(self._deliver)
        self._threads = [threading.Thread(target=self._work, args=(k,), name=f"background {k}", daemon=True) for k in range(_THREADS)]
        for thread in self._threads:
            thread.start()
        # A thread that comes back out of OpenCV or Qt while the interpreter is taken down would end the process by an abort.
        atexit.register(self.close)

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Begins nothing more, and waits for what is under way; not for ever, should a disk never answer."""
        with self._come:
            self._open = False
            self._come.notify_all()
        until = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def submit(self, work: Callable[[Callable[[Any], None]], Any], hear: Callable[[str, Any], None], *, patient: bool = False) -> _Job:
        """patient: it can wait for all others."""
        job = _Job(work, hear)
        with self._come:
            (self._patient if patient else self._jobs).append(job)
            self._come.notify_all()
        return job

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Begins no job meanwhile: a thread that computes in Python takes turns with the window's, which then takes several times as long."""
        self._rest(1)
        try:
            yield
        finally:
            self._rest(-1)

    def _rest(self, by: int) -> None:
        with self._come:
            self._resting += by
            self._come.notify_all()

    def _next(self, thread: int) -> tuple[_Job, bool] | None:
        """The job whose turn it is for a thread, and whether it could not wait; None at the end.

        A screenful of thumbnails of large images must not stand before the image that is opened, nor share both cores with it:
        the first thread takes nothing that can wait, and the second one only while all else rests.
        """

        def waited_for() -> bool:
            return thread > 1 or (thread == 1 and not self._pressing)

        with self._come:
            self._come.wait_for(lambda: not self._open or not self._resting and (self._jobs or (self._patient and waited_for())))
            if not self._open:
                return None
            if self._jobs:
                self._pressing += 1
                return self._jobs.popleft(), True
            return self._patient.popleft(), False

    def _work(self, thread: int) -> None:
        while (turn := self._next(thread)) is not None:
            job, pressing = turn
            kind, value = "done", None
            try:
                value = job.work(lambda step, job=job: self._said.emit(job, "step", step))
            except Exception as exception:
                kind, value = "failed", fault_of(exception)
            job.finished.set()
            self._said.emit(job, kind, value)
            del turn, job, value
            if pressing:
                with self._come:
                    self._pressing -= 1
                    self._come.notify_all()

    def _deliver(self, job: _Job, kind: str, value: Any) -> None:
        if job.hear:
            job.hear(kind, value)
        if kind != "step":
            job.work = job.hear = None


@lru_cache(maxsize=1)
def pool() -> Pool:
    """The process's one pool; first asked for in the GUI thread."""
    return Pool()


class Task(QObject):
    """A generator that runs in the pool: stepped with each value it yields, then done with what it returns, or failed with a Fault.

    stop() asks it to end between two steps, and it says no more than `ended` then.
    """

    stepped = Signal(object)
    done = Signal(object)
    failed = Signal(Fault)
    ended = Signal()

    def __init__(self, generator: Generator[Any, None, Any] | _Call, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generator: Generator[Any, None, Any] | _Call | None = generator
        self.stopped = threading.Event()
        self._job: _Job | None = None

    def start(self) -> None:
        # The job alone holds it from now on: its own last breath must not be what takes its parent down.
        generator, self._generator = self._generator, None
        stopped, owner = self.stopped, self.parent()

        def work(step: Callable[[Any], None]) -> Any:
            _ = owner  # is held until the GUI thread empties the job: the generator, which may hold it too, ends in another one
            try:
                while not stopped.is_set():
                    step(next(generator))
            except StopIteration as ending:
                return ending.value
            finally:
                generator.close()
            return None

        self._job = pool().submit(work, self._hear)

    def stop(self, wait_s: float = 0.0) -> None:
        """Waits so long at most for the step that is under way."""
        self.stopped.set()
        if self._job and wait_s:
            self._job.finished.wait(wait_s)

    def _hear(self, kind: str, value: Any) -> None:
        if not isValid(self):
            return  # its window was closed before it ended
        if not self.stopped.is_set():
            {"step": self.stepped, "done": self.done, "failed": self.failed}[kind].emit(value)
        if kind != "step":
            self.ended.emit()


class _Call:
    """Other than a real generator, it holds its function, and what that holds, after its end: the GUI thread lets go of it, with the job."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def __next__(self) -> Any:
        raise StopIteration(self._function())

    def close(self) -> None:
        """It has no frame to be left."""


def call(function: Callable[[], Any]) -> _Call:
    """A generator of no steps that returns function()."""
    return _Call(function)
