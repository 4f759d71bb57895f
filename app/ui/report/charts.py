"""Charts whose parts lead to the images behind them, by a click, or by the arrow keys and Enter; painted by QPainter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.ui import theme

_LINE_PX, _BAR_PX, _KEY_PX, _GAP_PX = 26, 12, 10, 8
_ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Part:
    """What one bar, column or point stands for. note: its number in words; image_ids: behind it, none where it leads nowhere;
    why: the sentence over the gallery that lists them; place: of a point, its position on the x axis."""

    label: str
    value: float
    colour: str
    note: str
    image_ids: tuple[int, ...] = ()
    why: str = ""
    place: int = 0


class Chart(QWidget):
    """The base of the charts: which part is under the mouse or has the keyboard. A kind of chart lays out and paints its parts."""

    chosen = Signal(object)  # the Part

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[Part, ...] = ()
        self._over: int | None = None
        self._current = 0
        self._by_keys = False  # the part with the keyboard is framed only for whom uses it
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_parts(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._over, self._current = None, max(0, min(self._current, len(self.parts) - 1))
        self.updateGeometry()
        self.update()
        self._tell()

    # -- what a kind of chart says ------------------------------------------------------------------------------------------

    def height_px(self) -> int:
        raise NotImplementedError

    def areas(self, k: int) -> list[QRectF]:
        """Where the k-th part can be clicked; the last one is framed when it has the keyboard."""
        raise NotImplementedError

    def paint(self, painter: QPainter, now: theme.Theme) -> None:
        raise NotImplementedError

    # -- Qt -----------------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(360, self.height_px())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.height_px())

    def at(self, point: QPointF) -> int | None:
        """The part under a point of the widget."""
        return next((k for k in range(len(self.parts)) if any(area.contains(point) for area in self.areas(k))), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, now)
        if self.hasFocus() and self._by_keys and self.parts:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.areas(self._current)[-1].adjusted(1, 1, -1, -1), 3, 3)
        painter.end()

    def fill_of(self, k: int) -> QColor:
        """The part's colour, brighter under the mouse."""
        colour = QColor(self.parts[k].colour)
        return colour.lighter(125) if k == self._over and self.parts[k].image_ids else colour

    def _tell(self) -> None:
        """Says the current part to a screen reader."""
        if self.parts:
            self.setAccessibleDescription(f"{self.parts[self._current].label}: {self.parts[self._current].note}")

    def _choose(self, k: int) -> None:
        if self.parts[k].image_ids:
            self.chosen.emit(self.parts[k])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.at(event.position())
        if over != self._over:
            self._over = over
            leads = over is not None and bool(self.parts[over].image_ids)
            self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._over = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self.at(event.position())
        if k is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current, self._by_keys = k, False
            self.update()
            self._tell()
            self._choose(k)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(key)
        if step and self.parts:
            # The first press shows where the keyboard is.
            self._current = max(0, min(len(self.parts) - 1, self._current + step)) if self._by_keys else self._current
            self._by_keys = True
            self._tell()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.parts:
            self._choose(self._current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._by_keys = True
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.tip(k) if k is not None else "", self)
            return True
        return super().event(event)

    def tip(self, k: int) -> str:
        """What is said of a part under the mouse."""
        part = self.parts[k]
        return self.with_way(f"{part.label}: {part.note}", part)

    def with_way(self, said: str, part: Part) -> str:
        way = QCoreApplication.translate("Chart", "Click, or press Enter, to see the images")
        return f"{said}\n{way}" if part.image_ids else said

    # -- small painting -----------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, room: QRectF, text: str, colour: str, align: Qt.AlignmentFlag = _ALIGN_LEFT) -> None:
        painter.setPen(QColor(colour))
        painter.drawText(room, align, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width())))

    def bar(self, painter: QPainter, room: QRectF, k: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.fill_of(k))
        painter.drawRect(room)

    def widest(self, texts: Sequence[str]) -> float:
        metrics = QFontMetricsF(self.font())
        return max((metrics.horizontalAdvance(text) for text in texts), default=0.0) + 4


