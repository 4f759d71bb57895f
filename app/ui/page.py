"""What every page of an open project has in common: its acts, and what it is told when it comes into view or goes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtWidgets import QWidget


class Page(QWidget):
    """One page. `state_changed`: what can be done on it now may be another."""

    state_changed = Signal()

    def acts(self) -> dict[str, Callable[[], None]]:
        """What the window's acts do while this page is in view, by the ids of actions.ACTS; one that is not named is not offered."""
        return {}

    def entered(self) -> None:
        """It came into view: what it shows is brought up to date, and it takes the keyboard."""
        self.setFocus()

    def left(self) -> None:
        """Another page came into view."""

    def when_free(self, call: Callable[[], None]) -> None:
        """call() now, or when what the hand is at has ended: a key pressed during a drag waits for it."""
        call()

    def hold_space(self, held: bool) -> None:
        """Space is pressed or let go."""

    @property
    def ground(self) -> QWidget:
        """Over the foot of this part the messages lie."""
        return self

    def layout_state(self) -> QByteArray:
        """How its parts are laid out, to be remembered; empty where nothing can be moved."""
        return QByteArray()

    def restore_layout(self, state: QByteArray) -> None:
        """Lays its parts out as they were."""

    def close_project(self) -> None:
        """The project is closed: what works for the page ends."""
