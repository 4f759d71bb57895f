"""What is on this image: its annotations and proposals as a list, one of them in focus."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.store.gallery import ClassRow, RegionRow
from app.ui import theme
from app.ui.context import Context
from app.ui.sureness import Sureness

_REGION = Qt.ItemDataRole.UserRole
_CLASS, _FOCUS, _WORD = _REGION + 1, _REGION + 2, _REGION + 3


class _Drawn(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, 28)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        region, class_ = index.data(_REGION), index.data(_CLASS)
        now = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect
        if index.data(_FOCUS):
            painter.fillRect(box, QColor(now.raised))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(now.accent))
        colour = QColor(class_.colour if class_ and region.kind != "ignore" else now.faint)
        # As on the canvas: filled is held true, dashed is only proposed.
        proposed = region.kind in ("proposal", "suggestion")
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if proposed else Qt.PenStyle.SolidLine))
        painter.setBrush(Qt.BrushStyle.NoBrush if proposed else colour)
        painter.drawRoundedRect(QRect(box.left() + 12, box.center().y() - 5, 12, 12), 2, 2)
        middle = Qt.AlignmentFlag.AlignVCenter
        word = index.data(_WORD)
        right = painter.fontMetrics().horizontalAdvance(word) + 12
        painter.setPen(QColor(now.faint))
        painter.drawText(QRect(box.right() - right, box.top(), right - 8, box.height()), middle | Qt.AlignmentFlag.AlignRight, word)
        painter.setPen(QColor(now.text))
        name = QRect(box.left() + 34, box.top(), box.width() - 34 - right, box.height())
        painter.drawText(name, middle, painter.fontMetrics().elidedText(class_.name if class_ else "", Qt.TextElideMode.ElideRight, name.width()))
        painter.restore()


class RegionsPanel(QWidget):
    """The regions of the open image; a click puts one in focus."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._sureness = Sureness.of(context)
        self._shown: tuple[Sequence[RegionRow], Sequence[ClassRow]] = (), ()
        self.heading = QLabel(self.tr("On this image"), self)
        self.heading.setProperty("role", "heading")
        self.list = QListWidget(self, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.list.setItemDelegate(_Drawn(self.list))
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.empty = QLabel(self.tr("Nothing is marked or proposed."), self, wordWrap=True)
        self.empty.setProperty("role", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.heading)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        self.list.itemClicked.connect(lambda item: context.set_focus(item.data(_REGION).key))
        context.focus_changed.connect(self._mark)
        self._sureness.changed.connect(lambda: self.set_regions(*self._shown))

    def tell_hidden(self, hidden: bool) -> None:
        """Where nothing is listed: whether that is because proposals are hidden."""
        self.empty.setText(self.tr("Nothing is marked yet; what is proposed stays hidden.") if hidden else self.tr("Nothing is marked or proposed."))

    def set_regions(self, regions: Sequence[RegionRow], classes: Sequence[ClassRow]) -> None:
        self._shown = regions, classes
        by_id = {row.id: row for row in classes}
        self.empty.setVisible(not regions)
        self.list.setVisible(bool(regions))
        self.list.clear()
        for region in regions:
            item = QListWidgetItem(self.list)
            item.setData(_REGION, region)
            item.setData(_CLASS, by_id.get(region.class_id))
            item.setData(_WORD, self.word(region))
            item.setToolTip("" if region.score is None else self._sureness.tip(region.class_id, region.score))
        self._mark(self._context.focus)

    def word(self, region: RegionRow) -> str:
        """What a region is, and of a proposal how sure the model is."""
        if region.kind == "ignore":
            return self.tr("ignored")
        if region.score is None:
            return self.tr("marked")
        said = self.tr("suggested, {sure}") if region.kind == "suggestion" else self.tr("proposed, {sure}")
        return said.format(sure=self.sure(region))

    def sure(self, region: RegionRow) -> str:
        """How sure the model is of a region: a word, or a figure once that means something; "" of what a person holds true."""
        return "" if region.score is None else self._sureness.word(region.class_id, region.score)

    def _mark(self, key: tuple[str, int] | None) -> None:
        for k in range(self.list.count()):
            item = self.list.item(k)
            item.setData(_FOCUS, item.data(_REGION).key == key)
            if item.data(_FOCUS):
                self.list.scrollToItem(item)
        self.list.viewport().update()