class StackedBar(Chart):
    """One bar with all parts, and a line for each beneath it."""

    def height_px(self) -> int:
        return 28 + _GAP_PX + _LINE_PX * len(self.parts)

    def _row(self, k: int) -> QRectF:
        return QRectF(0, 28 + _GAP_PX + k * _LINE_PX, self.width(), _LINE_PX)

    def _piece(self, k: int) -> QRectF:
        total = sum(p.value for p in self.parts) or 1
        left = self.width() * sum(p.value for p in self.parts[:k]) / total
        return QRectF(left, 0, self.width() * self.parts[k].value / total, 28)

    def areas(self, k: int) -> list[QRectF]:
        return [self._piece(k), self._row(k)]

    def paint(self, painter: QPainter, now: theme.Theme) -> None:
        painter.fillRect(QRectF(0, 0, self.width(), 28), QColor(now.raised))
        notes = self.widest([p.note for p in self.parts])
        for k, part in enumerate(self.parts):
            self.bar(painter, self._piece(k), k)
            row = self._row(k)
            self.bar(painter, QRectF(4, row.center().y() - _KEY_PX / 2, _KEY_PX, _KEY_PX), k)
            self.draw(painter, row.adjusted(_KEY_PX + 12, 0, -notes - 12, 0), part.label, now.text if part.value else now.faint)
            self.draw(painter, row.adjusted(0, 0, -4, 0), part.note, now.text if part.value else now.faint, _ALIGN_RIGHT)


class Bars(Chart):
    """A line for each part: its label, a bar, its note. top: the value at the full width, 0 for the largest there is."""

    def __init__(self, name: str, parent: QWidget | None = None, top: float = 0.0) -> None:
        super().__init__(name, parent)
        self._top = top

    def height_px(self) -> int:
        return max(1, len(self.parts)) * _LINE_PX

    def areas(self, k: int) -> list[QRectF]:
        return [QRectF(0, k * _LINE_PX, self.width(), _LINE_PX)]

    def paint(self, painter: QPainter, now: theme.Theme) -> None:
        top = self._top or max((p.value for p in self.parts), default=0) or 1
        label = min(self.widest([p.label for p in self.parts]), self.width() * 0.35)
        notes = min(self.widest([p.note for p in self.parts]), self.width() * 0.35)
        room = max(0.0, self.width() - label - notes - 3 * _GAP_PX - 4)
        for k, part in enumerate(self.parts):
            row = self.areas(k)[0]
            track = QRectF(label + _GAP_PX + 4, row.center().y() - _BAR_PX / 2, room, _BAR_PX)
            painter.fillRect(track, QColor(now.raised))
            self.bar(painter, QRectF(track.x(), track.y(), room * min(part.value / top, 1.0), _BAR_PX), k)
            self.draw(painter, QRectF(4, row.y(), label, row.height()), part.label, now.text)
            self.draw(painter, row.adjusted(row.width() - notes - 4, 0, -4, 0), part.note, now.text, _ALIGN_RIGHT)


class Columns(Chart):
    """A histogram: `label` is the lower end of a bin, which is printed under it; the unit stands at the end of the axis."""

    _HEIGHT, _HEAD, _FOOT = 112, 20, 22

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.unit = ""

    def show_columns(self, parts: Sequence[Part], unit: str) -> None:
        self.unit = unit
        self.show_parts(parts)

    def height_px(self) -> int:
        return self._HEAD + self._HEIGHT + self._FOOT

    def _step(self) -> float:
        return max(1.0, (self.width() - self.widest([self.unit]) - _GAP_PX) / max(1, len(self.parts)))

    def areas(self, k: int) -> list[QRectF]:
        return [QRectF(k * self._step(), 0, self._step(), self._HEAD + self._HEIGHT)]

    def paint(self, painter: QPainter, now: theme.Theme) -> None:
        top = max((p.value for p in self.parts), default=0) or 1
        foot = self._HEAD + self._HEIGHT
        for k, part in enumerate(self.parts):
            area, tall = self.areas(k)[0], self._HEIGHT * part.value / top
            self.bar(painter, QRectF(area.x() + 2, foot - tall, area.width() - 4, tall), k)
            if part.value:
                self.draw(painter, QRectF(area.x(), foot - tall - self._HEAD, area.width(), self._HEAD), f"{part.value:g}", now.faint, Qt.AlignmentFlag.AlignCenter)
            self.draw(painter, QRectF(area.x() + 2, foot + 2, area.width() - 2, self._FOOT), part.label, now.faint)
        painter.setPen(QColor(now.line))
        painter.drawLine(QPointF(0, foot + 0.5), QPointF(self.width(), foot + 0.5))
        self.draw(painter, QRectF(0, foot + 2, self.width() - 2, self._FOOT), self.unit, now.faint, _ALIGN_RIGHT)

    def tip(self, k: int) -> str:
        part = self.parts[k]
        return self.with_way(f"{part.note}: {part.value:g}", part)


