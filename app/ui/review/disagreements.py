"""The tab Disagreements: where the version and what people hold true do not agree (see app/store/disagreements.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.operations import candidates, places
from app.store import disagreements, review_queue
from app.store.disagreements import Disagreement
from app.store.review_queue import Run
from app.ui.context import Context
from app.ui.review.crops import Cut, Key
from app.ui.review.grid import Cell
from app.ui.review.source import Answer, Source
from app.ui.sureness import Sureness


class Disagreements(Source):
    """What was decided here keeps its place with a mark; what was settled elsewhere leaves."""

    TABLES = frozenset({"prediction", "inference", "annotation", "verdict", "image", "defect_class", "support_shot", "active_version"})

    def __init__(self, context: Context, sureness: Sureness, parent: QObject | None = None) -> None:
        super().__init__(context, parent)
        self._sureness = sureness
        self._run = Run(None)
        self._folders: Mapping[int, Path] = {}

    def is_marked(self, key: Key) -> bool:
        """Whether it is a region that is held true, and not a proposal."""
        return key[0] == "annotation"

    def cell(self, key: Key) -> Cell:
        row: Disagreement = self.rows[key]
        class_ = self._run.by_id(row.class_id)
        cut = Cut(key, self._folders[row.root_id] / row.path, row.box, partial(self._context.read, review_queue.mask_of, key))
        missed = row.kind == "missed"
        word = self.tr("marked") if missed else self._sureness.word(row.class_id, row.score)
        reason = self.tr("not found by the version") if missed else self.tr("proposed, not marked")
        return Cell(cut, class_.name if class_ else "", class_.colour if class_ else "#808080", word, reason, self.mark(key), dashed=not missed, tip=row.path)

    def _read(self, session, known: Sequence[Key], image_ids: set[int] | None) -> Answer:
        run, found = disagreements.find(session)
        hidden = candidates.asked(session, {row.image_id for row in found}) if self._context.writing else set()
        rows = {row.key: row for row in found if row.image_id not in hidden}
        asked = [key[1] for key in known if key[0] == "proposal" and key not in rows]
        settled = {("proposal", k): decision for k, decision in review_queue.decisions_of(session, asked).items()}
        return Answer(rows | {key: self.rows[key] for key in settled if key in self.rows}, settled, (run, places.roots(session)))

    def _take(self, more, images: set[int] | None) -> None:
        self._run, self._folders = more
