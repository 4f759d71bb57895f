"""The history beside the window: what was done, by whom and when, newest first, each with a way to take it back."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.store import changes
from app.ui import icons, sentences, theme
from app.ui.context import Context
from app.ui.rereading import Rereading
from app.ui.writer import Fault

_PAGE = 50  # so many changes more are listed each time
_REREAD_MS = 200


class History(QDialog):
    """It stays open while one works, and keeps itself current. A change whose rows are no longer kept has no button."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.rows: dict[int, Row] = {}  # by the change's id
        self._limit = _PAGE
        # One more than is listed, to know whether there are older ones.
        self.reading = Rereading(context, lambda: (changes.history, self._limit + 1), _REREAD_MS, self, failed=self._refused)
        self.reading.came.connect(self._show)
        self.setWindowTitle(self.tr("History"))
        self._build()
        context.changed.connect(self._changed)

    @staticmethod
    def of(context: Context, view: QWidget) -> History:
        """The one of an open project; it goes with the project's part of the window."""
        return view.findChild(History) or History(context, view)

    def _build(self) -> None:
        self.nothing = QLabel(self.tr("Nothing was done in this project yet."), self, visible=False)
        self.nothing.setProperty("role", "faint")
        self.refusal = Refusal(self)
        inside = QWidget(self)
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.older = QPushButton(self.tr("Show older ones"), inside, visible=False)
        self.older.setProperty("role", "flat")
        self.older.clicked.connect(self._show_older)
        self._list.addWidget(self.older)
        self._list.addStretch(1)
        self.area = QScrollArea(self, widgetResizable=True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 8, 16)
        column.setSpacing(8)
        for part in (self.refusal, self.nothing):
            column.addWidget(part)
        column.addWidget(self.area, 1)
        self.resize(480, 600)

    def open_(self) -> None:
        """Comes to the front, up to date."""
        self.refusal.hide()
        self.reading.now()
        self.show()
        self.raise_()
        self.activateWindow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter takes back only what has the keyboard; a dialog would press its first button.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if isinstance(focus, QPushButton):
                focus.click()
        else:
            super().keyPressEvent(event)

    # -- what is shown ------------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        if self.isVisible():
            self.reading.soon()

    def _show(self, found: list[dict]) -> None:
        self.older.setVisible(len(found) > self._limit)
        shown = found[: self._limit]
        self.nothing.setVisible(not shown)
        for place, change in enumerate(shown):
            if change["id"] in self.rows:
                self.rows[change["id"]].show_change(change)
                continue
            row = self.rows[change["id"]] = Row(change, self._context.writing, self)
            row.button.clicked.connect(lambda _=False, id_=change["id"]: self._take_back(id_))
            self._list.insertWidget(place, row)
        for id_ in self.rows.keys() - {change["id"] for change in shown}:  # others are at the front now
            row = self.rows.pop(id_)
            self._list.removeWidget(row)
            row.deleteLater()

    def _show_older(self) -> None:
        self._limit += _PAGE
        self.reading.now()

    def _take_back(self, change_id: int) -> None:
        self.refusal.hide()
        self._context.take_back(change_id, failed=self._refused)

    def _refused(self, fault: Fault) -> None:
        self.refusal.show_text(f"{fault.sentence} {fault.hint}".strip())


class Refusal(QFrame):
    """Why a change could not be taken back."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, visible=False)
        self.setProperty("role", "message")
        self.setProperty("kind", "warn")
        mark = QLabel(self)
        mark.setPixmap(icons.pixmap("circle-alert", theme.current().warn, 20))
        self.text = QLabel(self, wordWrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)

    def show_text(self, text: str) -> None:
        self.text.setText(sentences.shown(text))
        self.show()


class Row(QFrame):
    """One change: its title, struck through where it was taken back, who did it and when, and the button."""

    def __init__(self, change: dict, writing: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._writing = writing
        self._shown: dict = {}
        self.setProperty("role", "row")
        self.title = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.who = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.who.setProperty("role", "faint")
        self.button = QPushButton(self.tr("Take back"), self)
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the text keeps its width
        self.button.setSizePolicy(policy)
        self.button.setAutoDefault(False)
        words, row = QVBoxLayout(), QHBoxLayout(self)
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.who)
        row.setContentsMargins(0, 6, 8, 6)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.show_change(change)

    def show_change(self, change: dict) -> None:
        """Brings the row up to date: a change may have been taken back, or done again."""
        if change == self._shown:
            return
        self._shown = change
        title = sentences.shown(change["title"])
        of_kind = {"undo": self.tr("Taken back: {title}"), "redo": self.tr("Done again: {title}")}.get(change["kind"], "{title}")
        self.title.setText(of_kind.format(title=title))
        self.title.setProperty("role", "undone" if change["undone"] else "faint" if change["kind"] == "undo" else "")
        self.title.style().unpolish(self.title)
        self.title.style().polish(self.title)
        when = QDateTime.fromString(change["at"], Qt.DateFormat.ISODateWithMs).toLocalTime()
        self.who.setText(self.tr("{who}, {when}").format(who=change["by"], when=QLocale().toString(when, QLocale.FormatType.ShortFormat)))
        self.button.setVisible(change["open"] and self._writing)
        self.button.setAccessibleName(self.tr("Take back: {title}").format(title=title))
