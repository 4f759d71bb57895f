"""The page where models are improved: the versions and the engine at the left, two versions on the same check images at the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from app.jobs import batch
from app.operations import comparing, handover, last_run, learning, models, versions
from app.operations.comparing import Comparison
from app.operations.handover import Handover
from app.operations.last_run import Run
from app.operations.learning import Ahead
from app.operations.versions import VersionRow
from app.store import gallery
from app.store.changes import Change
from app.store.gallery import ClassRow
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.page import Page
from app.ui.rereading import Rereading
from app.ui.train.engines import EngineChoice
from app.ui.train.improve_offer import ImproveOffer
from app.ui.train.improving import Improving
from app.ui.train.outcome import Outcome
from app.ui.train.run_panel import RunPanel
from app.ui.train.side_by_side import SideBySide
from app.ui.train.version_list import VersionList

_REREAD_MS = 400


@dataclass(frozen=True)
class _State:
    """All that the page shows of the project."""

    versions: list[VersionRow] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)
    ahead: Ahead = Ahead(0, 0, None, learning.USUAL_MINUTES)
    run: Run | None = None
    to_train: str = ""  # the engine that a fine-tune goes on with


def _state(session) -> _State:
    return _State(versions.rows(session), gallery.class_rows(session), learning.ahead(session), last_run.newest(session), models.to_train(session))


def _beside(session, new: int, old: int) -> tuple[Comparison | None, Handover, Handover | None]:
    """Two versions beside each other: their comparison, and what would happen if the first, or the one before the present one, took over."""
    back = handover.previous(session)
    return comparing.find(session, new, old), handover.of(session, new), handover.of(session, back) if back is not None else None


class TrainPage(Page):
    """`improving` does what is asked for here, and tells of it on other pages."""

    def __init__(self, context: Context, messages: MessageBar, improving: Improving, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context, self.messages, self.improving = context, messages, improving
        self.state = _State()
        self.comparison: Comparison | None = None
        self._outcome = Outcome(self)
        self._other: int | None = None  # the version at the right, where the person chose one
        self._kept: set[int] = set()  # versions of which the person said that the present one is kept
        self._asked = 0  # counts the readings, so that an older answer never takes the place of a newer
        self._back: int | None = None
        self._newest_seen: int | None = None
        self._in_view = False
        self._reading = Rereading(context, lambda: (_state,), _REREAD_MS, self)
        self._reading.came.connect(self._read)
        self._build()
        context.changed.connect(self._changed)
        context.jobs_changed.connect(self._jobs_changed)
        context.job_ended.connect(lambda _: self._wish())
        context.failed.connect(lambda _: self._wish())  # what could not be begun can be asked for again

    # -- the parts --------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.engines = EngineChoice(self.context, self)
        self.offer = ImproveOffer(self)
        self.improve_button, self.hint = self.offer.button, self.offer.hint
        self.versions = VersionList(self)
        self.run_panel = RunPanel(self.context, self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(self._left())
        self.splitter.addWidget(self._right())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([440, 926])
        self.splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.splitter)
        self.engines.chosen.connect(self._engine_chosen)
        self.improve_button.clicked.connect(self.improve)
        self.versions.picked.connect(self._picked)
        self.run_panel.again_asked.connect(self.improving.go_on)
        self.beside.opened.connect(lambda image_id: self.context.open_image(image_id, back_to="train"))
        self.other.activated.connect(self._other_chosen)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _left(self) -> QWidget:
        left, column, top = QWidget(self), QVBoxLayout(), QVBoxLayout()
        left.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top.setContentsMargins(16, 16, 16, 16)
        top.setSpacing(8)
        for widget in (self.engines, self.offer):
            top.addWidget(widget)
        column.addLayout(top)
        column.addWidget(self.versions, 1)
        column.addWidget(self.run_panel)
        left.setMinimumWidth(360)
        return left

    def _right(self) -> QWidget:
        right, column, head = QWidget(self), QVBoxLayout(), QVBoxLayout()
        right.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QFrame(right)
        line.setProperty("role", "line")
        line.setLayout(head)
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        self.title = QLabel(right)
        self.title.setProperty("role", "act")
        self.other = QComboBox(right, focusPolicy=Qt.FocusPolicy.TabFocus, toolTip=self.tr("The version to compare with"), visible=False)
        self.other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.sentence = QLabel(right, wordWrap=True)
        self.consequence = QLabel(right, wordWrap=True)
        self.consequence.setProperty("role", "faint")
        first, buttons = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.title)
        first.addWidget(self.other)
        first.addStretch(1)
        buttons.setSpacing(8)
        for name in ("use", "roll_back", "mark_more", "show_changed", "keep", "compare", "retire"):
            button = QPushButton(right, focusPolicy=Qt.FocusPolicy.TabFocus, visible=False)
            setattr(self, f"{name}_button", button)
            button.clicked.connect(getattr(self, f"_{name}"))
            if name == "retire":
                buttons.addStretch(1)
            buttons.addWidget(button)
        self.use_button.setProperty("role", "primary")
        for part in (first, buttons):
            head.addLayout(part)
        head.insertWidget(1, self.sentence)
        head.insertWidget(2, self.consequence)
        self.beside = SideBySide(self.context, right)
        column.addWidget(line)
        column.addWidget(self.beside, 1)
        right.setMinimumWidth(480)
        return right

    # -- as a page --------------------------------------------------------------------------------------------------------------

    def acts(self) -> dict[str, Callable[[], None]]:
        return {"improve": self.improve, "prelabel": self.improving.prelabel, "escape": self._escape}

    @property
    def ground(self) -> QWidget:
        return self.beside

    def entered(self) -> None:
        self._in_view = self.improving.quiet = True
        self.engines.ask()
        self.reload()
        self.setFocus()

    def left(self) -> None:
        self._in_view = self.improving.quiet = False

    def layout_state(self) -> QByteArray:
        return self.splitter.saveState()

    def restore_layout(self, state: QByteArray) -> None:
        self.splitter.restoreState(state)

    def _escape(self) -> None:
        if self.messages.isVisible():
            self.messages.dismiss()
        else:
            self.setFocus()

    # -- reading ----------------------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        self._wish()

    def _wish(self) -> None:
        """Reads again soon, where somebody looks."""
        if self._in_view:
            self._reading.soon()

    def _jobs_changed(self, found: list[dict]) -> None:
        run = self.state.run
        for job in found:
            if job["kind"] != "prelabel" and (run is None or job["id"] != run.id or job["state"] != run.state):
                self._wish()

    def reload(self) -> None:
        """Reads all that the page shows, in the background."""
        self._reading.now()

    def _read(self, state: _State) -> None:
        self.state = state
        active = next((v for v in state.versions if v.active), None)
        self.engines.set_versions(sorted({v.engine for v in state.versions}), state.to_train)
        # A version that has just been made is what the person wants to look at.
        newest = max((v.id for v in state.versions), default=None)
        fresh = newest if self._newest_seen is not None and newest is not None and newest > self._newest_seen else None
        if self._newest_seen is None and active and newest and newest > active.id and not next(v for v in state.versions if v.id == newest).bundled:
            fresh = newest
        self._newest_seen = newest
        self.versions.set_rows(state.versions, state.classes, fresh)
        self.run_panel.show_run(state.run)
        self._tell()
        self._read_beside()

    def _pair(self) -> tuple[VersionRow, VersionRow] | None:
        """The version looked at, and the one beside it: the person's choice, else the one in use, else the one before, else its parent."""
        new = self.versions.chosen
        others = {v.id: v for v in self.state.versions if new is None or v.id != new.id}
        if new is None or not others:
            return None
        active, before = (next((v.id for v in others.values() if getattr(v, word)), None) for word in ("active", "previous"))
        for id_ in (self._other, active, before, new.parent, next(iter(others))):
            if id_ in others:
                return new, others[id_]
        return None

    def _read_beside(self) -> None:
        pair = self._pair()
        if pair is not None:
            self._asked += 1
            asked = self._asked
            self.context.read_later(_beside, pair[0].id, pair[1].id, done=lambda found: self._beside_came(asked, pair, *found))

    def _beside_came(self, asked: int, pair: tuple[VersionRow, VersionRow], found: Comparison | None, use: Handover, back: Handover | None) -> None:
        if asked == self._asked:
            self.comparison = found
            self._show_pair(*pair, use, back)

    # -- what it says -----------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        self.offer.tell(self.state.ahead, self.engines.engine, self.state.run, self.context.writing)

    def _show_pair(self, new: VersionRow, old: VersionRow, use: Handover, back: Handover | None) -> None:
        found, writing = self.comparison, self.context.writing
        self.title.setText(self.tr("Version {version} beside").format(version=new.id))
        self._fill_other(new, old)
        self.sentence.setText(self._said(new, old, found))
        offers_use = not new.active
        offers_back = new.active and back is not None
        self._back = back.after if offers_back else None
        self.consequence.setText(self.improving.consequence(back if offers_back else use))
        self._offer(self.use_button, offers_use, writing, self.tr("Use version {version}").format(version=new.id))
        self._offer(self.roll_back_button, offers_back, writing, self.tr("Roll back to version {version}").format(version=self._back))
        asks = not new.active and not new.bundled and new.id not in self._kept and old.active and found is not None
        self._offer(self.keep_button, asks, True, self.tr("Keep version {version}").format(version=old.id))
        wanted = self._outcome.wanted(found.result, [c.name for c in self.state.classes]) if found else []
        self._wanted = wanted[0] if wanted else None
        self._offer(self.mark_more_button, bool(wanted), writing, wanted[0][2] if wanted else "")
        changed = len(found.changed) if found else 0
        self._offer(self.show_changed_button, bool(changed), True, self.tr("Show the %n that changed", "", changed))
        run = self.state.run
        self._offer(self.compare_button, True, writing and not (run and run.is_open), self.tr("Compare again") if found else self.tr("Compare on the check images"))
        self._offer(self.retire_button, not new.active and not new.bundled, writing, self.tr("Retire"))
        self.retire_button.setToolTip(self.tr("Takes the version out of use for good, and removes its weights"))
        if found and found.images:
            self.beside.show_images(found.images, self.state.classes, (new.id, old.id))
        else:
            self.beside.show_nothing(self._nothing(found))
        self.state_changed.emit()

    def _offer(self, button: QPushButton, shown: bool, enabled: bool, text: str) -> None:
        button.setVisible(shown)
        button.setEnabled(enabled)
        button.setText(text)

    def _said(self, new: VersionRow, old: VersionRow, found: Comparison | None) -> str:
        if found is None:
            return self.tr("Versions {new} and {old} have not been compared.").format(new=new.id, old=old.id)
        if not found.result:
            return self.tr("Versions {new} and {old} on the same check images.").format(new=new.id, old=old.id)
        return self._outcome.sentence(new.id, old.id, found.result)

    def _nothing(self, found: Comparison | None) -> str:
        if found and found.lost:
            return self.tr("What the comparison kept cannot be read any more. Compare again to see the images.")
        if found:
            return self.tr(
                "There are no check images yet. Now and then an image comes up with the line \"Check image: mark it yourself first\": "
                "mark a few of those, then compare again."
            )
        if all(v.bundled for v in self.state.versions):
            return self.tr("No version was made here yet. Improving the model makes one, and shows here where it differs from the present one.")
        return self.tr("Compare the two versions to see here where they differ.")

    def _fill_other(self, new: VersionRow, old: VersionRow) -> None:
        self.other.blockSignals(True)
        self.other.clear()
        for version in self.state.versions:
            if version.id != new.id:
                text = self.tr("version {version}, {engine}").format(version=version.id, engine=version.engine)
                in_use = self.tr("version {version}, {engine}, in use").format(version=version.id, engine=version.engine)
                self.other.addItem(in_use if version.active else text, version.id)
        self.other.setCurrentIndex(self.other.findData(old.id))
        self.other.blockSignals(False)
        self.other.show()

    # -- what the hand does -------------------------------------------------------------------------------------------------------

    def improve(self) -> None:
        """Starts a fine-tune, where there is something to learn from."""
        if self.improve_button.isEnabled():
            self.improve_button.setEnabled(False)
            self.improving.start(self.engines.engine.name)

    def _engine_chosen(self) -> None:
        if not self.state.versions:
            return  # nothing was read yet
        self._tell()
        engine = self.engines.engine
        if engine is not None and self.engines.by_hand:
            self.versions.choose(next((v.id for v in self.state.versions if v.engine == engine.name), None))

    def _picked(self, version_id: int) -> None:
        if self._other == version_id:
            self._other = None
        self._read_beside()

    def _other_chosen(self) -> None:
        self._other = self.other.currentData()
        self._read_beside()

    def _use(self) -> None:
        self.improving.use(self.versions.chosen.id)

    def _roll_back(self) -> None:
        self.improving.use(self._back)

    def _keep(self) -> None:
        new, old = self._pair()
        self._kept.add(new.id)
        self.messages.say(self.improving.kept(old.id))
        self.versions.choose(old.id)

    def _show_changed(self) -> None:
        self.improving.show_changed(self.comparison.changed, self.comparison.candidate, self.comparison.incumbent)

    def _mark_more(self) -> None:
        self.improving.mark_more(*self._wanted[:2])

    def _compare(self) -> None:
        new, old = self._pair()
        self.compare_button.setEnabled(False)
        self.improving.compare(new.id, old.id)

    def _retire(self) -> None:
        version_id = self.versions.chosen.id
        text = self.tr("Version {version} is taken out of use for good, and its weights are removed.").format(version=version_id)
        retire = self.tr("Retire version {version}").format(version=version_id)
        self.messages.say(text, [(retire, lambda: self._do_retire(version_id)), (self.tr("Not now"), lambda: None)])

    def _do_retire(self, version_id: int) -> None:
        self.context.submit(lambda: batch.retire(self.context.workspace, version_id), lambda _: self.reload())
