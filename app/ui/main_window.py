"""The window: title line, start page or open project, and the table of actions bound to them. What it shows is done elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import settings
from app.errors import UserError
from app.ui import actions, icons, recent, theme, translation
from app.ui.background import Task, call
from app.ui.job_strip import JobStrip
from app.ui.message_bar import MessageBar
from app.ui.start_page import StartPage
from app.ui.writer import Fault, fault_of


class MainWindow(QMainWindow):
    """One window on one project at a time. What needs the database is imported when a project is opened: the start page comes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("DefectLoop")
        self.setAcceptDrops(True)
        self.resize(1366, 768)
        self.page = None
        self.context = None
        self._task: Task | None = None
        self.messages = MessageBar(self)
        self.start = StartPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.start)
        whole, column = QWidget(self), QVBoxLayout()
        whole.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title_line())
        column.addWidget(self._stack, 1)
        self.setCentralWidget(whole)
        self.actions_ = actions.make(self, self._calls())
        self._digits()
        for signal, handler in (
            (self.start.images_asked, self._ask_images), (self.start.new_asked, self._ask_new), (self.start.open_asked, self._ask_project),
            (self.start.sample_asked, self.open_sample), (self.start.chosen, self.open_project),
        ):  # fmt: skip
            signal.connect(handler)
        self._remember = QSettings(str(settings.config_folder() / "window.ini"), QSettings.Format.IniFormat, self)
        if isinstance(place := self._remember.value("geometry"), QByteArray):
            self.restoreGeometry(place)
        self.show_start()

    def _title_line(self) -> QFrame:
        line = QFrame(self)
        line.setProperty("role", "line")
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        name = QLabel("DefectLoop", line)
        name.setProperty("role", "heading")
        self.project_name = QLabel(line)
        self.jobs = JobStrip(line)
        picture = QLabel(line)
        picture.setPixmap(icons.pixmap("user", theme.current().faint, 16))
        self.person = QLabel(settings.user_name(), line, toolTip=self.tr("Your name goes on every change"))
        row.addWidget(name)
        row.addWidget(self.project_name)
        row.addStretch(1)
        row.addWidget(self.jobs)
        row.addSpacing(16)
        row.addWidget(picture)
        row.addWidget(self.person)
        line.setFixedHeight(40)
        return line

    # -- what the keys do -----------------------------------------------------------------------------------------------------

    def _calls(self) -> dict[str, Callable[[], None]]:
        def page(act: Callable[[object], None]) -> Callable[[], None]:
            return lambda: self.page.when_free(lambda: act(self.page)) if self.page else None

        calls = {name: page(lambda p, name=name: p.use_tool(name)) for name in actions.TOOLS}
        return calls | {
            "smaller": page(lambda p: p.resize_brush(-1)),
            "larger": page(lambda p: p.resize_brush(1)),
            "delete": page(lambda p: p.decisions.remove()),
            "shot": page(lambda p: p.decisions.toggle_shot()),
            "accept": page(lambda p: p.decisions.decide("accept")),
            "reject": page(lambda p: p.decisions.decide("reject")),
            "accept_all": page(lambda p: p.decisions.accept_image()),
            "defect_free": page(lambda p: p.defect_free()),
            "needs_work": page(lambda p: p.decisions.needs_work()),
            "prelabel": page(lambda p: p.prelabelling.start()),
            "newer": page(lambda p: p.show_regions()),
            "next_waiting": page(lambda p: self._next_waiting(p, 1)),
            "previous_waiting": page(lambda p: self._next_waiting(p, -1)),
            "next": page(lambda p: p.gallery.step(1)),
            "previous": page(lambda p: p.gallery.step(-1)),
            "fit": page(lambda p: p.canvas.fit()),
            "zoom_in": page(lambda p: p.canvas.zoom_by(1.25)),
            "zoom_out": page(lambda p: p.canvas.zoom_by(0.8)),
            "undo": page(lambda p: p.context.undo()),
            "redo": page(lambda p: p.context.redo()),
            "search": page(lambda p: p.gallery.search.setFocus()),
            "escape": page(lambda p: p.escape()),
            "keys": self._show_keys,
            "add_images": page(lambda p: self._ask_more_images()),
            "open": self._ask_project,
        }

    def _digits(self) -> None:
        for digit in range(1, 10):
            key = QShortcut(QKeySequence(str(digit)), self)
            key.activated.connect(lambda place=digit - 1: self.page and self.page.when_free(lambda: self.page.classes.choose(place)))

    def _next_waiting(self, page, by: int) -> None:
        if not page.gallery.step_waiting(by):
            self.messages.say(self.tr("No other listed image has proposals to review."))

    def _show_keys(self) -> None:
        actions.key_sheet(self, self.actions_).open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.page:
            if not event.isAutoRepeat():
                self.page.hide_overlays(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.page:
            if not event.isAutoRepeat():
                self.page.hide_overlays(False)
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
        actions.offer(self.actions_, project=False, image=False, writing=False)

    def open_project(self, folder: Path) -> bool:
        """Opens a project for writing, or for reading where somebody holds it; whether it could be opened."""
        from app.ui.context import Context
        from app.workspace import Workspace

        read_only = None
        try:
            try:
                workspace = Workspace.open(folder, writing=True)
            except UserError as fault:
                read_only = fault
                workspace = Workspace.open(folder, writing=False)
        except UserError as fault:
            self.messages.warn(fault_of(read_only or fault))
            return False
        self.close_project()
        self.context = Context(workspace, read_only.sentence if read_only else "", self)
        self._show_page(workspace.folder)
        if read_only:
            self.messages.warn(
                Fault(read_only.sentence, self.tr("You can look at everything, and change nothing.")),
                [(self.tr("Try again"), lambda: self.open_project(folder))],
            )
        return True

    def _show_page(self, folder: Path) -> None:
        from app.ui.label_page import LabelPage

        recent.note(folder)
        self.messages.dismiss()
        self.page = LabelPage(self.context, self.messages, self)
        self.page.set_actions(self.actions_)
        self.page.state_changed.connect(self._offer)
        self.jobs.watch(self.context)
        self._stack.addWidget(self.page)
        self._stack.setCurrentWidget(self.page)
        self.project_name.setText(folder.name)
        self.project_name.setToolTip(str(folder))
        self.setWindowTitle(f"{folder.name} - DefectLoop")
        if isinstance(sizes := self._remember.value("columns"), QByteArray):
            self.page.splitter.restoreState(sizes)
        self._offer()
        self.page.canvas.setFocus()
        self.context.start()

    def _offer(self) -> None:
        context = self.context
        actions.offer(self.actions_, project=context is not None, image=bool(context and context.image_id is not None), writing=bool(context and context.writing))

    def close_project(self) -> None:
        """Lets go of the open project after all is written; does nothing where none is open."""
        if self.page is None:
            return
        self._remember.setValue("columns", self.page.splitter.saveState())
        page, context, self.page, self.context = self.page, self.context, None, None
        self.messages.float_over(None)
        self.messages.setParent(self)  # it is the window's, and must not go with the page
        self.messages.hide()
        page.close_project()
        context.close()
        self._stack.removeWidget(page)
        page.deleteLater()
        context.deleteLater()
        self.jobs.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task:
            self._task.stop()
        self._remember.setValue("geometry", self.saveGeometry())
        self.close_project()
        event.accept()

    # -- making and filling projects ------------------------------------------------------------------------------------------

    def _run(self, generator: Generator, text: str, done: Callable) -> None:
        """Runs a generator that counts, with its count on the start page or in the message line."""
        if self._task:
            return
        tell = self.messages.say if self.page else self.start.show_busy
        tell(text)
        task = self._task = Task(generator, self)
        task.stepped.connect(lambda count: tell(self.tr("{what}: {count}").format(what=text, count=count)))
        task.done.connect(done)
        task.failed.connect(self.messages.warn)
        task.ended.connect(self._ran)
        task.start()

    def _ran(self) -> None:
        self._task.deleteLater()
        self._task = None
        self.start.show_busy("")

    def take_paths(self, paths: list[Path]) -> None:
        """What was dropped: a project is opened, images are added to the open one or become a new one."""
        from app.store import project_file
        from app.ui import adding

        if len(paths) == 1 and paths[0].is_dir() and project_file.exists(paths[0]):
            self.open_project(paths[0])
        elif self.page:
            if self.context.writing:
                self._run(adding.look(paths, self.context.folder), self.tr("Looking at images"), self._register)
        else:
            self._run(adding.new_project(paths), self.tr("Looking at images"), self.open_project)

    def _register(self, looked) -> None:
        from app.ui import adding

        def said(answer: tuple[int, int]) -> None:
            left_out = self.tr("%n file(s) could not be read.", "", len(looked.refused)) if looked.refused else ""
            added = self.tr("%n image(s) added.", "", answer[0])
            self.messages.say(f"{added} {left_out}".strip())

        if self.context:
            title = self.tr("Add %n image(s)", "", len(looked.found))
            self.context.do(adding.register, self.context.folder, looked.found, title=title, done=said)

    def _ask_images(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self.tr("A folder of images")):
            self.take_paths([Path(folder)])

    _ask_more_images = _ask_images

    def _ask_project(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self.tr("A project's folder")):
            self.open_project(Path(folder))

    def _ask_new(self) -> None:
        from app.ui import adding

        folder, _ = QFileDialog.getSaveFileName(self, self.tr("A new folder for the project"), str(settings.projects_folder()))
        if folder:
            self._run(call(lambda: adding.empty_project(Path(folder))), self.tr("Making the project"), self.open_project)

    def open_sample(self) -> None:
        from app.ui import adding

        self._run(adding.sample_project(), self.tr("Making the sample project (once, about half a minute)"), self.open_project)

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
            self.take_paths(paths)


def application() -> QApplication:
    """The process's QApplication in our look; made when there is none. UserError where the person's settings are damaged."""
    app = QApplication.instance() or QApplication([])
    app.setApplicationName("DefectLoop")
    theme.wear(app, theme.named(settings.load().theme))
    translation.speak(app)
    return app
