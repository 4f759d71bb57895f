"""What one tab of the Review page lists, kept up to date beside the window: its order never changes under the hand.

What was decided keeps its place with a mark until somebody sorts again; what is not there any more (its class or its run is gone) leaves,
and newcomers are put at the end. One reading is under way at a time, so that an older answer never replaces a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from app.store.changes import Change
from app.ui.context import Context
from app.ui.review.crops import Key
from app.ui.review.grid import Cell

_REREAD_MS, _BEHIND_MS = 400, 2500  # after a change: of the tab in view, and of the others, whose number alone is seen
_AT_ONCE = 200  # images that are read alone; more are left to a whole reading


class Answer(NamedTuple):
    """Of a reading: the rows by key in the queue's order, the marks of those that are decided, and what else the source needs."""

    rows: dict[Key, Any]
    marks: dict[Key, str]
    more: Any = None


class _Whole(NamedTuple):
    """What follows from a reading of everything, found in the thread that read."""

    listed: list[Key]
    new: list[Key]
    open: set[Key]
    of_image: dict[int, list[Key]]


def _followed(answer: Answer, known: Sequence[Key]) -> _Whole:
    there = set(known)
    of_image: dict[int, list[Key]] = {}
    for key, row in answer.rows.items():
        of_image.setdefault(row.image_id, []).append(key)
    open_ = answer.rows.keys() - answer.marks.keys()
    return _Whole([k for k in known if k in answer.rows], [k for k in answer.rows if k not in there and k in open_], open_, of_image)


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
        self._open: set[Key] = set()
        self._of_image: dict[int, list[Key]] = {}
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
        return key in self._open

    @property
    def left(self) -> int:
        """How many of those that the filter shows are open."""
        return len(self._open)

    @property
    def left_in_all(self) -> int:
        """The same without a filter."""
        return len(self._open)

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
        self._look_at(keys)
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
                self._look_at(keys)
            self.changed.emit()

        return settled

    def _look_at(self, keys: Iterable[Key]) -> None:
        """Of these it may be another now whether they are open. A source that counts counts them anew."""
        for key in keys:
            (self._open.add if key in self.rows and not self.mark(key) else self._open.discard)(key)

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
            if self._awake and not self._again.isActive():  # a job's news never pause: each of them must not put the reading off
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

        def read(session) -> tuple[Answer, _Whole | None]:
            answer = self._read(session, known, images)
            return answer, _followed(answer, known) if images is None else None

        self._context.read_later(read, done=lambda answer: self._came(*answer, images, written))

    def _read(self, session, known: Sequence[Key], image_ids: set[int] | None) -> Answer:
        """In a thread: reads what there is, all of it or (a source that can) on these images; known: what is listed."""
        raise NotImplementedError

    def _came(self, answer: Answer, whole: _Whole | None, images: set[int] | None, written: set[Key]) -> None:
        self._reading = False
        for key in written:
            self._foreseen.pop(key, None)
        if whole is not None:
            self.rows, self._marks, self._of_image, self._open = answer.rows, answer.marks, whole.of_image, whole.open
            self.listed, new = whole.listed, whole.new
            self._take(answer.more, images)
            self._look_at(list(self._foreseen))
            self.sorted = self._sort or (self.sorted and (not self.listed or not new))
            self._sort = False
        else:
            new = self._replace(answer, images, written)
            self.sorted = self.sorted and not new
        if new:
            self.listed += new
        self.loaded = True
        self.changed.emit()
        self._go()

    def _replace(self, answer: Answer, images: set[int], written: set[Key]) -> list[Key]:
        """Puts the rows of some images in the place of those that were there; the keys that are to be listed now."""
        before = [key for image_id in images for key in self._of_image.pop(image_id, ())]
        for key in before:
            self.rows.pop(key, None)
            self._marks.pop(key, None)
        self.rows |= answer.rows
        self._marks |= answer.marks
        for key, row in answer.rows.items():
            self._of_image.setdefault(row.image_id, []).append(key)
        self._take(answer.more, images)
        self._look_at({*before, *answer.rows, *written})
        gone = {key for key in before if key not in self.rows}
        if gone:
            self.listed = [key for key in self.listed if key not in gone]
        there = set(before)
        fresh = [key for key in answer.rows if key in self._open and key not in there]
        # One that was decided before this list was made, and is open again: it was there, and never listed.
        back = [key for key in answer.rows if key in self._open and key in there]
        if back:
            listed = set(self.listed)
            fresh += [key for key in back if key not in listed]
        return fresh

    def _take(self, more: Any, images: set[int] | None) -> None:
        """Keeps what else an answer holds."""
