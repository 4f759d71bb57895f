"""The shots of the chosen class as little pictures, and under them the button that pre-labels the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QPushButton, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.operations import support
from app.store.changes import Change
from app.store.gallery import GalleryRow
from app.ui import icons, theme
from app.ui.context import Context
from app.ui.thumbnails import Thumbnails

_CELL_PX, _PICTURE_PX, _OUT_PX = 44, 40, 16
_MOST_LINES = 3
_ID, _PICTURE, _OPEN = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
_ADD = -1  # in place of an image's id: the cell that adds the open image


def _out(cell: QRect) -> QRect:
    """Where the cross that takes a shot out lies in its cell."""
    return QRect(cell.right() - _OUT_PX - 1, cell.top() + 1, _OUT_PX, _OUT_PX)


class _Drawn(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(_CELL_PX, _CELL_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        now, hovered = theme.current(), bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        box = QRect(option.rect.left() + 2, option.rect.top() + 2, _PICTURE_PX, _PICTURE_PX)
        painter.save()
        picture, id_ = index.data(_PICTURE), index.data(_ID)
        if id_ == _ADD:
            icons_at = box.center().x() - 9, box.center().y() - 9
            painter.setPen(QPen(QColor(now.faint if hovered else now.line), 1, Qt.PenStyle.DashLine))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            painter.drawPixmap(*icons_at, icons.pixmap("plus", now.text if hovered else now.faint, 20))
        else:
            painter.fillRect(box, QColor(now.raised))
            if picture is not None:
                side = min(picture.width(), picture.height())
                painter.drawPixmap(box, picture, QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side))
        if index.data(_OPEN) or focused:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        if hovered and id_ != _ADD and self.parent().editable:
            painter.fillRect(_out(option.rect), QColor(0, 0, 0, 170))
            painter.drawPixmap(_out(option.rect).topLeft(), icons.pixmap("x", "#ffffff", 16))
        painter.restore()


class _Strip(QListWidget):
    """Cells in lines; a click on a cell's cross takes it out, one anywhere else opens it."""

    picked = Signal(int)
    taken_out = Signal(int)
    added = Signal()

    def __init__(self, parent: QWidget, editable: bool) -> None:
        super().__init__(parent, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.editable = editable
        self.setItemDelegate(_Drawn(self))
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setGridSize(QSize(_CELL_PX, _CELL_PX))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def mouseReleaseEvent(self, event) -> None:
        super().mouseReleaseEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is None or event.button() != Qt.MouseButton.LeftButton:
            return
        crossed = self.editable and _out(self.visualItemRect(item)).contains(event.position().toPoint())
        self._act(item, crossed)

    def event(self, event: QEvent) -> bool:
        # With the keyboard here these keys are the list's own, whatever they are of the window.
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (*_OWN_KEYS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act(item, False)
        elif item is not None and event.key() == Qt.Key.Key_Delete and self.editable:
            self._act(item, True)
        elif event.key() in _OWN_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()  # a letter is the window's key, not a search in this list

    def _act(self, item: QListWidgetItem, crossed: bool) -> None:
        id_ = item.data(_ID)
        if id_ == _ADD:
            self.added.emit()
        elif crossed:
            self.taken_out.emit(id_)
        else:
            self.picked.emit(id_)

    def fit(self) -> None:
        """As high as its lines, up to a few."""
        columns = max(1, self.viewport().width() // _CELL_PX)
        lines = -(-max(1, self.count()) // columns)
        self.setFixedHeight(min(lines, _MOST_LINES) * _CELL_PX + 4)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        self.fit()


_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class ShotsPanel(QWidget):
    """taken_out: id of an image that shall be no shot any more; added: the open image shall be one."""

    taken_out = Signal(int)
    added = Signal()

    def __init__(
        self, context: Context, thumbnails: Thumbnails, images: Callable[[], Mapping[int, GalleryRow]], path_of: Callable[[int], Path],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._context, self._thumbnails, self._images, self._path_of = context, thumbnails, images, path_of
        self._class_name = ""
        self.shots: list[int] = []
        self.heading = QLabel(self)
        self.heading.setProperty("role", "heading")
        self.strip = _Strip(self, context.writing)
        self.button = QPushButton(self, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.button.setProperty("role", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for part in (self.heading, self.strip, self.button):
            column.addWidget(part)
        self.strip.picked.connect(context.select_image)
        self.strip.taken_out.connect(self.taken_out)
        self.strip.added.connect(self.added)
        thumbnails.ready.connect(lambda _: self._show())
        context.image_selected.connect(lambda _: self._show())
        context.changed.connect(self._changed)
        self.set_class(None, "")

    def set_class(self, class_id: int | None, name: str) -> None:
        """The class whose shots are shown."""
        self._class_name = name
        self.heading.setText(self.tr("Shots of {name}").format(name=name) if class_id is not None else self.tr("Shots"))
        self.read()

    def _changed(self, change: Change) -> None:
        if {"support_shot", "image"} & change.tables:
            self.read()

    def read(self) -> None:
        """Brings the list up to date: a class has a few shots."""
        class_id = self._context.class_id
        self.shots = [] if class_id is None else self._context.read(lambda session: [image.id for image in support.shots(session, class_id)])
        self._show()

    def _show(self) -> None:
        images, open_id = self._images(), self._context.image_id
        ids = [k for k in self.shots if k in images]
        if self._context.writing and self._context.class_id is not None and open_id is not None and open_id not in ids:
            ids.append(_ADD)
        while self.strip.count() > len(ids):
            self.strip.takeItem(self.strip.count() - 1)
        while self.strip.count() < len(ids):
            self.strip.addItem(QListWidgetItem())
        for k, id_ in enumerate(ids):
            item = self.strip.item(k)
            item.setData(_ID, id_)
            item.setData(_OPEN, id_ == open_id)
            item.setData(_PICTURE, None if id_ == _ADD else self._thumbnails.get(images[id_].sha256, self._path_of(id_)))
            item.setToolTip(self.tr("Make the open image a shot  (M)") if id_ == _ADD else images[id_].name)
        self.strip.setVisible(bool(ids))
        self.strip.fit()
