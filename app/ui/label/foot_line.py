"""The line under the canvas: zoom, position, values and sizes, brush, window and level, and what hides or strengthens the overlays."""

from __future__ import annotations

import math
import re

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from app.store.figures import MM, PX, RegionFigures
from app.ui import icons, theme
from app.ui.canvas.levels import LevelsField

_STEPS = 100
_GAP_PX = 10
_MARGIN_PX = 16
_ICON_PX = 16


class FootLine(QFrame):
    """Figures in fixed widths, so that nothing jumps when they change. Where there is no room for all of it, what is said elsewhere
    too gives way first: the brush, the size, the fill."""

    threshold_moved = Signal(float)
    opacity_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._mm: tuple[float | None, float | None] = (None, None)
        self._size = (0, 0)
        self._offered = False
        self.zoom, self.position, self.grey, self.size_, self.brush = (self._figure() for _ in range(5))
        self.zoom.setFixedWidth(self._width_of("8888 %"))
        self.brush.setFixedWidth(self._width_of(self.tr("brush {px} px").format(px=888)))
        self.levels = LevelsField(self)
        hide, fill = self.tr("Hides proposals of which the model is less sure; their outlines stay as they are"), self.tr("How strongly regions are filled; hold Space to hide them")
        self._threshold_name, self._threshold = self._picture("eye-off", hide), self._slider(0, hide)
        self._threshold_value = self._figure()
        self._threshold_value.setFixedWidth(self._width_of("0.88"))
        self._opacity_name, self._opacity = self._picture("paint-bucket", fill), self._slider(35, fill)
        self.position.setToolTip(self.tr("Where the pointer is; in mm, too, once the scale is set"))
        self.size_.setToolTip(self.tr("The selected region: its area, and the largest distance between two points of it"))
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN_PX, 3, _MARGIN_PX, 3)
        row.setSpacing(_GAP_PX)
        for widget in (self.zoom, self.position, self.grey, self.size_, self.brush):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._threshold_name, self._threshold, self._threshold_value, self._opacity_name, self._opacity, self.levels):
            row.addWidget(widget)
        self._threshold.valueChanged.connect(self._moved)
        self._opacity.valueChanged.connect(lambda value: self.opacity_moved.emit(value / _STEPS))
        self._moved(0)
        self.set_image((0, 0), "uint8", False)

    def _figure(self) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", "faint")
        return label

    def _picture(self, icon: str, tip: str) -> QLabel:
        label = QLabel(self, toolTip=tip)
        label.setPixmap(icons.pixmap(icon, theme.current().faint, _ICON_PX))
        label.setFixedWidth(_ICON_PX)
        return label

    def _width_of(self, sample: str) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(sample) + 4

    def _slider(self, value: int, tip: str) -> QSlider:
        slider = _Slider(Qt.Orientation.Horizontal, self, maximum=_STEPS, value=value, toolTip=tip, focusPolicy=Qt.FocusPolicy.TabFocus)
        slider.setFixedWidth(60)
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

    def set_image(self, size: tuple[int, int], depth: str, coloured: bool) -> None:
        """Of the open image: width and height, numpy's name of the type of its values, and whether there are three of them a pixel."""
        self._size = size
        widest = {"uint8": "888", "uint16": "88888"}.get(depth, "-8.888e+88")
        self.grey.setFixedWidth(self._width_of("g " + " ".join([widest] * (3 if coloured else 1))))
        self.set_scale(*self._mm)

    def set_scale(self, x: float | None, y: float | None) -> None:
        """mm for a pixel along x and along y of the open image, None where it is not known."""
        self._mm = x, y
        width, height = self._size
        across, down = (x, y) if x and y else (1.0, 1.0)
        whole = RegionFigures(0, 0, math.hypot(width * across, height * down), width * height * across * down, MM if x and y else PX)
        for label, widest in ((self.position, self._place(width, height)), (self.size_, _size(whole))):
            label.setFixedWidth(self._width_of(re.sub(r"\d", "8", widest)))
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
        self.size_.setText("" if region is None else _size(region))

    # -- room -----------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        threshold = (self._threshold_name, self._threshold, self._threshold_value)
        for widget in threshold:
            widget.setVisible(self._offered)
        always = (self.zoom, self.position, self.levels, *(threshold if self._offered else ()))
        left = self.width() - 2 * _MARGIN_PX + _GAP_PX - sum(widget.width() + _GAP_PX for widget in always)
        for group in ((self.grey,), (self._opacity_name, self._opacity), (self.size_,), (self.brush,)):
            left -= sum(widget.width() + _GAP_PX for widget in group)
            for widget in group:
                widget.setVisible(left >= 0)


def _size(region: RegionFigures) -> str:
    """Area and extent with as many digits as say something."""
    if region.unit != MM:
        return f"{region.area:.0f} px²  {region.extent:.0f} px"
    area = f"{region.area:.0f}" if region.area >= 100 else f"{region.area:.2f}" if region.area >= 1 else f"{region.area:.4f}"
    return f"{area} mm²  {region.extent:.2f} mm"


class _Slider(QSlider):
    """Has the arrow keys to itself while it has the keyboard; elsewhere they go to the next image."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers():
            event.accept()
            return True
        return super().event(event)
