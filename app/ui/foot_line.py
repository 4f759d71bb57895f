"""The line under the canvas: zoom, position, values and sizes, brush, window and level, and what hides or strengthens the overlays."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from app.store.figures import MM, RegionFigures
from app.ui.canvas.levels import LevelsField

_STEPS = 100
_GAP_PX = 12
_MARGIN_PX = 16


class FootLine(QFrame):
    """Figures in fixed widths, so that nothing jumps when they change. Where there is no room for all of it, what is said elsewhere
    too gives way first: the brush, the fill, the size."""

    threshold_moved = Signal(float)
    opacity_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._mm: tuple[float | None, float | None] = (None, None)
        self._depth = ""
        self._offered = False
        samples = ("8888 %", "x 88888  y 88888", "g 888 888 888", "88888.8 mm²  8888.88 mm", self.tr("brush {px} px").format(px=888))
        self.zoom, self.position, self.grey, self.size_, self.brush = map(self._figure, samples)
        self.levels = LevelsField(self)
        self._threshold_name = QLabel(self.tr("Hide below"), self)
        self._threshold = self._slider(0, self.tr("Hides proposals of which the model is less sure; their outlines stay as they are"))
        self._threshold_value = self._figure("0.88")
        self._opacity_name = QLabel(self.tr("Fill"), self)
        self._opacity = self._slider(35, self.tr("How strongly regions are filled; hold Space to hide them"))
        self.position.setToolTip(self.tr("Where the pointer is; in mm, too, once the scale is set"))
        self.size_.setToolTip(self.tr("The selected region: its area, and the longer side of its box"))
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN_PX, 3, _MARGIN_PX, 3)
        row.setSpacing(_GAP_PX)
        for widget in (self.zoom, self.position, self.grey, self.size_, self.brush):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._threshold_name, self._threshold, self._threshold_value, self._opacity_name, self._opacity, self.levels):
            row.addWidget(widget)
        for label in self.findChildren(QLabel):
            label.setProperty("role", "faint")
        self._threshold.valueChanged.connect(self._moved)
        self._opacity.valueChanged.connect(lambda value: self.opacity_moved.emit(value / _STEPS))
        self._moved(0)
        self._make_room()

    def _figure(self, sample: str) -> QLabel:
        label = QLabel(self)
        label.setFixedWidth(self._width_of(sample))
        return label

    def _width_of(self, sample: str) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(sample) + 4

    def _slider(self, value: int, tip: str) -> QSlider:
        slider = _Slider(Qt.Orientation.Horizontal, self, maximum=_STEPS, value=value, toolTip=tip, focusPolicy=Qt.FocusPolicy.TabFocus)
        slider.setFixedWidth(72)
        return slider

    def threshold(self) -> float:
        """Proposals with a score below it (0 to 1) are hidden."""
        return self._threshold.value() / _STEPS

    def opacity(self) -> float:
        return self._opacity.value() / _STEPS

    def offer_threshold(self, there: bool) -> None:
        """Shown where there are proposals."""
        self._offered = there
        self._make_room()

    def _moved(self, value: int) -> None:
        self._threshold_value.setText(f"{value / _STEPS:.2f}")
        self.threshold_moved.emit(value / _STEPS)

    # -- what it says ---------------------------------------------------------------------------------------------------------

    def show_zoom(self, scale: float) -> None:
        self.zoom.setText(f"{scale * 100:.0f} %" if scale >= 0.1 else f"{scale * 100:.1f} %")

    def show_brush(self, radius_px: int) -> None:
        self.brush.setText(self.tr("brush {px} px").format(px=2 * radius_px))

    def set_scale(self, x: float | None, y: float | None) -> None:
        """mm for a pixel along x and along y of the open image, None where it is not known."""
        self._mm = x, y
        self.position.setFixedWidth(self._width_of("x 88888  y 88888  8888.88, 8888.88 mm" if x or y else "x 88888  y 88888"))
        self._make_room()

    def set_depth(self, depth: str, colour: bool) -> None:
        """numpy's name of the type of the open image's values, and whether there are three of them a pixel."""
        widest = {"uint8": "888", "uint16": "88888"}.get(depth, "-8.888e+88")
        self.grey.setFixedWidth(self._width_of("g " + " ".join([widest] * (3 if colour else 1))))
        self._make_room()

    def show_position(self, x: int, y: int, value: object) -> None:
        """Image pixels and the value(s) there; outside the image both are empty."""
        self.position.setText(self._place(x, y) if x >= 0 else "")
        values = [] if value is None else np.atleast_1d(value).tolist()
        self.grey.setText("g " + " ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in values) if x >= 0 and values else "")

    def _place(self, x: int, y: int) -> str:
        # Of the pixel's middle. A direction without a scale has no length.
        lengths = [f"{(at + 0.5) * mm:.2f}" if mm else "-" for at, mm in zip((x, y), self._mm, strict=True)]
        return f"x {x}  y {y}" + ("  {}, {} mm".format(*lengths) if any(self._mm) else "")

    def show_size(self, region: RegionFigures | None) -> None:
        """Of the selected region; None: nothing is selected."""
        if region is None:
            self.size_.setText("")
        elif region.unit == MM:
            self.size_.setText(f"{region.area:.3g} mm²  {region.extent:.2f} mm" if region.area < 1000 else f"{region.area:.0f} mm²  {region.extent:.1f} mm")
        else:
            self.size_.setText(f"{region.area:.0f} px²  {region.extent:.0f} px")

    # -- room -----------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        threshold = (self._threshold_name, self._threshold, self._threshold_value)
        room = self.width() - 2 * _MARGIN_PX
        always = [self.zoom, self.position, self.levels, *(threshold if self._offered else ())]
        left = room - sum(widget.sizeHint().width() if widget is self._threshold_name else widget.width() for widget in always) - _GAP_PX * len(always)
        for widget in threshold:
            widget.setVisible(self._offered)
        for group in ((self.grey,), (self.size_,), (self._opacity_name, self._opacity), (self.brush,)):
            needed = sum((widget.sizeHint().width() if widget is self._opacity_name else widget.width()) + _GAP_PX for widget in group)
            fits = needed <= left
            left -= needed if fits else 0
            for widget in group:
                widget.setVisible(fits)


class _Slider(QSlider):
    """Has the arrow keys to itself while it has the keyboard; elsewhere they go to the next image."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            event.accept()
            return True
        return super().event(event)
