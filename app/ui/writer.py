"""The one thread that writes to a project: acts are done in the order in which they came, and their answers come back as Qt signals."""

from __future__ import annotations

import logging
import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.errors import PassingError, UserError
from app.ui import sentences

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """Why something could not be done, for a person: a sentence, a way out, and how to do it again (None: no use).

    passing: it may pass by itself, so that trying again later is worth it.
    """

    sentence: str
    hint: str = ""
    again: Callable[[], None] | None = None
    details: str = ""
    passing: bool = False


def fault_of(exception: BaseException) -> Fault:
    """The Fault that tells of an exception; one that is no UserError is a fault of the program, with its details."""
    if isinstance(exception, UserError):
        passing = isinstance(exception, PassingError)
        return Fault(sentences.shown(exception.sentence), sentences.shown(exception.hint), passing=passing)
    sentence = QCoreApplication.translate("Writer", "Something went wrong inside the program ({kind}); what was done before is kept.")
    return Fault(sentence.format(kind=type(exception).__name__), details="".join(traceback.format_exception(exception)))


@dataclass(eq=False)
class _Act:
    """Emptied in the owner's thread alone: what its callbacks hold (parts of the window) must not be destroyed in the writer's."""

    call: Callable[[], Any] | None
    done: Callable[[Any], None] | None
    failed: Callable[[Fault], None] | None


class Writer(QObject):
    """Acts handed to submit() run one after the other in a thread of their own; the callbacks run in the thread of the writer's owner."""

    _answered = Signal(object, object, object)  # the act, its value, the Fault

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._acts: queue.Queue[_Act | None] = queue.Queue()
        self._waiting = 0
        self._answered.connect(self._deliver)
        # A daemon: a disk that never answers must not keep the process alive after its window is gone.
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many acts have not been answered yet."""
        return self._waiting

    def submit(self, call: Callable[[], Any], done: Callable[[Any], None] | None = None, failed: Callable[[Fault], None] | None = None) -> None:
        """call() is run when its turn comes; then done(value), or failed(fault), in the owner's thread."""
        self._waiting += 1
        self._acts.put(_Act(call, done, failed))

    def close(self, timeout_s: float | None = None) -> bool:
        """Lets what is queued be done, then ends; whether it ended within the time."""
        self._acts.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (act := self._acts.get()) is not None:
            value = fault = None
            try:
                value = act.call()
            except Exception as exception:
                if not isinstance(exception, UserError):
                    _log.exception("an act failed")
                fault = fault_of(exception)
            self._answered.emit(act, value, fault)
            del act, value

    def _deliver(self, act: _Act, value: Any, fault: Fault | None) -> None:
        self._waiting -= 1
        call, done, failed = act.call, act.done, act.failed
        act.call = act.done = act.failed = None
        if fault is None:
            if done:
                done(value)
        elif failed:
            failed(replace(fault, again=lambda: self.submit(call, done, failed)))
