"""Ctrl+Shift+A on the Label page: all that is proposed on the listed images is accepted, after a look at twelve by chance."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.operations import review_bulk
from app.ui.context import Context
from app.ui.review.crops import Crops
from app.ui.review.preview import Plan, Preview, PreviewDialog
from app.ui.review.proposals import Proposals
from app.ui.sureness import Sureness


class AcceptListed(QObject):
    """listed gives the ids of the images that the filter shows, threshold the score below which proposals are hidden.

    Each image is then complete for the classes that were proposed there; what is hidden is dismissed. Check images, and images with one
    that was found wrong, are left as they are. said: a note for the person.
    """

    said = Signal(str)

    def __init__(self, context: Context, listed: Callable[[], Collection[int]], threshold: Callable[[], float], parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._listed, self._threshold, self._over = context, listed, threshold, parent
        self.dialog: PreviewDialog | None = None
        self._source: Proposals | None = None

    def start(self) -> None:
        """Reads what is proposed, then shows the twelve. A second press changes nothing."""
        if self._source is None:
            source = self._source = Proposals(self._context, Sureness.of(self._context), self)
            source.changed.connect(self._read)
            source.wake()

    def _read(self) -> None:
        source = self._source
        if self.dialog is not None:
            if not self.dialog.preview.keep(source.is_open):
                self.dialog.reject()
            return
        listed, threshold = set(self._listed()), self._threshold()
        rows = [row for row in source.rows.values() if row.image_id in listed and row.score >= threshold and source.is_open(row.key)]
        plan = Plan(tuple(row.key for row in rows if not row.check))
        if not plan.count:
            self._end()
            self.said.emit(self.tr("Nothing that could be accepted at once is proposed on the listed images."))
            return
        crops = Crops(self)
        preview = Preview(crops, source.cell)
        preview.applied.connect(self._apply)  # before the dialog, which closes by it
        self.dialog = PreviewDialog(preview, self._over)
        preview.show_plan(plan, len({row.image_id for row in rows if row.check}))
        self.dialog.finished.connect(lambda _: (crops.close(), self._end()))
        self.dialog.open()

    def _end(self) -> None:
        if self._source is not None:
            self._source.sleep()
            self._source.deleteLater()
        self._source = self.dialog = None

    def _apply(self, plan: Plan, wrong: int, looked_at: int) -> None:
        rows = self._source.rows
        whole = self.dialog.preview.plan
        kept_back = {rows[key].image_id for key in set(whole.accept) - set(plan.accept)}
        ids = sorted({rows[key].image_id for key in plan.accept} - kept_back)
        text = self.tr("Accept what is listed on {images} images: {wrong} of {looked_at} looked at were wrong")
        self._context.do(
            review_bulk.accept_images, ids, self._threshold(), done=self._accepted,
            title=text.format(images=len(ids), wrong=wrong, looked_at=looked_at),
        )  # fmt: skip

    def _accepted(self, answer: dict[str, int]) -> None:
        text = self.tr("{accepted} regions accepted on {images} images, which are complete for what was proposed there.")
        self.said.emit(text.format(accepted=answer["accepted"], images=answer["images"]))
