"""A fixed grid of crops that draws only what is in view, so that 100,000 cost no more than a hundred; a cursor and a run of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QToolTip, QWidget

from app.ui import icons, theme
from app.ui.fixed_grid import FixedGrid
from app.ui.review.crops import Crop, Crops, Cut, Key

CELL_PX = 168  # at least so wide
_LINE_PX = 18
_GAP_PX = 8
_AT_ONCE = 5  # cells that are painted anew in one pass, so that none holds the hand up
_SIDE_PX = CELL_PX - 2 * _GAP_PX  # of the square that a picture lies in
# What was said of a cell, the icon that shows it, and its colour.
_MARKS = {
    "accepted": ("check", "#7fd49a"),
    "corrected": ("check", "#7fd49a"),
    "clean": ("circle-check", "#7fd49a"),
    "rejected": ("x", "#f0b35a"),
    "wrong": ("x", "#ff7d7d"),
}
_STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_MOVES = {*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True)
class Cell:
    """What a cell shows. name and colour: of the class; word: at the right of the name; reason: below; mark: a key of _MARKS or "".

    dashed: proposed, else held true by a person.
    """

    cut: Cut
    name: str = ""
    colour: str = "#808080"
    word: str = ""
    reason: str = ""
    mark: str = ""
    dashed: bool = True
    tip: str = ""


class Looks(NamedTuple):
    """All that a cell's picture depends on but its crop: it is painted once for as long as they are the same, since a screenful takes 20 ms."""

    shown: Cell
    is_chosen: bool  # in the run
    is_current: bool  # under the cursor
    bare: bool
    theme: str
    size: QSize
    ratio: float


