"""What the hand is at on the canvas: a drag under way, where it ended, the size of the brush, and keys that wait for its end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor

from app.ui.canvas.view import CanvasView
from app.ui.label.foot_line import FootLine

BRUSHES = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 113, 150, 200)  # radii in image pixels


class Hand(QObject):
    """Watches the canvas. drawing: a drag with the left button is under way; began: one begins; brush: place of its radius in BRUSHES."""

    began = Signal()

    def __init__(self, canvas: CanvasView, foot: FootLine, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._foot = canvas, foot
        self.drawing = False
        self._at: QPoint | None = None
        self.brush = BRUSHES.index(8)
        self._later: list[Callable[[], None]] = []
        canvas.viewport().installEventFilter(self)
        self.resize_brush(0)

    @property
    def at(self) -> QPoint:
        """Where on the viewport the last gesture ended."""
        return self._canvas.viewport().mapFromGlobal(QCursor.pos()) if self._at is None else self._at

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self.drawing = True
            self.began.emit()
        elif kind == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            self.drawing, self._at = False, event.position().toPoint()
            QTimer.singleShot(0, self._catch_up)
        elif kind == QEvent.Type.Wheel and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.resize_brush(1 if event.angleDelta().y() > 0 else -1)
            return True
        return super().eventFilter(watched, event)

    def when_free(self, call: Callable[[], None]) -> None:
        """call() now, or when the drag that is under way has ended."""
        if self.drawing:
            self._later.append(call)
        else:
            call()

    def resize_brush(self, by: int) -> None:
        """So many steps larger, or smaller where negative."""
        self.brush = max(0, min(len(BRUSHES) - 1, self.brush + by))
        self._canvas.set_brush(BRUSHES[self.brush])
        self._foot.show_brush(BRUSHES[self.brush])

    def _catch_up(self) -> None:
        waiting, self._later = self._later, []
        for call in waiting:
            call()
