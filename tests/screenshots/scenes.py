"""What each picture shows."""

from __future__ import annotations

from pathlib import Path

import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.operations import jobs
from app.ui import theme
from app.ui.page import Page
from app.ui.transfer_dialogs import ExportDialog
from tests.screenshots.stage import Stage

_SCRATCHED, _FULL = "coil01_1.png", "coil01_2.png"
CTRL = Qt.KeyboardModifier.ControlModifier


def start(stage: Stage) -> None:
    """The start page: at the first time, and (in the light theme) with the projects that were open last."""
    later = theme.current() is theme.LIGHT
    stage.window.start.show_recent([Path("/data", name) for name in ("Line 3", "Loom 2", "Tiles, kiln B")] if later else [])
    stage.rest()  # what was listed before goes when the window is at rest


def empty(stage: Stage) -> None:
    """A project in which nothing is marked."""
    stage.open("fresh")


def naming(stage: Stage) -> None:
    """The first stroke asks what it is."""
    stage.open("fresh")
    stage.key("b")
    for _ in range(5):
        stage.key("[")
    stage.stroke((122, 97), (121, 110), (122, 123))


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
    stage.show_image(_FULL)


def full(stage: Stage) -> None:
    """An image with what is marked and what is proposed."""
    stage.open("full")
    stage.show_image(_FULL)


def heat(stage: Stage) -> None:
    """The heat map of the chosen class."""
    stage.open("full")
    stage.show_image(_FULL)
    stage.key("h")


def review(stage: Stage) -> None:
    """The grid of proposals, after some decisions."""
    stage.open("full")
    grid = _page(stage, "2").grid
    stage.until(lambda: grid.keys)
    for which in "aarara":
        stage.key(which, widget=grid)


def clean(stage: Stage) -> None:
    """Images on which nothing was found."""
    stage.open("full")
    page = _page(stage, "2")
    page.show_tab("clean")
    stage.rest()


def train(stage: Stage) -> None:
    """Two versions side by side on the same check images."""
    stage.open("full")
    page = _page(stage, "3")
    stage.until(lambda: page.comparison is not None)
    stage.rest()


def tuning(stage: Stage) -> None:
    """A fine-tune at work."""
    stage.open("full")
    page = _page(stage, "3")
    stage.until(page.improve_button.isEnabled)
    QTest.mouseClick(page.improve_button, Qt.MouseButton.LeftButton)
    stage.until(lambda: len(page.run_panel.curve.points) >= 2)


def report(stage: Stage) -> None:
    """The project in figures."""
    stage.open("full")
    _page(stage, "4")
    stage.rest()


def history(stage: Stage) -> None:
    """Who did what, to be taken back."""
    stage.open("full")
    stage.show_image(_FULL)
    stage.key("a")
    stage.key("h", CTRL)
    stage.rest()


def palette(stage: Stage) -> None:
    """Acts, classes and images by their names."""
    stage.open("full")
    stage.show_image(_FULL)
    stage.key("k", CTRL)


def preferences(stage: Stage) -> None:
    """The settings under the person's name."""
    stage.open("full")
    stage.show_image(_FULL)
    QTest.mouseClick(stage.window.person, Qt.MouseButton.LeftButton)
    stage.rest()


def _page(stage: Stage, number: str) -> Page:
    stage.key(number, CTRL)
    stage.rest()
    return stage.window.view.page


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
    stage.key("e", CTRL)
    stage.window.findChildren(ExportDialog)[-1].field.setText("/data/line3/labels")


SCENES = (
    start, empty, naming, no_shots, running, full, heat, review, clean, train, tuning, report, history, palette, keys, preferences, exporting, failed, missing,
)  # fmt: skip
