"""The table of the pages, and the switch between them in the title line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

if TYPE_CHECKING:  # a page needs the database, which the window has no use for before a project is open
    from app.ui.context import Context
    from app.ui.message_bar import MessageBar
    from app.ui.page import Page
    from app.ui.project_view import ProjectView

LABEL = "label"


def _review(context: Context, messages: MessageBar, parent: QWidget) -> Page:
    from app.ui.review.review_page import ReviewPage

    return ReviewPage(context, messages, parent)


def _report(context: Context, messages: MessageBar, parent: QWidget) -> Page:
    from app.ui.report.report_page import ReportPage

    return ReportPage(context, messages, parent)


def _train(context: Context, messages: MessageBar, parent: ProjectView) -> Page:
    from app.ui.train.train_page import TrainPage

    return TrainPage(context, messages, parent.improving, parent)


@dataclass(frozen=True)
class Kind:
    """One page of the table: it is made, and what it needs is imported, soon after the project has come, or when it is looked at
    before that. The one that is shown first is made with the project's view."""

    id: str
    text: str
    make: Callable[[Context, MessageBar, ProjectView], Page] | None


def import_pages() -> None:
    """Imports what the pages need, for a thread beside the window: on the window's own it would be felt when one is looked at first."""
    from app.ui.report import report_page  # noqa: F401
    from app.ui.review import review_page  # noqa: F401
    from app.ui.train import train_page  # noqa: F401


PAGES = (
    Kind(LABEL, QT_TRANSLATE_NOOP("Pages", "Label"), None),
    Kind("review", QT_TRANSLATE_NOOP("Pages", "Review"), _review),
    Kind("train", QT_TRANSLATE_NOOP("Pages", "Train"), _train),
    Kind("report", QT_TRANSLATE_NOOP("Pages", "Report"), _report),
)


class PageSwitch(QWidget):
    """The pages' names in a row, the one in view marked; hidden while there is nothing to choose from."""

    def __init__(self, made: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for kind in PAGES:
            action = made[f"page_{kind.id}"]
            button = QToolButton(self, text=QCoreApplication.translate("Pages", kind.text), toolTip=action.toolTip(), checkable=True)
            button.setProperty("role", "page")
            button.clicked.connect(action.trigger)
            self._group.addButton(button)
            self.buttons[kind.id] = button
            row.addWidget(button)
        self.hide()

    def mark(self, name: str) -> None:
        """The page in view."""
        self.setVisible(len(self.buttons) > 1)
        self.buttons[name].setChecked(True)
