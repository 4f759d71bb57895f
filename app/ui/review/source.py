"""What one tab of the Review page lists, kept up to date beside the window: its order never changes under the hand.

What was decided keeps its place with a mark until somebody sorts again; what is not there any more (its class or its run is gone) leaves,
and newcomers are put at the end. One reading is under way at a time, so that an older answer never replaces a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.changes import Change
from app.ui.context import Context
from app.ui.review.crops import Key
from app.ui.review.grid import Cell

_REREAD_MS, _BEHIND_MS = 400, 2500  # after a change: of the tab in view, and of the others, whose number alone is seen
_AT_ONCE = 200  # images that are read alone; more are left to a whole reading


class Answer(NamedTuple):
    """Of a reading: the open rows by key in the queue's order, the marks of what was listed and is decided, and what else the source needs."""

    rows: Mapping[Key, Any]
    marks: Mapping[Key, str]
    more: Any = None


class Source(QObject):
    """changed: what is listed, or how it looks, is another. loaded: it was read at least once.

    A source gives `_read` (of a session; in a thread), `_take` (what else the answer holds), and `cell`.
    """

    changed = Signal()
    TABLES: frozenset[str] = frozenset()  # a change that touches one of these may change what is listed
    SOME = False  # whether a few images can be read alone

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.loaded = False
        self.rows: dict[Key, Any] = {}
        self.listed: list[Key] = []
        self._marks: dict[Key, str] = {}
        self._foreseen: dict[Key, str] = {}  # decided here, and not read back yet
        self._written: set[Key] = set()  # of these, what the writer has answered
        self.sorted = True
        self._awake = self._reading = self._sort = False
        self._stale = True
        self._touched: set[int] = set()
        self._again = QTimer(self, singleShot=True, interval=_REREAD_MS)
        self._again.timeout.connect(self._read_all)
        context.changed.connect(self._follow)

    # -- what it lists ------------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> Sequence[Key]:
        """What is listed now."""
        return self.listed

    def mark(self, key: Key) -> str:
        """What was decided of it, "" while it is open."""
        return self._foreseen.get(key) or self._marks.get(key, "")

    def is_open(self, key: Key) -> bool:
        return key in self.rows and not self.mark(key)

    @property
    def left(self) -> int:
        """How many of the listed ones are open."""
        return sum(self.is_open(key) for key in self.keys)

    @property
    def left_in_all(self) -> int:
        """The same without a filter."""
        return sum(self.is_open(key) for key in self.listed)

    def cell(self, key: Key) -> Cell:
        """How it looks."""
        raise NotImplementedError

    def image_of(self, key: Key) -> int | None:
        row = self.rows.get(key)
        return row.image_id if row is not None else None

    # -- deciding -----------------------------------------------------------------------------------------------------------

    def foresee(self, keys: Iterable[Key], mark: str) -> Callable[[bool], None]:
        """Shows a decision before it is written. What is returned is to be called when it was (True), or could not be (False)."""
        keys = list(keys)
        self._foreseen |= dict.fromkeys(keys, mark)
        self.sorted = False
        self.changed.emit()

        def settled(written: bool) -> None:
            if written:
                self._written.update(keys)
                self._touched |= {row.image_id for key in keys if (row := self.rows.get(key)) is not None}
                self._go() if self.SOME else self._again.start()
            else:
                for key in keys:
                    self._foreseen.pop(key, None)
            self.changed.emit()

        return settled

    def sort_again(self) -> None:
        """Lists what is open now, in the queue's order."""
        self._sort = self._stale = True
        self._go()

    # -- reading ------------------------------------------------------------------------------------------------------------

    def wake(self, in_view: bool = True) -> None:
        """Brings it up to date and keeps it so, more lazily where only its number is in view."""
        self._awake = True
        self._again.setInterval(_REREAD_MS if in_view else _BEHIND_MS)
        self._go()

    def sleep(self) -> None:
        """Nothing of it is in view: nothing is read until something is again."""
        self._awake = False
        self._again.stop()

    def _follow(self, change: Change) -> None:
        if not self.TABLES & change.tables:
            return
        if self._is_small(change):
            self._touched |= change.image_ids
            self._go()
        else:
            self._stale = True
            if self._awake:
                self._again.start()

    def _is_small(self, change: Change) -> bool:
        """Whether reading the change's images alone is enough; of a source that can read SOME."""
        return False

    def _read_all(self) -> None:
        self._stale = True
        self._go()

    def _go(self) -> None:
        if not self._awake or self._reading:
            return
        images = None if self._stale or len(self._touched) > _AT_ONCE else set(self._touched)
        if images is not None and not images:
            return
        self._reading = True
        self._stale, self._touched = False, set()
        written, self._written = self._written, set()
        known = () if self._sort else tuple(self.listed)
        self._context.read_later(lambda session: self._read(session, known, images), done=lambda answer: self._came(answer, images, written))

    def _read(self, session, known: Sequence[Key], image_ids: set[int] | None) -> Answer:
        """In a thread: reads what there is, all of it or (a source that can) on these images; known: what is listed."""
        raise NotImplementedError

    def _came(self, answer: Answer, images: set[int] | None, written: set[Key]) -> None:
        self._reading = False
        for key in written:
            self._foreseen.pop(key, None)
        if images is None:
            self.rows, self._marks = dict(answer.rows), dict(answer.marks)
        else:
            for key in [k for k, row in self.rows.items() if row.image_id in images]:
                del self.rows[key]
                self._marks.pop(key, None)
            self.rows |= answer.rows
            self._marks |= answer.marks
        self._take(answer.more, images)
        if self._sort:
            self._sort, self.listed, self.sorted = False, [k for k in answer.rows if not self.mark(k)], True
        else:
            there = set(self.listed)
            self.listed = [k for k in self.listed if k in self.rows]
            new = [k for k in answer.rows if k not in there and not self.mark(k)]
            # The first reading is in order; what comes later stands at the end.
            self.sorted = self.sorted and (not self.listed or not new) and not self._marks.keys() & there
            self.listed += new
        self.loaded = True
        self.changed.emit()
        self._go()

    def _take(self, more: Any, images: set[int] | None) -> None:
        """Keeps what else an answer holds."""
