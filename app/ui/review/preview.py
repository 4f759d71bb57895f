"""Before many are decided at once: twelve of them by chance, of which the person marks those that would be wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.review.crops import Crops, Key
from app.ui.review.grid import Cell, CropGrid

LOOKED_AT = 12
_LEAST_OF_EACH = 3


@dataclass(frozen=True)
class Plan:
    """What is to be decided: keys to accept and keys to reject."""

    accept: tuple[Key, ...] = ()
    reject: tuple[Key, ...] = ()

    @property
    def count(self) -> int:
        return len(self.accept) + len(self.reject)

    def some(self) -> list[Key]:
        """Twelve of them by chance, those to be accepted first: of either side in proportion, but at least three where there are so many."""
        wanted = min(LOOKED_AT, self.count)
        reject = round(wanted * len(self.reject) / max(self.count, 1))
        reject = min(len(self.reject), max(reject, min(_LEAST_OF_EACH, len(self.reject))))
        accept = min(len(self.accept), max(wanted - reject, min(_LEAST_OF_EACH, len(self.accept))))
        reject = min(len(self.reject), wanted - accept)
        return random.sample(self.accept, accept) + random.sample(self.reject, reject)

    def without(self, keys: Sequence[Key]) -> Plan:
        left_out = set(keys)
        return Plan(*(tuple(k for k in side if k not in left_out) for side in (self.accept, self.reject)))


class Preview(QWidget):
    """applied(plan, wrong, looked_at): the person goes on, without those that were marked; cancelled: nothing is to be done."""

    applied = Signal(object, int, int)
    cancelled = Signal()

    def __init__(self, crops: Crops, cell_of: Callable[[Key], Cell], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell_of = cell_of
        self.plan, self.left_out = Plan(), 0
        self._wrong: set[Key] = set()
        self._rejected: set[Key] = set()
        self.heading = QLabel(self)
        self.heading.setProperty("role", "act")
        self.not_these = QLabel(self, visible=False)
        self.not_these.setProperty("role", "faint")
        self.found = QLabel(self)
        self.found.setProperty("role", "faint")
        self.grid = CropGrid(crops, self._cell, self)
        self.go = QPushButton(self)
        self.go.setProperty("role", "primary")
        self.go.setEnabled(False)
        self.stop = QPushButton(self.tr("Back, decide nothing"), self)
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(8)
        line.addWidget(self.heading, 1)
        line.addWidget(self.not_these)
        line.addWidget(self.found)
        line.addWidget(self.stop)
        line.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.grid, 1)
        self.grid.clicked.connect(self.toggle)
        self.grid.opened.connect(self.toggle)
        self.go.clicked.connect(self._go)
        self.stop.clicked.connect(self.cancelled)

    def show_plan(self, plan: Plan, left_out: int = 0) -> None:
        """Draws the twelve anew. left_out: so many check images keep what is proposed on them."""
        self.plan, self.left_out = plan, left_out
        self.not_these.setText(self.tr("%n check image(s) left out", "", left_out))
        self.not_these.setToolTip(self.tr("What a check image tells of a version must be decided region by region."))
        self.not_these.setVisible(left_out > 0)
        self._wrong = set()
        self._rejected = set(plan.reject)
        self.grid.set_keys(plan.some())
        self.grid.go_to(self.grid.keys[0] if self.grid.keys else None)
        self._tell()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle(self, key: Key | None = None) -> None:
        """Marks what the cursor is on as wrong, or not."""
        key = key or self.grid.current
        if key is not None:
            self._wrong ^= {key}
            self.grid.refresh()
            self._tell()

    def keep(self, there: Callable[[Key], bool]) -> bool:
        """Drops what is not there any more; whether anything is left."""
        gone = [key for key in (*self.plan.accept, *self.plan.reject) if not there(key)]
        if gone:
            self.plan = self.plan.without(gone)
            self._wrong -= set(gone)
            self.grid.set_keys([key for key in self.grid.keys if key not in set(gone)])
            self._tell()
        return self.plan.count > 0

    def _cell(self, key: Key) -> Cell:
        will = self.tr("will be rejected") if key in self._rejected else self.tr("will be accepted")
        return replace(
            self._cell_of(key), reason=self.tr("wrong: stays to be reviewed") if key in self._wrong else will, mark="wrong" if key in self._wrong else ""
        )

    def _tell(self) -> None:
        shown, wrong = len(self.grid.keys), len(self._wrong)
        text = self.tr("{shown} of {all} by chance: mark each that would be wrong (X or a click)")
        self.heading.setText(text.format(shown=shown, all=self.plan.count))
        self.found.setText(self.tr("{wrong} of {shown} wrong").format(wrong=wrong, shown=shown))
        left = self.plan.without(list(self._wrong))
        self.go.setText(self._words(left))
        self.go.setEnabled(left.count > 0)

    def _words(self, plan: Plan) -> str:
        if not plan.reject:
            return self.tr("Accept %n", "", len(plan.accept))
        if not plan.accept:
            return self.tr("Reject %n", "", len(plan.reject))
        return self.tr("Accept {accept}, reject {reject}").format(accept=len(plan.accept), reject=len(plan.reject))

    def _go(self) -> None:
        self.go.setEnabled(False)  # a second click must not decide twice
        self.applied.emit(self.plan.without(list(self._wrong)), len(self._wrong), len(self.grid.keys))


class PreviewDialog(QDialog):
    """The preview over another page; it deletes itself when it is closed."""

    def __init__(self, preview: Preview, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Accept all that is listed"))
        self.preview = preview
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(preview)
        self.resize(1100, 640)
        # The window's own keys do not reach a dialog.
        QShortcut(QKeySequence("X"), self).activated.connect(lambda: preview.toggle())
        preview.applied.connect(self.accept)
        preview.cancelled.connect(self.reject)
