"""Many proposals decided at once on the Review page: which they are, a look at some of them, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal

from app.ui.review.band import Band
from app.ui.review.crops import Key
from app.ui.review.deciding import Deciding
from app.ui.review.preview import Plan, Preview
from app.ui.review.proposals import Proposals


class AtOnce(QObject):
    """asked: the preview is to be shown; ended: it is done with. class_id gives the class of the histogram, None for several."""

    asked = Signal()
    ended = Signal()
    said = Signal(str)

    def __init__(
        self, proposals: Proposals, band: Band, preview: Preview, deciding: Deciding, class_id: Callable[[], int | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._proposals, self._band, self._preview, self._deciding, self._class_id = proposals, band, preview, deciding, class_id
        band.asked.connect(self.apply)
        preview.applied.connect(self._go)
        preview.cancelled.connect(self.ended)

    def apply(self) -> None:
        """What lies outside the two handles."""
        handles, class_id = self._band.handles, self._class_id()
        low, high = handles.reject_below, handles.accept_from
        plan = Plan(self._proposals.waiting(class_id, high, math.inf), self._proposals.waiting(class_id, -math.inf, low))
        rows = self._proposals.rows.values()
        self._ask(plan, [row.key for row in rows if row.class_id == class_id and (row.score >= high or row.score < low)])

    def accept_all(self) -> None:
        """All that the filter shows."""
        rows, keys = self._proposals.rows, self._proposals.keys
        self._ask(Plan(tuple(key for key in keys if self._proposals.is_open(key) and not rows[key].check)), keys)

    def _ask(self, plan: Plan, among: Sequence[Key]) -> None:
        """among: what was asked for, of which only what waits is decided, and what lies on check images not at once."""
        rows = self._proposals.rows
        left_out = {rows[key].image_id for key in among if rows[key].check and self._proposals.is_open(key)}
        if not plan.count:
            self.said.emit(self.tr("There is nothing to decide at once: check images are decided one by one."))
            return
        self._preview.show_plan(plan, len(left_out))
        self.asked.emit()
        self._preview.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, plan: Plan, wrong: int, looked_at: int) -> None:
        class_ = self._proposals.run.by_id(self._class_id())
        self._deciding.plan(self._proposals, plan, class_.name if class_ else self.tr("all classes"), wrong, looked_at, self._preview.left_out)
        self._band.handles.reset()
        self.ended.emit()
