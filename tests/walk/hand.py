"""A hand on mouse and keyboard of a virtual display: what it does comes to the window by the display's server, as a person's would.

It works in a thread of its own and asks the window's thread for what can be seen; each press, click and stroke is counted.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

PATIENCE_S = 120.0
_LOOK_S = 0.03  # between two looks at the window while the hand waits
_NAMES = {"?": "question", "/": "slash", ",": "comma", ".": "period", " ": "space"}


class Lost(RuntimeError):
    """What the hand waited for did not come."""


class _Eyes(QObject):
    """Runs what it is asked in the window's thread."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(lambda question: question(), Qt.ConnectionType.QueuedConnection)


class Hand:
    """Made in the window's thread, used in another. presses, clicks, strokes, turns: what it did so far; idle_s: how long it had
    nothing to act on; waits: (what for, seconds)."""

    def __init__(self) -> None:
        self._eyes = _Eyes()
        # A process that is started from here holds the whole interpreter up until it has got a core: not for each key.
        self._fingers = ProcessPoolExecutor(1, get_context("spawn"))
        self.presses = self.clicks = self.strokes = self.turns = 0
        self.idle_s = 0.0
        self.waits: list[tuple[str, float]] = []

    @property
    def actions(self) -> int:
        """Key presses, clicks, strokes and turns of the wheel."""
        return self.presses + self.clicks + self.strokes + self.turns

    # -- seeing -----------------------------------------------------------------------------------------------------------

    def see(self, look: Callable[[], Any]) -> Any:
        """look() in the window's thread; its value."""
        done, answer = threading.Event(), []

        def question() -> None:
            try:
                answer.append((look(), None))
            except Exception as fault:
                answer.append((None, fault))
            done.set()

        self._eyes.asked.emit(question)
        if not done.wait(PATIENCE_S):
            raise Lost("the window does not answer")
        value, fault = answer[0]
        if fault:
            raise fault
        return value

    def until(self, what: str, look: Callable[[], Any], *, idle: bool = True, patience_s: float = PATIENCE_S) -> Any:
        """Waits until look() holds; its value. idle: she has nothing to act on meanwhile, which is added up."""
        began = time.monotonic()
        while not (value := self.see(look)):
            if time.monotonic() - began > patience_s:
                raise Lost(f"waited in vain for: {what}")
            time.sleep(_LOOK_S)
        took = time.monotonic() - began
        if idle:
            self.idle_s += took
            if took > 0.3:
                self.waits.append((what, round(took, 1)))
        return value

    def place(self, widget: QWidget, at: QPoint | None = None) -> QPoint:
        """Where a point of a widget (its middle) lies on the display. Lost where it is covered, hidden or cannot be used."""

        def look() -> QPoint | None:
            point = at if at is not None else widget.rect().center()
            if not widget.isVisible() or not widget.isEnabled() or not widget.visibleRegion().contains(point):
                return None
            return widget.mapToGlobal(point)

        return self.until(f"{type(widget).__name__} to be there", look, idle=False, patience_s=20)

    # -- doing ------------------------------------------------------------------------------------------------------------

    def _do(self, *words: object) -> None:
        self._fingers.submit(subprocess.run, ["xdotool", *(str(word) for word in words)], check=True, capture_output=True).result()
        self.see(lambda: None)  # what came of it is done before the next

    def focus(self, window: QWidget) -> None:
        """Gives the keyboard to a window, as a click on its frame would; a display without a window manager does not by itself."""
        ident = self.see(lambda: int(window.winId()))
        self._do("windowfocus", "--sync", ident)

    def key(self, name: str, times: int = 1) -> None:
        """Presses a key ("a", "shift+a", "ctrl+2", "Return"), so many times."""
        for _ in range(times):
            self._do("key", "--clearmodifiers", _NAMES.get(name, name))
            self.presses += 1

    def type(self, text: str) -> None:
        """Types a text; a sign counts as a press."""
        self._do("type", "--delay", 8, text)
        self.presses += len(text)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        point = self.place(widget, at)
        self._do("mousemove", point.x(), point.y(), "click", 1)
        self.clicks += 1

    def wheel(self, widget: QWidget, at: QPoint, up: bool) -> None:
        """Turns the wheel by one notch."""
        point = self.place(widget, at)
        self._do("mousemove", point.x(), point.y(), "click", 4 if up else 5)
        self.turns += 1

    def drag(self, widget: QWidget, points: Sequence[QPoint]) -> None:
        """Presses at the first point, moves through the others, lets go at the last."""
        places = [self.place(widget, point) for point in points]
        self._do("mousemove", places[0].x(), places[0].y())
        with self._held():
            for place in places[1:]:
                self._do("mousemove", place.x(), place.y())
        self.strokes += 1

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._do("mousedown", 1)
        try:
            yield
        finally:
            self._do("mouseup", 1)

    def dialog(self, kind: type[QWidget]) -> QWidget:
        """The dialog of a kind that has just opened, with the keyboard."""

        def look() -> QWidget | None:
            return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)

        found = self.until(f"{kind.__name__} to open", look, idle=False)
        self.focus(found)
        return found

