"""The line with the tabs and their numbers, the class that is listed, and Sort again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.store.review_queue import Run

PROPOSALS, CLEAN, DISAGREEMENTS = "proposals", "clean", "disagreements"


class TabLine(QFrame):
    """tab_chosen: id of a tab; class_chosen: the class to be listed is another (see `class_id`)."""

    tab_chosen = Signal(str)
    class_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "line")
        self.setFixedHeight(44)
        self.buttons: dict[str, QToolButton] = {}
        self.classes = QComboBox(self, toolTip=self.tr("List only one class"), focusPolicy=Qt.FocusPolicy.TabFocus)
        self.classes.setMinimumWidth(160)
        self.sort_again = QPushButton(self.tr("Sort again"), self, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.sort_again.setToolTip(self.tr("Lists what waits now, least certain first  (F5)"))
        row, group = QHBoxLayout(self), QButtonGroup(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(8)
        for name in (PROPOSALS, CLEAN, DISAGREEMENTS):
            button = self.buttons[name] = QToolButton(self, checkable=True, checked=name == PROPOSALS, focusPolicy=Qt.FocusPolicy.TabFocus)
            button.setProperty("role", "page")
            # Wide enough for any number: nothing moves when one changes.
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(self._words(name, 88888)) + 32)
            button.clicked.connect(partial(self.tab_chosen.emit, name))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.sort_again)
        row.addWidget(self.classes)
        self.classes.currentIndexChanged.connect(self.class_chosen)

    def _words(self, name: str, count: int | None) -> str:
        words = {PROPOSALS: self.tr("Proposals"), CLEAN: self.tr("Clean?"), DISAGREEMENTS: self.tr("Disagreements")}[name]
        return words if count is None else f"{words}  {count}"

    def tell(self, counts: Mapping[str, int | None]) -> None:
        """How many wait in each tab; None where it is not known yet."""
        for name, count in counts.items():
            self.buttons[name].setText(self._words(name, count))

    @property
    def class_id(self) -> int | None:
        """The class that is chosen; None for all, and where there is only one, which is no filter: another may come."""
        return self.classes.currentData() if self.classes.count() > 1 else None

    def fill(self, run: Run, class_id: int | None) -> None:
        """The classes of the run, one of them chosen."""
        wanted = [(None, self.tr("all classes"))] * (len(run.classes) > 1) + [(c.id, c.name) for c in run.classes]
        if wanted == [(self.classes.itemData(k), self.classes.itemText(k)) for k in range(self.classes.count())]:
            return
        self.classes.blockSignals(True)
        self.classes.clear()
        for each, name in wanted:
            self.classes.addItem(name, each)
        self.classes.setCurrentIndex(max(0, self.classes.findData(class_id)))
        self.classes.blockSignals(False)
        self.class_chosen.emit()
