"""The versions, newest first: where each comes from, what it learnt from, and how good it was on the check images."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.operations.versions import VersionRow
from app.store.gallery import ClassRow
from app.ui import theme

_ROW = Qt.ItemDataRole.UserRole
_CLASSES = _ROW + 1
_LINES = _ROW + 2
_HEAD_PX, _BAR_PX, _PAD_PX, _MOST_CLASSES = 62, 20, 10, 8


class _Drawn(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, _HEAD_PX + _BAR_PX * len(index.data(_CLASSES)) + 2 * _PAD_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row, now = index.data(_ROW), theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(now.raised))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(now.accent))
        painter.setPen(QColor(now.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        inner = box.adjusted(16, _PAD_PX, -16, -_PAD_PX)
        self._head(painter, inner, row, *index.data(_LINES))
        top = inner.top() + _HEAD_PX
        for name, colour in index.data(_CLASSES):
            self._bar(painter, QRect(inner.left(), top, inner.width(), _BAR_PX), name, QColor(colour), row.iou.get(name))
            top += _BAR_PX
        painter.restore()

    def _head(self, painter: QPainter, inner: QRect, row: VersionRow, title: str, chip: str, origin: str, learnt: str) -> None:
        now, plain = theme.current(), painter.font()
        strong = QFont(plain)
        strong.setWeight(QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(QColor(now.text))
        painter.drawText(QRect(inner.left(), inner.top(), inner.width(), 20), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(plain)
        if chip:
            width = painter.fontMetrics().horizontalAdvance(chip) + 16
            place = QRect(inner.right() - width, inner.top(), width, 20)
            painter.setPen(QPen(QColor(now.accent if row.active else now.line), 1))
            painter.setBrush(QColor(now.accent) if row.active else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, 10, 10)
            painter.setPen(QColor(now.on_accent if row.active else now.faint))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, chip)
        painter.setPen(QColor(now.faint))
        for k, line in enumerate((origin, learnt)):
            place = QRect(inner.left(), inner.top() + 22 + 18 * k, inner.width(), 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, place.width()))

    def _bar(self, painter: QPainter, place: QRect, name: str, colour: QColor, iou: float | None) -> None:
        now, metrics = theme.current(), painter.fontMetrics()
        label = QRect(place.left(), place.top(), 112, place.height())
        value = QRect(place.right() - 96, place.top(), 96, place.height())
        painter.setPen(QColor(now.text if iou is not None else now.faint))
        painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(name, Qt.TextElideMode.ElideRight, label.width() - 8))
        if iou is None:
            painter.drawText(value, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.tr("not measured"))
            return
        painter.drawText(value, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{iou:.2f}")
        whole = QRect(label.right() + 1, place.center().y() - 3, place.right() - 48 - label.right(), 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.line))
        painter.drawRoundedRect(whole, 3, 3)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRect(whole.left(), whole.top(), max(6, round(whole.width() * iou)), 6), 3, 3)


class VersionList(QListWidget):
    """`picked`: id of the version that the person looks at."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Drawn(self))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._rows: list[VersionRow] = []
        self._filling = False
        self.currentItemChanged.connect(self._moved)

    @property
    def rows(self) -> Sequence[VersionRow]:
        return self._rows

    @property
    def chosen(self) -> VersionRow | None:
        item = self.currentItem()
        return item.data(_ROW) if item else None

    def set_rows(self, rows: Sequence[VersionRow], classes: Sequence[ClassRow], choose: int | None = None) -> None:
        """Shows the versions; the chosen one stays chosen, unless another id is given. `picked` is not said."""
        chosen = choose if choose is not None else self.chosen.id if self.chosen else None
        self._rows, self._filling = list(rows), True
        self.clear()
        for row in rows:
            item = QListWidgetItem(self)
            item.setData(_ROW, row)
            item.setData(_CLASSES, [(c.name, c.colour) for c in classes[:_MOST_CLASSES]] if row.iou else [])
            item.setData(_LINES, (self.tr("Version {version}").format(version=row.id), self._chip(row), self.origin(row), self.learnt(row)))
            item.setToolTip(self._tip(row))
        self.choose(chosen)
        self._filling = False

    def choose(self, version_id: int | None) -> None:
        """Chooses a version, the active one where it is not there."""
        place = next((k for k, row in enumerate(self._rows) if row.id == version_id), None)
        if place is None:
            place = next((k for k, row in enumerate(self._rows) if row.active), 0)
        self.setCurrentRow(place)

    def _moved(self) -> None:
        if not self._filling and self.chosen is not None:
            self.picked.emit(self.chosen.id)

    # -- in words -------------------------------------------------------------------------------------------------------------

    def _chip(self, row: VersionRow) -> str:
        return self.tr("in use") if row.active else self.tr("used before") if row.previous else ""

    def origin(self, row: VersionRow) -> str:
        """The engine, with the one that it answers together with, where the version comes from, and since when it is there."""
        engine = f"{row.engine} + {row.together}" if row.together else row.engine
        if row.bundled:
            return self.tr("{engine}, came with the program").format(engine=engine)
        made = QDateTime.fromSecsSinceEpoch(int(datetime.fromisoformat(row.made_at).timestamp()))
        date = QLocale().toString(made, QLocale.FormatType.ShortFormat)
        if row.parent is None:
            return self.tr("{engine}, made {date}").format(engine=engine, date=date)
        return self.tr("{engine}, from version {parent}, {date}").format(engine=engine, parent=row.parent, date=date)

    def learnt(self, row: VersionRow) -> str:
        """What it learnt from here, or the backbone it reads."""
        if row.backbone is None:
            return self.tr("Its folder cannot be read")
        if row.labels is not None:
            learnt = self.tr("learnt from %n label(s)", "", row.labels)
            return learnt if row.iou else self.tr("{learnt}, not measured on the check images").format(learnt=learnt)
        if row.backbone != "bundled":
            return self.tr("on the backbone {name}").format(name=row.backbone)
        return self.tr("learnt nothing here") if row.iou else self.tr("not measured on the check images")

    def _tip(self, row: VersionRow) -> str:
        if not row.groups:
            return self.tr("Not compared on the check images yet")
        said = [self.tr("{name}: on %n check group(s) that hold it", "", n).format(name=name) for name, n in row.groups.items()]
        return "\n".join(said)
