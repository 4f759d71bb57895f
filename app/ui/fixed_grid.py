"""A grid of cells of one size that scrolls: where each lies, which are in view. What a cell shows is the matter of those that build on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


class FixedGrid(QAbstractScrollArea):
    """_items are laid out line by line in cells at least cell_px wide and row_px high; nothing grows with their number but the list itself."""

    def __init__(self, cell_px: int, row_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell_px, self._row_px = cell_px, row_px
        self._items: list[Any] = []
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else its coming and going would change the grid
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    @property
    def columns(self) -> int:
        return max(1, self.viewport().width() // self._cell_px)

    def cell(self, k: int) -> QRect:
        """Where the k-th lies in the viewport."""
        width = self.viewport().width() / self.columns
        line, column = divmod(k, self.columns)
        left = round(column * width)
        return QRect(left, line * self._row_px - self.verticalScrollBar().value(), round((column + 1) * width) - left, self._row_px)

    def at(self, point: QPoint) -> Any:
        """The item under a point of the viewport, None where there is none."""
        column = int(point.x() / (self.viewport().width() / self.columns))
        k = (point.y() + self.verticalScrollBar().value()) // self._row_px * self.columns + column
        return self._items[k] if 0 <= column < self.columns and 0 <= k < len(self._items) else None

    def _show(self, k: int) -> None:
        """Scrolls so far that the k-th is in view."""
        cell, bar = self.cell(k), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top())
        elif cell.bottom() > self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() - self.viewport().height() + 1)

    def _fit_scroll_bar(self) -> None:
        lines, bar = -(-len(self._items) // self.columns), self.verticalScrollBar()
        bar.setRange(0, max(0, lines * self._row_px - self.viewport().height()))
        bar.setPageStep(max(1, self.viewport().height()))
        bar.setSingleStep(self._row_px // 2)

    def _in_view(self) -> range:
        """The places of which some part is seen."""
        top = self.verticalScrollBar().value()
        first = top // self._row_px * self.columns
        last = ((top + self.viewport().height()) // self._row_px + 1) * self.columns
        return range(first, min(last, len(self._items)))
