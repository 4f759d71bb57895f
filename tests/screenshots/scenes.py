"""What each picture shows."""

from __future__ import annotations

import psutil
from PySide6.QtCore import Qt

from app.operations import jobs
from app.ui.transfer_dialogs import ExportDialog
from tests.screenshots.stage import Stage

_SCRATCHED = "coil01_1.png"


def start(stage: Stage) -> None:
    """The start page."""


def empty(stage: Stage) -> None:
    """A project in which nothing is marked."""
    stage.open("fresh")


def naming(stage: Stage) -> None:
    """The first stroke asks what it is."""
    stage.open("fresh")
    stage.key("b")
    width, height = stage.page.canvas.image_size
    stage.stroke((width * 0.4, height * 0.5), (width * 0.5, height * 0.48), (width * 0.6, height * 0.5))


def no_shots(stage: Stage) -> None:
    """A class without shots."""
    stage.open("unshot")


def running(stage: Stage) -> None:
    """Proposals appear while the job runs."""
    stage.open("shot")
    stage.until(stage.page.prelabel_button.isEnabled)
    stage.key("f")  # says what it will do
    stage.key("f")
    stage.until(lambda: (stage.page.prelabelling.running or (0, 0))[0] >= 12)
    stage.key("n")


def full(stage: Stage) -> None:
    """An image with what is marked and what is proposed."""
    stage.open("full")
    stage.key("n")


def keys(stage: Stage) -> None:
    """All keys."""
    stage.open("full")
    stage.key("?")


def failed(stage: Stage) -> None:
    """A job that ended early: a sentence and a way out."""
    stage.open("shot")
    stage.until(stage.page.prelabel_button.isEnabled)
    stage.key("f")  # says what it will do
    stage.key("f")

    def pid() -> int | None:
        return next((job.pid for job in stage.window.context.read(jobs.open_jobs) if job.pid and job.done), None)

    stage.until(pid)
    psutil.Process(pid()).kill()
    stage.until(stage.window.messages.isVisible)


def missing(stage: Stage) -> None:
    """An image that is not where it was."""
    stage.open("full")
    row = next(row for row in stage.page.gallery.view.rows if row.name == _SCRATCHED)
    path = stage.page.gallery.path_of(row.id)
    hidden = path.with_suffix(".hidden")
    path.rename(hidden)
    try:
        stage.window.context.select_image(stage.page.gallery.view.rows[3].id)
        stage.rest()
        stage.window.context.select_image(row.id)
        stage.until(stage.window.messages.isVisible)
    finally:
        hidden.rename(path)


def exporting(stage: Stage) -> None:
    """What leaves, and where to."""
    stage.open("full")
    stage.key("e", Qt.KeyboardModifier.ControlModifier)
    stage.window.findChildren(ExportDialog)[-1].field.setText("/data/line3/labels")


SCENES = (start, empty, naming, no_shots, running, full, keys, failed, missing, exporting)
