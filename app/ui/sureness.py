"""How sure the program is of a proposal, for a person: a word until enough is decided, then a figure that means something."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from app.store import calibration
from app.store.calibration import Calibration
from app.store.changes import Change
from app.ui.context import Context
from app.ui.rereading import Rereading

_HIGH, _MEDIUM = 0.8, 0.6
_REREAD_MS = 500
_SPEAKS_OF_IT = {"prediction", "inference", "annotation", "support_shot", "active_version", "defect_class"}


class Sureness(QObject):
    """`word` and `tip` say of a class and a score what is known now; `changed` says that they may say something else.

    One for the whole window: `Sureness.of(context)`.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._known: Mapping[int, Calibration] = {}
        self._reading = Rereading(context, lambda: (calibration.calibrations,), _REREAD_MS, self)
        self._reading.came.connect(self._came)
        context.changed.connect(self._told)
        self._reading.now()

    @staticmethod
    def of(context: Context) -> Sureness:
        """The one of this context; made when it is first asked for."""
        return context.findChild(Sureness) or Sureness(context)

    def calibrated(self, class_id: int) -> bool:
        """Whether a figure can be given for this class."""
        return class_id in self._known

    def share(self, class_id: int, score: float) -> float:
        """Of proposals like it, the part that is accepted; the raw score before there is a calibration. For sorting, not for showing."""
        known = self._known.get(class_id)
        return known.share(score) if known else score

    def word(self, class_id: int, score: float) -> str:
        """A figure such as 0.81 where it is calibrated; high, medium or low before."""
        if class_id in self._known:
            # However one-sided the decisions were: nothing that is proposed is certain.
            return f"{min(max(self.share(class_id, score), 0.01), 0.99):.2f}"
        return self.tr("high") if score >= _HIGH else self.tr("medium") if score >= _MEDIUM else self.tr("low")

    def tip(self, class_id: int, score: float) -> str:
        """What the word means, in a sentence."""
        if class_id in self._known:
            return self.tr("Of 10 like this, %n were accepted", "", round(10 * self.share(class_id, score)))
        return self.tr("A figure appears once {n} of this class are accepted and {n} rejected").format(n=calibration.LEAST)

    def _told(self, change: Change) -> None:
        if _SPEAKS_OF_IT & change.tables:
            self._reading.soon()

    def _came(self, known: dict[int, Calibration]) -> None:
        if known != self._known:
            self._known = known
            self.changed.emit()
