"""Improving the model, on whatever page the person is: it asks nothing, and ends in a sentence with what can be done now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from app.jobs import batch
from app.operations import comparing, handover, jobs, models
from app.operations.handover import Handover
from app.store import queries
from app.ui import sentences
from app.ui.context import Context
from app.ui.message_bar import MessageBar, Way
from app.ui.train.outcome import Outcome
from app.ui.writer import Fault

_KINDS = ("finetune", "evaluate")


@dataclass(frozen=True)
class Ended:
    """A job that ended well: the versions it compared (candidate None: it made none), what the gate said, which images differ plainly."""

    candidate: int | None
    incumbent: int | None
    result: dict
    active: int
    changed: list[int] = field(default_factory=list)
    class_names: list[str] = field(default_factory=list)


def ended(session, job_id: int) -> Ended:
    """Reads what a finished or cancelled fine-tune or comparison left."""
    job = jobs.get(session, job_id)
    candidate, incumbent = comparing.compared_by(job)
    active = models.active(session).id
    found = comparing.find(session, candidate, incumbent) if candidate and incumbent else None
    names = [c.name for c in queries.all_classes(session)]
    return Ended(candidate, incumbent or active, comparing.result_of(job), active, found.changed if found else [], names)


class Improving(QObject):
    """quiet: the page in view shows how a job ended by itself, so that nothing need be said over it."""

    def __init__(self, context: Context, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._messages, self._outcome = context, messages, Outcome(self)
        self.quiet = False
        context.job_ended.connect(self._ended)

    # -- acts ---------------------------------------------------------------------------------------------------------------

    def start(self, engine: str) -> None:
        """Queues a fine-tune of the engine; one of the same that was interrupted goes on."""
        self._context.submit(lambda: batch.finetune(self._context.workspace, engine))

    def compare(self, candidate: int, incumbent: int) -> None:
        self._context.submit(lambda: batch.compare(self._context.workspace, candidate, incumbent))

    def go_on(self, job_id: int) -> None:
        """Tries a job that ended early once more."""
        self._context.submit(lambda: batch.resume(self._context.workspace, job_id))

    def use(self, version_id: int) -> None:
        """The version makes the proposals from now on; one undo step."""
        title = self.tr("Use version {version}").format(version=version_id)
        self._context.do(models.activate_id, self._context.folder, version_id, title=title, done=lambda _: self._used(version_id))

    def ask_use(self, version_id: int) -> None:
        """Says what will happen to the proposals, and then does it if the person says so."""

        def ask(found: Handover) -> None:
            ways = [(self.tr("Use version {version}").format(version=version_id), lambda: self.use(version_id)), (self.tr("Not now"), lambda: None)]
            self._messages.say(self.consequence(found), ways)

        self._context.read_later(handover.of, version_id, done=ask)

    def consequence(self, found: Handover) -> str:
        """What happens to the proposals when a version takes over."""
        if found.before == found.after and not found.coming_back:
            return self.tr("Version {version} makes the proposals now; none waits for a decision.").format(version=found.after)
        if found.before == found.after:
            return self.tr("Version {version} makes the proposals now; %n of them wait(s) for a decision.", "", found.coming_back).format(version=found.after)
        gone = self.tr("No proposal of version {old} is pending.")
        if found.withdrawn:
            gone = self.tr("%n pending proposal(s) of version {old} will be withdrawn.", "", found.withdrawn)
        if found.unanswered:
            back = self.tr("Version {new} has {count} for the present shots: press F for the rest, %n image(s).", "", found.unanswered)
        else:
            back = self.tr("Version {new} has {count} for the present shots.")
        return sentences.joined((gone.format(old=found.before), back.format(new=found.after, count=found.coming_back)))

    def _used(self, version_id: int) -> None:
        def say(found: Handover) -> None:
            text = self.tr("Version {version} makes the proposals now.").format(version=version_id)
            way = self.tr("Pre-label %n image(s)", "", found.unanswered)
            self._messages.say(text, [(way, self.prelabel)] if found.unanswered else ())

        self._context.read_later(handover.of, version_id, done=say)

    def prelabel(self) -> None:
        self._context.submit(lambda: batch.prelabel(self._context.workspace, []))

    def mark_more(self, class_name: str | None, count: int) -> None:
        """Opens candidates for check, one after the other: those of a class, or (None) those that may be defect-free."""

        def find() -> list[int]:
            with self._context.workspace.read() as session:
                ids = {c.name: c.id for c in queries.all_classes(session)}
            return batch.mark_more(self._context.workspace, ids.get(class_name), count)

        self._context.submit(find, lambda found: self._open_candidates(found, class_name))

    def _open_candidates(self, ids: list[int], class_name: str | None) -> None:
        if not ids:
            self._messages.say(self.tr("No image is left that could become a check image: something is decided on each. Add images first."))
            return
        why = self.tr("May become check images: defect-free") if class_name is None else self.tr("May become check images: {name}").format(name=class_name)
        self._context.show_images(ids, why)
        self._context.select_image(ids[0])

    def show_changed(self, ids: list[int], new: int, old: int) -> None:
        self._context.show_images(ids, self.tr("Versions {new} and {old} differ here").format(new=new, old=old))

    # -- how jobs end -------------------------------------------------------------------------------------------------------

    def _ended(self, job: dict) -> None:
        if job["kind"] not in _KINDS or self.quiet:
            return
        if job["state"] in ("finished", "cancelled"):
            self._context.read_later(ended, job["id"], done=lambda found: self._tell(job, found))
        else:
            again = (self.tr("Try again"), lambda: self.go_on(job["id"]))
            details = (self.tr("Show details"), lambda: self._context.go_to("train"))
            self._messages.warn(Fault(job["message"].replace(jobs.GO_ON, "").strip()), [details, again])

    def _tell(self, job: dict, found: Ended) -> None:
        if job["state"] == "cancelled" or found.candidate is None:
            self._messages.say(self.stopped(found))
            return
        self._messages.say(self._outcome.sentence(found.candidate, found.incumbent, found.result), self._ways(found))

    def stopped(self, found: Ended) -> str:
        """How a fine-tune ended that was stopped."""
        if found.candidate is None:
            return self.tr("Stopped before there was anything to keep.")
        return self.tr("Stopped; its best so far is version {version}, which is not in use.").format(version=found.candidate)

    def _ways(self, found: Ended) -> list[Way]:
        new, old, ways = found.candidate, found.incumbent, []
        if wanted := self._outcome.wanted(found.result, found.class_names)[:1]:
            ways.append(self._way_to_mark(*wanted[0]))
        if new != found.active:
            ways.append((self.tr("Use"), lambda: self.ask_use(new)))
        if found.changed:
            ways.append((self.tr("Show the %n that changed", "", len(found.changed)), lambda: self.show_changed(found.changed, new, old)))
        if new != found.active:
            ways.append((self.tr("Keep"), lambda: self._kept(found.active)))
        return ways

    def _way_to_mark(self, class_name: str | None, count: int, text: str) -> tuple[str, Callable[[], None]]:
        return text, lambda: self.mark_more(class_name, count)

    def _kept(self, active: int) -> None:
        self._messages.say(self.kept(active))

    def kept(self, active: int) -> str:
        return self.tr("Version {version} goes on making the proposals; nothing pending changes.").format(version=active)
