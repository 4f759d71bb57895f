"""The benchmarks' meter of the window's thread: what it counts, and what it leaves out."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from tests.benchmarks.gui_meter import Meter


@pytest.fixture
def deliver(qtbot):
    """deliver(call) is one delivery of an event; deliver.meter is what has timed it."""
    meter, receiver, event = Meter(), QObject(), QEvent(QEvent.Type.User)

    def one(call=lambda: None) -> bool:
        return meter.deliver(lambda *_: call() or True, receiver, event)

    one.meter = meter
    return one


def test_a_delivery_inside_another_one_is_part_of_it(deliver):
    deliver.meter.begin("draw")
    assert deliver(lambda: [deliver() for _ in range(5)])
    (held,) = deliver.meter.longest()
    assert (deliver.meter.count, held.doing, held.receiver, held.event) == (1, "draw", "QObject", "User")


def test_the_longest_comes_first_and_is_forgotten_when_asked(deliver):
    for count in (10, 200_000, 10):
        deliver(lambda count=count: sum(range(count)))
    times = [held.clock_ms for held in deliver.meter.longest()]
    assert times == sorted(times, reverse=True) and len(times) == 3
    deliver.meter.clear()
    assert deliver.meter.longest() == [] and deliver.meter.count == 0


def test_what_waits_in_a_loop_of_its_own_is_left_out_and_what_is_done_meanwhile_is_not(deliver):
    """A dialog, a menu: it is open for as long as the person likes."""
    loop = QEventLoop()

    def dialog() -> None:
        QTimer.singleShot(0, lambda: (deliver(), deliver(), loop.quit()))
        loop.exec()

    QTimer.singleShot(0, lambda: deliver(dialog))
    outer = QEventLoop()
    QTimer.singleShot(0, lambda: outer.quit())
    outer.exec()
    assert deliver.meter.count == 2


def test_a_fault_in_a_delivery_is_passed_on_and_the_next_one_counts(deliver):
    def broken() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        deliver(broken)
    deliver()
    assert deliver.meter.count == 2


def test_other_threads_are_not_counted(deliver):
    thread = threading.Thread(target=deliver)
    thread.start()
    thread.join()
    assert deliver.meter.count == 0
