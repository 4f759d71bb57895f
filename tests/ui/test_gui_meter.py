"""The benchmarks' meter of the window's thread: what it counts, and what it leaves out."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QEventLoop, QTimer

from tests.benchmarks.gui_meter import Meter

LONG_MS = 40


def work(ms: float = LONG_MS) -> None:
    end = time.thread_time() + ms / 1000
    while time.thread_time() < end:
        pass


@pytest.fixture
def meter(qtbot):
    made = Meter()
    qtbot.wait(20)
    made.clear()
    return made


def long_ones(meter) -> list:
    return [held for held in meter.longest(50) if held.work_ms >= LONG_MS - 1]


def test_what_holds_the_loop_up_is_counted_once_with_what_was_done(meter, qtbot):
    meter.begin("draw")
    QTimer.singleShot(10, work)
    qtbot.wait(4 * LONG_MS)
    (held,) = long_ones(meter)
    assert held.doing == "draw" and held.clock_ms >= held.work_ms


def test_the_longest_comes_first_and_is_forgotten_when_asked(meter, qtbot):
    for ms in (LONG_MS, 2 * LONG_MS):
        QTimer.singleShot(10, lambda ms=ms: work(ms))
        qtbot.wait(5 * LONG_MS)
    times = [held.clock_ms for held in meter.longest()]
    assert times == sorted(times, reverse=True) and times[0] >= 2 * LONG_MS - 1
    meter.clear()
    assert meter.longest() == [] and meter.count == 0


def test_a_thread_that_waits_for_something_to_do_is_not_held(meter, qtbot):
    time.sleep(LONG_MS / 1000)  # as a machine that gives it no core
    qtbot.wait(10)
    assert not [held for held in meter.longest(50) if held.clock_ms > LONG_MS and held.work_ms < 1]


def test_what_waits_in_a_loop_of_its_own_is_left_out_and_what_is_done_meanwhile_is_not(meter, qtbot):
    """A dialog, a menu: it takes as long to open as the system likes, and is open for as long as the person does."""
    loop, outer = QEventLoop(), QEventLoop()

    def dialog() -> None:
        work()
        meter.begin("inside")
        QTimer.singleShot(5, work)
        QTimer.singleShot(4 * LONG_MS, loop.quit)
        loop.exec()
        work()
        outer.quit()

    QTimer.singleShot(0, dialog)
    outer.exec()
    assert [held.doing for held in long_ones(meter)] == ["inside"]


def test_what_whoever_measures_does_is_left_out(meter, qtbot):
    def look() -> None:
        with meter.apart():
            work()

    QTimer.singleShot(10, look)
    qtbot.wait(4 * LONG_MS)
    assert not long_ones(meter)
