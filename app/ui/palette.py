"""The command palette (Ctrl+K): every act that is offered now, the classes and the images, found by a few letters of their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.ui import actions, theme
from app.ui.label.name_field import Field

_WIDTH_PX, _TOP_PX, _ROW_PX, _ROWS = 560, 84, 32, 10
_MOST = 50  # hits that are listed
_NOT_LISTED = ("palette", "escape")
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One line: what it does or names, what stands at its right (a key, or what it is), and its picture (an icon or a colour)."""

    text: str
    detail: str
    call: Callable[[], None]
    icon: QIcon | None = None
    colour: str = ""


def rank(wanted: str, text: str) -> tuple[int, int] | None:
    """How well a text fits what was typed, smaller is better: its beginning, the beginning of a word, anywhere, or its letters
    in their order; None where it does not fit. Each word that was typed must fit for itself."""
    text = text.casefold()
    found = [_rank_of(word, text) for word in wanted.casefold().split()]
    if any(place is None for place in found):
        return None
    return (max(kind for kind, _ in found), sum(place for _, place in found)) if found else (0, 0)


def _rank_of(word: str, text: str) -> tuple[int, int] | None:
    at = text.find(word)
    if at == 0:
        return 0, 0
    if at > 0:
        within = text.find(f" {word}")
        return (1, within) if within >= 0 else (2, at)
    letters = iter(text)
    return (3, len(text)) if all(letter in letters for letter in word) else None


def holds(wanted: str) -> Callable[[str], bool]:
    """Whether a text has each word that was typed in it: quick enough for 100,000 names."""
    words = wanted.casefold().split()

    def fits(text: str) -> bool:
        text = text.casefold()
        return all(word in text for word in words)

    return fits


def offered(made: Mapping[str, QAction]) -> list[Entry]:
    """The window's acts that can be done now."""
    there = [(act, made[act.id]) for act in actions.ACTS if act.in_sheet and act.id in made and act.id not in _NOT_LISTED]
    return [Entry(actions.text_of(act), actions.shown_key(act), action.trigger, action.icon()) for act, action in there if action.isEnabled()]


class _Drawn(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(0, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        entry: Entry = index.data(_ENTRY)
        now, box, middle = theme.current(), option.rect, Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(now.raised))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(now.accent))
        place = QRect(box.left() + 14, box.center().y() - 7, 16, 16)
        if entry.icon is not None:
            entry.icon.paint(painter, place)
        elif entry.colour:
            painter.setPen(QColor(now.line))
            painter.setBrush(QColor(entry.colour))
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 3, 3)
        metrics = painter.fontMetrics()
        right = metrics.horizontalAdvance(entry.detail) + 20
        painter.setPen(QColor(now.faint))
        painter.drawText(QRect(box.right() - right, box.top(), right - 14, box.height()), middle | Qt.AlignmentFlag.AlignRight, entry.detail)
        painter.setPen(QColor(now.text))
        name = QRect(box.left() + 42, box.top(), box.width() - 42 - right, box.height())
        painter.drawText(name, middle, metrics.elidedText(entry.text, Qt.TextElideMode.ElideMiddle, name.width()))
        painter.restore()


class Palette(QFrame):
    """Lies over its parent. `acts` gives what is always looked through, `names(fits)` what is many (classes first, then images),
    of which only whole parts of names are found. Hidden again by Esc, by a choice, or when the keyboard goes elsewhere."""

    def __init__(self, parent: QWidget, acts: Callable[[], list[Entry]], names: Callable[[Callable[[str], bool]], Iterable[Entry]]) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._acts, self._names = acts, names
        self._before: QWidget | None = None
        self.field = Field(self, placeholderText=self.tr("Type an act, a class or an image"))
        self.list = QListWidget(self, focusPolicy=Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Drawn(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel(self.tr("Nothing is called so."), self)
        self.nothing.setProperty("role", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for part in (self.field, self.nothing, self.list):
            column.addWidget(part)
        self.field.textChanged.connect(self._list)
        self.field.returnPressed.connect(self._choose)
        self.field.left.connect(self.leave)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._choose())
        self.hide()

    def ask(self) -> None:
        """Shows it, empty, and takes the keyboard; a second time, gives the keyboard back."""
        if self.isVisible():
            self.leave()
            return
        self._before = self.window().focusWidget()
        self.field.clear()
        width = min(_WIDTH_PX, self.parentWidget().width() - 32)
        self.setGeometry((self.parentWidget().width() - width) // 2, _TOP_PX, width, 10)
        self.show()
        self.raise_()
        self.field.setFocus()
        self._list()

    def leave(self) -> None:
        """Hides it; the keyboard goes back to where it was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}.get(Qt.Key(event.key()))
            if by is not None:
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + by)))
                return True
        elif watched is self.field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            if self.window().isActiveWindow():  # the hand went elsewhere: the keyboard stays there
                self._before = None
            self.leave()
        return super().eventFilter(watched, event)

    def _found(self) -> Iterator[Entry]:
        wanted = self.field.text().strip()
        acts = [(place, k, entry) for k, entry in enumerate(self._acts()) if (place := rank(wanted, entry.text)) is not None]
        yield from (entry for _, _, entry in sorted(acts, key=lambda hit: hit[:2]))
        if wanted:
            yield from self._names(holds(wanted))

    def _list(self) -> None:
        self.list.clear()
        for entry in islice(self._found(), _MOST):
            item = QListWidgetItem(self.list)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.text)
        count = self.list.count()
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not count)
        self.list.setVisible(bool(count))
        self.list.setFixedHeight(min(count, _ROWS) * _ROW_PX + 2)
        self.layout().activate()
        self.resize(self.width(), self.sizeHint().height())

    def entries(self) -> list[Entry]:
        """What is listed now, the best first."""
        return [self.list.item(k).data(_ENTRY) for k in range(self.list.count())]

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            entry: Entry = item.data(_ENTRY)
            self.leave()
            QTimer.singleShot(0, self, entry.call)  # with the keyboard where it was
