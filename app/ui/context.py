"""What the parts of the window share: the open project with its one writer thread, the jobs, and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import UserError
from app.jobs.runner import JobRunner, ask_to_stop
from app.operations import jobs, models
from app.store.changes import Change
from app.store.watch import ANYTHING
from app.ui import background
from app.ui.following import Following
from app.ui.writer import Fault, Writer
from app.workspace import Workspace

POLL_MS = 200


class Context(QObject):
    """An open project in the window. Signals are delivered in the GUI thread, however they came about.

    image_id, class_id: what is shown and drawn with, None for nothing; focus: the key of the selected region.
    """

    changed = Signal(object)  # Change, after each commit
    failed = Signal(object)  # Fault of an act that had no own way to say it
    image_selected = Signal(object)  # image id or None
    class_selected = Signal(object)  # class id or None
    focus_changed = Signal(object)  # key of a region or None
    jobs_changed = Signal(list)  # the open jobs, as jobs.listed gives them
    job_ended = Signal(dict)
    stepped_back = Signal(str, str, object)  # "undo" or "redo", the change's title, its Change
    page_asked = Signal(str)  # id of the page to be brought into view
    holder_left = Signal()  # of a project that is open for reading: it can be opened for writing now
    images_asked = Signal(object, str)  # ids of the images that the gallery shall list, and why, in a sentence

    _committed = Signal(object)  # from the writer's thread

    def __init__(self, workspace: Workspace, read_only: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.read_only = read_only  # why nothing can be written, in a sentence; "" where it can
        self.image_id: int | None = None
        self.class_id: int | None = None
        self.focus: tuple[str, int] | None = None
        self.steps_back: list[Callable[[], bool]] = []  # of what is kept nowhere: undo asks these first; True where one was taken back
        self._back_to = ""  # the page from which an image was opened, and which Esc goes back to
        self._writer = Writer(self)
        self._runner = JobRunner(workspace)
        self._polling = False
        self._following: Following | None = None
        self._open_jobs: dict[int, dict] = {}
        self._tasks: set[background.Task] = set()
        self._ahead: dict[tuple, Any] = {}  # what read() was wished for, and gave, since the last change
        self._changes = 0
        self.changed.connect(self._forget_ahead)  # before all who read again
        self._committed.connect(self.changed)
        workspace.listeners.append(self._committed.emit)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def writing(self) -> bool:
        return self.workspace.writing

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    def start(self) -> None:
        """Begins to look after jobs: those that went on while no window was open are attached to."""
        if self.writing:
            self._writer.submit(lambda: self.workspace.do(models.ensure_bundled, title="", undoable=False), failed=self.failed.emit)
            self._timer.start()
        elif self.workspace.database.is_sqlite:
            self._following = Following(self.workspace, self)
            self._following.moved.connect(self._moved)
            self._following.left.connect(self.holder_left)

    def _moved(self, open_jobs: list[dict]) -> None:
        """The one who holds the project has written something."""
        self.changed.emit(ANYTHING)
        self.jobs_changed.emit(open_jobs)

    def close(self) -> None:
        """Ends after what was begun is written. Jobs go on by themselves."""
        self.let_go()
        self.finish()

    def let_go(self) -> None:
        """Nothing more is told or looked after; finish() or hand_over() has to follow."""
        self._timer.stop()
        if self._following:
            self._following.stop()
        self.workspace.listeners.clear()
        for task in self._tasks:
            task.stop()

    def finish(self) -> None:
        """Waits until what was begun is written, and closes the project; in any thread, after let_go()."""
        self.hand_over().close()

    def hand_over(self) -> Workspace:
        """The project, still open, after what was begun is written: for another context."""
        for task in list(self._tasks):
            task.stop(wait_s=2)
        if self._following:
            self._following.finish()
        self._writer.close()
        return self.workspace

    # -- writing and reading ----------------------------------------------------------------------------------------------

    def do(
        self, operation: Callable[..., Any], *args: Any, title: str, undoable: bool = True,
        done: Callable[[Any], None] | None = None, failed: Callable[[Fault], None] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """workspace.do in the writer's thread. The Change comes by `changed`, before done(value) is called.

        failed(fault) is called instead of the signal `failed`, where it is given; fault.again() tries once more.
        """
        self._writer.submit(
            lambda: self.workspace.do(operation, *args, title=title, undoable=undoable, **kwargs), done, failed or self.failed.emit
        )

    def submit(self, call: Callable[[], Any], done: Callable[[Any], None] | None = None) -> None:
        """call() in the writer's thread, for what is more than one operation; faults go to `failed`."""
        self._writer.submit(call, done, self.failed.emit)

    @property
    def waiting(self) -> int:
        """How many acts the writer has not answered yet."""
        return self._writer.waiting

    def undo(self) -> None:
        if not any(step() for step in self.steps_back):
            self._step("undo", self.workspace.undo)

    def redo(self) -> None:
        self._step("redo", self.workspace.redo)

    def take_back(self, change_id: int, failed: Callable[[Fault], None]) -> None:
        """Takes one change out of the order back, and goes to the image that it was done on; failed(fault) where what it touched was changed since."""
        self._step("undo", lambda: self.workspace.take_back(change_id), lambda change: self.go_to("label") if change.image_ids else None, failed)

    def _step(
        self, word: str, step: Callable[[], str], before: Callable[[Change], None] = lambda change: None, failed: Callable[[Fault], None] | None = None
    ) -> None:
        def act() -> tuple[str, Change]:
            seen: list[Change] = []
            self.workspace.listeners.append(seen.append)
            try:
                return step(), seen[0]
            finally:
                self.workspace.listeners.remove(seen.append)

        def done(answer: tuple[str, Change]) -> None:
            before(answer[1])
            self.stepped_back.emit(word, *answer)

        self._writer.submit(act, done, failed or self.failed.emit)

    def read(self, query: Callable[..., Any], *args: Any) -> Any:
        """query(session, *args) at once, in this thread: for what takes a few milliseconds, or was read ahead."""
        for wish, value in self._ahead.items():
            if wish == (query, *args):
                return value
        with self.workspace.read() as session:
            return query(session, *args)

    def read_ahead(self, wishes: Sequence[tuple], done: Callable[[], None] = lambda: None) -> None:
        """Reads in the pool what read(query, *args) is likely to be asked next, as (query, *args), then calls done(); forgotten with the next
        change.

        The values are shared: whoever reads them must not change them.
        """
        self._ahead = {wish: self._ahead[wish] for wish in wishes if wish in self._ahead}
        missing, changes = [wish for wish in wishes if wish not in self._ahead], self._changes

        workspace = self.workspace

        def read() -> tuple[int, dict[tuple, Any]]:
            with workspace.read() as session:
                return changes, {wish: wish[0](session, *wish[1:]) for wish in missing}

        def came(answer: tuple[int, dict[tuple, Any]]) -> None:
            if answer[0] == self._changes:
                self._ahead = {**self._ahead, **answer[1]}  # anew, since other threads may just be looking
            done()

        if missing:
            self.run(background.call(read), came)
        else:
            done()

    def _forget_ahead(self) -> None:
        self._changes += 1
        self._ahead = {}

    def read_later(self, query: Callable[..., Any], *args: Any, done: Callable[[Any], None], failed: Callable[[Fault], None] | None = None) -> None:
        """query(session, *args) in a thread of the pool, then done(value) in this one: for what grows with the project."""
        self.run(background.call(lambda: self.read(query, *args)), done, failed=failed)

    def run(
        self, generator: Any, done: Callable[[Any], None], stepped: Callable[[Any], None] | None = None, failed: Callable[[Fault], None] | None = None
    ) -> background.Task:
        """Runs a generator in the pool; its Task. Faults go to failed(fault), or to the signal `failed`."""
        task = background.Task(generator, self)
        self._tasks.add(task)
        task.done.connect(done)
        task.failed.connect(failed or self.failed)
        if stepped:
            task.stepped.connect(stepped)
        task.ended.connect(self._task_ended)
        task.start()
        return task

    def _task_ended(self) -> None:
        # No closure over the context: the last one to hold it would take it down from within the end of one of its own tasks.
        task = self.sender()
        self._tasks.discard(task)
        task.deleteLater()

    # -- what is selected -------------------------------------------------------------------------------------------------

    def select_image(self, image_id: int | None) -> None:
        if image_id != self.image_id:
            self.image_id = image_id
            self.set_focus(None)
            self.image_selected.emit(image_id)

    def select_class(self, class_id: int | None) -> None:
        if class_id != self.class_id:
            self.class_id = class_id
            self.class_selected.emit(class_id)

    def set_focus(self, key: tuple[str, int] | None) -> None:
        if key != self.focus:
            self.focus = key
            self.focus_changed.emit(key)

    # -- where the window is ----------------------------------------------------------------------------------------------

    def go_to(self, page: str) -> None:
        """Brings a page into view."""
        self._back_to = ""
        self.page_asked.emit(page)

    def open_image(self, image_id: int, focus: tuple[str, int] | None = None, back_to: str = "") -> None:
        """Opens an image on the Label page, a region of it in focus; `back_to` is the page that Esc goes back to."""
        self.go_to("label")
        self.select_image(image_id)
        if focus:
            self.set_focus(focus)
        self._back_to = back_to

    def go_back(self) -> bool:
        """To the page from which the image was opened; whether there is one."""
        page, self._back_to = self._back_to, ""
        if page:
            self.page_asked.emit(page)
        return bool(page)

    def show_images(self, ids: Iterable[int], why: str, back_to: str = "") -> None:
        """Goes to the Label page, whose gallery then lists only these images; `back_to` is the page that Esc goes back to."""
        self.go_to("label")
        self.images_asked.emit(tuple(ids), why)
        self._back_to = back_to

    # -- jobs ---------------------------------------------------------------------------------------------------------------

    def cancel_job(self, job_id: int) -> None:
        """Asks a job to stop; what it did is kept."""

        def act() -> None:
            job = self.read(jobs.get, job_id)
            if job.state not in jobs.OPEN:
                raise UserError(self.tr("This job has ended already."))
            ask_to_stop(self.workspace.folder / job.folder)

        self._writer.submit(act, failed=self.failed.emit)

    def _poll(self) -> None:
        """One look at the jobs, in the writer's thread: it writes what they report, and a long report must not hold the window up."""
        if not self._polling:
            self._polling = True
            self._writer.submit(self._look, self._looked, self._look_failed)

    def _look(self) -> list[dict]:
        self._runner.poll()
        return [job for job in self.read(jobs.listed) if job["state"] in jobs.OPEN or job["id"] in self._open_jobs]

    def _looked(self, found: list[dict]) -> None:
        self._polling = False
        still = {job["id"]: job for job in found if job["state"] in jobs.OPEN}
        ended = [job for job in found if job["id"] not in still]
        if still != self._open_jobs or ended:
            self._open_jobs = still
            self.jobs_changed.emit(list(still.values()))
        for job in ended:
            self.job_ended.emit(job)

    def _look_failed(self, fault: Fault) -> None:
        self._polling = False
        self._timer.setInterval(5000)  # a full disk, say: the window must not repeat its sentence five times a second
        self.failed.emit(fault)
