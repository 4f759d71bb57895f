"""The parts of the Label page and where they lie: gallery, tool strip and canvas between two lines, classes and shots and regions."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from app.ui import actions
from app.ui.canvas.view import CanvasView
from app.ui.context import Context
from app.ui.label.foot_line import FootLine
from app.ui.label.name_field import NameField
from app.ui.panels.classes import ClassesPanel
from app.ui.panels.gallery import GalleryPanel
from app.ui.panels.regions import RegionsPanel
from app.ui.panels.shots import ShotsPanel
from app.ui.thumbnails import Thumbnails

_WIDTHS_PX = [264, 800, 280]
GALLERY, SIDE = 0, 2


class LabelParts(QSplitter):
    """gallery, classes, shots, regions: panels; canvas with the field names on it; act: the line above it; foot: the one below."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.thumbnails = Thumbnails(parent=self)
        self.gallery = GalleryPanel(context, self.thumbnails, self)
        self.classes = ClassesPanel(context, self)
        self.regions = RegionsPanel(context, self)
        self.shots = ShotsPanel(context, self.thumbnails, lambda: self.gallery.images, self.gallery.path_of, self)
        self.canvas = CanvasView(self)
        self.names = NameField(self.canvas)
        self.act = QLabel(self)
        self.act.setProperty("role", "act")
        self.foot = FootLine(self)
        self._tools = QFrame(self)
        self._tools.setProperty("role", "strip")
        QVBoxLayout(self._tools).setContentsMargins(4, 8, 4, 8)
        for part in (self.gallery, self._centre(), self._side()):
            self.addWidget(part)
        for k in range(3):  # only now: till here the other parts, children of the splitter at first, had places in it, too
            self.setStretchFactor(k, 1 if k == 1 else 0)
        self.setSizes(_WIDTHS_PX)

    def _centre(self) -> QWidget:
        centre, line = QWidget(self), QFrame(self)
        line.setProperty("role", "line")
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 0, 16, 0)
        line.setFixedHeight(36)
        row.addWidget(self.act, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._tools)
        middle.addWidget(self.canvas, 1)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)
        centre.setMinimumWidth(480)
        return centre

    def _side(self) -> QWidget:
        side, lower = QSplitter(Qt.Orientation.Vertical, self), QWidget(self)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.shots)
        column.addWidget(self.regions, 1)
        side.addWidget(self.classes)
        side.addWidget(lower)
        side.setSizes([280, 440])
        side.setMinimumWidth(240)
        side.setChildrenCollapsible(False)
        return side

    def hide_or_show(self, part: int) -> None:
        """Gives the room of GALLERY or SIDE to the image, or takes it back; what has no room is remembered with the layout."""
        sizes = self.sizes()
        wanted = 0 if sizes[part] else _WIDTHS_PX[part]
        sizes[1] += sizes[part] - wanted
        sizes[part] = wanted
        self.setSizes(sizes)

    def set_actions(self, made: Mapping[str, QAction]) -> None:
        """Fills the tool strip from the window's table of actions."""
        column = self._tools.layout()
        for name in (*actions.TOOLS, "", "undo", "redo", "", "fit", "heat"):
            if not name:
                column.addSpacing(16)
                continue
            button = QToolButton(self._tools)
            button.setDefaultAction(made[name])
            button.setIconSize(button.iconSize() * 1.15)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            column.addWidget(button)
        column.addStretch(1)
        self.shots.button.clicked.connect(made["prelabel"].trigger)
