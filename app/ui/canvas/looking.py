"""One image on the screen: reads it, zooms, moves, and shows its values through a window and level."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.ui.canvas.compose import Window
from app.ui.canvas.frame import Frame
from app.ui.canvas.heat import Heat
from app.ui.canvas.loader import Loader
from app.ui.canvas.pyramid import Pyramid
from app.ui.canvas.screen import Screen

MOST_ZOOM = 64.0
_WHEEL_STEP = 1.2  # of the zoom, for a notch of 120


class ImageView(QAbstractScrollArea):
    """One image. Places and sizes are in image pixels, unless a name says otherwise.

    levels_of: the window and level that were kept for a file, by its path and the type of its values; None: the image's own.
    zoomed: screen pixels for an image pixel. loaded: the image can be seen. failed: why it cannot, in a sentence.
    """

    zoomed = Signal(float)
    loaded = Signal()
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._screen = Screen(self.viewport())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.levels_of: Callable[[Path, str], tuple[float, float] | None] = lambda path, depth: None
        self._path: Path | None = None
        self._loader = Loader(self)
        self._loader.loaded.connect(self._show)
        self._loader.failed.connect(self.failed)
        self.destroyed.connect(self._loader.close)
        self._fitted = True

    # -- what it shows --------------------------------------------------------------------------------------------------------

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in view; (0, 0) where there is none yet."""
        pyramid = self._screen.pyramid
        return (pyramid.width, pyramid.height) if pyramid else (0, 0)

    @property
    def path(self) -> Path | None:
        """The file that was asked for."""
        return self._path

    @property
    def depth(self) -> str:
        """numpy's name of the type of the image's values; "" where there is none yet."""
        return self._screen.pyramid.dtype.name if self._screen.pyramid else ""

    @property
    def coloured(self) -> bool:
        """Whether the image has three values a pixel."""
        return bool(self._screen.pyramid) and self._screen.pyramid.image.ndim == 3

    @property
    def window(self) -> tuple[float, float]:
        """The values that are shown black and white."""
        return self._screen.window.low, self._screen.window.high

    @property
    def histogram(self) -> tuple[np.ndarray, float, float] | None:
        """How often the image's values occur, and between which two of them (Pyramid.histogram); None where there is no image yet."""
        return self._screen.pyramid.histogram if self._screen.pyramid else None

    def show_image(self, path: Path | None) -> None:
        """Reads a file and shows the whole of it; `loaded` or `failed` follows. None: nothing."""
        self._screen.show(None, Window(0, 255))
        self._fitted, self._path = True, path
        self._loader.want(path, (self._screen.frame.width, self._screen.frame.height))

    def prefetch(self, paths: Sequence[Path]) -> None:
        """Reads the images that may be shown next."""
        self._loader.prefetch(paths, (self._screen.frame.width, self._screen.frame.height))

    def set_window(self, low: float | None = None, high: float | None = None) -> None:
        """Shows values from low to high as black to white, for the eye only; without them, from the 1st to the 99th percentile."""
        if self._screen.pyramid:
            self._screen.set_window(Window(*self._screen.pyramid.span()) if low is None or high is None else Window(low, high))

    def show_heat(self, heat: Heat | None) -> None:
        """Lays a score map of the image over it, or takes it away."""
        self._screen.set_heat(heat)

    def _show(self, pyramid: Pyramid, window: Window) -> None:
        kept = self.levels_of(self._path, pyramid.dtype.name) if self._path else None
        self._screen.show(pyramid, Window(*kept) if kept else window)
        self.fit()
        self.loaded.emit()

    # -- where it looks -------------------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels (logical ones) for an image pixel."""
        return self._screen.frame.zoom / self._ratio

    @property
    def _ratio(self) -> float:
        return self.viewport().devicePixelRatioF()

    def fit(self) -> None:
        """Shows the whole image."""
        width, height = self.image_size
        frame = self._screen.frame
        self._fitted = True
        if width and frame.width:
            zoom = min(frame.width / width, frame.height / height, MOST_ZOOM * self._ratio)
            left, top = (math.floor((side * zoom - room) / 2) for side, room in ((width, frame.width), (height, frame.height)))
            self._look(replace(frame, zoom=zoom, left=left, top=top))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms in or out; what lies under `at` (a place on the viewport; its middle if None) stays there."""
        width, height = self.image_size
        if not width:
            return
        frame = self._screen.frame
        x, y = (at.x() * self._ratio, at.y() * self._ratio) if at else (frame.width / 2, frame.height / 2)
        least = min(1.0, frame.width / width, frame.height / height) / 2
        zoom = min(max(frame.zoom * factor, least), MOST_ZOOM * self._ratio)
        held_x, held_y = frame.image_at(x, y)
        self._fitted = False
        self._look(replace(frame, zoom=zoom, left=round(held_x * zoom - x), top=round(held_y * zoom - y)))

    def to_screen(self, x: float, y: float) -> QPointF:
        """The place on the viewport of a place on the image."""
        u, v = self._screen.frame.screen_at(x, y)
        return QPointF(u / self._ratio, v / self._ratio)

    def to_image(self, point: QPointF) -> tuple[float, float]:
        """The place on the image under a place on the viewport."""
        return self._screen.frame.image_at(point.x() * self._ratio, point.y() * self._ratio)

    def _pan(self, dx: float, dy: float) -> None:
        """Moves the image by logical pixels."""
        frame = self._screen.frame
        self._fitted = False
        self._look(replace(frame, left=frame.left - round(dx * self._ratio), top=frame.top - round(dy * self._ratio)))

    def _look(self, frame: Frame) -> None:
        width, height = self.image_size
        # At least to the middle of the screen the image reaches: it cannot be lost.
        left = min(max(frame.left, -frame.width // 2), round(width * frame.zoom) - frame.width // 2)
        top = min(max(frame.top, -frame.height // 2), round(height * frame.zoom) - frame.height // 2)
        before = self._screen.frame.zoom
        self._screen.look(replace(frame, left=left, top=top))
        if before != frame.zoom:
            self.zoomed.emit(self.zoom)

    # -- Qt -------------------------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(notches * self.viewport().width() / 8, 0)
        elif event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.zoom_by(_WHEEL_STEP**notches, event.position())
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._screen.spoil()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        size: QSize = self.viewport().size()
        before = self._screen.frame
        middle = before.image_at(before.width / 2, before.height / 2) if before.width else (0, 0)
        self._screen.resize(math.ceil(size.width() * self._ratio), math.ceil(size.height() * self._ratio), self._ratio)
        if self._fitted:
            self.fit()
        elif self.image_size[0]:
            frame = self._screen.frame
            left, top = (round(v * frame.zoom - room / 2) for v, room in zip(middle, (frame.width, frame.height), strict=True))
            self._look(replace(frame, left=left, top=top))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:  # drawn over to another screen
            self.resizeEvent(None)
        return super().event(event)
