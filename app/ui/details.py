"""What lies behind a sentence, to read and to copy: the end of what a worker printed, or the images that could not be read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget


class Details(QDialog):
    """A text that may be long; it deletes itself when it is closed."""

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.text = QPlainTextEdit(text, self, readOnly=True)
        self.copy = QPushButton(self.tr("Copy details"), self)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        close = QPushButton(self.tr("Close"), self, default=True)
        close.clicked.connect(self.accept)
        column, foot = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.text, 1)
        foot.addStretch(1)
        foot.addWidget(self.copy)
        foot.addWidget(close)
        column.addLayout(foot)
        self.resize(640, 360)
        self.finished.connect(parent.activateWindow)  # not every window system gives the keyboard back by itself
        self.open()
