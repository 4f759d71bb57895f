"""The page where many regions and images are decided at once: a grid of crops in three tabs, with a histogram above the proposals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.store import gallery, queries
from app.store.changes import Change
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.page import Page
from app.ui.review.at_once import AtOnce
from app.ui.review.band import Band
from app.ui.review.clean import CleanImages
from app.ui.review.crops import Crops, Key
from app.ui.review.deciding import Deciding
from app.ui.review.disagreements import Disagreements
from app.ui.review.empty import Empty
from app.ui.review.grid import CropGrid
from app.ui.review.lines import Lines, Now
from app.ui.review.preview import Preview
from app.ui.review.proposals import Proposals
from app.ui.review.source import Source
from app.ui.review.tab_line import CLEAN, DISAGREEMENTS, PROPOSALS, TabLine
from app.ui.sureness import Sureness

_TELL_MS = 60


class ReviewPage(Page):
    """The tab in view has a source, which knows what is listed, and a grid, which keeps the place."""

    def __init__(self, context: Context, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.messages = context, messages
        self.sureness = Sureness.of(context)
        self.crops = Crops(self)
        self.proposals = Proposals(context, self.sureness, self)
        self.sources: dict[str, Source] = {
            PROPOSALS: self.proposals, CLEAN: CleanImages(context, self), DISAGREEMENTS: Disagreements(context, self.sureness, self),
        }  # fmt: skip
        self.deciding = Deciding(context, self)
        self.tab = PROPOSALS
        self._job: tuple[int, int] | None = None
        self._unanswered = 0
        self._later: list[Callable[[], None]] = []  # keys pressed while a handle is dragged wait for its end
        self._back_at: frozenset[int] = frozenset()  # images of a change that was taken back: the cursor goes there
        self._lines = Lines(self)
        self._tell = QTimer(self, singleShot=True, interval=_TELL_MS)
        self._tell.timeout.connect(self.tell)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._build()
        self._connect()

    # -- the parts ------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.act = QLabel(self)
        self.act.setProperty("role", "act")
        self.onward = QPushButton(self, focusPolicy=Qt.FocusPolicy.TabFocus, visible=False)
        self.onward.setProperty("role", "flat")
        self.tabs = TabLine(self)
        self.buttons, self.classes, self.sort_again = self.tabs.buttons, self.tabs.classes, self.tabs.sort_again
        self.band = Band(self.sureness, self)
        self.grids = {name: CropGrid(self.crops, source.cell, self) for name, source in self.sources.items()}
        self.preview = Preview(self.crops, self.proposals.cell, self)
        self.at_once = AtOnce(self.proposals, self.band, self.preview, self.deciding, lambda: self._scored_class, self)
        self.empty = Empty(self)
        self.stack = QStackedWidget(self)
        for widget in (*self.grids.values(), self.preview, self.empty):
            self.stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self._act_line(), self.tabs, self.band):
            column.addWidget(widget)
        column.addWidget(self.stack, 1)

    def _act_line(self) -> QFrame:
        line = QFrame(self)
        line.setProperty("role", "line")
        line.setFixedHeight(36)
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 0, 16, 0)
        row.addWidget(self.act, 1)
        row.addWidget(self.onward)
        return line

    def _connect(self) -> None:
        context = self.context
        for name, source in self.sources.items():
            source.changed.connect(partial(self._source_changed, name))
            self.grids[name].opened.connect(self._open)
            self.grids[name].moved.connect(self._tell.start)
        self.sureness.changed.connect(self._surer)
        self.sort_again.clicked.connect(self._sort_again)
        self.tabs.tab_chosen.connect(self.show_tab)
        self.tabs.class_chosen.connect(self._class_chosen)
        self.band.handles.let_go.connect(self._catch_up)
        self.at_once.asked.connect(self._show_preview)
        self.at_once.ended.connect(self._end_preview)
        self.at_once.said.connect(self.messages.say)
        self.onward.clicked.connect(self.empty.go)
        self.empty.label_asked.connect(lambda: context.go_to("label"))
        self.empty.check_asked.connect(self._show_withheld)
        self.deciding.said.connect(self.messages.say)
        context.changed.connect(self._changed)
        context.jobs_changed.connect(self._jobs)
        context.job_ended.connect(lambda _: self._count_unanswered())
        context.stepped_back.connect(self._stepped_back)

    # -- as a page ------------------------------------------------------------------------------------------------------------

    def acts(self) -> dict[str, Callable[[], None]]:
        calls: dict[str, Callable[[], None]] = {
            "next": partial(self.grid.step, 1), "previous": partial(self.grid.step, -1), "escape": self.escape, "newer": self._sort_again,
            "next_waiting": partial(self._next_open, 1), "previous_waiting": partial(self._next_open, -1),
        }  # fmt: skip
        if self.in_preview:
            return {"escape": self.escape, "needs_work": self.preview.toggle}
        if self.tab == CLEAN:
            return calls | {"defect_free": self._clean, "defect_free_page": self._clean_page, "needs_work": self._needs_work}
        calls |= {"accept": partial(self._decide, "accept"), "reject": partial(self._decide, "reject"), "needs_work": self._needs_work}
        calls |= {f"accept_as_{k}": partial(self._accept_as, k - 1) for k in range(1, 10)}
        if self.tab == DISAGREEMENTS:
            return calls | {"delete": self._remove_mark}
        return calls | {"accept_filter": self.at_once.accept_all}

    def entered(self) -> None:
        self._count_unanswered()
        self._wake()
        self._show_part()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wake(self) -> None:
        for name, source in self.sources.items():
            source.wake(in_view=name == self.tab)

    def left(self) -> None:
        self.hold_space(False)
        for source in self.sources.values():
            source.sleep()
        self.crops.rest()

    def when_free(self, call: Callable[[], None]) -> None:
        self._later.append(call) if self.band.handles.dragging else call()

    def _catch_up(self) -> None:
        waiting, self._later = self._later, []
        for call in waiting:
            call()

    def hold_space(self, held: bool) -> None:
        for grid in (*self.grids.values(), self.preview.grid):
            grid.set_bare(held)

    @property
    def ground(self) -> QWidget:
        return self.stack

    def close_project(self) -> None:
        self.crops.close()

    # -- what is in view ------------------------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        return self.sources[self.tab]

    @property
    def grid(self) -> CropGrid:
        return self.grids[self.tab]

    @property
    def in_preview(self) -> bool:
        return self.stack.currentWidget() is self.preview

    def show_tab(self, name: str) -> None:
        """proposals, clean or disagreements."""
        if name != self.tab or self.in_preview:
            self.tab = name
            self._wake()
            self._show_part(self.grid)
        self.buttons[name].setChecked(True)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_part(self, part: QWidget | None = None) -> None:
        """The grid, or what is said where it is empty; the preview stays unless another part is named."""
        if part is None and self.in_preview:
            part = self.preview
        if part is not self.preview:
            part = self.grid if self.source.keys or not self.source.loaded else self.empty
        before = self.stack.currentWidget()
        keyboard = QApplication.focusWidget()
        had_keyboard = before is not None and (keyboard is None or keyboard is self or before is keyboard or before.isAncestorOf(keyboard))
        if had_keyboard and before is not part:
            self.setFocus()  # else Qt gives it to the next button, when the part that goes has it
        self.stack.setCurrentWidget(part)
        self.band.setVisible(self.tab == PROPOSALS and part is self.grid and bool(self.proposals.rows))
        self.classes.setVisible(self.tab == PROPOSALS and self.classes.count() > 1 and part is not self.preview)
        self.sort_again.setVisible(part is not self.preview)
        self.sort_again.setEnabled(not self.source.sorted)
        if part is self.grid and self.isVisible() and had_keyboard and before is not part:
            part.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tell()
        self.state_changed.emit()

    def _source_changed(self, name: str) -> None:
        source, grid = self.sources[name], self.grids[name]
        grid.set_keys(source.keys)
        grid.refresh()
        if self._back_at and name == self.tab:
            there = next((key for key in source.keys if source.image_of(key) in self._back_at and source.is_open(key)), None)
            if there is not None:
                self._back_at = frozenset()
                grid.go_to(there)
        if name == PROPOSALS:
            self.tabs.fill(self.proposals.run, self.proposals.class_id)
            if self.in_preview and not self.preview.keep(source.is_open):
                self._end_preview()
        if name == self.tab and ((self.stack.currentWidget() is self.empty) == bool(source.keys) or self.band.isHidden()):
            self._show_part()
        self.sort_again.setEnabled(not self.source.sorted)
        self._tell.start()

    def _class_chosen(self) -> None:
        self.proposals.choose(self.tabs.class_id)
        self._show_part()

    @property
    def _scored_class(self) -> int | None:
        """The class of the histogram."""
        classes = self.proposals.run.classes
        return classes[0].id if len(classes) == 1 else self.proposals.class_id

    def tell(self) -> None:
        """Brings the line at the top, the tabs' numbers and the histogram up to date."""
        self.tabs.tell({name: source.left_in_all if source.loaded else None for name, source in self.sources.items()})
        if self.tab == PROPOSALS:
            class_id = self._scored_class
            class_ = self.proposals.run.by_id(class_id)
            if class_ is None:
                self.band.show_class(None, self.band.handles.scores, may_write=False)
            else:
                self.band.show_class(class_id, self.proposals.scores(class_id), may_write=self.context.writing)
        now = self._now()
        self.act.setText(self._lines.next_act(now))
        self.empty.tell(*self._lines.empty(now))
        # What was decided is still listed: the way on stands in the line above it.
        self.onward.setText(self.empty.way.text())
        self.onward.setVisible(now.loaded and not now.left and self.stack.currentWidget() is self.grid and self.empty.offers)

    def _now(self) -> Now:
        current = self.grid.current
        return Now(
            tab=self.tab, loaded=self.source.loaded, read_only=not self.context.writing, left=self.source.left, chosen=len(self.grid.chosen),
            decided=bool(current and self.source.mark(current)), is_mark=bool(current and current[0] == "annotation"), preview=self.in_preview,
            has_run=bool(self.proposals.run.classes), job=self._job, unanswered=self._unanswered, withheld=len(self.proposals.withheld),
            elsewhere=self.source.left_in_all,
        )  # fmt: skip

    # -- what the hand does ---------------------------------------------------------------------------------------------------

    def _seen(self) -> list[Key]:
        """The run without what cannot be shown: what nobody can see, nobody decides."""
        chosen = self.grid.chosen
        seen = [key for key in chosen if (crop := self.crops.peek(key)) is None or not crop.fault]
        if chosen and not seen:
            self.messages.say(self.tr("This image cannot be shown, so nothing is decided: Enter opens it and says why."))
        return seen

    def _decide(self, word: str) -> None:
        chosen = self._seen()
        looked_at = len(chosen) <= self.grid.per_page
        if self.deciding.regions(self.source, chosen, word, looked_at):
            self._go_on(chosen)
        elif chosen and all(key[0] == "annotation" for key in chosen):
            self.messages.say(self.tr("This region is marked by a person. Enter opens it; Delete takes it away."))
        elif chosen:
            self.messages.say(self.tr("This is decided already: Ctrl+Z takes the last decision back."))

    def _accept_as(self, place: int) -> None:
        classes = self.context.read(queries.all_classes)
        if self.grid.current and place < len(classes):
            self.deciding.accept_as(self.source, self.grid.current, classes[place].id, classes[place].name)
            self._go_on([self.grid.current])

    def _clean(self) -> None:
        chosen = self._seen()
        if self.deciding.clean(self.source, chosen):
            self._go_on(chosen)

    def _clean_page(self) -> None:
        """Only what is seen whole, with its picture, is confirmed: the rest nobody has looked at."""
        page = self.grid.whole_in_view()
        if self.deciding.clean(self.source, page):
            self._go_on(page)
            self.grid.show_page_of_cursor()

    def _needs_work(self) -> None:
        ids = {image_id for key in self.grid.chosen if (image_id := self.source.image_of(key)) is not None}
        if ids:
            self.deciding.needs_work(sorted(ids))

    def _remove_mark(self) -> None:
        key = self.grid.current
        if key and key[0] == "annotation" and self.source.is_open(key):
            self.deciding.remove_mark(self.source, key)

    def _go_on(self, decided: list[Key]) -> None:
        """To the next open one after what was decided, else to the one before it."""
        keys = self.grid.keys
        last = self.grid.place_of(decided[-1])
        onward = next((key for key in keys[last + 1 :] if self.source.is_open(key)), None)
        self.grid.go_to(onward or next((key for key in reversed(keys[:last]) if self.source.is_open(key)), decided[-1]))

    def _next_open(self, by: int) -> None:
        keys, here = self.grid.keys, self.grid.current
        place = self.grid.place_of(here) if here else 0
        onward = keys[place + 1 :] if by > 0 else list(reversed(keys[:place]))
        self.grid.go_to(next((key for key in onward if self.source.is_open(key)), here))

    def _open(self, key: Key) -> None:
        if (image_id := self.source.image_of(key)) is not None:
            self.context.open_image(image_id, key if key[0] != "image" else None, back_to="review")

    def _sort_again(self) -> None:
        self.crops.forget_faults()
        self.source.sort_again()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> None:
        """Takes back in order: a message, the preview, the run of crops."""
        if self.messages.isVisible():
            self.messages.dismiss()
        elif self.in_preview:
            self._end_preview()
        else:
            self.grid.go_to(self.grid.current)
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_preview(self) -> None:
        self._show_part(self.preview)

    def _end_preview(self) -> None:
        self._show_part(self.grid)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what happens elsewhere -----------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if "annotation" in change.tables:  # their outlines may be others now
            self.crops.forget([key for key in self.sources[DISAGREEMENTS].rows if key[0] == "annotation"])
        if "image" in change.tables:
            self.crops.forget_faults()

    def _surer(self) -> None:
        """The words for the scores are others now."""
        for grid in (*self.grids.values(), self.preview.grid):
            grid.refresh()
        self._tell.start()

    def _stepped_back(self, word: str, title: str, change: Change) -> None:
        self._back_at = change.image_ids if self.isVisible() else frozenset()

    def _jobs(self, found: list[dict]) -> None:
        self._job = next(((job["done"], job["total"]) for job in found if job["kind"] == "prelabel"), None)
        self._tell.start()

    def _count_unanswered(self) -> None:
        self.context.read_later(gallery.unanswered, done=self._counted)

    def _counted(self, unanswered: int) -> None:
        self._unanswered = unanswered
        self._tell.start()

    def _show_withheld(self) -> None:
        self.context.show_images(self.proposals.withheld, self.tr("Check images: mark each before its proposals are shown"))
