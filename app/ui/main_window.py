"""The window: title line, start page or open project, and the table of actions bound to them. What it shows is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import settings
from app.ui import actions, background, recent, theme, translation
from app.ui.collecting import collector
from app.ui.filling import Filling
from app.ui.job_strip import JobStrip
from app.ui.message_bar import MessageBar
from app.ui.opening import Opening
from app.ui.page_switch import PAGES, PageSwitch
from app.ui.palette import Palette, offered
from app.ui.settings_menu import SettingsMenu
from app.ui.start_page import StartPage
from app.ui.writer import Fault

if TYPE_CHECKING:
    from app.ui.arriving import Arriving
    from app.ui.context import Context
    from app.ui.project_view import ProjectView
    from app.workspace import Workspace

_TURN_S = 0.0005


class MainWindow(QMainWindow):
    """One window on one project at a time. What needs the database is imported when a project is opened: the start page comes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("DefectLoop")
        self.setAcceptDrops(True)
        self.resize(1366, 768)
        self.view: ProjectView | None = None
        self.context: Context | None = None
        self.filling = Filling(self)
        self._opening: Opening | None = None
        self._arriving: Arriving | None = None
        self._closing: list = []  # jobs that still write what belongs to projects that are not shown any more
        self._remember = QSettings(str(settings.config_folder() / "window.ini"), QSettings.Format.IniFormat, self)
        self._build()
        if isinstance(place := self._remember.value("geometry"), QByteArray):
            self.restoreGeometry(place)
        self.show_start()

    @property
    def page(self):
        """The Label page of the open project, None where none is open."""
        return self.view.label if self.view else None

    @property
    def opening(self) -> bool:
        """Whether a project is being opened."""
        return self._opening is not None or (self._arriving is not None and not self._arriving.made)

    def _build(self) -> None:
        """All that is shown, in the theme and the language of now."""
        self.messages = MessageBar(self)
        self.start = StartPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.start)
        self.actions_ = actions.make(self, self._calls())
        whole, column = QWidget(self), QVBoxLayout()
        whole.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title_line())
        column.addWidget(self._stack, 1)
        self.palette_ = Palette(whole, lambda: offered(self.actions_), lambda fits: self.view.names(fits) if self.view else ())
        self.setCentralWidget(whole)  # what was there before is deleted
        for signal, handler in (
            (self.start.images_asked, self.filling.ask_images), (self.start.new_asked, self.filling.ask_new),
            (self.start.open_asked, self.filling.ask_project), (self.start.sample_asked, self.filling.open_sample),
            (self.start.chosen, self.open_project),
        ):  # fmt: skip
            signal.connect(handler)

    def rebuild(self) -> None:
        """Makes everything that is shown anew, after the theme, the language or the name was changed; the open project, page and image stay."""
        self._finish_arriving()
        page, image_id = (self.view.page_id, self.context.image_id) if self.view else ("", None)
        there = self._take_out()
        for action in self.actions():
            self.removeAction(action)
            action.deleteLater()
        self._build()
        self.show_start()
        if there:
            view, context = there
            workspace = context.hand_over()
            workspace.by = settings.user_name()  # the name may be what was changed
            self._arrive(workspace, context.read_only).finish()
            view.deleteLater()
            context.deleteLater()
            collector().thorough()
            self.context.select_image(image_id)
            self.context.go_to(page)

    def _title_line(self) -> QFrame:
        line = QFrame(self)
        line.setProperty("role", "line")
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        name = QLabel("DefectLoop", line)
        name.setProperty("role", "heading")
        self.project_name = QLabel(line)
        self.switch = PageSwitch(self.actions_, line)
        self.jobs = JobStrip(line)
        self.person = SettingsMenu(self.rebuild, self.messages.warn, line)
        row.addWidget(name)
        row.addWidget(self.project_name)
        row.addStretch(1)
        row.addWidget(self.switch)
        row.addStretch(1)
        row.addWidget(self._search_button(line))
        row.addWidget(self.jobs)
        row.addSpacing(16)
        row.addWidget(self.person)
        line.setFixedHeight(40)
        return line

    def _search_button(self, line: QFrame) -> QToolButton:
        """Opens the command palette, and shows its key."""
        button = QToolButton(line, toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon, focusPolicy=Qt.FocusPolicy.NoFocus)
        button.setDefaultAction(self.actions_["palette"])
        button.setText("Ctrl+K")
        return button

    # -- what the keys do -----------------------------------------------------------------------------------------------------

    def _calls(self) -> dict[str, Callable[[], None]]:
        """Of each act: some are the window's own, the rest are done by the page in view."""
        own = {name: partial(self._when_free, call) for name, call in self._own_calls().items()}
        return {act.id: partial(self._on_page, act.id) for act in actions.ACTS} | own

    def _when_free(self, call: Callable[[], None]) -> None:
        """A key pressed during a drag waits for its end."""
        if self.view:
            self.view.page.when_free(call)
        else:
            call()

    def _own_calls(self) -> dict[str, Callable[[], None]]:
        return {
            "undo": lambda: self.context.undo(),
            "redo": lambda: self.context.redo(),
            "history": self._show_history,
            "keys": self._show_keys,
            "palette": lambda: self.palette_.ask(),
            "add_images": self.filling.ask_images,
            "export": lambda: self.transfers.ask_export(),
            "import": lambda: self.transfers.ask_import(),
            "open": self.filling.ask_project,
            **{f"page_{kind.id}": partial(self._go_to, kind.id) for kind in PAGES},
        }

    def _on_page(self, act: str) -> None:
        if self.view:
            self.view.do(act)

    def _go_to(self, page: str) -> None:
        self.context.go_to(page)

    def _show_history(self) -> None:
        from app.ui.history import History

        History.of(self.context, self.view).open_()

    def _show_keys(self) -> None:
        actions.key_sheet(self, self.actions_).open()

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest:
            return super().event(event)
        with background.pool().resting():  # all that has changed is painted in this one call
            return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.view:
            if not event.isAutoRepeat():
                self.view.page.hold_space(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.view:
            if not event.isAutoRepeat():
                self.view.page.hold_space(False)
        else:
            super().keyReleaseEvent(event)

    # -- projects -------------------------------------------------------------------------------------------------------------

    def show_start(self) -> None:
        """The start page, with the projects that were open last."""
        self._stack.setCurrentWidget(self.start)
        self.messages.float_over(None)
        self.start.messages_place.addWidget(self.messages)
        self.start.show_recent(recent.listed())
        self.project_name.setText("")
        self._offer()

    def open_project(self, folder: Path) -> bool:
        """Begins to open a project, for writing, or for reading where somebody holds it; whether it was begun.

        What is open stays so until the other one is there. Nothing is begun for what is open already, and not while another one is being opened.
        """
        folder = Path(folder).absolute()
        if self.opening or (self.context and self.context.writing and self.context.folder == folder):
            return False
        opening = self._opening = Opening(folder, [job.finished.wait for job in self._closing], self)
        opening.opened.connect(partial(self._opened, folder))
        opening.failed.connect(lambda fault: self.messages.warn(fault))
        opening.ended.connect(self._opening_ended)
        (self.messages.say if self.view else self.start.show_busy)(self.tr("Opening {name}").format(name=folder.name))
        opening.start()
        return True

    def _opening_ended(self) -> None:
        self._opening.deleteLater()
        self._opening = None
        self.start.show_busy("")

    def _opened(self, folder: Path, workspace: Workspace, read_only: str) -> None:
        if self.view:
            self.view.remember_layout()
        self._arrive(workspace, read_only).start()

    def _arrive(self, workspace: Workspace, read_only: str) -> Arriving:
        """Takes the project in: what is open stays so until its part of the window is made."""
        from app.ui.arriving import Arriving

        self._finish_arriving()  # of the one that is open, which may be about to be painted
        self._arriving = arriving = Arriving(workspace, read_only, self.messages, self.actions_, self._remember, self)
        arriving.ready.connect(self._arrived)
        arriving.ended.connect(self._settled)
        return arriving

    def _arrived(self, context: Context, view: ProjectView) -> None:
        self._put_away()
        self._show_project(context, view)
        if context.read_only:
            fault = Fault(context.read_only, self.tr("You can look at everything, and change nothing."))
            self.messages.warn(fault, [(self.tr("Try again"), lambda: self.open_project(context.folder))])
            context.holder_left.connect(partial(self._holder_left, context.folder))

    def _holder_left(self, folder: Path) -> None:
        self.messages.say(self.tr("Nobody else has this project open any more."), [(self.tr("Open it for writing"), lambda: self.open_project(folder))])

    def _finish_arriving(self) -> None:
        if self._arriving:
            self._arriving.finish()

    def _settled(self) -> None:
        self._arriving.deleteLater()
        self._arriving = None

    def _show_project(self, context: Context, view: ProjectView) -> None:
        from app.ui.transfer import Transfers

        folder = context.folder
        self.context, self.view = context, view
        recent.note(folder)
        self.messages.dismiss()
        self.messages.float_over(view.page.ground)
        self.transfers = Transfers(context, self.messages, view)
        view.state_changed.connect(self._offer)
        view.page_shown.connect(self.switch.mark)
        self.switch.mark(view.page_id)
        context.image_selected.connect(self._offer)
        self.jobs.watch(context)
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        self.project_name.setText(folder.name)
        self.project_name.setToolTip(str(folder))
        self.setWindowTitle(f"{folder.name} - DefectLoop")
        self._offer()
        view.page.entered()
        context.start()

    def _offer(self) -> None:
        context = self.context
        has = (self._own_calls().keys() | self.view.offered() if self.view else set(self._own_calls())).__contains__
        image, writing = bool(context and context.image_id is not None), bool(context and context.writing)
        actions.offer(self.actions_, project=context is not None, image=image, writing=writing, has=has)

    def _take_out(self) -> tuple[ProjectView, Context] | None:
        """The open project's part of the window, which is not shown any more; None where none is open."""
        if self.view is None:
            return None
        view, context, self.view, self.context = self.view, self.context, None, None
        self.messages.float_over(None)
        self.messages.setParent(self)  # it is the window's, and must not go with the page
        self.messages.hide()
        view.close_project()
        context.let_go()
        self._stack.removeWidget(view)
        self.jobs.hide()
        self.switch.hide()
        return view, context

    def _put_away(self) -> None:
        """Closes the open project beside the window: what was begun is still written, and the backup of a large one takes a while."""
        if there := self._take_out():
            view, context = there
            view.hide()

            def gone(kind: str, value: object) -> None:
                if isValid(self):  # else they went with the window, which waited for the job
                    self._closing.remove(job)
                    view.deleteLater()
                    context.deleteLater()
                    collector().thorough()

            job = background.pool().submit(lambda _: context.finish(), gone)
            self._closing.append(job)

    def close_project(self) -> None:
        """Lets go of the open project after all is written; does nothing where none is open."""
        if there := self._take_out():
            view, context = there
            context.finish()
            view.deleteLater()
            context.deleteLater()
            collector().thorough()

    def _ask_to_lose(self) -> bool:
        """Says that something drawn is not written yet, with the ways out; False where there is none."""
        count = self.page.strokes.unwritten if self.page else 0
        if count:
            fault = Fault(self.tr("%n stroke(s) could not be written yet: closing now would lose them.", "", count))
            drop = (self.tr("Close without them"), lambda: (self.page.strokes.drop(), self.close()))
            self.messages.warn(fault, [(self.tr("Try again"), self.page.strokes.again), drop])
        return bool(count)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._ask_to_lose():
            event.ignore()
            return
        self.filling.stop()
        if self._opening:
            self._opening.give_up()
        self._finish_arriving()  # it has to be closed like any other
        self._remember.setValue("geometry", self.saveGeometry())
        self.hide()  # it is gone at once; what is still to be written takes its time
        self.close_project()
        for job in self._closing:
            job.finished.wait()
        event.accept()

    # -- dropping -------------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.start.show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.start.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.start.show_over(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.filling.take_paths(paths)


def application() -> QApplication:
    """The process's QApplication in our look; made when there is none. UserError where the person's settings are damaged."""
    # A thread that reads keeps the interpreter for so long before this one, which asks for it again after each call of Qt, gets its turn.
    sys.setswitchinterval(_TURN_S)
    app = QApplication.instance() or QApplication([])
    app.setApplicationName("DefectLoop")
    collector()
    own = settings.load()
    theme.wear(app, theme.named(own.theme))
    translation.speak(app, translation.chosen(own.language))
    return app
