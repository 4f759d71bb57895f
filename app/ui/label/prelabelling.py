"""F: says what it will do, queues what has no answer yet, knows how far it is, and says in a sentence how it ended."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.jobs import batch
from app.operations import jobs, last_run
from app.store.pace import Pace
from app.ui import background, sentences
from app.ui.context import Context
from app.ui.details import Details
from app.ui.message_bar import MessageBar
from app.ui.panels.classes import ClassesPanel
from app.ui.writer import Fault


class Prelabelling(QObject):
    """unanswered: images that F would go through, as they were counted last; pace: how fast it will be, None while that is not
    known. running: (done, total) of the job at work, or None."""

    def __init__(self, context: Context, classes: ClassesPanel, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._classes, self._messages = context, classes, messages
        self._offer = ""  # what was said before the job is queued; F again queues it while that can be read
        self.unanswered = 0
        self.pace: Pace | None = None
        self.running: tuple[int, int] | None = None
        context.jobs_changed.connect(self._follow)
        context.job_ended.connect(self._ended)

    def start(self) -> None:
        """Says how many images, how long, and when the first one comes; the second time, queues the job. A further F finds the
        job of the first. What is missing is said where nothing can be done."""
        if self._offer and self._messages.isVisible() and self._messages.text.text() == self._offer:
            self._queue()
        elif self.unanswered:
            self._offer = self.preview()
            self._messages.say(self._offer, [(self.tr("Pre-label  F"), self._queue), (self.tr("Not now"), lambda: None)])
        elif any(row.shots for row in self._classes.rows):
            self._messages.say(self.tr("Every image has been pre-labelled with the present shots."))
        else:
            self._messages.say(self.tr("Draw one defect first: the model needs an example of what to look for."))

    def preview(self) -> str:
        """What F will do, in a line."""
        if self.pace is None:
            return self.tr("%n image(s), time not known yet", "", self.unanswered)
        said = self.tr("%n image(s), about {time}, first in {first}", "", self.unanswered)
        return said.format(time=self._duration(self.pace.seconds(self.unanswered)), first=self._duration(self.pace.first_s))

    def _duration(self, seconds: float) -> str:
        return self.tr("{n} s").format(n=max(1, round(seconds))) if seconds < 90 else self.tr("{n} min").format(n=round(seconds / 60))

    def _queue(self) -> None:
        self._offer = ""
        self._messages.dismiss()
        self._context.submit(lambda: batch.prelabel(self._context.workspace, []))

    def _follow(self, found: list[dict]) -> None:
        self.running = next(((job["done"], job["total"]) for job in found if job["kind"] == "prelabel"), None)

    def _ended(self, job: dict) -> None:
        if job["kind"] != "prelabel":
            return
        if job["state"] == "finished":
            done = self.tr("Pre-labelled %n image(s).", "", job["done"])
            failed = self.tr("%n image(s) could not be read.", "", len(job["failed"])) if job["failed"] else ""
            ways = [(self.tr("Show which"), lambda: self._show("\n".join(f"{f['image']}: {sentences.shown(f['reason'])}" for f in job["failed"])))] if failed else ()
            self._messages.say(f"{done} {failed}".strip() if job["done"] else job["message"], ways)
        elif job["state"] == "cancelled":
            self._messages.say(self.tr("Stopped at {done} of {total} images; what was done is kept. F goes on.").format(done=job["done"], total=job["total"]))
        else:
            # What the runner says to the command line of going on is the button here.
            fault = Fault(job["message"].replace(jobs.GO_ON, "").strip())
            again = (self.tr("Try again"), lambda: self._context.submit(lambda: batch.resume(self._context.workspace, job["id"])))
            self._messages.warn(fault, [(self.tr("Show details"), lambda: self._show_log(job)), again])

    def _show_log(self, job: dict) -> None:
        """The end of what the job's worker printed."""
        folder = self._context.folder / job["folder"]
        self._context.run(background.call(lambda: last_run.log_end(folder)), lambda text: self._show(text or self.tr("The worker printed nothing.")))

    def _show(self, text: str) -> None:
        Details(self.tr("Pre-labelling"), text, self._messages.window())
