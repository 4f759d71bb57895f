"""The canvas: shows one image with its regions, and hands what the hand does to the tool of the moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.ui.canvas import marks, tools
from app.ui.canvas.compose import Shown, Window
from app.ui.canvas.looking import MOST_ZOOM, ImageView
from app.ui.canvas.paint import Box, Draft
from app.ui.canvas.pyramid import Pyramid
from app.ui.canvas.tools import Act

__all__ = ["MOST_ZOOM", "CanvasView"]

_DRAG_PX = 4  # so far a click may slip
_REACH_PX = 4  # so far a click may miss a thin region
_IGNORED = (160, 160, 160)
_GESTURE_KEYS = {
    Qt.Key.Key_Return: "enter", Qt.Key.Key_Enter: "enter", Qt.Key.Key_Escape: "escape", Qt.Key.Key_Backspace: "back",
}  # fmt: skip
_BY_BRUSH = ("brush", "eraser", "ignore")


class CanvasView(ImageView):
    """One image with what is marked on it.

    drawn: Mask of a finished gesture, and "add", "erase" or "ignore"; its draft stays until clear_draft(). measured: the two
    ends of the scale's line, which stays until clear_line(). picked: key of the region clicked with the select tool, or None.
    menu_asked: by a right click, at a place of the screen, on the region of that key, or None. hovered: x, y and the value(s)
    there, -1, -1, None outside. level_asked: notches by which the proposal in focus is to be cut tighter (looser: negative).
    """

    drawn = Signal(object, str)
    measured = Signal(float, float, float, float)
    picked = Signal(object)
    menu_asked = Signal(QPoint, object)
    hovered = Signal(int, int, object)
    level_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regions: list[Shown] = []
        self._threshold = 0.0
        self._tool, self._radius, self._colour = "select", 8, (255, 255, 255)
        self._gesture: tuple[tools.Gesture, Draft] | None = None
        self._line: list[tuple[float, float]] = []  # of the scale, after it was drawn
        self._pan_from: QPointF | None = None
        self._press_at: QPointF | None = None  # of a click: with the select tool, or with the right button
        self._pointer: QPointF | None = None

    # -- what it shows --------------------------------------------------------------------------------------------------------

    def show_image(self, path: Path | None) -> None:
        """Reads a file and shows the whole of it; `loaded` or `failed` follows. None: nothing. Regions and drafts of before go."""
        self._drop_gesture()
        self._regions, self._line, self._screen.focus = [], [], None
        self._screen.drafts = []
        super().show_image(path)

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

    def clear_draft(self) -> None:
        """Takes finished gestures off the screen; one that is under way stays."""
        under_way = [self._gesture[1]] if self._gesture else []
        gone = [draft for draft in self._screen.drafts if draft not in under_way]
        self._screen.drafts = under_way
        for draft in gone:
            self._screen.spoil_overlay(draft.box)

    def clear_line(self) -> None:
        """Takes the scale's line off the screen."""
        self._line = []
        self.viewport().update()

    def _show(self, pyramid: Pyramid, window: Window) -> None:
        super()._show(pyramid, window)
        self._pass_regions()

    def _pass_regions(self) -> None:
        seen = [r for r in self._regions if r.kind != "proposal" or r.score is None or r.score >= self._threshold]
        self._screen.set_regions(seen if self._screen.pyramid else [])

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
        gesture = tools.GESTURES[self._tool](draft, act, self._radius - 0.5)
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
            if ending.value and draft.outline:  # what was drawn is a line, not pixels
                self._line = draft.outline
                self._screen.drafts.remove(draft)
                self.measured.emit(*self._line[0], *self._line[1])
                self.viewport().update()
                return
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
        if event.button() == Qt.MouseButton.RightButton and not self._gesture:
            self._press_at = self._pan_from = point
        elif event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
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
        if self._press_at:
            found = self._screen.region_at(*self.to_image(self._press_at), _REACH_PX / self.zoom)
            at, self._press_at, self._pan_from = self._press_at, None, None
            key = found.key if found else None
            if event.button() == Qt.MouseButton.RightButton:
                self.menu_asked.emit(self.viewport().mapToGlobal(at.toPoint()), key)
            else:
                self.picked.emit(key)
        elif event.button() == Qt.MouseButton.LeftButton and self._tool != "select":
            self._send(self._act("release", event.position()))
        else:
            self._pan_from = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.AltModifier:
            # With Alt, Qt turns the wheel sideways.
            notches = (event.angleDelta().x() or event.angleDelta().y()) / 120
            self.level_asked.emit(round(notches) or (1 if notches > 0 else -1))
        else:
            super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        # Enter, Esc and Backspace are the gesture's while there is one, whatever they are short cuts of.
        if event.type() == QEvent.Type.ShortcutOverride and self._gesture and Qt.Key(event.key()) in _GESTURE_KEYS:
            event.accept()
            return True
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
        outline = self._gesture[1].outline if self._gesture else []
        if outline and self._tool != "scale":
            marks.paint_outline(painter, [self.to_screen(x, y) for x, y in outline], self._colour)
        elif line := outline or self._line:
            marks.paint_measure(painter, *(self.to_screen(x, y) for x, y in line))
        if self._pointer and self._tool in _BY_BRUSH:
            marks.paint_brush(painter, self._pointer, self._radius * self.zoom)

    def _screen_rect(self, box: Box) -> QRect:
        """Where a box of the image lies on the viewport."""
        x, y, w, h = box
        first, last = self.to_screen(x, y), self.to_screen(x + w, y + h)
        return QRect(first.toPoint(), last.toPoint())
