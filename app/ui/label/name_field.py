"""The field at a stroke's side that asks what was drawn, while there is no class yet."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget


class Field(QLineEdit):
    """A line of text that has Esc to itself, whatever that is a key of elsewhere; `left` is its answer to it."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class NameField(QFrame):
    """Asks "What is this?"; `named` brings the answer, `dropped` says that the stroke is not wanted."""

    named = Signal(str)
    dropped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.field = Field(self, placeholderText=self.tr("What is this?"), minimumWidth=180)
        hint = QLabel(self.tr("Enter"), self)
        hint.setProperty("role", "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.addWidget(self.field)
        row.addWidget(hint)
        self.field.returnPressed.connect(self._enter)
        self.field.left.connect(self._leave)
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

    @property
    def name(self) -> str:
        """What is written in it so far."""
        return self.field.text().strip()

    def _enter(self) -> None:
        if name := self.name:
            self.hide()
            self.named.emit(name)

    def _leave(self) -> None:
        self.hide()
        self.dropped.emit()
