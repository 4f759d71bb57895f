"""A line that tells a fault or a note with its ways out; nothing moves when it comes, and no click is asked for to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui import icons, sentences, theme
from app.ui.writer import Fault

Way = tuple[str, Callable[[], None]]
_NOTE_MS = 6000
_WIDEST_PX, _MARGIN_PX = 760, 16
_BESIDE = 2  # so many ways out have room beside the sentence


class MessageBar(QFrame):
    """Hidden until something is said. A note goes by itself, a fault stays until it is closed or another takes its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self._icon = QLabel(self)
        self.text = QLabel(self, wordWrap=True, textInteractionFlags=Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close = QToolButton(self, icon=icons.icon("x"), toolTip=self.tr("Close this message"), focusPolicy=Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.dismiss)
        column, self._row, self._below = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(12, 6, 6, 6)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addLayout(self._below)
        for row in (self._row, self._below):
            row.setSpacing(8)
        self._below.setContentsMargins(28, 0, 0, 0)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self._close)
        self.ways: list[QPushButton] = []
        self._closed: Callable[[], None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._timer.timeout.connect(self.dismiss)
        self._over: QWidget | None = None
        self.hide()

    def float_over(self, widget: QWidget | None) -> None:
        """Lies over the foot of a widget from now on, whose layout is not touched; None: wherever it is put."""
        if self._over:
            self._over.removeEventFilter(self)
        self._over = widget
        if widget:
            self.setParent(widget)
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        if self._over and self.isVisible():
            width = min(_WIDEST_PX, self._over.width() - 2 * _MARGIN_PX)
            self.layout().activate()
            # Not sizeHint(), which counts with a narrower sentence that takes more lines.
            height = self.layout().totalHeightForWidth(width) if self.layout().hasHeightForWidth() else self.sizeHint().height()
            self.setGeometry((self._over.width() - width) // 2, self._over.height() - height - _MARGIN_PX, width, height)
            self.raise_()

    def say(self, text: str, ways: Sequence[Way] = ()) -> None:
        """A note. One without ways out goes after some seconds."""
        self._show(sentences.shown(text), ways, "note", None)
        if not ways:
            self._timer.start()

    def warn(self, fault: Fault, ways: Sequence[Way] = (), closed: Callable[[], None] | None = None) -> None:
        """A fault with its hint; "Copy details" is added where it has some. `closed` is called when the person closes it."""
        more = [(self.tr("Copy details"), lambda: QGuiApplication.clipboard().setText(fault.details))] if fault.details else []
        self._show(sentences.shown(f"{fault.sentence} {fault.hint}".strip()), [*ways, *more], "warn", closed)

    def _show(self, text: str, ways: Sequence[Way], kind: str, closed: Callable[[], None] | None) -> None:
        self._timer.stop()
        self._closed = closed
        now = theme.current()
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.setPixmap(icons.pixmap("circle-alert" if kind == "warn" else "info", now.warn if kind == "warn" else now.accent, 20))
        self.text.setText(text)
        for button in self.ways:
            self._row.removeWidget(button)
            self._below.removeWidget(button)
            button.hide()
            button.deleteLater()
        # Many ways out stand below the sentence, which would be pressed into a narrow column else.
        row, first = (self._row, 2) if len(ways) <= _BESIDE else (self._below, 0)
        self.ways = []
        for k, (name, call) in enumerate(ways):
            button = QPushButton(name, self, focusPolicy=Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, call=call: (self.hide(), call()))
            row.insertWidget(first + k, button)
            self.ways.append(button)
        self._stretch_below(bool(ways) and row is self._below)
        self.show()
        for button in self.ways:
            button.show()  # a layout counts what is shown alone
        self._place()

    def _stretch_below(self, on: bool) -> None:
        """The buttons below the sentence begin at its left; without any, that row takes no room."""
        self._below.setContentsMargins(28, 0, 0, 6 if on else 0)
        for k in reversed(range(self._below.count())):
            if self._below.itemAt(k).spacerItem():
                self._below.takeAt(k)
        if on:
            self._below.addStretch(1)

    @property
    def warns(self) -> bool:
        """Whether a fault stands there, which a mere note should not take the place of."""
        return self.isVisible() and self.property("kind") == "warn"

    def dismiss(self) -> None:
        self.hide()
        closed, self._closed = self._closed, None
        if closed:
            closed()