class Lines(Chart):
    """Lines between 0 and 1 over named places, one for each colour and label among the parts, which are its points."""

    _HEIGHT, _FOOT, _LEFT, _SIDE = 168, 24, 40, 48

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._places: tuple[str, ...] = ()

    def show_lines(self, parts: Sequence[Part], places: Sequence[str]) -> None:
        self._places = tuple(places)
        self.show_parts(parts)

    def height_px(self) -> int:
        keys = len(self._keys())
        return self._HEIGHT + self._FOOT + -(-keys // self._keys_a_line()) * _LINE_PX

    def _key_px(self) -> float:
        return self.widest(list(self._keys())) + _KEY_PX + 32

    def _keys_a_line(self) -> int:
        return max(1, min(len(self._keys()), int(self.width() // self._key_px())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()  # the keys may need another line

    def _keys(self) -> dict[str, str]:
        return {p.label: p.colour for p in self.parts}

    def _x(self, place: int) -> float:
        room = self.width() - self._LEFT - 2 * self._SIDE
        return self._LEFT + self._SIDE + (room * place / (len(self._places) - 1) if len(self._places) > 1 else room / 2)

    def _y(self, value: float) -> float:
        return self._HEIGHT - 12 - value * (self._HEIGHT - 24)

    def _point(self, part: Part) -> QPointF:
        return QPointF(self._x(part.place), self._y(part.value))

    def areas(self, k: int) -> list[QRectF]:
        point = self._point(self.parts[k])
        return [QRectF(point.x() - 9, point.y() - 9, 18, 18)]

    def at(self, point: QPointF) -> int | None:
        """The nearest point of those in reach: lines may lie close together."""
        near = [k for k in range(len(self.parts)) if self.areas(k)[0].contains(point)]
        return min(near, key=lambda k: (self._point(self.parts[k]) - point).manhattanLength(), default=None)

    def paint(self, painter: QPainter, now: theme.Theme) -> None:
        for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = round(self._y(mark)) + 0.5
            painter.setPen(QColor(now.line))
            painter.drawLine(QPointF(self._LEFT, y), QPointF(self.width(), y))
            self.draw(painter, QRectF(0, y - 10, self._LEFT - _GAP_PX, 20), f"{mark:.2f}", now.faint, _ALIGN_RIGHT)
        width = min(2 * self._SIDE, (self.width() - self._LEFT) / max(1, len(self._places)))
        for k, place in enumerate(self._places):
            self.draw(painter, QRectF(self._x(k) - width / 2, self._HEIGHT, width, self._FOOT), place, now.faint, Qt.AlignmentFlag.AlignCenter)
        for label in self._keys():
            track = [self._point(p) for p in self.parts if p.label == label]
            painter.setPen(QPen(QColor(self._keys()[label]), 2))
            painter.drawPolyline(track)
        for k, part in enumerate(self.parts):
            painter.setPen(QPen(QColor(now.base), 1))
            painter.setBrush(self.fill_of(k))
            painter.drawEllipse(self._point(part), 5, 5)
        for k, (label, colour) in enumerate(self._keys().items()):
            line, place = divmod(k, self._keys_a_line())
            row = QRectF(place * self._key_px(), self._HEIGHT + self._FOOT + line * _LINE_PX, self._key_px(), _LINE_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRect(QRectF(row.x() + 4, row.center().y() - _KEY_PX / 2, _KEY_PX, _KEY_PX))
            self.draw(painter, row.adjusted(_KEY_PX + 12, 0, 0, 0), label, now.text)
