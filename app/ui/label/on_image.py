"""What lies on the open image: regions of the project with what is suggested beside them, and what waits for F5."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.operations import candidates, images
from app.store import gallery
from app.store.changes import Change
from app.store.gallery import RegionRow
from app.ui.context import Context
from app.ui.label.suggestions import Suggestions

UNDECIDED = ("proposal", "suggestion")


def shown_with(image_id: int) -> list[tuple]:
    """What is asked of the project when an image is opened, as Context.read_ahead takes it."""
    return [(query, image_id) for query in (gallery.regions_on, candidates.is_asked_of, images.mm_per_px)]


class OnImage(QObject):
    """shown: the regions as they stand on the screen, annotations first, then what awaits a decision, least certain first.

    visible(regions) gives those of them that may be shown. `changed`: what is shown is another; `told`: only what waits is.
    """

    changed = Signal()
    told = Signal()

    def __init__(
        self, context: Context, suggestions: Suggestions, visible: Callable[[list[RegionRow]], list[RegionRow]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._suggestions, self._visible = context, suggestions, visible
        self._held: list[RegionRow] = []
        self._newer: int | None = None
        self.shown: list[RegionRow] = []
        suggestions.changed.connect(self._put)

    @property
    def newer(self) -> int | None:
        """How many proposals wait for F5; 0 where some have only gone, None where nothing waits."""
        return self._newer if self._newer is not None else self._suggestions.newer or None

    def undecided(self, threshold: float) -> list[RegionRow]:
        """What awaits a decision and is not hidden by the threshold, least certain first."""
        return [r for r in self.shown if r.kind in UNDECIDED and r.score >= threshold]

    def read(self) -> None:
        """Brings what the project holds up to date."""
        self._newer = None
        image_id = self._context.image_id
        self._held = self._visible(self._context.read(gallery.regions_on, image_id) if image_id is not None else [])
        self._put()

    def show_newer(self) -> None:
        """F5: what waited takes its place."""
        self._context.set_focus(None)
        if self._newer is None:
            self._suggestions.show_newer()
        else:
            self._suggestions.give_way()
        self.read()

    def follow(self, change: Change) -> None:
        """Something was written. What a job reports never replaces what is in focus."""
        image_id, focus = self._context.image_id, self._context.focus
        if image_id is None or (change.id is None and change.image_ids and image_id not in change.image_ids):
            return  # a job's results on other images
        if change.id is None and focus and focus[0] in UNDECIDED and self._context.writing:
            fresh = self._visible(self._context.read(gallery.regions_on, image_id))
            if [r.key for r in fresh] != [r.key for r in self._held]:
                there = {(r.class_id, r.mask) for r in self._held}
                self._newer = sum(r.kind == "proposal" and (r.class_id, r.mask) not in there for r in fresh)
            self.told.emit()
        elif change.id is not None or {"prediction", "inference"} & change.tables:
            self.read()

    def _put(self) -> None:
        self.shown = self._held + self._suggestions.regions
        self.changed.emit()
