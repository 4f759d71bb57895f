"""The curve of a fine-tune while it runs: how good the network is on the labels that it does not learn from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme
from core_models.contract.job import Metric

_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 24, 12, 20


class CurveView(QWidget):
    """IoU over steps where it was measured, else the loss; the best point so far is marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: list[tuple[int, float]] = []
        self.by_iou = False
        self._metrics: list[Metric] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(240, 132)

    def clear(self) -> None:
        self._metrics = []
        self.add([])

    def add(self, metrics: Sequence[Metric]) -> None:
        """More points. Those of a run that went on from an earlier step take the place of what came after it."""
        for metric in metrics:
            self._metrics = [m for m in self._metrics if m.step < metric.step] + [metric]
        self.by_iou = any("iou" in m.values for m in self._metrics)
        name = "iou" if self.by_iou else "loss"
        self.points = [(m.step, float(m.values[name])) for m in self._metrics if name in m.values]
        self.update()

    @property
    def best(self) -> tuple[int, float] | None:
        if not self.points:
            return None
        return max(self.points, key=lambda p: p[1]) if self.by_iou else min(self.points, key=lambda p: p[1])

    def paintEvent(self, event: QPaintEvent) -> None:
        now, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        faint = QColor(now.faint)
        painter.setPen(faint)
        name = self.tr("IoU on labels kept aside") if self.by_iou else self.tr("Loss on labels kept aside (lower is better)")
        painter.drawText(QRectF(0, 0, self.width(), _TOP - 6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        low, high = self._span()
        for value in (low, high):
            y = self._y(value, area)
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if self.points:
                painter.setPen(faint)
                painter.drawText(QRectF(0, y - 8, _LEFT - 8, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:.2f}")
        if self.points:
            self._draw(painter, area)
        else:
            painter.setPen(faint)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tr("The first point comes when training begins"))
        painter.end()

    def _draw(self, painter: QPainter, area: QRectF) -> None:
        now = theme.current()
        last = max(1, self.points[-1][0])
        line = QPolygonF([QPointF(area.left() + area.width() * step / last, self._y(value, area)) for step, value in self.points])
        painter.setPen(QPen(QColor(now.accent), 2))
        painter.drawPolyline(line)
        step, value = self.best
        painter.setBrush(QColor(now.accent))
        painter.drawEllipse(QPointF(area.left() + area.width() * step / last, self._y(value, area)), 4, 4)
        painter.setPen(QColor(now.faint))
        foot = QRectF(area.left(), area.bottom() + 2, area.width(), _BOTTOM - 2)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, self.tr("best {value}").format(value=f"{value:.2f}"))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, self.tr("step {step}").format(step=self.points[-1][0]))

    def _span(self) -> tuple[float, float]:
        values = [value for _, value in self.points] or [0.0, 1.0]
        low, high = min(values), max(values)
        return (low, high) if high - low > 0.02 else (low - 0.01, high + 0.01)

    def _y(self, value: float, area: QRectF) -> float:
        low, high = self._span()
        return area.bottom() - area.height() * (value - low) / (high - low)
