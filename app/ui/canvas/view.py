"""The canvas: shows one image with its regions, and hands what the hand does to the tool of the moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.ui.canvas import marks, tools
from app.ui.canvas.compose import Shown, Window
from app.ui.canvas.frame import Frame
from app.ui.canvas.loader import Loader
from app.ui.canvas.paint import Box, Draft
from app.ui.canvas.pyramid import Pyramid
from app.ui.canvas.screen import Screen
from app.ui.canvas.tools import Act

MOST_ZOOM = 64.0
_WHEEL_STEP = 1.2  # of the zoom, for a notch of 120
_DRAG_PX = 4  # so far a click may slip
_REACH_PX = 4  # so far a click may miss a thin region
_IGNORED = (160, 160, 160)
_GESTURE_KEYS = {
    Qt.Key.Key_Return: "enter", Qt.Key.Key_Enter: "enter", Qt.Key.Key_Escape: "escape", Qt.Key.Key_Backspace: "back",
}  # fmt: skip
_BY_BRUSH = ("brush", "eraser", "ignore")


class CanvasView(QAbstractScrollArea):
    """One image with what is marked on it. Places and sizes are in image pixels, unless a name says otherwise.

    drawn: Mask of a finished gesture, and "add", "erase" or "ignore"; its draft stays until clear_draft().
    picked: key of the region clicked with the select tool, or None. hovered: x, y and the value(s) there, -1, -1, None
    outside. zoomed: screen pixels for an image pixel. loaded: the image can be seen. failed: why it cannot, in a sentence.
    """

    drawn = Signal(object, str)
    picked = Signal(object)
    hovered = Signal(int, int, object)
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
        self._loader = Loader(self)
        self._loader.loaded.connect(self._show)
        self._loader.failed.connect(self.failed)
        self.destroyed.connect(self._loader.close)
        self._regions: list[Shown] = []
        self._threshold = 0.0
        self._tool, self._radius, self._colour = "select", 8, (255, 255, 255)
        self._gesture: tuple[tools.Gesture, Draft] | None = None
        self._fitted = True
        self._pan_from: QPointF | None = None
        self._press_at: QPointF | None = None  # of a click with the select tool
        self._pointer: QPointF | None = None

    # -- what it shows --------------------------------------------------------------------------------------------------------

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the image in view; (0, 0) where there is none yet."""
        pyramid = self._screen.pyramid
        return (pyramid.width, pyramid.height) if pyramid else (0, 0)

    @property
    def zoom(self) -> float:
        """Screen pixels (logical ones) for an image pixel."""
        return self._screen.frame.zoom / self._ratio

    @property
    def window(self) -> tuple[float, float]:
        """The values that are shown black and white."""
        return self._screen.window.low, self._screen.window.high

    def show_image(self, path: Path | None) -> None:
        """Reads a file and shows the whole of it; `loaded` or `failed` follows. None: nothing. Regions and drafts of before go."""
        self._drop_gesture()
        self._regions, self._screen.focus = [], None
        self._screen.drafts = []
        self._screen.show(None, Window(0, 255))
        self._fitted = True
        self._loader.want(path, (self._screen.frame.width, self._screen.frame.height))

    def prefetch(self, paths: Sequence[Path]) -> None:
        """Reads the images that may be shown next."""
        self._loader.prefetch(paths, (self._screen.frame.width, self._screen.frame.height))

    def show_regions(self, regions: Sequence[Shown]) -> None:
        """All regions of the image; those shown before go."""
        self._regions = list(regions)
        self._pass_regions()

    def focus_region(self, key: tuple[str, int] | None) -> None:
        """Marks one region by bright corners."""
        self._screen.focus = key
        self.viewport().update()

    def set_overlay(self, opacity: float, hidden: bool) -> None:
        """How strongly regions are filled, in 0..1, and whether all that lies over the image is hidden."""
        self._screen.set_overlay(opacity, hidden)

    def set_threshold(self, score: float) -> None:
        """Hides the proposals whose score is below; an outline is never changed by it."""
        self._threshold = score
        self._pass_regions()

    def set_window(self, low: float | None = None, high: float | None = None) -> None:
        """Shows values from low to high as black to white, for the eye only; without them, from the 1st to the 99th percentile."""
        if self._screen.pyramid:
            self._screen.set_window(Window(*self._screen.pyramid.span()) if low is None or high is None else Window(low, high))

    def clear_draft(self) -> None:
        """Takes finished gestures off the screen; one that is under way stays."""
        under_way = [self._gesture[1]] if self._gesture else []
        gone = [draft for draft in self._screen.drafts if draft not in under_way]
        self._screen.drafts = under_way
        for draft in gone:
            self._screen.spoil_overlay(draft.box)

    def _show(self, pyramid: Pyramid, window: Window) -> None:
        self._screen.show(pyramid, window)
        self.fit()
        self._pass_regions()
        self.loaded.emit()

    def _pass_regions(self) -> None:
        seen = [r for r in self._regions if r.kind != "proposal" or r.score is None or r.score >= self._threshold]
        self._screen.set_regions(seen if self._screen.pyramid else [])

    # -- where it looks -------------------------------------------------------------------------------------------------------

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

    # -- what the hand does ---------------------------------------------------------------------------------------------------

    def set_tool(self, name: str) -> None:
        """One of tools.TOOLS (ValueError where it is none); a shape that is being set is dropped."""
        if name not in tools.TOOLS:
            raise ValueError(f"There is no tool {name}.")
        if name != self._tool:
            self._drop_gesture()
        self._tool = name
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if name == "select" else Qt.CursorShape.CrossCursor)
        self.viewport().update()

    def set_brush(self, radius_px: int) -> None:
        """Radius in image pixels, also for the eraser and the ignore brush."""
        self._radius = max(1, radius_px)
        self.viewport().update()

    def set_colour(self, colour: tuple[int, int, int]) -> None:
        """Of the next draft."""
        self._colour = colour

    def _begin(self, act: Act, erases: bool) -> None:
        how = "erase" if erases or self._tool == "eraser" else "ignore" if self._tool == "ignore" else "add"
        draft = Draft(*self.image_size, how, _IGNORED if how == "ignore" else self._colour)
        # A brush of one pixel sets that pixel wherever in it the hand is.
        gesture = tools.GESTURES[self._tool](draft, act, max(self._radius - 0.5, 0.75))
        self._gesture = gesture, draft
        self._screen.drafts.append(draft)
        next(gesture)
        self._patch(draft)

    def _send(self, act: Act) -> None:
        """Lets the gesture under way know, and ends it when it has come to its end."""
        if not self._gesture:
            return
        gesture, draft = self._gesture
        try:
            gesture.send(act)
            self._patch(draft)
        except StopIteration as ending:
            self._patch(draft)
            self._gesture = None
            mask = draft.mask() if ending.value else None
            if mask is not None and mask.w:
                self.drawn.emit(mask, draft.how)
            else:
                self._screen.drafts.remove(draft)
                self._screen.spoil_overlay(draft.box)
            self.viewport().update()

    def _drop_gesture(self) -> None:
        self._send(Act("escape"))

    def _patch(self, draft: Draft) -> None:
        self._screen.patch(draft)
        if draft.outline:
            self.viewport().update()

    def _act(self, kind: str, point: QPointF) -> Act:
        return Act(kind, *self.to_image(point), reach=self._ratio / self._screen.frame.zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point, left = event.position(), event.button() == Qt.MouseButton.LeftButton
        if not self.image_size[0]:
            return
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._pan_from = point
        elif left and self._tool == "select":
            self._press_at = self._pan_from = point
        elif left and self._gesture:
            self._send(self._act("press", point))
        elif left:
            self._begin(self._act("press", point), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._gesture:
            self._send(self._act("double", event.position()))
        else:
            self.mousePressEvent(event)  # two quick strokes are two strokes

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._press_at and (point - self._press_at).manhattanLength() > _DRAG_PX:
            self._press_at = None
        if self._pan_from and not self._press_at:
            self._pan(point.x() - self._pan_from.x(), point.y() - self._pan_from.y())
            self._pan_from = point
        self._send(self._act("move", point))
        self._point_to(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._press_at:
            found = self._screen.region_at(*self.to_image(self._press_at), _REACH_PX / self.zoom)
            self._press_at = self._pan_from = None
            self.picked.emit(found.key if found else None)
        elif event.button() == Qt.MouseButton.LeftButton and self._tool != "select":
            self._send(self._act("release", event.position()))
        else:
            self._pan_from = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(notches * self.viewport().width() / 8, 0)
        elif event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.zoom_by(_WHEEL_STEP**notches, event.position())
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        # Enter, Esc and Backspace are the gesture's while there is one, whatever they are short cuts of.
        if event.type() == QEvent.Type.ShortcutOverride and self._gesture and Qt.Key(event.key()) in _GESTURE_KEYS:
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:  # drawn over to another screen
            self.resizeEvent(None)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        kind = _GESTURE_KEYS.get(Qt.Key(event.key()))
        if kind and self._gesture:
            self._send(self._act(kind, self._pointer or QPointF()))
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_to(None)

    def _point_to(self, point: QPointF | None) -> None:
        for place in (self._pointer, point):
            if place and self._tool in _BY_BRUSH:
                self.viewport().update(marks.brush_rect(place, self._radius * self.zoom))
        self._pointer = point
        x, y = (math.floor(v) for v in self.to_image(point)) if point else (-1, -1)
        value = self._screen.pyramid.value(x, y) if self._screen.pyramid else None
        self.hovered.emit(*((x, y, value) if value is not None else (-1, -1, None)))

    # -- Qt -------------------------------------------------------------------------------------------------------------------

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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        self._screen.paint(painter)
        if self._screen.pyramid and not self._screen.hidden:
            self._paint_marks(painter)
        painter.end()

    def _paint_marks(self, painter: QPainter) -> None:
        words = self._screen.words(marks.WORDS_FROM_PX, marks.MOST_WORDS)
        marks.paint_words(painter, [(self._screen_rect(box), word) for box, word in words if word])
        if box := self._screen.box_of(self._screen.focus) if self._screen.focus else None:
            marks.paint_corners(painter, self._screen_rect(box))
        if self._gesture and self._gesture[1].outline:
            marks.paint_outline(painter, [self.to_screen(x, y) for x, y in self._gesture[1].outline], self._colour)
        if self._pointer and self._tool in _BY_BRUSH:
            marks.paint_brush(painter, self._pointer, self._radius * self.zoom)

    def _screen_rect(self, box: Box) -> QRect:
        """Where a box of the image lies on the viewport."""
        x, y, w, h = box
        first, last = self.to_screen(x, y), self.to_screen(x + w, y + h)
        return QRect(first.toPoint(), last.toPoint())
