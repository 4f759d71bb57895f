"""F: queues what has no answer yet, knows how far it is, and says in a sentence how it ended."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.jobs import batch
from app.operations import jobs
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.panels.classes import ClassesPanel
from app.ui.writer import Fault


class Prelabelling(QObject):
    """unanswered: images that F would go through, as they were counted last. running: (done, total) of the job at work, or None."""

    def __init__(self, context: Context, classes: ClassesPanel, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._classes, self._messages = context, classes, messages
        self.unanswered = 0
        self.running: tuple[int, int] | None = None
        context.jobs_changed.connect(self._follow)
        context.job_ended.connect(self._ended)

    def start(self) -> None:
        """Queues the job; says what is missing where nothing can be done. A second F finds the job of the first."""
        if self.unanswered:
            self._context.submit(lambda: batch.prelabel(self._context.workspace, []))
        elif any(row.shots for row in self._classes.rows):
            self._messages.say(self.tr("Every image has been pre-labelled with the present shots."))
        else:
            self._messages.say(self.tr("Draw one defect first: the model needs an example of what to look for."))

    def _follow(self, found: list[dict]) -> None:
        self.running = next(((job["done"], job["total"]) for job in found if job["kind"] == "prelabel"), None)

    def _ended(self, job: dict) -> None:
        if job["state"] == "finished":
            done = self.tr("Pre-labelled %n image(s).", "", job["done"])
            failed = self.tr("%n image(s) could not be read.", "", len(job["failed"])) if job["failed"] else ""
            self._messages.say(f"{done} {failed}".strip() if job["done"] else job["message"])
        elif job["state"] == "cancelled":
            self._messages.say(self.tr("Stopped at {done} of {total} images; what was done is kept. F goes on.").format(done=job["done"], total=job["total"]))
        else:
            # What the runner says to the command line of going on is the button here.
            fault = Fault(job["message"].replace(jobs.GO_ON, "").strip())
            self._messages.warn(fault, [(self.tr("Try again"), lambda: self._context.submit(lambda: batch.resume(self._context.workspace, job["id"])))])
