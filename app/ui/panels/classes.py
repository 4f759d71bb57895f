"""The classes: their colours, counts and shots; one is drawn with, chosen by a click or a digit."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QColorDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.operations import classes
from app.store.gallery import ClassRow
from app.store.records import DefectClass
from app.ui import theme
from app.ui.context import Context
from app.ui.label.name_field import Field

_ROW_PX = 32
_ROW = Qt.ItemDataRole.UserRole


class _Drawn(QStyledItemDelegate):
    """Digit, colour, name, count and shots in columns that do not move when the numbers change."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row: ClassRow = index.data(_ROW)
        now = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect
        chosen = index.data(_ROW + 1)
        if chosen:
            painter.fillRect(box, QColor(now.raised))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(now.accent))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(now.faint))
        if index.row() < 9:
            painter.drawText(QRect(box.left() + 10, box.top(), 12, box.height()), middle, str(index.row() + 1))
        painter.setBrush(QColor(row.colour))
        painter.setPen(QPen(QColor(now.line), 1))
        painter.drawRoundedRect(QRect(box.left() + 28, box.center().y() - 6, 14, 14), 3, 3)
        metrics = painter.fontMetrics()
        shots, count = self.tr("%n shot(s)", "", row.shots) if row.shots else self.tr("no shot"), str(row.annotations)
        right = metrics.horizontalAdvance(self.tr("%n shot(s)", "", 88)) + 8
        painter.setPen(QColor(now.faint if row.shots else now.warn))
        painter.drawText(QRect(box.right() - right, box.top(), right - 8, box.height()), middle | Qt.AlignmentFlag.AlignRight, shots)
        number = metrics.horizontalAdvance("88888")
        painter.setPen(QColor(now.text))
        painter.drawText(QRect(box.right() - right - number, box.top(), number - 6, box.height()), middle | Qt.AlignmentFlag.AlignRight, count)
        name = QRect(box.left() + 52, box.top(), box.width() - 52 - right - number, box.height())
        painter.drawText(name, middle, metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, name.width()))
        painter.restore()


class ClassesPanel(QWidget):
    """The list of classes, and a field for a new one."""

    removal_asked = Signal(object)  # ClassRow: the window asks, since marks go with it

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.rows: list[ClassRow] = []
        heading = QLabel(self.tr("Classes"), self)
        heading.setProperty("role", "heading")
        self.list = QListWidget(self, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.list.setItemDelegate(_Drawn(self.list))
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.empty = QLabel(self.tr("There is none yet: your first stroke asks for its name."), self, wordWrap=True, alignment=Qt.AlignmentFlag.AlignTop)
        self.empty.setProperty("role", "faint")
        self.name = QLineEdit(self, placeholderText=self.tr("New class"), enabled=context.writing)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        column.addWidget(self.name)
        self.list.itemClicked.connect(lambda item: context.select_class(item.data(_ROW).id))
        self.list.customContextMenuRequested.connect(self._menu)
        self.name.returnPressed.connect(self._add)
        context.class_selected.connect(self._mark)

    def set_rows(self, rows: list[ClassRow]) -> None:
        """Shows the classes; where the chosen one is gone, the first is chosen."""
        self.rows = rows
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        while self.list.count() > len(rows):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(rows):
            self.list.addItem(QListWidgetItem())
        for k, row in enumerate(rows):
            self.list.item(k).setData(_ROW, row)
            self.list.item(k).setToolTip(self._tip(k, row))
        if self._context.class_id not in {row.id for row in rows}:
            self._context.select_class(rows[0].id if rows else None)
        self._mark(self._context.class_id)

    def _tip(self, k: int, row: ClassRow) -> str:
        counted = self.tr("{name}: {regions} marked, {shots}, {pending}").format(
            name=row.name, regions=row.annotations, shots=self.tr("%n shot(s)", "", row.shots), pending=self.tr("%n proposal(s)", "", row.pending)
        )
        return f"{counted}  ({k + 1})" if k < 9 else counted

    def by_id(self, class_id: int | None) -> ClassRow | None:
        return next((row for row in self.rows if row.id == class_id), None)

    def choose(self, place: int) -> None:
        """Chooses the class at a place (from 0) to draw with; nothing where there is none."""
        if place < len(self.rows):
            self._context.select_class(self.rows[place].id)

    def _mark(self, class_id: int | None) -> None:
        for k, row in enumerate(self.rows):
            self.list.item(k).setData(_ROW + 1, row.id == class_id)
        self.list.viewport().update()

    def _add(self) -> None:
        name = self.name.text().strip()
        if name:
            self._context.do(lambda session: classes.add(session, name).id, title=self.tr("Add class {name}").format(name=name), done=self._added)

    def _added(self, class_id: int) -> None:
        self.name.clear()
        self.name.clearFocus()
        self._context.select_class(class_id)

    # -- the menu of one class ------------------------------------------------------------------------------------------------

    def _menu(self, point) -> None:
        item = self.list.itemAt(point)
        if item and self._context.writing:
            self.menu_of(item.data(_ROW)).popup(self.list.viewport().mapToGlobal(point))

    def menu_of(self, row: ClassRow) -> QMenu:
        """What can be done to a class; the menu deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, call in (
            (self.tr("Rename"), lambda: self._rename(row)),
            (self.tr("Colour..."), lambda: self._recolour(row)),
            (self.tr("Remove"), lambda: self.removal_asked.emit(row)),
        ):
            action = QAction(text, menu)
            action.triggered.connect(call)
            menu.addAction(action)
        return menu

    def _rename(self, row: ClassRow) -> None:
        """A field over the class's line: Enter gives the name, Esc or a click elsewhere leaves it."""
        place = next(k for k, there in enumerate(self.rows) if there.id == row.id)
        box = self.list.visualItemRect(self.list.item(place))
        field = Field(row.name, self.list.viewport())
        field.setObjectName("rename")
        field.setGeometry(box.adjusted(46, 2, -4, -2))
        field.selectAll()
        field.show()
        field.setFocus()
        field.returnPressed.connect(lambda: (self._renamed(row, field.text()), field.deleteLater()))
        field.editingFinished.connect(field.deleteLater)
        field.left.connect(field.deleteLater)

    def _renamed(self, row: ClassRow, name: str) -> None:
        self._change(row, self.tr("Rename {old} to {new}").format(old=row.name, new=name), lambda session, class_: classes.rename(session, class_, name))

    def _recolour(self, row: ClassRow) -> None:
        colour = QColorDialog.getColor(QColor(row.colour), self, self.tr("Colour of {name}").format(name=row.name))
        if colour.isValid():
            title = self.tr("Give {name} another colour").format(name=row.name)
            self._change(row, title, lambda session, class_: classes.recolour(session, class_, colour.name()))

    def remove(self, row: ClassRow) -> None:
        """Takes the class away with all that was said of it; undo brings it back."""
        self._change(row, self.tr("Remove class {name}").format(name=row.name), classes.remove)

    def _change(self, row: ClassRow, title: str, operation) -> None:
        def act(session) -> None:
            operation(session, session.get(DefectClass, row.id))

        self._context.do(act, title=title)
