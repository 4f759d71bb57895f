"""Who takes down what is held no more: the GUI thread alone, however the last to hold it was a thread beside it."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from app.ui import background
from app.ui.context import Context
from app.ui.main_window import application


class _Ring(QObject):
    """Held by itself alone, as the parts of a closed window hold each other."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


@pytest.fixture
def goings() -> list[int]:
    """Threads in which what is given to watch() went."""
    return []


def watch(thing: object, goings: list[int]) -> None:
    weakref.finalize(thing, lambda: goings.append(threading.get_ident()))


def test_cycles_are_collected_in_the_gui_thread_however_much_is_made_in_others(qtbot, goings):
    application()
    gc.collect()  # what tests before this one left uncounted may be so much that it is set aside, these with it
    for _ in range(20):
        watch(_Ring(), goings)
    made = []

    def work(step) -> int:
        for _ in range(4 * gc.get_threshold()[0]):
            made.append([])
        return len(goings)

    heard = []
    background.pool().submit(work, lambda kind, value: heard.append((kind, value)))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("done", 0)], "the thread took the cycles down"
    qtbot.waitUntil(lambda: len(goings) == 20)
    assert set(goings) == {threading.get_ident()}


@pytest.mark.parametrize("how", ["another project", "the window"])
def test_what_came_in_great_numbers_is_gone_through_when_a_project_is_put_away(how, opened, toy_of, bare, qtbot, goings):
    window = opened(toy_of())
    rings = [_Ring() for _ in range(20)]
    for ring in rings:
        watch(ring, goings)
    rows = [[] for _ in range(20_000)]
    qtbot.waitUntil(lambda: gc.get_count()[0] < len(rows) // 2)  # set aside
    del ring, rings
    gc.collect()
    assert goings == [], "a pass over all would have held the hand up"
    assert window.open_project(bare.workspace.folder) if how == "another project" else window.close()
    qtbot.waitUntil(lambda: len(goings) == 20)
    assert not gc.isenabled()


@pytest.mark.parametrize("generator", [False, True])
def test_a_context_that_only_a_reading_thread_still_holds_goes_in_the_gui_thread(toy, qtbot, goings, generator):
    context, go_on, under_way = Context(toy.workspace), threading.Event(), threading.Event()
    watch(context, goings)

    def slow(session) -> None:
        under_way.set()
        assert go_on.wait(30)

    def steps(context: Context):
        yield context.read(slow)

    context.run(steps(context), lambda _: None) if generator else context.read_later(slow, done=lambda _: None)
    assert under_way.wait(30)
    context.let_go()
    context._writer.close()
    del context
    gc.collect()
    assert goings == []
    go_on.set()
    qtbot.waitUntil(lambda: bool(goings))
    assert goings == [threading.get_ident()]
