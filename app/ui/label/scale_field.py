"""Asks at the side of the canvas how long the line is that was drawn on the image, and what that holds for."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QRadioButton, QVBoxLayout, QWidget

from app.operations.images import Scale
from app.ui.label.name_field import Field

_SLANT = math.tan(math.radians(10))  # a line that leans less lies along x or along y


class ScaleField(QFrame):
    """given: mm a pixel along x and along y (None: as it was), and whether it holds for the whole folder. left: nothing is set."""

    given = Signal(object, object, bool)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._dx = self._dy = 0.0
        self._line = QLabel(self)
        self._line.setProperty("role", "faint")
        self.field = Field(self, placeholderText=self.tr("Length"), maximumWidth=96)
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,7}([.,]\d{0,6})?"), self))
        self.both = QCheckBox(self.tr("The same in both directions"), self)
        self.image, self.folder = QRadioButton(self.tr("This image"), self), QRadioButton(self)
        choice = QButtonGroup(self)
        choice.addButton(self.image)
        choice.addButton(self.folder)
        self.button = QPushButton(self.tr("Set the scale"), self)
        self.button.setProperty("role", "primary")
        heading = QLabel(self.tr("How long is this line?"), self)
        heading.setProperty("role", "heading")
        length = QHBoxLayout()
        length.addWidget(self.field)
        length.addWidget(QLabel(self.tr("mm"), self))
        length.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for part in (heading, self._line, length, self.both, self.image, self.folder, self.button):
            column.addLayout(part) if part is length else column.addWidget(part)
        self.field.textChanged.connect(lambda _: self.button.setEnabled(self._length() > 0))
        self.field.returnPressed.connect(self._enter)
        self.field.left.connect(self.leave)
        self.button.clicked.connect(self._enter)
        self.hide()

    def ask(self, at: QPoint, dx: float, dy: float, known: Scale) -> None:
        """Shows the field beside a point of the parent. dx, dy: of the line, in px of the image.

        A line along x or y can set that direction alone, as line scans need it; it is proposed where the two differ already.
        """
        self._dx, self._dy = abs(dx), abs(dy)
        along = self._along()
        said = {"x": self.tr("{px} px along x"), "y": self.tr("{px} px along y"), "": self.tr("{px} px")}
        self._line.setText(said[along].format(px=round(math.hypot(dx, dy), 1)))
        self.both.setToolTip(self.tr("Take the tick away for line scans, and draw one line along each direction"))
        self.both.setEnabled(bool(along))
        self.both.setChecked(not along or known.x == known.y)
        self.folder.setText(self.tr("All {n} images of its folder").format(n=known.alike))
        self.folder.setVisible(known.alike > 1)
        (self.folder if known.alike > 1 else self.image).setChecked(True)
        self.image.setVisible(known.alike > 1)
        self.field.clear()
        self.button.setEnabled(False)
        self.adjustSize()
        room = self.parentWidget().rect().adjusted(8, 8, -8 - self.width(), -8 - self.height())
        self.move(max(room.left(), min(at.x() + 16, room.right())), max(room.top(), min(at.y() + 16, room.bottom())))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        self.hide()
        self.left.emit()

    def _along(self) -> str:
        return "x" if self._dy <= _SLANT * self._dx else "y" if self._dx <= _SLANT * self._dy else ""

    def _length(self) -> float:
        try:
            return float(self.field.text().replace(",", "."))
        except ValueError:
            return 0.0

    def _enter(self) -> None:
        if self._length() <= 0:
            return
        mm = self._length() / math.hypot(self._dx, self._dy)
        along = "" if self.both.isChecked() else self._along()
        self.hide()
        self.given.emit(None if along == "y" else mm, None if along == "x" else mm, self.folder.isChecked())
