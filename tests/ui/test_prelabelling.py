"""F, the job in the title line, its cancel, and proposals that come while it runs; the worker is a toy in a process of its own."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from sqlalchemy import select

from app.jobs import launchers
from app.operations import jobs
from app.store.records import Job
from app.ui.details import Details
from app.workspace import Workspace
from tests.ui.driving import LEFT, idle, key, prelabel

WORKER = Path(__file__).parents[1] / "jobs" / "toy_worker.py"


@pytest.fixture(autouse=True)
def toy_workers(monkeypatch):
    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, str(WORKER), *words])


@pytest.fixture
def window(toy_of, opened, qtbot):
    made = opened(toy_of())
    qtbot.waitUntil(made.page.prelabel_button.isEnabled)
    yield made
    if made.context:
        for job in made.context.read(jobs.open_jobs):
            if job.pid and psutil.pid_exists(job.pid):
                psutil.Process(job.pid).kill()


def states(window) -> list[str]:
    return [job.state for job in window.context.read(lambda session: list(session.scalars(select(Job).order_by(Job.id))))]


def test_without_a_shot_f_says_what_is_missing(toy_of, opened):
    window = opened(toy_of(shots=0))
    assert not window.page.prelabel_button.isEnabled()
    key(window, "f")
    assert "Draw one defect first" in window.messages.text.text() and not states(window)


def test_the_button_says_how_many_images(window):
    assert "6 images" in window.page.prelabel_button.text()


def test_f_first_says_what_it_will_do_and_the_time_only_when_it_is_measured(window, qtbot):
    key(window, "f")
    assert re.search(r"6 images?.*, time not known yet", window.messages.text.text()) and not states(window)
    qtbot.mouseClick(window.messages.ways[1], LEFT)
    key(window, Qt.Key.Key_Right)
    key(window, "f")
    assert not states(window), "Not now: it is said anew"
    key(window, "f")
    qtbot.waitUntil(lambda: states(window) == ["finished"])
    qtbot.waitUntil(lambda: window.page.prelabelling.unanswered == 0 and window.page.prelabelling.pace is not None)
    key(window, "m")  # one shot fewer: every image is to be asked about anew
    qtbot.waitUntil(lambda: window.page.prelabelling.unanswered == 6)
    key(window, "f")
    assert re.search(r"\d+ images?.*, about \d+ s, first in \d+ s", window.messages.text.text())


def test_f_prelabels_and_the_proposals_appear(window, qtbot):
    order = [row.id for row in window.page.gallery.view.rows]
    prelabel(window)
    qtbot.waitUntil(lambda: states(window) == ["finished"], timeout=30000)
    qtbot.waitUntil(lambda: any(row.state.pending for row in window.page.gallery.images.values()), timeout=30000)
    qtbot.waitUntil(lambda: window.messages.text.text().startswith("Pre-labelled 6 images."))
    assert [row.id for row in window.page.gallery.view.rows] == order and not window.jobs.isVisible()
    qtbot.waitUntil(lambda: not window.page.prelabel_button.isEnabled())
    key(window, "n")
    qtbot.waitUntil(lambda: bool(window.context.focus) and window.context.focus[0] == "proposal")
    assert "Accept (A)" in window.page.act.text()
    key(window, "f")
    assert "has been pre-labelled" in window.messages.text.text() and len(states(window)) == 1


def test_progress_stands_in_the_title_line_and_cancel_keeps_what_was_done(window, qtbot, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.6")
    qtbot.mouseClick(window.page.prelabel_button, LEFT)
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: window.jobs.isVisible() and "/ 6" in window.jobs.text.text(), timeout=30000)
    qtbot.waitUntil(lambda: window.jobs.bar.value() >= 1, timeout=30000)
    qtbot.mouseClick(window.jobs.cancel, LEFT)
    assert not window.jobs.cancel.isEnabled()
    qtbot.waitUntil(lambda: states(window) == ["cancelled"], timeout=30000)
    qtbot.waitUntil(lambda: not window.jobs.isVisible() and "what was done is kept" in window.messages.text.text())
    qtbot.waitUntil(lambda: window.page.prelabel_button.isEnabled() and "6 image" not in window.page.prelabel_button.text())


def test_drawing_goes_on_while_a_job_runs(window, qtbot, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.3")
    prelabel(window)
    qtbot.waitUntil(window.jobs.isVisible, timeout=30000)
    window.jobs.cancel.click()
    window.page.gallery.step(1)
    key(window, "d" if not window.page.shown else "x")
    idle(window, qtbot)
    assert window.page.gallery.images[window.context.image_id].state.word in ("needs_work", "defect_free")


def test_a_failed_job_is_a_sentence_with_a_way_out(window, qtbot, monkeypatch):
    monkeypatch.setenv("TOY", "fail")
    prelabel(window)
    qtbot.waitUntil(lambda: "The toy refuses to go on." in window.messages.text.text(), timeout=30000)
    details, again = window.messages.ways
    qtbot.mouseClick(details, LEFT)
    qtbot.waitUntil(lambda: window.findChild(Details) is not None)
    shown = window.findChild(Details)
    assert shown.text.toPlainText() == "The worker printed nothing."
    qtbot.mouseClick(shown.copy, LEFT)
    assert QGuiApplication.clipboard().text() == shown.text.toPlainText()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(Details) is None)
    monkeypatch.setenv("TOY", "finish")
    qtbot.mouseClick(again, LEFT)
    qtbot.waitUntil(lambda: states(window) == ["failed", "finished"], timeout=30000)


def test_an_image_that_is_gone_is_counted_and_the_rest_goes_on(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    toy.files[4].unlink()
    qtbot.waitUntil(window.page.prelabel_button.isEnabled)
    prelabel(window)
    qtbot.waitUntil(lambda: "1 image could not be read" in window.messages.text.text(), timeout=30000)
    assert states(window) == ["finished"]
    (which,) = window.messages.ways
    qtbot.mouseClick(which, LEFT)
    assert toy.files[4].name in window.findChild(Details).text.toPlainText()


def test_a_job_goes_on_without_the_window_and_the_next_one_attaches(window, qtbot, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.4")
    folder = window.context.folder
    prelabel(window)
    qtbot.waitUntil(lambda: states(window) == ["running"], timeout=30000)
    qtbot.waitUntil(lambda: window.jobs.bar.value() >= 1, timeout=30000)
    window.close()
    with Workspace.open(folder, writing=False) as workspace, workspace.read() as session:
        assert [job.state for job in session.scalars(select(Job))] == ["running"]
    window.show()
    assert window.open_project(folder)
    qtbot.waitUntil(lambda: window.context is not None)
    qtbot.waitUntil(lambda: states(window) == ["finished"], timeout=30000)


def test_the_gui_is_not_held_up_by_a_look_at_the_jobs(window, qtbot):
    """The look runs in the writer's thread: one that takes long leaves the window answering."""
    window.context._look = lambda: time.sleep(3) or []
    qtbot.wait(250)
    start = time.perf_counter()
    key(window, "v")
    qtbot.mouseClick(window.page.gallery.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, window.page.gallery.view.cell(2).center())
    assert time.perf_counter() - start < 1.5
