"""The job at work, in the title line: what it does, how far it is, how long it will still take, and a button to stop it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from app.ui import icons
from app.ui.time_left import TimeLeft, stage_of

if TYPE_CHECKING:  # the context needs the database, which the window has no use for before a project is open
    from app.ui.context import Context


class JobStrip(QWidget):
    """Hidden while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context: Context | None = None
        self._job_id: int | None = None
        self._time_left = TimeLeft()
        self.left = QLabel(self)
        self.left.setProperty("role", "faint")
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.left.setMinimumWidth(self.fontMetrics().horizontalAdvance(QCoreApplication.translate("TimeLeft", "{n} min left").format(n="888")))
        self.text = QLabel(self)
        self.text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.text.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.tr("Pre-labelling") + "  88888 / 88888"))
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setFixedWidth(56)
        self.cancel = QToolButton(self, icon=icons.icon("x"), toolTip=self.tr("Stop; what was done is kept"))
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.left, self.text, self.bar, self.cancel):
            row.addWidget(widget)
        kept = self.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing beside it moves when it comes and goes
        self.setSizePolicy(kept)
        self.hide()

    def watch(self, context: Context) -> None:
        self._context = context
        context.jobs_changed.connect(self.show_jobs)

    def show_jobs(self, jobs: list[dict]) -> None:
        """The oldest open job; the others wait for it."""
        self.setVisible(bool(jobs))
        if not jobs:
            self._job_id = None
            return
        job = jobs[0]
        if job["id"] != self._job_id:
            self._job_id, self._time_left = job["id"], TimeLeft()
            self.cancel.setEnabled(True)
        kinds = {"prelabel": self.tr("Pre-labelling"), "finetune": self.tr("Fine-tuning"), "evaluate": self.tr("Comparing versions")}
        name = kinds.get(job["kind"], job["kind"])
        begun = job["state"] == "running" and job["total"]
        self.bar.setRange(0, job["total"] if begun else 0)
        self.bar.setValue(job["done"])
        self._time_left.note(stage_of(job["message"]), job["done"] / job["total"] if begun else 0.0, time.monotonic())
        self.left.setText(self._time_left.few_words)
        self.text.setText(f"{name}  {job['done']} / {job['total']}" if begun else self.tr("{what}: starting").format(what=name))

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)  # it ends when it has finished the image it is at
        self.left.setText("")
        self.text.setText(self.tr("Stopping"))
        self._context.cancel_job(self._job_id)
