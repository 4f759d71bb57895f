"""The page where images are marked: gallery, canvas and classes around one selection; it places parts and passes on what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QByteArray, QTimer
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.operations import learning
from app.store import gallery, pace
from app.store.changes import Change
from app.store.gallery import ClassRow, RegionRow
from app.store.pace import Pace
from app.ui import actions
from app.ui.canvas.compose import Shown
from app.ui.context import Context
from app.ui.label import next_act
from app.ui.label.check_images import CheckImages
from app.ui.label.decisions import Decisions
from app.ui.label.hand import Hand
from app.ui.label.label_parts import GALLERY, SIDE, LabelParts
from app.ui.label.misplaced import Misplaced
from app.ui.label.on_image import UNDECIDED, OnImage, shown_with
from app.ui.label.prelabelling import Prelabelling
from app.ui.label.region_menu import RegionMenu
from app.ui.label.score_maps import ScoreMaps
from app.ui.label.seeing import Seeing
from app.ui.label.strokes import Strokes
from app.ui.label.suggestions import Suggestions
from app.ui.message_bar import MessageBar
from app.ui.page import Page
from app.ui.review.accept_listed import AcceptListed
from app.ui.sureness import Sureness
from app.ui.writer import Fault

_IGNORED = (140, 140, 140)
_RECOUNT_MS = 400


class LabelPage(Page):
    """Gallery, canvas and classes of the open project."""

    def __init__(self, context: Context, messages: MessageBar, parts: LabelParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.messages = context, messages
        self._in_view: int | None = None
        self._to_learn = 0
        self._next_act = next_act.NextAct(self)
        self._recount = QTimer(self, singleShot=True, interval=_RECOUNT_MS)
        self._recount.timeout.connect(self._count)
        self._ahead = QTimer(self, singleShot=True, interval=0)  # after the image in view is painted: threads that read slow that down
        self._ahead.timeout.connect(self._look_ahead)
        self.splitter = parts
        self.gallery, self.classes, self.shots, self.regions = parts.gallery, parts.classes, parts.shots, parts.regions
        self.canvas, self.names, self.act, self.foot = parts.canvas, parts.names, parts.act, parts.foot
        self.prelabel_button = self.shots.button
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)
        self.hand = Hand(self.canvas, self.foot, self)
        self.suggestions = Suggestions(context, lambda: self.hand.drawing, self)
        self.check = CheckImages(context, messages.say, self._go_on, self)
        self.on_image = OnImage(context, self.suggestions, self.check.visible, self)
        self.misplaced = Misplaced(context, self.gallery, messages, self)
        self.strokes = Strokes(context, self.names, self._class_name, self.suggestions, self)
        self.prelabelling = Prelabelling(context, self.classes, self.messages, self)
        self.decisions = Decisions(context, self.on_image, self.suggestions, self.foot.threshold, self)
        self.scores = ScoreMaps(context, self.canvas, self.on_image, self._class_name, messages.say, self)
        self.seeing = Seeing(context, self.canvas, self.foot, self.on_image, self.scores.outline, self)
        self.region_menu = RegionMenu(context, self.on_image, messages.say, self)
        self.decisions.outline = self.strokes.outline = self.scores.outline_of
        self.accept_listed = AcceptListed(context, lambda: [row.id for row in self.gallery.view.rows], self.foot.threshold, self)
        self._connect()
        self._count()

    # -- as a page ------------------------------------------------------------------------------------------------------------

    def acts(self) -> dict[str, Callable[[], None]]:
        calls: dict[str, Callable[[], None]] = {name: partial(self.use_tool, name) for name in actions.TOOLS}
        calls |= {f"class_{k}": partial(self.classes.choose, k - 1) for k in range(1, 10)}
        return calls | self.scores.acts() | self.region_menu.acts() | {
            "smaller": partial(self.hand.resize_brush, -1),
            "larger": partial(self.hand.resize_brush, 1),
            "delete": self.decisions.remove,
            "shot": self.decisions.toggle_shot,
            "accept": partial(self.decisions.decide, "accept"),
            "reject": partial(self.decisions.decide, "reject"),
            "accept_all": self.accept_all,
            "accept_filter": self.accept_listed.start,
            **{f"accept_as_{k}": partial(self._accept_as, k - 1) for k in range(1, 10)},
            "defect_free": self.defect_free,
            "needs_work": self.decisions.needs_work,
            "prelabel": self.prelabelling.start,
            "newer": self.show_newer,
            "next_waiting": partial(self._next_waiting, 1),
            "previous_waiting": partial(self._next_waiting, -1),
            "next": partial(self.gallery.step, 1),
            "previous": partial(self.gallery.step, -1),
            "fit": self.canvas.fit,
            "zoom_in": partial(self.canvas.zoom_by, 1.25),
            "zoom_out": partial(self.canvas.zoom_by, 0.8),
            "hide_gallery": partial(self.splitter.hide_or_show, GALLERY),
            "hide_side": partial(self.splitter.hide_or_show, SIDE),
            "search": self.gallery.search.setFocus,
            "escape": self.escape,
        }

    @property
    def ground(self) -> QWidget:
        return self.canvas

    def entered(self) -> None:
        self.canvas.setFocus()

    def left(self) -> None:
        self.hold_space(False)

    def layout_state(self) -> QByteArray:
        return self.splitter.saveState()

    def restore_layout(self, state: QByteArray) -> None:
        self.splitter.restoreState(state)

    def _accept_as(self, place: int) -> None:
        if place < len(self.classes.rows):
            self.decisions.decide("accept", self.classes.rows[place].id)

    def _next_waiting(self, by: int) -> None:
        if not self.gallery.step_waiting(by):
            self.messages.say(self.tr("No other listed image has proposals to review."))

    def set_actions(self, made: Mapping[str, QAction]) -> None:
        """Puts the window's acts into the tool strip, and takes the first tool."""
        self.splitter.set_actions(made)
        self.region_menu.use(made)
        first = "brush" if self.context.writing else "select"
        made[first].setChecked(True)
        self.canvas.set_tool(first)

    def _connect(self) -> None:
        context, canvas = self.context, self.canvas
        context.changed.connect(self._changed)
        context.image_selected.connect(self._open)
        context.class_selected.connect(self._class_chosen)
        context.focus_changed.connect(self._focus)
        context.jobs_changed.connect(lambda _: self.tell())
        context.job_ended.connect(lambda _: self._recount.start())
        context.failed.connect(self.messages.warn)
        context.stepped_back.connect(self._stepped_back)
        canvas.drawn.connect(self._drawn)
        canvas.picked.connect(self._picked)
        canvas.failed.connect(self.misplaced.unreadable)
        canvas.menu_asked.connect(self.region_menu.offer)
        canvas.hovered.connect(self.foot.show_position)
        canvas.zoomed.connect(self.foot.show_zoom)
        self.foot.opacity_moved.connect(lambda opacity: canvas.set_overlay(opacity, False))
        canvas.set_overlay(self.foot.opacity(), False)
        self.foot.threshold_moved.connect(self._threshold_moved)
        self.strokes.settled.connect(canvas.clear_draft)
        self.strokes.asked.connect(self.tell)
        self.strokes.asked.connect(lambda: None if self.strokes.unnamed else canvas.setFocus())
        self.strokes.kept.connect(self._kept)
        self.strokes.rescued.connect(lambda: self.messages.say(self.tr("What could not be written is written now.")))
        self.strokes.first_shot.connect(lambda: self.messages.say(self.tr("What you leave unmarked on this image counts as good surface.")))
        self.decisions.said.connect(self.messages.say)
        self.accept_listed.said.connect(self.messages.say)
        self.decisions.completed.connect(self._completed)
        self.decisions.go_on.connect(self._go_on)
        self.classes.removal_asked.connect(self._ask_removal)
        self.shots.added.connect(lambda: self.decisions.set_shot(context.image_id, True))
        self.shots.taken_out.connect(lambda image_id: self.decisions.set_shot(image_id, False))
        self.gallery.loaded.connect(self._loaded)
        self.gallery.followed.connect(self.tell)
        self.hand.began.connect(self.suggestions.warm)
        self.on_image.changed.connect(self._pass_on)
        self.on_image.told.connect(self.tell)
        self.suggestions.returned.connect(lambda: self.messages.say(self.tr("Suggested again: what was dropped last.")))
        self.suggestions.failed.connect(lambda text: None if self.messages.warns else self.messages.say(text))
        self.misplaced.changed.connect(self.tell)
        self.scores.changed.connect(lambda: (self._draw(), self.seeing.measure()))
        Sureness.of(context).changed.connect(self._draw)
        self.misplaced.found.connect(lambda: self._open(context.image_id))

    # -- what is shown --------------------------------------------------------------------------------------------------------

    def _loaded(self) -> None:
        if self.context.image_id is None and self.gallery.images:
            self._open_first(self.gallery.view.rows[0].id if self.gallery.view.rows else next(iter(self.gallery.images)))
        elif self.context.image_id is not None and self.context.image_id not in self.gallery.images:
            if self.gallery.whole:
                self.context.select_image(None)
        elif self._in_view != self.context.image_id:
            self._open(self.context.image_id)  # it was selected before the images were read
        self.shots.read()
        self.tell()

    def _open_first(self, image_id: int) -> None:
        """Opens an image when what it is shown with is read: the first time each query has to be made up, too."""
        self.context.read_ahead(shown_with(image_id), lambda: self.context.select_image(image_id) if self.context.image_id is None else None)

    def _open(self, image_id: int | None) -> None:
        self.misplaced.missing = False
        self.canvas.clear_draft()
        self._in_view = image_id if image_id in self.gallery.images else None
        self.canvas.show_image(self.gallery.path_of(image_id) if self._in_view is not None else None)
        self.on_image.read()
        self._ahead.start()
        self.canvas.setFocus()
        self.state_changed.emit()

    def _look_ahead(self) -> None:
        """Reads what the next images and the one before are shown with."""
        beside = [k for step in (1, 2, -1) if (k := self.gallery.view.neighbour(step)) is not None]
        self.canvas.prefetch([self.gallery.path_of(k) for k in beside])
        self.context.read_ahead([wish for k in beside for wish in shown_with(k)])

    @property
    def shown(self) -> list[RegionRow]:
        """The regions on the open image, as they stand on the screen."""
        return self.on_image.shown

    def _pass_on(self) -> None:
        """Shows what is on the image; the focus stays, or goes to the least certain proposal."""
        self._draw()
        if self.context.focus not in [r.key for r in self.shown]:
            waiting = self.on_image.undecided(self.foot.threshold())
            # A rough suggestion is given no focus: what has it is never replaced, and the fitted one is on its way.
            first = next((r.key for r in waiting if r.kind == "proposal" or self.suggestions.stage == "fitted"), None)
            self.context.set_focus(first)
        self.canvas.focus_region(self.context.focus)
        self.regions.tell_hidden(self.check.asked)
        self.regions.set_regions(self.shown, self.classes.rows)
        self.foot.offer_threshold(any(r.kind in UNDECIDED for r in self.shown))
        self.tell()

    def _draw(self) -> None:
        colours = {row.id: QColor(row.colour).getRgb()[:3] for row in self.classes.rows}
        sureness = Sureness.of(self.context)

        def drawn(region: RegionRow) -> Shown:
            word = "" if region.score is None else sureness.word(region.class_id, region.score)
            colour = _IGNORED if region.kind == "ignore" else colours.get(region.class_id, _IGNORED)
            kind = "proposal" if region.kind in UNDECIDED else region.kind
            return Shown(region.key, self.scores.outline(region), colour, kind, region.score, word)

        self.canvas.show_regions([drawn(region) for region in self.shown])

    def _changed(self, change: Change) -> None:
        if {"defect_class"} & change.tables:
            self._count()
        self.on_image.follow(change)
        self._recount.start()

    def _count(self) -> None:
        """Classes and what is left to pre-label: counted beside the window, since both grow with the project."""
        def counts(session) -> tuple[list[ClassRow], int, Pace | None, int]:
            return gallery.class_rows(session), gallery.unanswered(session), pace.of_prelabelling(session), learning.ahead(session).new

        self.context.read_later(counts, done=self._counted)

    def _counted(self, answer: tuple[list[ClassRow], int, Pace | None, int]) -> None:
        rows, self.prelabelling.unanswered, self.prelabelling.pace, self._to_learn = answer
        recoloured = [(row.id, row.name, row.colour) for row in rows] != [(row.id, row.name, row.colour) for row in self.classes.rows]
        self.classes.set_rows(rows)
        self.gallery.set_classes(rows)
        if recoloured:
            self._pass_on()
            self._class_chosen(self.context.class_id)
        self.tell()

    def tell(self) -> None:
        """Brings the line above the canvas and the pre-label button up to date."""
        self.act.setText(self._next_act.sentence(self._now()))
        n, running = self.prelabelling.unanswered, self.prelabelling.running
        text = self.tr("Pre-labelling") if running is not None else self.tr("Pre-label %n image(s)     F", "", n) if n else self.tr("Pre-label     F")
        self.prelabel_button.setText(text)
        self.prelabel_button.setEnabled(bool(n) and self.context.writing and running is None)

    def _now(self) -> next_act.Now:
        chosen = self.classes.by_id(self.context.class_id)
        return next_act.Now(
            images=len(self.gallery.images), open_image=self.context.image_id is not None, missing=self.misplaced.missing, read_only=not self.context.writing,
            unnamed=bool(self.strokes.unnamed), class_name=chosen.name if chosen else "", shots=chosen.shots if chosen else 0,
            unanswered=self.prelabelling.unanswered, to_learn=self._to_learn,
            pending_here=sum(r.kind == "proposal" for r in self.shown), suggested=len(self.suggestions.regions),
            pending_images=self.gallery.waiting, decided=self.gallery.decided,
            newer=self.on_image.newer, check=self.check.asked, marked_here=sum(r.kind == "annotation" for r in self.shown), met=self.check.met,
            focus=bool(self.context.focus) and self.context.focus[0] in UNDECIDED, job=self.prelabelling.running,
        )  # fmt: skip

    def _class_name(self, class_id: int | None) -> str:
        row = self.classes.by_id(class_id)
        return row.name if row else ""

    def _class_chosen(self, class_id: int | None) -> None:
        row = self.classes.by_id(class_id)
        self.shots.set_class(class_id, row.name if row else "")
        if row:
            self.canvas.set_colour(QColor(row.colour).getRgb()[:3])
        self.tell()

    def _focus(self, key: tuple[str, int] | None) -> None:
        self.canvas.focus_region(key)
        self.tell()

    def _picked(self, key: tuple[str, int] | None) -> None:
        self.context.set_focus(key)

    def _threshold_moved(self, score: float) -> None:
        self.canvas.set_threshold(score)
        left = [r.key for r in self.on_image.undecided(score)]
        if self.context.focus and self.context.focus[0] in UNDECIDED and self.context.focus not in left:
            self.context.set_focus(left[0] if left else None)

    # -- what the hand does ---------------------------------------------------------------------------------------------------

    def _drawn(self, mask, how: str) -> None:
        self.strokes.take(mask, how, self.hand.at)

    def when_free(self, call: Callable[[], None]) -> None:
        self.hand.when_free(lambda: self.scores.when_cut(call))

    def use_tool(self, name: str) -> None:
        self.canvas.set_tool(name)
        self.canvas.setFocus()

    def hold_space(self, held: bool) -> None:
        self.canvas.set_overlay(self.foot.opacity(), hidden=held)

    def escape(self) -> None:
        """Takes back in order: what is being typed, a draft without a name, the selection, a message, the opened image."""
        field, focus = QApplication.focusWidget(), self.context.focus
        if isinstance(field, QLineEdit):
            field.clear()
            self.canvas.setFocus()
        elif self.strokes.unnamed:
            self.strokes.drop_unnamed()
        elif focus and focus[0] not in UNDECIDED:  # a proposal has the focus by itself: it was not selected
            self.context.set_focus(None)
        elif self.messages.isVisible():
            self.messages.dismiss()
        elif not self.context.go_back():
            self.context.set_focus(None)

    def defect_free(self) -> None:
        marked = sum(r.kind == "annotation" for r in self.shown)
        if self.check.asked and not marked:
            self.check.defect_free()
            return
        if not marked:
            self.decisions.defect_free()
            return
        ways = [(self.tr("Remove them: it is defect-free"), self.decisions.empty), (self.tr("Keep them"), lambda: None)]
        self.messages.say(self.tr("%n region(s) are marked on this image.", "", marked), ways)

    def _completed(self, accepted: int, class_ids: list[int]) -> None:
        names = ", ".join(filter(None, map(self._class_name, class_ids)))
        self.messages.say(self.tr("%n region(s) accepted; the image is complete for {names}.", "", accepted).format(names=names))

    def accept_all(self) -> None:
        self.check.complete() if self.check.asked else self.decisions.accept_image()

    def show_newer(self) -> None:
        self.check.show_proposals() if self.check.asked else self.on_image.show_newer()

    def _go_on(self) -> None:
        if not self.gallery.step_waiting(1):
            self.gallery.step(1)

    def _stepped_back(self, word: str, title: str, change: Change) -> None:
        """Says what was taken back, and goes to the image that it was done on."""
        if change.image_ids and self.context.image_id not in change.image_ids and (there := change.image_ids & self.gallery.images.keys()):
            self.context.select_image(min(there))
        self.messages.say(self.tr("Taken back: {title}").format(title=title) if word == "undo" else self.tr("Done again: {title}").format(title=title))

    # -- faults ---------------------------------------------------------------------------------------------------------------

    def _kept(self, fault: Fault) -> None:
        """A stroke could not be written: it stays on the screen until it is, or until the person drops it."""
        ways = [(self.tr("Try again"), self.strokes.again), (self.tr("Drop the stroke"), self.strokes.drop)]
        self.messages.warn(fault, ways)

    def _ask_removal(self, row: ClassRow) -> None:
        if not (row.annotations or row.pending):
            self.classes.remove(row)
            return
        text = self.tr("{name} goes with {regions} marked regions and {pending} proposals. Undo brings all of it back.")
        said = text.format(name=row.name, regions=row.annotations, pending=row.pending)
        self.messages.say(said, [(self.tr("Remove {name}").format(name=row.name), lambda: self.classes.remove(row)), (self.tr("Keep it"), lambda: None)])

    def close_project(self) -> None:
        self.strokes.keep_unnamed()
        self.suggestions.close()
        self.splitter.thumbnails.close()