class CropGrid(FixedGrid):
    """Keys of what is listed, in the order given; `cell_of` tells what a key looks like now.

    moved: the cursor or the run is another; opened: Enter or a double click; clicked: a plain click on a cell.
    """

    moved = Signal()
    opened = Signal(object)
    clicked = Signal(object)

    def __init__(self, crops: Crops, cell_of: Callable[[Key], Cell], parent: QWidget | None = None) -> None:
        super().__init__(CELL_PX, _SIDE_PX + 2 * _LINE_PX + 2 * _GAP_PX, parent)
        self._crops, self._cell_of = crops, cell_of
        self._place: dict[Key, int] = {}
        self._cursor = self._anchor = 0
        self._bare = False
        self._seen: set[Key] = set()
        self._pictures: dict[Key, tuple[Crop | None, Looks, QPixmap]] = {}  # of the cells in view, with the crop and all else that they show
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        crops.ready.connect(self._came)

    # -- what it shows ------------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> Sequence[Key]:
        return self._items

    @property
    def current(self) -> Key | None:
        """What the cursor is on; None where nothing is listed."""
        return self._items[self._cursor] if self._items else None

    @property
    def chosen(self) -> list[Key]:
        """The run from where it was begun to the cursor, in the order of the grid."""
        first, last = sorted((self._cursor, self._anchor))
        return self._items[first : last + 1]

    def set_keys(self, keys: Sequence[Key]) -> None:
        """The cursor stays on what it was on, or where that was."""
        before = len(self._items)
        if len(keys) >= before and keys[:before] == self._items:  # as it was, or with more at the end: nothing moves
            if len(keys) > before:
                self._items = list(keys)
                self._place |= {key: k for k, key in enumerate(keys[before:], before)}
                self._fit_scroll_bar()
                self.viewport().update()
                self.moved.emit()
            return
        current, begun = self.current, self._items[self._anchor] if self._items else None
        self._items = list(keys)
        self._place = {key: k for k, key in enumerate(self._items)}
        last = max(0, len(self._items) - 1)
        self._cursor = self._place.get(current, min(self._cursor, last))
        self._anchor = self._place.get(begun, self._cursor) if current in self._place else self._cursor
        self._fit_scroll_bar()
        self.viewport().update()
        self.moved.emit()

    def place_of(self, key: Key) -> int:
        """Where a listed key stands."""
        return self._place[key]

    def go_to(self, key: Key | None, extend: bool = False) -> None:
        """Puts the cursor on a key that is listed, and brings it into view; the run begins there, unless it is extended to it."""
        if key in self._place:
            self._cursor = self._place[key]
            if not extend:
                self._anchor = self._cursor
            self.show_cursor()
            self.viewport().update()
            self.moved.emit()

    def step(self, columns: int, lines: int = 0, extend: bool = False) -> None:
        """Moves the cursor; at the ends it stays."""
        if self._items:
            there = self._cursor + columns + lines * self.columns
            self.go_to(self._items[there if 0 <= there < len(self._items) else self._cursor], extend)

    def set_bare(self, bare: bool) -> None:
        """Outlines away, so that the surface is seen."""
        self._bare = bare
        self.viewport().update()

    def refresh(self) -> None:
        """Cells look different now."""
        self.viewport().update()

    def whole_in_view(self) -> list[Key]:
        """What is seen whole, with its picture: what a person who looks at the grid has looked at."""
        height = self.viewport().height()
        seen = [self._items[k] for k in self._in_view() if self.cell(k).top() >= -1 and self.cell(k).bottom() <= height]
        return [key for key in seen if (crop := self._crops.peek(key)) is not None and crop.picture is not None]

    # -- the grid -----------------------------------------------------------------------------------------------------------

    @property
    def per_page(self) -> int:
        """So many cells are seen whole at once."""
        return max(1, self.viewport().height() // self._row_px) * self.columns

    def show_cursor(self) -> None:
        """Scrolls so far that the cursor is in view."""
        if self._items:
            self._show(self._cursor)

    def show_page_of_cursor(self) -> None:
        """Scrolls so that the cursor's line is the first one, as far as there is more below."""
        if self._items:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.cell(self._cursor).top())

    def _came(self, key: Key) -> None:
        if key in self._seen and key in self._place:
            self.viewport().update(self.cell(self._place[key]))

    # -- painting -----------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(now.panel))
        places = self._in_view()
        self._seen = {self._items[k] for k in places}
        self._crops.want_only(self._seen)
        self._pictures = {key: held for key, held in self._pictures.items() if key in self._seen}
        shown = {k: self._cell_of(self._items[k]) for k in places}
        # The last one first: what is wished for last is made first, and the eye begins at the top.
        crops = {k: self._crops.get(shown[k].cut) for k in reversed(places)}
        fresh = 0
        for k in places:
            if not event.region().intersects(self.cell(k)):
                continue
            key, looks = self._items[k], self._looks(k, shown[k])
            held = self._pictures.get(key)
            if held is None or held[0] is not crops[k] or held[1] != looks:
                if fresh < _AT_ONCE:
                    fresh += 1
                    held = self._pictures[key] = crops[k], looks, self._painted(looks, crops[k], now)
                else:
                    self.viewport().update(self.cell(k))  # in the next pass; until then, what it looked like
            if held is not None:
                painter.drawPixmap(self.cell(k).topLeft(), held[2])
        painter.end()

    def _looks(self, k: int, shown: Cell) -> Looks:
        first, last = sorted((self._cursor, self._anchor))
        return Looks(shown, first <= k <= last, k == self._cursor, self._bare, theme.current().name, self.cell(k).size(), self.devicePixelRatioF())

    def _painted(self, looks: Looks, crop: Crop | None, now: theme.Theme) -> QPixmap:
        """A cell as it looks now."""
        picture = QPixmap(looks.size * looks.ratio)
        picture.setDevicePixelRatio(looks.ratio)
        picture.fill(QColor(now.panel))
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_cell(painter, looks, crop, now)
        painter.end()
        return picture

    def _paint_cell(self, painter: QPainter, looks: Looks, crop: Crop | None, now: theme.Theme) -> None:
        cell, shown, side = QRect(QPoint(0, 0), looks.size), looks.shown, _SIDE_PX
        frame = QRect(cell.center().x() - side // 2, cell.top() + _GAP_PX, side, side)
        ground = frame.adjusted(-4, -4, 4, 2 * _LINE_PX + 4)
        if looks.is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.raised))
            painter.drawRoundedRect(ground, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.base))
        painter.drawRect(frame)
        painter.setOpacity(0.45 if shown.mark and shown.mark != "wrong" else 1.0)
        if crop is not None:
            self._paint_crop(painter, crop, frame, shown, now)
        painter.setOpacity(1.0)
        if shown.mark:
            self._paint_mark(painter, shown.mark, frame)
        if looks.is_chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(now.accent), 2 if looks.is_current else 1))
            painter.drawRoundedRect(ground, 5, 5)
        self._paint_words(painter, shown, QRect(frame.left(), frame.bottom() + 3, frame.width(), 2 * _LINE_PX), now)

    def _paint_crop(self, painter: QPainter, crop: Crop, frame: QRect, shown: Cell, now: theme.Theme) -> None:
        if crop.picture is None:
            painter.drawPixmap(frame.center() - QPoint(10, 34), icons.pixmap("circle-alert", now.warn, 20))
            painter.setPen(QColor(now.text))
            why = self.tr("The image is not where it was") if crop.fault == "missing" else self.tr("The image cannot be read")
            painter.drawText(frame.adjusted(8, frame.height() // 2 - 4, -8, -4), Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, why)
            return
        size = crop.picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRect(QPoint(0, 0), size)
        box.moveCenter(frame.center())
        painter.drawImage(box, crop.picture)
        if not self._bare:
            painter.save()
            painter.setClipRect(box)
            painter.translate(box.topLeft())
            scale = box.width() / crop.picture.width()
            self._paint_region(painter, crop, scale, shown)
            painter.restore()

    def _paint_region(self, painter: QPainter, crop: Crop, scale: float, shown: Cell) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = QPen(QColor(shown.colour), 1.6)
        if shown.dashed:
            colour.setDashPattern([3, 2])
        for line in map(QTransform.fromScale(scale, scale).map, crop.outlines):
            # As on the canvas: dark between the dashes, so that they show on any surface.
            for pen in (QPen(QColor(0, 0, 0, 150), 1.6), colour):
                painter.setPen(pen)
                painter.drawPolygon(line)
        if crop.spot is not None:
            at: QPointF = crop.spot * scale
            for pen in (QPen(QColor(0, 0, 0, 170), 3.5), QPen(QColor(255, 255, 255), 1.5)):
                painter.setPen(pen)
                painter.drawEllipse(at, 13, 13)

    def _paint_mark(self, painter: QPainter, mark: str, frame: QRect) -> None:
        icon, colour = _MARKS[mark]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 190))
        spot = QRect(frame.right() - 29, frame.top() + 5, 24, 24)
        painter.drawEllipse(spot)
        painter.drawPixmap(spot.topLeft() + QPoint(4, 4), icons.pixmap(icon, colour, 16))

    def _paint_words(self, painter: QPainter, shown: Cell, room: QRect, now: theme.Theme) -> None:
        metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
        upper, lower = QRect(room.topLeft(), QSize(room.width(), _LINE_PX)), QRect(room.left(), room.top() + _LINE_PX, room.width(), _LINE_PX)
        used = metrics.horizontalAdvance(shown.word) + (8 if shown.word else 0)
        painter.setPen(QColor(now.faint))
        painter.drawText(upper, middle | Qt.AlignmentFlag.AlignRight, shown.word)
        painter.drawText(lower, middle | Qt.AlignmentFlag.AlignLeft, metrics.elidedText(shown.reason, Qt.TextElideMode.ElideRight, lower.width()))
        left = 0
        if shown.colour:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shown.colour))
            painter.drawRoundedRect(QRectF(upper.left(), upper.center().y() - 4, 9, 9), 2, 2)
            left = 14
        painter.setPen(QColor(now.text))
        name = upper.adjusted(left, 0, -used, 0)
        painter.drawText(name, middle, metrics.elidedText(shown.name, Qt.TextElideMode.ElideMiddle, name.width()))

    # -- the hand -----------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Here the arrows move the cursor, and Enter opens, whatever they are short cuts of elsewhere.
        if event.type() == QEvent.Type.ShortcutOverride and Qt.Key(event.key()) in _MOVES and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _STEPS:
            self.step(*_STEPS[key], extend=extend)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current is not None:
                self.opened.emit(self.current)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._items:
            self.go_to(self._items[0 if key == Qt.Key.Key_Home else -1], extend)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self._items:
            by = self.per_page if key == Qt.Key.Key_PageDown else -self.per_page
            self.go_to(self._items[min(max(self._cursor + by, 0), len(self._items) - 1)], extend)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self.at(event.position().toPoint())
        if key is not None and event.button() == Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.go_to(key, extend)
            if not extend:
                self.clicked.emit(key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.at(event.position().toPoint())
        if key is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(key)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            key = self.at(event.pos())
            crop = self._crops.peek(key) if key else None
            QToolTip.showText(event.globalPos(), (crop.sentence if crop and crop.sentence else self._cell_of(key).tip) if key else "", self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_scroll_bar()
        self.show_cursor()
