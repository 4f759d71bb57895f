"""The scores of one class and one run as a histogram, with two handles that part what waits: accept from here up, reject below."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import icons, theme

ENOUGH = 20  # decisions: with fewer, a score's place among the others is all that it says
ACCEPT, REJECT = 0, 1
_BINS = 48
_SIDE_PX, _TOP_PX, _FOOT_PX = 14, 22, 18
_REACH_PX = 9
_STEP = 0.01
_FEW, _MANY = 1, 10


@dataclass(frozen=True)
class Scores:
    """Of one class and one run, each sorted upward."""

    pending: np.ndarray = field(default_factory=lambda: np.zeros(0))
    accepted: np.ndarray = field(default_factory=lambda: np.zeros(0))
    rejected: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def ranked(self) -> bool:
        """Whether too little is decided for the scores themselves."""
        return len(self.accepted) + len(self.rejected) < ENOUGH

    @property
    def every(self) -> np.ndarray:
        return np.sort(np.concatenate((self.pending, self.accepted, self.rejected)))


class ScoreHandles(QWidget):
    """moved: what the handles part is another; let_go: a drag has ended. Arrows move the handle that has the focus, Shift by ten, Tab changes it."""

    moved = Signal()
    let_go = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scores = Scores()
        self._every = np.zeros(0)
        self._at = [math.inf, -math.inf]  # scores: accepted from the first up, rejected below the second
        self._active = ACCEPT
        self._dragging = False
        self._words: Callable[[float], str] = lambda score: ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(280, 104))
        self.setAccessibleName(self.tr("Scores of what waits, with two handles"))

    # -- what it shows ------------------------------------------------------------------------------------------------------

    def set_scores(self, scores: Scores, words: Callable[[float], str]) -> None:
        """words(score) is what a handle says of the place where it stands. The handles stay at their scores."""
        self.scores, self._every, self._words = scores, scores.every, words
        self.update()
        self.moved.emit()

    def reset(self) -> None:
        """The handles to the two ends: nothing is parted."""
        self._at = [math.inf, -math.inf]
        self.update()
        self.moved.emit()

    @property
    def accept_from(self) -> float:
        return self._at[ACCEPT]

    @property
    def reject_below(self) -> float:
        return self._at[REJECT]

    @property
    def dragging(self) -> bool:
        return self._dragging

    def counts(self) -> tuple[int, int, int]:
        """Of what waits: to accept, to look at, to reject."""
        pending = self.scores.pending
        accept = len(pending) - int(np.searchsorted(pending, self.accept_from))
        reject = int(np.searchsorted(pending, self.reject_below))
        return accept, len(pending) - accept - reject, reject

    # -- where things lie -----------------------------------------------------------------------------------------------------

    @property
    def _room(self) -> QRectF:
        return QRectF(_SIDE_PX, _TOP_PX, max(1, self.width() - 2 * _SIDE_PX), max(1, self.height() - _TOP_PX - _FOOT_PX))

    @property
    def _low(self) -> float:
        return math.floor(float(self._every[0]) * 20) / 20 if len(self._every) else 0.0

    def _part(self, score: float) -> float:
        """Where a score lies between the two ends, 0 to 1: by its rank, or by itself."""
        if not len(self._every) or math.isinf(score):
            return float(score > 0)
        if self.scores.ranked:
            return float(np.searchsorted(self._every, score)) / len(self._every)
        return min(max((score - self._low) / max(1 - self._low, 1e-6), 0.0), 1.0)

    def _score(self, part: float) -> float:
        """The score at a place between the ends; past them none is."""
        if part <= 0:
            return -math.inf
        if part >= 1 or not len(self._every):
            return math.inf
        if self.scores.ranked:
            return float(self._every[min(int(round(part * len(self._every))), len(self._every) - 1)])
        return self._low + part * (1 - self._low)

    def handle_at(self, which: int) -> QPoint:
        """Where a handle's grip is."""
        room = self._room
        return QPointF(room.left() + self._part(self._at[which]) * room.width(), _TOP_PX / 2).toPoint()

    def _move(self, which: int, score: float) -> None:
        # One stops at the other: what is accepted is not rejected as well.
        other = self._at[1 - which]
        self._at[which] = max(score, other) if which == ACCEPT else min(score, other)
        self.update()
        self.moved.emit()

    # -- the hand -------------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not len(self.scores.pending):
            return
        x = event.position().x()
        near = sorted((ACCEPT, REJECT), key=lambda k: (abs(self.handle_at(k).x() - x), k != self._of_both(x)))
        if abs(self.handle_at(near[0]).x() - x) <= _REACH_PX:
            self._active, self._dragging = near[0], True
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.update()

    def _of_both(self, x: float) -> int:
        """Which one is meant where both stand on one place: the one that can move away from an end, else that on the side of the press."""
        part = self._part(self._at[ACCEPT])
        return ACCEPT if part <= 0 or (part < 1 and x > self.handle_at(ACCEPT).x()) else REJECT

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragging:
            self._move(self._active, self._score((x - self._room.left()) / self._room.width()))
        near = any(abs(self.handle_at(k).x() - x) <= _REACH_PX for k in (ACCEPT, REJECT))
        self.setCursor(Qt.CursorShape.SizeHorCursor if near or self._dragging else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.let_go.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and Qt.Key(event.key()) in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._dragging:
            return
        by = _MANY if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _FEW
        if event.key() == Qt.Key.Key_Home:
            self._move(self._active, -math.inf)
        elif event.key() == Qt.Key.Key_End:
            self._move(self._active, math.inf)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._move(self._active, self._stepped(self._at[self._active], by if event.key() == Qt.Key.Key_Right else -by))
        else:
            super().keyPressEvent(event)

    def _stepped(self, score: float, by: int) -> float:
        """So many regions further, or so many hundredths of a score; what was at an end comes from there."""
        if self.scores.ranked:
            values = np.unique(self.scores.pending)
            there = int(np.searchsorted(values, score)) + by
            return -math.inf if there <= 0 else math.inf if there >= len(values) else float(values[there])
        start = min(max(score, self._low), 1.0)
        there = round((start + by * _STEP) / _STEP) * _STEP
        return -math.inf if there <= self._low else math.inf if there > 1 else there

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from the left handle to the right one, and on."""
        if forward == (self._active == REJECT):
            self._active = 1 - self._active
            self.update()
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._active = REJECT if event.reason() == Qt.FocusReason.TabFocusReason else ACCEPT
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- painting -------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        now, room = theme.current(), self._room
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_zones(painter, room, now)
        self._paint_bars(painter, room, now)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(QColor(now.faint))
        foot = QRectF(room.left(), room.bottom() + 2, room.width(), _FOOT_PX - 2)
        ranked = self.scores.ranked
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, self.tr("least sure") if ranked else self.tr("low score"))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, self.tr("surest") if ranked else self.tr("high score"))
        if ranked and len(self._every):
            painter.drawText(foot, Qt.AlignmentFlag.AlignHCenter, self.tr("in order of rank: scores after {n} decisions").format(n=ENOUGH))
        for which in (REJECT, ACCEPT):
            self._paint_handle(painter, which, room, now)
        painter.end()

    def _paint_zones(self, painter: QPainter, room: QRectF, now: theme.Theme) -> None:
        painter.fillRect(room, QColor(now.base))
        right, left = room.left() + self._part(self.accept_from) * room.width(), room.left() + self._part(self.reject_below) * room.width()
        for colour, zone in (
            (now.good, QRectF(right, room.top(), room.right() - right, room.height())),
            (now.warn, QRectF(room.left(), room.top(), left - room.left(), room.height())),
        ):
            tint = QColor(colour)
            tint.setAlpha(46)
            painter.fillRect(zone, tint)

    def _paint_bars(self, painter: QPainter, room: QRectF, now: theme.Theme) -> None:
        bins = [self._binned(values) for values in (self.scores.pending, self.scores.accepted, self.scores.rejected)]
        most = max(int(bins[0].max(initial=0)), int((bins[1] + bins[2]).max(initial=0)), 1)
        wide = room.width() / _BINS
        accepted, rejected = QColor(now.good), QColor(now.warn)
        accepted.setAlpha(130)
        rejected.setAlpha(130)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for k, (waits, yes, no) in enumerate(zip(*(b.tolist() for b in bins), strict=True)):
            left, foot = room.left() + k * wide, room.bottom()
            for count, colour, inset in ((yes, accepted, 1.0), (no, rejected, 1.0), (waits, QColor(now.text), wide * 0.28)):
                height = count / most * (room.height() - 4)
                painter.fillRect(QRectF(left + inset, foot - height, wide - 2 * inset, height), colour)
                foot = foot - height if colour is accepted else room.bottom()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _binned(self, values: np.ndarray) -> np.ndarray:
        if not len(values):
            return np.zeros(_BINS, int)
        # Equal scores share one rank: the middle of theirs.
        ranks = (np.searchsorted(self._every, values) + np.searchsorted(self._every, values, "right")) / 2
        parts = ranks / len(self._every) if self.scores.ranked else (values - self._low) / max(1 - self._low, 1e-6)
        return np.bincount(np.clip((parts * _BINS).astype(int), 0, _BINS - 1), minlength=_BINS)

    def _paint_handle(self, painter: QPainter, which: int, room: QRectF, now: theme.Theme) -> None:
        x = room.left() + self._part(self._at[which]) * room.width()
        colour = QColor(now.good if which == ACCEPT else now.warn)
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(x, _TOP_PX - 4), QPointF(x, room.bottom()))
        grip = QRect(round(x) - 9, 2, 18, 18)
        has_focus = self.hasFocus() and which == self._active
        painter.setPen(QPen(QColor(now.accent if has_focus else now.panel), 2))
        painter.setBrush(colour)
        painter.drawEllipse(grip)
        painter.drawPixmap(grip.topLeft() + QPoint(3, 3), icons.pixmap("check" if which == ACCEPT else "x", now.panel, 12))
        if not math.isinf(self._at[which]) and not self.scores.ranked:
            word = self._words(self._at[which])
            wide = painter.fontMetrics().horizontalAdvance(word)
            painter.setPen(QColor(now.text))
            left = x + 14 if which == ACCEPT and x + 14 + wide < self.width() or x - 14 - wide < 0 else x - 14 - wide
            painter.drawText(QRectF(left, 2, wide + 2, 18), Qt.AlignmentFlag.AlignVCenter, word)
