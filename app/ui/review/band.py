"""The band above the grid: the histogram of one class with its two handles, three live counts, and the button that applies them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.review.handles import ScoreHandles, Scores
from app.ui.sureness import Sureness

HEIGHT_PX, FLAT_PX = 136, 32  # with a histogram, and without


class Band(QFrame):
    """asked: what the handles part is to be applied, after a preview."""

    asked = Signal()

    def __init__(self, sureness: Sureness, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sureness = sureness
        self.class_id: int | None = None
        self._may_write = True
        self.setProperty("role", "line")
        self.handles = ScoreHandles(self)
        self.handles.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.hint = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter)
        self.hint.setProperty("role", "faint")
        self.apply = QPushButton(self)
        self.apply.clicked.connect(self.asked)
        self.numbers = [QLabel("0", self) for _ in range(3)]
        self._side = QWidget(self)
        self._side.setFixedWidth(184)
        column, grid = QVBoxLayout(self._side), QGridLayout()
        column.setContentsMargins(0, 4, 0, 4)
        now = theme.current()
        for row, (number, word, colour) in enumerate(
            zip(self.numbers, (self.tr("to accept"), self.tr("to look at"), self.tr("to reject")), (now.good, now.text, now.warn), strict=True)
        ):
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            number.setFixedWidth(64)
            number.setStyleSheet(f"color: {colour}; font-weight: 600;")
            grid.addWidget(number, row, 0)
            grid.addWidget(QLabel(word, self._side), row, 1)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(8)
        column.addLayout(grid)
        column.addStretch(1)
        column.addWidget(self.apply)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 16, 4)
        line.setSpacing(16)
        line.addWidget(self.handles, 1)
        line.addWidget(self.hint, 1)
        line.addWidget(self._side)
        self.handles.moved.connect(self._count)
        self.show_class(None, Scores(), may_write=True)

    def show_class(self, class_id: int | None, scores: Scores, *, may_write: bool) -> None:
        """None: no class is chosen. Another class begins with its handles at the ends."""
        self._may_write = may_write
        if class_id != self.class_id:
            self.class_id = class_id
            self.handles.reset()
        shows = class_id is not None and len(scores.every) > 0
        self.setFixedHeight(HEIGHT_PX if shows else FLAT_PX)
        for widget in (self.handles, self._side):
            widget.setVisible(shows)
        self.hint.setVisible(not shows)
        self.hint.setText(self.tr("Nothing was proposed of this class") if class_id is not None else self.tr("Choose one class to decide many at once by their scores"))
        if class_id is not None:
            self.handles.set_scores(scores, lambda score: self._sureness.word(class_id, score))

    def _count(self) -> None:
        counts = self.handles.counts()
        for number, count in zip(self.numbers, counts, strict=True):
            number.setText(str(count))
        decided = counts[0] + counts[2]
        self.apply.setText(self.tr("Apply to %n", "", decided) if decided else self.tr("Move a handle"))
        self.apply.setEnabled(decided > 0 and self._may_write)
