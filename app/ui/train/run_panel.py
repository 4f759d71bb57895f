"""The fine-tune (or comparison) at work: its curve, the time left and Stop; or how the last one ended, where something can be done about it."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.jobs.curve import CurveReader
from app.operations import last_run
from app.operations.last_run import Run
from app.ui import background, icons, sentences
from app.ui.context import Context
from app.ui.time_left import TimeLeft, stage_of
from app.ui.train.curve_view import CurveView


class RunPanel(QFrame):
    """Hidden where nothing runs and nothing went wrong. `again_asked`: id of the job that is to be tried once more."""

    again_asked = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.run: Run | None = None
        self._closed: set[int] = set()  # ended jobs that the person has put away
        self._reader: CurveReader | None = None
        self._reading = self._stopping = False
        self._time_left = TimeLeft()
        self.setProperty("role", "foot")
        self._build()
        context.jobs_changed.connect(self._follow)
        self.hide()

    def _build(self) -> None:
        self.heading = QLabel(self)
        self.heading.setProperty("role", "heading")
        self.close_button = QToolButton(self, icon=icons.icon("x"), toolTip=self.tr("Put this away"))
        self.text = QLabel(self, wordWrap=True, textInteractionFlags=Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar = QProgressBar(self, textVisible=False)
        self.curve = CurveView(self)
        self.left = QLabel(self)
        self.left.setProperty("role", "faint")
        self.stop = QPushButton(self.tr("Stop"), self, toolTip=self.tr("Stops; the best so far is kept as a version"), focusPolicy=Qt.FocusPolicy.TabFocus)
        self.again = QPushButton(self.tr("Try again"), self, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.details = QPushButton(self.tr("Show details"), self, checkable=True, focusPolicy=Qt.FocusPolicy.TabFocus)
        self.log = QPlainTextEdit(self, readOnly=True)
        self.log.setFixedHeight(140)
        column, top, foot = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(8)
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button)
        foot.addWidget(self.left, 1)
        for button in (self.details, self.again, self.stop):
            foot.addWidget(button)
        column.addLayout(top)
        for widget in (self.text, self.curve, self.bar, self.log):
            column.addWidget(widget)
        column.addLayout(foot)
        self.stop.clicked.connect(self._stop)
        self.again.clicked.connect(lambda: self.again_asked.emit(self.run.id))
        self.details.toggled.connect(self._show_log)
        self.close_button.clicked.connect(self._put_away)

    # -- which job ------------------------------------------------------------------------------------------------------------

    def show_run(self, run: Run | None) -> None:
        """Shows the newest job as it stands; a finished one is not shown, for the versions tell of it."""
        if run is None or run.id in self._closed and not run.is_open or run.state == "finished":
            self.run = None
            self.hide()
            return
        if self.run is None or run.id != self.run.id or run.state != self.run.state:
            self.details.setChecked(False)
            self._stopping = False
            self.stop.setEnabled(self._context.writing)
        if self._reader is None or self.run is None or run.id != self.run.id or (run.is_open and not self.run.is_open):
            self.curve.clear()
            self._reader, self._time_left = CurveReader(run.folder), TimeLeft()
        self.run = run
        self._lay_out()
        self._read()
        self.show()

    def _lay_out(self) -> None:
        run, at_work = self.run, self.run.is_open
        training = run.kind == "finetune"
        if at_work:
            self.heading.setText(self.tr("Fine-tuning {engine}").format(engine=run.engine) if training else self.tr("Comparing versions"))
            self._progress(run.state, run.done, run.total, run.message)
        elif run.state == "cancelled":
            self.heading.setText(self.tr("Stopped"))
            made = self.tr("The best so far was kept as version {version}.").format(version=run.made) if run.made else self.tr("There was nothing to keep yet.")
            self.text.setText(made)
        else:
            self.heading.setText(self.tr("The fine-tune did not come to its end") if training else self.tr("The comparison did not come to its end"))
            self.text.setText(sentences.shown(run.message))
        failed = not at_work and run.state != "cancelled"
        self.curve.setVisible(training and at_work)
        self.bar.setVisible(at_work)
        if not at_work:
            self.left.setText("")
        self.stop.setVisible(at_work)
        self.again.setVisible(not at_work)
        self.again.setText(self.tr("Try again") if failed else self.tr("Go on"))
        self.again.setEnabled(self._context.writing)
        self.details.setVisible(failed)
        self.close_button.setVisible(not at_work)
        self.log.setVisible(failed and self.details.isChecked())

    # -- while it runs ----------------------------------------------------------------------------------------------------------

    def _follow(self, found: list[dict]) -> None:
        if self.run is None:
            return
        job = next((job for job in found if job["id"] == self.run.id), None)
        if job is not None:
            self._progress(job["state"], job["done"], job["total"], job["message"])
            self._read()

    def _progress(self, state: str, done: int, total: int, message: str) -> None:
        begun = bool(total) and state == "running"
        share = done / total if begun else 0.0
        self.bar.setRange(0, 1000 if begun else 0)
        self.bar.setValue(round(1000 * share))
        self.text.setText(self._stage(message) if not self._stopping else self.tr("Stopping; the best so far is kept"))
        self._time_left.note(stage_of(message), share, time.monotonic())
        self.left.setText(self._time_left.words)

    def _stage(self, message: str) -> str:
        said = {
            "reading": self.tr("Reading the labelled images"), "step": self.tr("Training; you can go on labelling"),
            "learning": self.tr("Comparing on the check images"), "comparing": self.tr("Comparing on the check images"),
            "waiting": self.tr("Waiting until another job on this computer has ended"),
        }  # fmt: skip
        return said.get(stage_of(message), self.tr("Starting"))

    def _read(self) -> None:
        """The new points, in the background: the file lies on a disk that may be slow."""
        if self._reader is not None and not self._reading and self.run is not None and self.run.kind == "finetune":
            reader, self._reading = self._reader, True
            self._context.run(background.call(reader.read), lambda points: self._came(reader, points))

    def _came(self, reader: CurveReader, points: list) -> None:
        self._reading = False
        if reader is self._reader and points:
            self.curve.add(points)

    def _stop(self) -> None:
        self._stopping = True
        self.stop.setEnabled(False)
        self.text.setText(self.tr("Stopping; the best so far is kept"))
        self._context.cancel_job(self.run.id)

    # -- when it ended ----------------------------------------------------------------------------------------------------------

    def _show_log(self, on: bool) -> None:
        self.log.setVisible(on)
        if on:
            folder = self.run.folder
            self._context.run(background.call(lambda: last_run.log_end(folder)), lambda text: self.log.setPlainText(text or self.tr("The worker printed nothing.")))

    def _put_away(self) -> None:
        self._closed.add(self.run.id)
        self.show_run(None)
