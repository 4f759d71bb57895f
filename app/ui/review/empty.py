"""What stands in the place of the grid where nothing is listed: what is so, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget


class Empty(QWidget):
    """label_asked, check_asked: the person takes the way that is offered."""

    label_asked = Signal()
    check_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter)
        self.title.setProperty("role", "title")
        self.text = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.text.setProperty("role", "faint")
        self.way = QPushButton(self)
        self.way.setProperty("role", "primary")
        self._goes = ""
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.setContentsMargins(48, 48, 48, 96)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addWidget(self.way, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        self.way.clicked.connect(self.go)

    def tell(self, title: str, text: str, way: str) -> None:
        """way: label, check or "" for none."""
        self.title.setText(title)
        self.text.setText(text)
        self._goes = way
        self.way.setVisible(bool(way))
        self.way.setText(self.tr("Mark check images") if way == "check" else self.tr("Go to the Label page"))

    @property
    def offers(self) -> bool:
        """Whether there is a way on."""
        return bool(self._goes)

    def go(self) -> None:
        """Takes the way that is offered."""
        (self.check_asked if self._goes == "check" else self.label_asked).emit()
