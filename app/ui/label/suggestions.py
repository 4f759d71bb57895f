"""Suggestions as the person draws: asks the warm worker for the image in view, and shows its answers until they are decided or left."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app import settings
from app.errors import UserError
from app.jobs import assistant
from app.operations import suggesting
from app.operations.suggesting import Question
from app.store.changes import Change
from app.store.gallery import RegionRow
from app.ui import background
from app.ui.context import Context
from core_models.contract import pipe
from core_models.contract.job import Region
from core_models.contract.mask import Mask

_SETTLE_MS = 250  # so long an image is looked at before it is asked about: whoever leafs through asks nothing
_KEPT_ANSWERS = 32
_CONCERNS = {"annotation", "support_shot", "image", "inference", "prediction", "active_version", "defect_class"}


@dataclass
class _Answer:
    """The newest answer to a question. stage: rough or fitted."""

    stage: str
    regions: tuple[Region, ...]


class Suggestions(QObject):
    """What is suggested on the open image for the chosen class.

    regions: as the page lists them, with keys ("suggestion", n); stage: of the answer shown, "" before there is one; newer: how
    many suggestions wait for F5 because a hand is on the ones shown. `in_hand` says whether a gesture is under way.
    """

    changed = Signal()  # what is suggested, or what waits, is another
    failed = Signal(str)  # why there is none, in a sentence
    returned = Signal()  # what was dropped last is suggested again

    _heard = Signal(object)  # from the assistant's thread

    def __init__(self, context: Context, in_hand: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._in_hand = context, in_hand
        self._assistant = assistant.Assistant(lambda answer, _: self._heard.emit(answer))
        self._turn = threading.Lock()
        self._tag = 0  # of the newest wish; an older one asks nothing any more
        self._asked: tuple[int, tuple] | None = None  # number and key of the newest question
        self._early: list = []  # answers that came before their question's number was known here
        self._answers: OrderedDict[tuple, _Answer] = OrderedDict()
        self._question: Question | None = None
        self._shown: tuple | None = None  # the key of the answer that is shown
        self._rows: list[RegionRow] = []
        self._dropped: dict[tuple[int, int], list[Mask]] = {}  # by image and class
        self._steps: list[tuple[tuple[int, int], Mask]] = []  # drops since the last change: undo takes them back first
        self._taken: dict[tuple[str, int], bool] = {}  # accepted ones, and whether that is written
        self._count = 0
        self._complaint = ""
        self._warmed = False
        self._filled: set[str] = set()
        self._at_work: set[int] = set()
        self._drawn = False  # whether something was changed by hand since the image was opened
        self._on = context.writing and settings.load().suggest
        self.regions: list[RegionRow] = []
        self.stage = ""
        self.newer = 0
        self._wait = QTimer(self, singleShot=True)
        self._wait.timeout.connect(self._read)
        self._heard.connect(self._hear)
        context.image_selected.connect(lambda _: self._leave())
        context.class_selected.connect(lambda _: (self._leave(), self.changed.emit()))
        context.focus_changed.connect(lambda _: self._let_go())
        context.changed.connect(self._changed)
        context.jobs_changed.connect(self._jobs)
        context.steps_back.append(self.take_back)

    # -- what the page asks ---------------------------------------------------------------------------------------------------

    def mask_of(self, key: tuple[str, int] | None) -> tuple[Mask, int] | None:
        """Mask and class of a suggestion that is shown; None for any other region."""
        return next(((row.mask, row.class_id) for row in self.regions if row.key == key), None)

    def answered(self, min_score: float) -> dict[int, list[Mask]]:
        """{class id: masks from the score on} of the class that was asked about here; {} while there is no answer."""
        if not self.stage or self._question is None:
            return {}
        return {self._question.support.class_id: [row.mask for row in self.regions if row.score >= min_score]}

    def drop(self, key: tuple[str, int]) -> None:
        """The person does not want it: it is not suggested again while the project is open."""
        found = self.mask_of(key)
        if found and self._context.image_id is not None:
            where = self._context.image_id, found[1]
            self._dropped.setdefault(where, []).append(found[0])
            self._steps.append((where, found[0]))
            self._filter()

    def take(self, key: tuple[str, int]) -> None:
        """It is being accepted: it is shown no more, so that a second key press cannot accept it twice."""
        self._taken[key] = False
        self._filter()

    def taken(self, key: tuple[str, int], *, written: bool) -> None:
        """What became of it: written, it goes by the mark that it has become; else it is shown again."""
        if written:
            self._taken[key] = True
        else:
            del self._taken[key]
            self._filter()

    def take_back(self) -> bool:
        """Suggests again what was dropped last; False where a change was made since, which is to be taken back first."""
        if not self._steps:
            return False
        where, mask = self._steps.pop()
        self._dropped[where].remove(mask)
        if where[0] != self._context.image_id:
            self._context.select_image(where[0])
        self._filter()
        self.returned.emit()
        return True

    def show_newer(self) -> None:
        """The answer that waited takes its place."""
        if self.newer:
            self._take(forced=True)

    def give_way(self) -> None:
        """Proposals of a pass have come: what is suggested goes, and comes back where no pass was over the image."""
        self._question = None
        self._clear()
        self._wish(0)

    def close(self) -> None:
        """Asks nothing more; the worker is ended beside the window, which does not wait for it."""
        with self._turn:
            self._tag = -1
        self._wait.stop()
        threading.Thread(target=self._assistant.close, name="assistant's end").start()

    # -- asking -----------------------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """Another image or class: its suggestions are others."""
        self._question = None
        self._rows, self.regions, self.stage, self.newer = [], [], "", 0
        self._shown, self._drawn = None, False
        self._wish(_SETTLE_MS)

    def _changed(self, change: Change) -> None:
        if change.id is not None:
            self._steps.clear()
            self._drawn = True
        if _CONCERNS & change.tables:
            self._wish(0)

    def _wish(self, wait_ms: int) -> None:
        if self._on and self._tag >= 0:
            self._tag += 1
            self._wait.start(wait_ms)

    def _read(self) -> None:
        context = self._context
        image_id, class_id, tag = context.image_id, context.class_id, self._tag
        # While a pre-labelling runs its own answers come; only a change by hand asks beside it.
        if image_id is None or class_id is None or (self._at_work and not self._drawn):
            return
        folder = context.folder
        known = {key for key, held in self._answers.items() if held.stage == "fitted"}

        def work() -> tuple[int, Question | None, int, str]:
            try:
                found = context.read(suggesting.question, folder, image_id, class_id)
            except UserError:
                return tag, None, 0, ""  # what makes a shot unfit is said where it is made
            number = 0
            with self._turn:
                pending = self._asked is not None and found is not None and self._asked[1] == found.key
                if found is not None and found.key not in known and not pending and tag == self._tag:
                    try:
                        number = self._assistant.ask(found.image, found.support, found.model, found.compute)
                    except OSError as fault:
                        return tag, found, 0, str(fault)
                    self._asked = number, found.key
            return tag, found, number, ""

        context.run(background.call(work), self._built)

    def _built(self, answer: tuple[int, Question | None, int, str]) -> None:
        tag, found, number, complaint = answer
        if complaint:
            self._say(complaint)
        if number:
            early, self._early = self._early, []
            for one in early:
                self._hear(one)
        if tag != self._tag:
            return
        self._question = found
        self._taken = {key: written for key, written in self._taken.items() if not written}
        if found is None:
            self.newer = 0
            if not self._hand_on():
                self._clear()
        elif found.key in self._answers and found.key != self._shown:
            self._take()
        else:
            self._filter()

    # -- answers ----------------------------------------------------------------------------------------------------------------

    def _hear(self, answer: pipe.Suggestion | pipe.Unanswered) -> None:
        if self._tag < 0:
            return
        if self._asked is None or answer.id > self._asked[0]:
            self._early.append(answer)
            return
        number, key = self._asked
        if answer.id != number:
            return
        if isinstance(answer, pipe.Unanswered):
            self._asked = None
            self._say(self._lost() if answer.sentence == assistant.LOST else answer.sentence)
            return
        self._complaint = ""
        self._answers[key] = _Answer(answer.stage, answer.regions)
        while len(self._answers) > _KEPT_ANSWERS:
            self._answers.popitem(last=False)
        if answer.stage == "fitted":
            self._asked = None
        if self._question is not None and self._question.key == key:
            self._take()
            self._fill(self._question)

    def _lost(self) -> str:
        return self.tr("The helper that suggests as you draw has ended; your next stroke starts it again.")

    def _say(self, sentence: str) -> None:
        """Once for a run of the same fault."""
        if sentence != self._complaint:
            self._complaint = sentence
            self.failed.emit(sentence)

    def _let_go(self) -> None:
        """What waited because of the hand alone comes by itself when the hand is off."""
        if (self.newer or (self._rows and self._question is None)) and not self._hand_on():
            QTimer.singleShot(0, self, self._catch_up)

    def _catch_up(self) -> None:
        if self._question is None:
            self._clear()
        elif self.newer:
            self._take()

    def _clear(self) -> None:
        """Nothing is suggested here."""
        self._rows, self._shown, self.stage, self.newer = [], None, "", 0
        self._filter()

    def _hand_on(self) -> bool:
        return self._in_hand() or self.mask_of(self._context.focus) is not None

    def _take(self, forced: bool = False) -> None:
        """Shows the newest answer to the present question, or says that it waits."""
        question = self._question
        answer = self._answers[question.key]
        self._answers.move_to_end(question.key)
        if self._rows and self._hand_on() and not forced:
            there = [row.mask for row in self._rows]
            self.newer = sum(r.mask not in there for r in suggesting.fresh(answer.regions, self._spoken(), question.cut))
            self.changed.emit()
            return
        rows = []
        for region in sorted(answer.regions, key=lambda r: r.score):
            self._count += 1
            rows.append(RegionRow(("suggestion", self._count), question.support.class_id, region.mask, "suggestion", region.score))
        self._rows, self._shown, self.stage, self.newer = rows, question.key, answer.stage, 0
        self._filter()

    def _spoken(self) -> tuple[Mask, ...]:
        """What was said on the image, by marks and by drops."""
        where = self._question.image.id, self._question.support.class_id
        return (*self._question.known, *self._dropped.get(where, ()))

    def _filter(self) -> None:
        """Shows of the answer what says something new by now."""
        if self._question is None:
            fresh = self._rows
        else:
            regions = [Region(row.mask, row.score) for row in self._rows]
            kept = {id(region.mask) for region in suggesting.fresh(regions, self._spoken(), self._question.cut)}
            fresh = [row for row in self._rows if id(row.mask) in kept]
        self.regions = [row for row in fresh if row.key not in self._taken]
        self.changed.emit()

    # -- beside it ----------------------------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """The hand begins to draw: the worker is started, and looks at the image, while it does."""
        image_id, context = self._context.image_id, self._context
        if self._warmed or not self._on or self._tag < 0 or image_id is None:
            return
        self._warmed = True

        def work() -> None:
            try:
                found = context.read(suggesting.first_fill, context.folder, image_id)
                with self._turn:
                    if found and self._tag >= 0:
                        self._assistant.fill([found[0]], *found[1:])
            except (UserError, OSError):
                return  # the stroke's own question says it

        context.run(background.call(work), lambda _: None)

    def _fill(self, question: Question) -> None:
        """From the first answer on, features are computed ahead, in the gallery's order, whenever the worker is idle."""
        if question.model.folder in self._filled:
            return
        self._filled.add(question.model.folder)
        context = self._context

        def work() -> None:
            refs = context.read(suggesting.in_order)
            with self._turn:
                if self._tag >= 0:
                    self._assistant.fill(refs, question.model, question.compute)

        context.run(background.call(work), lambda _: None)

    def _jobs(self, open_jobs: list[dict]) -> None:
        """A batch job that begins gets the memory that the worker holds."""
        running = {job["id"] for job in open_jobs if job["state"] == "running"}
        if running - self._at_work and self._tag >= 0:
            self._context.run(background.call(self._assistant.free), lambda _: None)
        self._at_work = running
