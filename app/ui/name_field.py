"""The field at a stroke's side that asks what was drawn, while there is no class yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget


class NameField(QFrame):
    """Asks "What is this?"; `named` brings the answer, `dropped` says that the stroke is not wanted."""

    named = Signal(str)
    dropped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.field = QLineEdit(self, placeholderText=self.tr("What is this?"), minimumWidth=180)
        hint = QLabel(self.tr("Enter"), self)
        hint.setProperty("role", "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(self.field)
        row.addWidget(hint)
        self.field.returnPressed.connect(self._enter)
        self.field.installEventFilter(self)
        self.hide()

    def ask(self, at: QPoint) -> None:
        """Shows the field beside a point of the parent, wholly inside it."""
        self.field.clear()
        self.adjustSize()
        room = self.parentWidget().rect().adjusted(8, 8, -8 - self.width(), -8 - self.height())
        self.move(max(room.left(), min(at.x() + 16, room.right())), max(room.top(), min(at.y() - self.height() // 2, room.bottom())))
        self.show()
        self.raise_()
        self.field.setFocus()

    def _enter(self) -> None:
        if name := self.field.text().strip():
            self.hide()
            self.named.emit(name)

    def eventFilter(self, watched, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.dropped.emit()
            return True
        return super().eventFilter(watched, event)
