"""What QPainter draws over the two arrays: bright corners, words, a shape that is being set, the brush at the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_CORNER_PX = 10
_BAR_PX = 7
_ABOVE_PX = 8  # a word stands above the corners of its region
MOST_WORDS = 60  # so many can be read at once
WORDS_FROM_PX = 16  # a smaller region's word would hide it


def paint_corners(painter: QPainter, rect: QRect) -> None:
    """Four bright corners around a rectangle of the viewport, dark beneath so that they show on any surface."""
    rect = rect.adjusted(-4, -4, 4, 4)
    x, y = (min(_CORNER_PX, side // 3) for side in (rect.width(), rect.height()))
    corners = ((rect.topLeft(), 1, 1), (rect.topRight(), -1, 1), (rect.bottomLeft(), 1, -1), (rect.bottomRight(), -1, -1))
    for colour, width in ((QColor(0, 0, 0, 200), 4), (QColor(255, 255, 255), 2)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        for at, right, down in corners:
            painter.drawLine(at.x(), at.y(), at.x() + right * x, at.y())
            painter.drawLine(at.x(), at.y(), at.x(), at.y() + down * y)


def paint_words(painter: QPainter, words: Sequence[tuple[QRect, str]]) -> None:
    """How sure the model is of each proposal, above its box."""
    metrics = painter.fontMetrics()
    tags = [QRect(rect.left(), rect.top() - metrics.height() - _ABOVE_PX, metrics.horizontalAdvance(text) + 8, metrics.height()) for rect, text in words]
    for tag, (_, text) in zip(apart(tags), words, strict=True):
        painter.fillRect(tag, QColor(0, 0, 0, 170))
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)


def apart(tags: Sequence[QRect]) -> list[QRect]:
    """The tags moved so that none covers another one or leaves the viewport at its top: upwards, and downwards where no room is left."""
    placed: list[QRect] = []
    for tag in tags:
        tag = QRect(tag)
        tag.moveTop(max(tag.top(), 0))
        step = -1
        while met := next((other for other in placed if other.intersects(tag)), None):
            if step < 0 and met.top() - 1 - tag.height() < 0:
                step = 1
            tag.moveTop(met.top() - 1 - tag.height() if step < 0 else met.bottom() + 2)
        placed.append(tag)
    return placed


def paint_outline(painter: QPainter, points: Sequence[QPointF], colour: tuple[int, int, int]) -> None:
    """A closed shape that is being set; its first corner is marked, where a click ends it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(*colour, 40))
    for pen in (QPen(QColor(0, 0, 0, 160), 3), QPen(QColor(*colour), 1.5)):
        painter.setPen(pen)
        painter.drawPolygon(points)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setBrush(QColor(255, 255, 255))
    painter.drawEllipse(points[0], 3, 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_measure(painter: QPainter, first: QPointF, last: QPointF) -> None:
    """The scale's line, with a bar across each of its ends."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    along = last - first
    length = math.hypot(along.x(), along.y()) or 1.0
    across = QPointF(-along.y(), along.x()) * (_BAR_PX / length)
    for colour, width in ((QColor(0, 0, 0, 200), 4), (QColor(255, 255, 255), 1.5)):
        painter.setPen(QPen(colour, width))
        for a, b in ((first, last), (first - across, first + across), (last - across, last + across)):
            painter.drawLine(a, b)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_brush(painter: QPainter, at: QPointF, radius_px: float) -> None:
    """The brush's edge at the pointer; radius in the viewport's pixels."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Hairlines, not smoothed: a wide smooth circle of 400 px takes longer than all else in a repaint.
    for colour, radius in ((QColor(0, 0, 0), radius_px + 1), (QColor(255, 255, 255), radius_px)):
        painter.setPen(QPen(colour, 0))
        painter.drawEllipse(at, radius, radius)


def brush_rect(at: QPointF, radius_px: float) -> QRect:
    """The part of the viewport that paint_brush touches."""
    reach = math.ceil(radius_px) + 3
    return QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach).toAlignedRect()
