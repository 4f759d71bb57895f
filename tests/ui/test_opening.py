"""Opening and closing projects: the window lives meanwhile, nothing is begun twice, and no lock and no write is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from sqlalchemy import select

from app.operations import models
from app.store.records import DefectClass
from app.ui import background
from app.ui.background import Pool
from app.ui.page_switch import PAGES
from app.workspace import Workspace
from tests.ui.driving import idle, key


@pytest.fixture
def empty_projects(tmp_path) -> list[Path]:
    folders = [tmp_path / name for name in ("一号线", "b")]
    for folder in folders:
        with Workspace.create(folder) as workspace:
            workspace.do(models.ensure_bundled, title="", undoable=False)
    return folders


def names(folder: Path) -> list[str]:
    with Workspace.open(folder, writing=False) as workspace, workspace.read() as session:
        return list(session.scalars(select(DefectClass.name).order_by(DefectClass.id)))


def test_a_busy_line_says_what_is_opened_and_nothing_else_can_be_begun(window, empty_projects, qtbot):
    first, second = empty_projects
    assert window.open_project(first) and not window.open_project(second)
    assert window.start.busy.isVisible() and first.name in window.start.busy_text.text() and not window.start.open_button.isEnabled()
    qtbot.waitUntil(lambda: window.context is not None)
    assert window.context.folder == first and window.context.writing
    assert not window.open_project(first), "it is open already"


def test_another_project_takes_the_place_of_the_open_one_whose_last_act_is_written(window, empty_projects, qtbot):
    first, second = empty_projects
    window.open_project(first)
    qtbot.waitUntil(lambda: window.context is not None)
    window.page.classes.name.setFocus()
    qtbot.keyClicks(window.page.classes.name, "dent")
    qtbot.keyClick(window.page.classes.name, "\r")
    window.open_project(second)
    qtbot.waitUntil(lambda: window.context.folder == second)
    qtbot.waitUntil(lambda: names(first) == ["dent"])
    window.open_project(first)
    qtbot.waitUntil(lambda: window.context.folder == first)
    assert window.context.writing, "it has been let go of before"
    qtbot.waitUntil(lambda: [row.name for row in window.page.classes.rows] == ["dent"])
    idle(window, qtbot)
    key(window, "b")
    assert window.actions_["brush"].isChecked()


def test_what_cannot_be_opened_leaves_the_open_project_as_it_is(window, empty_projects, tmp_path, qtbot):
    window.open_project(empty_projects[0])
    qtbot.waitUntil(lambda: window.context is not None)
    page = window.page
    window.open_project(tmp_path)
    qtbot.waitUntil(lambda: "There is no project" in window.messages.text.text())
    assert window.page is page and window.context.writing


def test_closing_while_a_project_is_being_opened_leaves_no_lock(window, empty_projects, qtbot):
    window.open_project(empty_projects[0])
    job = window._opening._task._job
    window.close()
    qtbot.waitUntil(job.finished.is_set)
    assert window.context is None
    with Workspace.open(empty_projects[0], writing=True):
        pass


@pytest.mark.parametrize("passes", range(5))
def test_closing_while_its_part_of_the_window_is_made_leaves_no_lock(window, empty_projects, passes, qtbot):
    window.open_project(empty_projects[0])
    qtbot.waitUntil(lambda: window._arriving is not None)
    window._arriving._turn.stop()
    for _ in range(passes):
        window._arriving._pass()
    window.close()
    assert window.context is None and window._arriving is None
    answers = []
    background.pool().submit(lambda _: None, lambda kind, value: answers.append(kind))
    qtbot.waitUntil(lambda: answers == ["done"])  # it rests no more
    with Workspace.open(empty_projects[0], writing=True):
        pass


def test_another_look_while_a_project_arrives_shows_the_project(window, empty_projects, qtbot):
    window.open_project(empty_projects[0])
    qtbot.waitUntil(lambda: window._arriving is not None)
    window.rebuild()
    qtbot.waitUntil(window.page.isVisible)
    assert window.context.folder == empty_projects[0]
    qtbot.waitUntil(lambda: bool(window.page.act.text()) and not window.opening)


def test_the_other_pages_are_made_before_they_are_looked_at(window, empty_projects, qtbot):
    window.open_project(empty_projects[0])
    qtbot.waitUntil(lambda: window.view is not None and len(window.view._pages) == len(PAGES))
    assert window.view.page_id == "label" and not window.view._ahead.isActive()


def test_a_pool_that_rests_begins_nothing(qtbot):
    pool, done = Pool(), []
    with pool.resting(), pool.resting():
        pool.submit(lambda _: None, lambda kind, value: done.append("work"))
        pool.submit(lambda _: None, lambda kind, value: done.append("can wait"), patient=True)
        assert not pool._threads[2].join(0.05) and pool._jobs and pool._patient
    qtbot.waitUntil(lambda: sorted(done) == ["can wait", "work"])
    pool.close()


def test_the_pool_rests_while_the_window_paints(window, qtbot):
    done, left = [], []

    class Painted(QWidget):
        def paintEvent(self, event) -> None:
            background.pool().submit(lambda _: None, lambda kind, value: done.append(kind))
            time.sleep(0.05)
            left.append(len(background.pool()._jobs))

    there = Painted(window)
    there.resize(20, 20)
    there.show()
    qtbot.waitUntil(lambda: bool(done))
    assert left[0] == 1, "a thread took it while the window was painting"


def test_the_pool_ends_after_what_is_under_way_and_begins_nothing_more(qtbot):
    pool, begun, go_on, done = Pool(), threading.Semaphore(0), threading.Event(), []

    def slow(_):
        begun.release()
        go_on.wait()
        done.append("slow")

    for _ in range(3):
        pool.submit(slow, lambda kind, value: None)
    pool.submit(lambda _: done.append("never"), lambda kind, value: None)
    for _ in range(3):
        begun.acquire()
    threading.Timer(0.05, go_on.set).start()  # while close() waits
    pool.close()
    assert done == ["slow"] * 3 and not any(thread.is_alive() for thread in pool._threads)


def test_what_can_wait_never_keeps_what_cannot(qtbot):
    pool, begun, go_on, done = Pool(), threading.Semaphore(0), threading.Event(), []

    def slow(_):
        begun.release()
        go_on.wait()

    for _ in range(5):
        pool.submit(slow, lambda kind, value: done.append("slow"), patient=True)
    for _ in range(2):
        begun.acquire()
    pool.submit(lambda _: None, lambda kind, value: done.append("quick"))
    qtbot.waitUntil(lambda: done == ["quick"])
    go_on.set()
    qtbot.waitUntil(lambda: len(done) == 6)
    pool.close()


AT_WORK = """
import threading
import numpy as np
from PySide6.QtWidgets import QApplication
from app.ui import background
from core_models.contract.opencv import cv2

app, begun = QApplication([]), threading.Event()
packed = cv2.imencode(".png", np.random.default_rng(0).integers(0, 255, (600, 800), np.uint8))[1]

def read(step):
    begun.set()
    for _ in range(50):
        cv2.imdecode(packed, cv2.IMREAD_UNCHANGED)

for _ in range(3):
    background.pool().submit(read, lambda kind, value: None)
begun.wait()
"""


def test_the_process_ends_in_order_while_images_are_read():
    """A thread that comes back out of OpenCV while the interpreter is taken down would end it by an abort."""
    done = subprocess.run([sys.executable, "-c", AT_WORK], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
