"""The tab Clean?: images on which nothing was proposed, by the crop round their hottest spot, surest clean first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.operations import candidates, places
from app.store import review_queue
from app.store.review_queue import Clean
from app.ui.review.crops import Cut, Key
from app.ui.review.grid import Cell
from app.ui.review.source import Answer, Source
from core_models.contract import score_map


class CleanImages(Source):
    """What was said of a listed image is its mark: clean where it is defect-free."""

    TABLES = frozenset({"prediction", "inference", "annotation", "verdict", "image", "defect_class", "support_shot", "active_version", "project"})

    _folders: Mapping[int, Path] = {}

    def cell(self, key: Key) -> Cell:
        row: Clean = self.rows[key]
        maps = tuple(score_map.path_of(self._context.folder / folder, row.image_id, class_id) for class_id, folder in row.maps if folder)
        cut = Cut(key, self._folders[row.root_id] / row.path, maps=maps)
        reason = self.tr("defect-free") if self.mark(key) else self.tr("the hottest spot") if maps else self.tr("the whole image")
        return Cell(cut, row.path.rpartition("/")[2], "", "", reason, self.mark(key), tip=row.path)

    def _read(self, session, known: Sequence[Key], image_ids: set[int] | None) -> Answer:
        withheld = candidates.asked(session) if self._context.writing else set()
        rows = {row.key: row for row in review_queue.clean_images(session) if row.image_id not in withheld}
        said = review_queue.said(session, [key[1] for key in known if key not in rows])
        # What was called defect-free keeps its place; what else was said or drawn of an image takes it out.
        settled = {key: self.rows[key] for key in known if key in self.rows and said.get(key[1])}
        return Answer(rows | settled, dict.fromkeys(settled, "clean"), places.roots(session))

    def _take(self, more, images: set[int] | None) -> None:
        self._folders = more
