"""The pages of the open project, of which one is in view; what a key does is what that page makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, QSettings, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

from app.ui import background, icons, recent
from app.ui.context import Context
from app.ui.label.label_page import LabelPage
from app.ui.label.label_parts import LabelParts
from app.ui.message_bar import MessageBar
from app.ui.page import Page
from app.ui.page_switch import LABEL, PAGES, import_pages
from app.ui.palette import Entry
from app.ui.train.improving import Improving

_AHEAD_MS = 300  # between two pages that are made before they are looked at


class ProjectView(QStackedWidget):
    """`page_shown`: id of the page that came into view; `state_changed`: what can be done now may be another."""

    page_shown = Signal(str)
    state_changed = Signal()

    def __init__(self, context: Context, messages: MessageBar, made: Mapping[str, QAction], remember: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._messages, self._made, self._remember = context, messages, made, remember
        self._pages: dict[str, Page] = {}
        self.improving = Improving(context, messages, self)
        self._ahead = QTimer(self, interval=_AHEAD_MS)
        self._ahead.timeout.connect(self._make_ahead)
        context.page_asked.connect(self.show_page)

    def make(self) -> Iterator[None]:
        """Makes the Label page, which is shown first, in passes: before it has ended, there is nothing to be shown."""
        parts = LabelParts(self._context, self)
        yield
        self.label = LabelPage(self._context, self._messages, parts, self)
        self._take(LABEL, self.label)
        yield
        self.label.set_actions(self._made)
        self.show_page(LABEL)
        yield
        if (last := recent.page_of(self._context.folder)) in (kind.id for kind in PAGES):
            self.show_page(last)
            yield
        for part in self.label.findChildren(QWidget):
            part.ensurePolished()
        yield
        background.pool().submit(lambda step: import_pages(), lambda kind, value: self._ahead.start() if isValid(self) else None, patient=True)

    @property
    def page(self) -> Page:
        """The page in view."""
        return self.currentWidget()

    @property
    def page_id(self) -> str:
        return next(name for name, page in self._pages.items() if page is self.page)

    def show_page(self, name: str) -> None:
        """Brings a page into view, and makes it where it was not looked at before."""
        with background.pool().resting():
            page, before = self._page(name), self.currentWidget()
            if page is before and page.isVisible():
                return
            self.setCurrentWidget(page)
            if before is not page:
                before.left()
            self._messages.float_over(page.ground)
            page.entered()
            self.page_shown.emit(name)
            self.state_changed.emit()

    def _make_ahead(self) -> None:
        """Makes a page that was not looked at yet: while a job begins, which asks for it, it would take several times as long."""
        missing = [kind.id for kind in PAGES if kind.id not in self._pages]
        if missing:
            self._page(missing[0])
        if len(missing) < 2:
            self._ahead.stop()

    def _page(self, name: str) -> Page:
        if name not in self._pages:
            with background.pool().resting():
                self._take(name, next(kind for kind in PAGES if kind.id == name).make(self._context, self._messages, self))
        return self._pages[name]

    def _take(self, name: str, page: Page) -> None:
        self._pages[name] = page
        self.addWidget(page)
        page.state_changed.connect(self.state_changed)
        if isinstance(state := self._remember.value(f"layout/{name}"), QByteArray):
            page.restore_layout(state)

    # -- acts -----------------------------------------------------------------------------------------------------------------

    def offered(self) -> set[str]:
        """The acts that the page in view has."""
        return set(self.page.acts())

    def do(self, act: str) -> None:
        """Does the act on the page in view, when the hand is free."""
        page = self.page
        if (call := page.acts().get(act)) is not None:
            page.when_free(call)

    def names(self, fits: Callable[[str], bool]) -> Iterator[Entry]:
        """The classes, then the images, whose names fit, for the command palette."""
        for row in self.label.classes.rows:
            if fits(row.name):
                yield Entry(row.name, self.tr("class"), partial(self._context.select_class, row.id), colour=row.colour)
        picture = icons.icon("images")
        for row in self.label.gallery.images.values():
            if fits(row.path):
                yield Entry(row.path, self.tr("image"), partial(self._context.open_image, row.id), picture)

    def remember_layout(self) -> None:
        """For the pages that are made from now on."""
        for name, page in self._pages.items():
            if not (state := page.layout_state()).isEmpty():
                self._remember.setValue(f"layout/{name}", state)
        recent.note_page(self._context.folder, self.page_id)

    def close_project(self) -> None:
        self.remember_layout()
        for page in self._pages.values():
            page.close_project()
