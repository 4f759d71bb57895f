"""What the hand decides on the Review page: a run of crops, many at once after a preview, images without a defect. One change each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.operations import drawing, review_bulk, verdicts
from app.ui.context import Context
from app.ui.review.crops import Key
from app.ui.review.preview import Plan
from app.ui.review.source import Source
from app.ui.writer import Fault


class Deciding(QObject):
    """said: a note for the person."""

    said = Signal(str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context

    def regions(self, source: Source, keys: Sequence[Key], word: str, looked_at: bool) -> bool:
        """accept or reject of open proposals; looked_at: the person has seen each. Whether there was anything to decide."""
        open_ = [key for key in keys if key[0] == "proposal" and source.is_open(key)]
        if not open_:
            return False
        shown = [key for key in open_ if len(open_) == 1 or not source.rows[key].check]
        ids = [key[1] for key in open_]
        n = len(ids)
        if word == "accept":
            title = self.tr("Accept a proposal") if n == 1 else self.tr("Accept %n proposal(s)", "", n)
        else:
            title = self.tr("Reject a proposal") if n == 1 else self.tr("Reject %n proposal(s)", "", n)
        accept, reject = (ids, []) if word == "accept" else ([], ids)
        settled = source.foresee(shown, "accepted" if word == "accept" else "rejected")
        how = "single" if looked_at else "bulk"
        self._do(settled, self._left_out, review_bulk.decide, accept, reject, how, title=title)
        return True

    def _left_out(self, answer: dict[str, int]) -> None:
        if answer["check_images"]:
            self.said.emit(self.tr("Check images are decided one by one: %n was left out.", "", answer["check_images"]))

    def plan(self, source: Source, plan: Plan, name: str, wrong: int, looked_at: int, left_out: int = 0) -> None:
        """Applies a plan in bulk; how many of those looked at were wrong stays on record in the change's title. left_out: check images."""
        accept, reject = [key[1] for key in plan.accept], [key[1] for key in plan.reject]
        text = self.tr("Accept {accept} and reject {reject} of {name}: {wrong} of {looked_at} looked at were wrong")
        title = text.format(accept=len(accept), reject=len(reject), name=name, wrong=wrong, looked_at=looked_at)
        both = source.foresee(plan.accept, "accepted"), source.foresee(plan.reject, "rejected")

        def settled(written: bool) -> None:
            for each in both:
                each(written)

        def say(answer: dict[str, int]) -> None:
            done = self.tr("{accepted} accepted and {rejected} rejected; {wrong} of {looked_at} looked at were wrong.")
            text = done.format(accepted=answer["accepted"], rejected=answer["rejected"], wrong=wrong, looked_at=looked_at)
            apart = left_out + answer["check_images"]
            not_these = self.tr("%n check image(s) were left out.", "", apart)
            self.said.emit(f"{text} {not_these}" if apart else text)

        self._do(settled, say, review_bulk.decide, accept, reject, "bulk", title=title)

    def accept_as(self, source: Source, key: Key, class_id: int, name: str) -> None:
        """Accepts one proposal as another class."""
        if source.is_open(key) and key[0] == "proposal":
            settled = source.foresee([key], "corrected")
            self._do(settled, lambda _: None, drawing.decide, key[1], "accept", class_id, title=self.tr("Accept a proposal as {name}").format(name=name))

    def clean(self, source: Source, keys: Sequence[Key]) -> bool:
        """Images are defect-free, in one change; whether there was one to decide."""
        open_ = [key for key in keys if source.is_open(key)]
        if open_:
            n = len(open_)
            title = self.tr("Call an image defect-free") if n == 1 else self.tr("Call %n image(s) defect-free", "", n)
            self._do(source.foresee(open_, "clean"), lambda _: None, verdicts.defect_free, [key[1] for key in open_], title=title)
        return bool(open_)

    def needs_work(self, image_ids: Sequence[int]) -> None:
        n = len(image_ids)
        title = self.tr("Ask for work on an image") if n == 1 else self.tr("Ask for work on %n image(s)", "", n)
        say = self.tr("%n image(s) need work now: the gallery lists them under that.", "", n)
        self._context.do(verdicts.needs_work, list(image_ids), title=title, done=lambda _: self.said.emit(say))

    def remove_mark(self, source: Source, key: Key) -> None:
        """Takes away a region that was held true, and that the version did not find."""
        self._do(source.foresee([key], "rejected"), lambda _: None, drawing.remove, key, title=self.tr("Remove a region"))

    def _do(self, settled: Callable[[bool], None], say: Callable[[object], None], operation: Callable, *args, title: str) -> None:
        def failed(fault: Fault) -> None:
            settled(False)
            self._context.failed.emit(fault)

        self._context.do(operation, *args, title=title, done=lambda answer: (settled(True), say(answer)), failed=failed)
