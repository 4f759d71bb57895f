"""Window and level as a small histogram: its two ends are dragged, or its middle; for the eye only."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.ui import theme

_REACH_PX = 6  # so far beside an end a press takes hold of it
_MARGIN_PX = 5
_LEAST = 1 / 200  # of the axis: the ends keep that distance
_STEP = 1 / 50  # of the axis, for a key
_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class LevelsField(QWidget):
    """moved: the values shown black and white, while they are changed; settled: when they are. reset_asked: 1 to 99 % is wanted."""

    moved = Signal(float, float)
    settled = Signal(float, float)
    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(self.sizeHint())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setAccessibleName(self.tr("Window and level"))
        self.setToolTip(
            self.tr(
                "Brightness for the eye only, kept for this folder: drag an end or the middle, double-click for 1 to 99 %. "
                "With Tab here: arrow keys, Home for 1 to 99 %, End for all values."
            )
        )
        self._bars = np.zeros(0)
        self._first, self._last = 0.0, 1.0  # of the axis
        self.low, self.high = 0.0, 1.0
        self._held: tuple[str, float, float, float] | None = None  # end or middle; where, low and high when it was taken
        self.setEnabled(False)

    def sizeHint(self) -> QSize:
        return QSize(112, 24)

    def show_image(self, histogram: tuple[np.ndarray, float, float] | None, low: float = 0, high: float = 1) -> None:
        """Counts between two values, and which values are shown black and white; None: there is no image."""
        self._held = None
        self.setEnabled(histogram is not None)
        counts, self._first, self._last = histogram or (np.zeros(0), 0.0, 1.0)
        # By the root: the few values of a faint defect are seen beside the many of the surface.
        self._bars = np.sqrt(counts / counts.max()) if counts.size and counts.max() else np.zeros(0)
        self.show_window(low, high)

    def show_window(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.update()

    # -- the hand -------------------------------------------------------------------------------------------------------------

    def _axis(self) -> tuple[float, float]:
        """The values at the two sides: those of the image, and what the window reaches beyond them."""
        return min(self._first, self.low), max(self._last, self.high)

    def place_of(self, value: float) -> float:
        """Where a value lies, in px from the left."""
        first, last = self._axis()
        return _MARGIN_PX + (value - first) / (last - first) * (self.width() - 2 * _MARGIN_PX)

    def _value_at(self, x: float) -> float:
        first, last = self._axis()
        return first + (x - _MARGIN_PX) / (self.width() - 2 * _MARGIN_PX) * (last - first)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._part_at(event.position().x()), event.position().x(), self.low, self.high

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if not self._held:
            self.setCursor(Qt.CursorShape.SizeHorCursor if self._part_at(x) != "middle" else Qt.CursorShape.OpenHandCursor)
            return
        part, start, low, high = self._held
        by = self._value_at(x) - self._value_at(start)
        self._set(low + by * (part != "high"), high + by * (part != "low"), part)
        self.moved.emit(self.low, self.high)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        if held and (held[2], held[3]) != (self.low, self.high):
            self.settled.emit(self.low, self.high)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_asked.emit()

    def _part_at(self, x: float) -> str:
        low, high = self.place_of(self.low), self.place_of(self.high)
        if low + _REACH_PX < x < high - _REACH_PX:
            return "middle"
        return "low" if abs(x - low) < abs(x - high) else "high"

    def _set(self, low: float, high: float, part: str) -> None:
        """Keeps the ends apart and on the image's values; a middle that meets a side stops there."""
        first, last = self._axis()
        least = (last - first) * _LEAST
        if part == "middle":
            by = max(first - low, 0) - max(high - last, 0)
            low, high = low + by, high + by
        elif part == "low":
            low = max(first, min(low, high - least))
        else:
            high = min(last, max(high, low + least))
        self.show_window(low, high)

    # -- keys -----------------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # The arrows go to the next image elsewhere; here they are the field's own.
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _KEYS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (first, last) = event.key(), self._axis()
        step = (last - first) * _STEP
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = step if key == Qt.Key.Key_Right else -step
            self._set(self.low + by, self.high + by, "middle")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = step / 2 if key == Qt.Key.Key_Up else -step / 2
            if self.high - self.low + 2 * by >= step / 2:
                self.show_window(max(first, self.low - by), min(last, self.high + by))
        elif key == Qt.Key.Key_End:
            self.show_window(self._first, self._last)
        elif key == Qt.Key.Key_Home:
            self.reset_asked.emit()
            return
        else:
            super().keyPressEvent(event)
            return
        self.moved.emit(self.low, self.high)
        self.settled.emit(self.low, self.high)

    # -- Qt -------------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        floor = self.height() - 4.0
        low, high = self.place_of(self.low), self.place_of(self.high)
        painter.fillRect(QRectF(low, 2, high - low, floor - 2), QColor(now.raised))
        first, last = self.place_of(self._first), self.place_of(self._last)
        width = (last - first) / max(len(self._bars), 1)
        for k, tall in enumerate(self._bars.tolist()):
            left = first + k * width
            inside = low <= left + width / 2 <= high
            painter.fillRect(QRectF(left, floor - tall * (floor - 3), max(width - 0.4, 1), tall * (floor - 3)), QColor(now.text if inside else now.line))
        painter.setPen(QPen(QColor(now.line), 1))
        painter.drawLine(QPointF(_MARGIN_PX, floor), QPointF(self.width() - _MARGIN_PX, floor))
        if self.isEnabled():
            self._paint_ends(painter, (low, high), floor, QColor(now.accent if self.hasFocus() or self._held else now.faint))
        painter.end()

    def _paint_ends(self, painter: QPainter, places: tuple[float, float], floor: float, colour: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour)
        for x in places:
            painter.drawLine(QPointF(x, 2), QPointF(x, floor))
            painter.drawPolygon(QPolygonF([QPointF(x - 3.5, self.height() - 0.5), QPointF(x + 3.5, self.height() - 0.5), QPointF(x, floor - 2)]))
