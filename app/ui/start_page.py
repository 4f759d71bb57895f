"""The page without a project: drop a folder of images, go on with a project, or try the sample."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.ui import icons, theme


class StartPage(QWidget):
    """Says what the person wants by signals; the window does it."""

    images_asked = Signal()  # choose a folder of images
    new_asked = Signal()
    open_asked = Signal()
    sample_asked = Signal()
    chosen = Signal(Path)  # a project of the list

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages_place = QVBoxLayout()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self.messages_place)
        middle = QWidget(self)
        middle.setMaximumWidth(760)
        column = QVBoxLayout(middle)
        column.setSpacing(16)
        column.setContentsMargins(32, 24, 32, 24)
        column.addStretch(2)
        title = QLabel(self.tr("Mark a few defects, and have the rest proposed"), self)
        title.setProperty("role", "title")
        column.addWidget(title)
        column.addWidget(self._drop_place())
        column.addLayout(self._ways())
        column.addWidget(self._busy_line())
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column.addLayout(self._recent)
        column.addStretch(3)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 8)
        row.addStretch(1)
        whole.addLayout(row, 1)

    def _drop_place(self) -> QFrame:
        self.drop = QFrame(self)
        self.drop.setProperty("role", "drop")
        column = QVBoxLayout(self.drop)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(12)
        picture = QLabel(self.drop)
        picture.setPixmap(icons.pixmap("images", theme.current().faint, 40))
        text = QLabel(self.tr("Drop a folder of images here"), self.drop)
        text.setProperty("role", "act")
        said = QLabel(self.tr("The images stay where they are, and are never changed."), self.drop)
        said.setProperty("role", "faint")
        self.images_button = QPushButton(self.tr("Choose a folder of images..."), self.drop)
        self.images_button.setProperty("role", "primary")
        self.images_button.clicked.connect(self.images_asked)
        for widget in (picture, text, said, self.images_button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        return self.drop

    def _ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.sample_button = QPushButton(icons.icon("sparkles"), " " + self.tr("Try the sample project"), self)
        self.open_button = QPushButton(icons.icon("folder-open"), " " + self.tr("Open a project..."), self)
        self.new_button = QPushButton(icons.icon("folder-plus"), " " + self.tr("New empty project..."), self)
        for button, signal in ((self.sample_button, self.sample_asked), (self.open_button, self.open_asked), (self.new_button, self.new_asked)):
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _busy_line(self) -> QWidget:
        self.busy = QWidget(self)
        self.busy_text = QLabel(self.busy)
        bar = QProgressBar(self.busy, textVisible=False, maximum=0)
        bar.setFixedWidth(160)
        row = QHBoxLayout(self.busy)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(bar)
        row.addWidget(self.busy_text, 1)
        self.busy.hide()
        return self.busy

    def show_busy(self, text: str) -> None:
        """What is being done, or "" for nothing; meanwhile nothing else can be begun."""
        self.busy_text.setText(text)
        self.busy.setVisible(bool(text))
        for button in self.findChildren(QPushButton):
            button.setEnabled(not text)

    def show_over(self, over: bool) -> None:
        """Whether something that may be dropped is held over the page."""
        self.drop.setProperty("over", "true" if over else "false")
        self.drop.style().unpolish(self.drop)
        self.drop.style().polish(self.drop)

    def show_recent(self, folders: list[Path]) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            item.widget().deleteLater()
        if not folders:
            return
        heading = QLabel(self.tr("Recent projects"), self)
        heading.setProperty("role", "heading")
        heading.setContentsMargins(8, 8, 0, 4)
        self._recent.addWidget(heading)
        for folder in folders:
            button = QPushButton(f"{folder.name}      {folder.parent}", self)
            button.setProperty("role", "flat")
            button.setToolTip(str(folder))
            button.clicked.connect(lambda _=False, folder=folder: self.chosen.emit(folder))
            self._recent.addWidget(button)
