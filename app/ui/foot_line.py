"""The line under the canvas: zoom, position and grey value, brush, the threshold of proposals and the strength of overlays."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

_STEPS = 100


class FootLine(QFrame):
    """Figures in fixed widths, so that nothing jumps when they change."""

    threshold_moved = Signal(float)
    opacity_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.zoom, self.position, self.grey, self.brush = (self._figure(sample) for sample in ("8888 %", "x 88888  y 88888", "g 888 888 888", self.tr("brush {px} px").format(px=888)))
        self._threshold_name = QLabel(self.tr("Hide below"), self)
        self._threshold = self._slider(0, self.tr("Hides proposals of which the model is less sure; their outlines stay as they are"))
        self._threshold_value = self._figure("0.88")
        self._opacity = self._slider(35, self.tr("How strongly regions are filled; hold Space to hide them"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.setSpacing(12)
        for widget in (self.zoom, self.position, self.grey, self.brush):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._threshold_name, self._threshold, self._threshold_value, QLabel(self.tr("Fill"), self), self._opacity):
            row.addWidget(widget)
        for label in self.findChildren(QLabel):
            label.setProperty("role", "faint")
        self._threshold.valueChanged.connect(self._moved)
        self._opacity.valueChanged.connect(lambda value: self.opacity_moved.emit(value / _STEPS))
        self._moved(0)
        self.offer_threshold(False)

    def _figure(self, sample: str) -> QLabel:
        label = QLabel(self)
        label.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance(sample) + 4)
        return label

    def _slider(self, value: int, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self, maximum=_STEPS, value=value, toolTip=tip, focusPolicy=Qt.FocusPolicy.TabFocus)
        slider.setFixedWidth(80)
        return slider

    def threshold(self) -> float:
        """Proposals with a score below it (0 to 1) are hidden."""
        return self._threshold.value() / _STEPS

    def opacity(self) -> float:
        return self._opacity.value() / _STEPS

    def offer_threshold(self, there: bool) -> None:
        """Shown where there are proposals."""
        for widget in (self._threshold_name, self._threshold, self._threshold_value):
            widget.setVisible(there)

    def _moved(self, value: int) -> None:
        self._threshold_value.setText(f"{value / _STEPS:.2f}")
        self.threshold_moved.emit(value / _STEPS)

    def show_zoom(self, scale: float) -> None:
        self.zoom.setText(f"{scale * 100:.0f} %" if scale >= 0.1 else f"{scale * 100:.1f} %")

    def show_brush(self, radius_px: int) -> None:
        self.brush.setText(self.tr("brush {px} px").format(px=2 * radius_px))

    def show_position(self, x: int, y: int, value: object) -> None:
        """Image pixels and the value(s) there; outside the image both are empty."""
        inside = x >= 0
        self.position.setText(f"x {x}  y {y}" if inside else "")
        values = [] if value is None else np.atleast_1d(value).tolist()
        self.grey.setText("g " + " ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values) if inside and values else "")
