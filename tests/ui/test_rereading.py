"""What is read beside the window: one reading at a time, never an older answer after a newer, and again after a fault."""

from __future__ import annotations

import threading

import pytest

from app.errors import UserError
from app.ui.rereading import Rereading


@pytest.fixture
def gate() -> threading.Event:
    """Closed, it holds a reading up."""
    made = threading.Event()
    made.set()
    yield made
    made.set()


@pytest.fixture
def reading(context, gate):
    """Answers how many readings have begun; of those, `begun`."""
    begun = []

    def query(session, word: str) -> tuple[str, int]:
        begun.append(word)
        number = len(begun)
        assert gate.wait(30)
        return word, number

    made = Rereading(context, lambda: (query, "x"), 20, context)
    made.begun, made.seen = begun, []
    made.came.connect(made.seen.append)
    return made


def test_one_reading_is_under_way_at_a_time_and_the_last_change_is_read(reading, gate, qtbot):
    gate.clear()
    reading.now()
    qtbot.waitUntil(lambda: len(reading.begun) == 1)
    for _ in range(5):
        reading.now()
        reading.soon()
    assert reading.busy and reading.stale
    qtbot.wait(100)  # longer than it waits
    assert len(reading.begun) == 1
    gate.set()
    qtbot.waitUntil(lambda: len(reading.seen) == 2)
    assert reading.seen == [("x", 1), ("x", 2)] and not reading.busy and not reading.stale


def test_many_changes_are_read_at_once_and_do_not_put_the_reading_off(reading, qtbot):
    reading.now()
    qtbot.waitUntil(lambda: len(reading.seen) == 1)
    for _ in range(50):  # news that never pause: each comes sooner than it waits
        reading.soon()
        qtbot.wait(2)
    assert 1 < len(reading.begun) < 50
    qtbot.waitUntil(lambda: not reading.busy and not reading.stale)


def test_only_what_is_stale_is_caught_up_with(reading, qtbot):
    reading.catch_up()
    qtbot.waitUntil(lambda: len(reading.seen) == 1)
    reading.catch_up()
    assert not reading.busy
    reading.stale = True
    reading.catch_up()
    qtbot.waitUntil(lambda: len(reading.seen) == 2)


def test_after_stop_nothing_is_begun(reading, qtbot):
    reading.soon()
    reading.stop()
    qtbot.wait(60)
    assert reading.begun == []


def test_a_fault_is_told_and_it_is_stale_still(context, qtbot):
    faults, broken = [], [True]

    def query(session) -> str:
        if broken:
            raise UserError("The project cannot be read now.")
        return "read"

    reading = Rereading(context, lambda: (query,), 20, context, failed=faults.append)
    reading.now()
    qtbot.waitUntil(lambda: bool(faults))
    assert faults[0].sentence == "The project cannot be read now." and reading.stale and not reading.busy
    broken.clear()
    with qtbot.waitSignal(reading.came) as came:
        reading.catch_up()
    assert came.args == ["read"]
    plain = Rereading(context, lambda: (lambda session: 1 // 0,), 20, context)
    with qtbot.waitSignal(context.failed):
        plain.now()
