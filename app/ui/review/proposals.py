"""The tab Proposals: regions of the present run that wait for a decision, least certain first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.operations import candidates, places
from app.store import review_queue
from app.store.changes import Change
from app.store.review_queue import Proposed, Run
from app.ui.context import Context
from app.ui.review.book import Book
from app.ui.review.crops import Cut, Key
from app.ui.review.grid import Cell
from app.ui.review.handles import Scores
from app.ui.review.source import Answer, Source
from app.ui.sureness import Sureness

_SMALL = frozenset({"prediction", "annotation", "verdict", "image"})


class Proposals(Source):
    """class_id: only this class is listed, None: all. withheld: images that are to be marked before their proposals are shown."""

    TABLES = frozenset({"prediction", "inference", "annotation", "verdict", "image", "defect_class", "support_shot", "active_version", "project"})
    SOME = True

    def __init__(self, context: Context, sureness: Sureness, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self._sureness = sureness
        self.run = Run(None)
        self.class_id: int | None = None
        self.withheld: set[int] = set()
        self._folders: Mapping[int, Path] = {}
        self._crowds: Counter[int] = Counter()
        self._shown: list[Key] | None = None
        self._book = Book.of({}, {})

    @property
    def keys(self) -> Sequence[Key]:
        if self.class_id is None:
            return self.listed
        if self._shown is None:
            self._shown = [k for k in self.listed if self.rows[k].class_id == self.class_id]
        return self._shown

    def choose(self, class_id: int | None) -> None:
        """Lists one class alone, or all."""
        self.class_id, self._shown = class_id, None
        self.changed.emit()

    @property
    def left(self) -> int:
        return len(self._open) if self.class_id is None else self._book.count(self.class_id)

    def scores(self, class_id: int) -> Scores:
        """Of one class: what waits, in front, and what was decided."""
        return self._book.scores(class_id)

    def waiting(self, class_id: int, low: float, high: float) -> tuple[Key, ...]:
        """All that wait of a class with a score from low to below high, check images apart."""
        return self._book.waiting(class_id, low, high)

    def _look_at(self, keys: Iterable[Key]) -> None:
        keys = list(keys)
        super()._look_at(keys)
        self._book.note((key, row, self.mark(key)) if (row := self.rows.get(key)) is not None else (key, None, "") for key in keys)

    def cell(self, key: Key) -> Cell:
        row = self.rows[key]
        class_ = self.run.by_id(row.class_id)
        cut = Cut(key, self._folders[row.root_id] / row.path, row.box, partial(self._context.read, review_queue.mask_of, key))
        word = self._sureness.word(row.class_id, row.score)
        tip = f"{row.path}\n{self._sureness.tip(row.class_id, row.score)}"
        return Cell(cut, class_.name if class_ else "", class_.colour if class_ else "#808080", word, self._reason(row), self.mark(key), tip=tip)

    def _reason(self, row: Proposed) -> str:
        crowd = self._crowds[row.image_id]
        words = {
            "check": self.tr("on a check image"),
            "larger": self.tr("larger than any marked"),
            "smaller": self.tr("smaller than any marked"),
            "near_cut": self.tr("near the cut"),
            "many": self.tr("one of %n on this image", "", crowd),
            "": self.tr("by its score"),
        }
        return words[review_queue.reason(row, self.run, crowd)]

    # -- reading ------------------------------------------------------------------------------------------------------------

    def _is_small(self, change: Change) -> bool:
        return change.id is not None and bool(change.image_ids) and change.tables <= _SMALL

    def _read(self, session, known: Sequence[Key], image_ids: set[int] | None) -> Answer:
        run, rows = review_queue.regions(session, image_ids)
        # Who can only look has nothing to mark, and nothing to be kept from.
        withheld = candidates.asked(session, image_ids) if self._context.writing else set()
        ordered = review_queue.in_order((row for row in rows if row.image_id not in withheld), self._sureness.share)
        marks = {row.key: row.decision for row in ordered if row.decision != "pending"}
        waiting = review_queue.crowds(row for row in ordered if row.decision == "pending")
        rows = {row.key: row for row in ordered}
        book = Book.of(rows, marks) if image_ids is None else None
        return Answer(rows, marks, (run, withheld, waiting, places.roots(session), book))

    def _take(self, more, images: set[int] | None) -> None:
        run, withheld, waiting, self._folders, book = more
        if images is None:
            self.withheld, self._crowds, self._book = withheld, waiting, book
        else:
            self.withheld = self.withheld - images | withheld
            for image_id in images:
                self._crowds[image_id] = waiting[image_id]
            if not run.same(self.run):  # a stroke on a shot, a cut: the rest is another as well
                self._again.start()
        self.run = run
        if self.class_id is not None and run.by_id(self.class_id) is None:
            self.class_id = None
        self._shown = None
