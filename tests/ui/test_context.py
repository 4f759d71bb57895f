"""The one writer thread and what the window's parts share: order, signals, faults, undo."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest
from PySide6.QtWidgets import QApplication

from app.errors import UserError
from app.operations import annotations, classes, drawing
from app.store import gallery
from app.ui import background
from app.ui.context import Context
from app.ui.main_window import application
from app.ui.writer import Writer
from app.workspace import Workspace
from tests.toy_project import square


def test_acts_are_done_in_order_in_another_thread_and_answered_in_this_one(qtbot):
    writer, done, threads = Writer(), [], set()
    here = threading.get_ident()

    def act(k: int):
        time.sleep(0.002 * (5 - k))
        threads.add(threading.get_ident())
        return k

    for k in range(5):
        writer.submit(lambda k=k: act(k), lambda value: done.append((value, threading.get_ident())))
    assert writer.waiting == 5
    qtbot.waitUntil(lambda: len(done) == 5)
    assert done == [(k, here) for k in range(5)] and len(threads) == 1 and here not in threads
    assert writer.waiting == 0 and writer.close(2)


def test_a_fault_is_told_and_can_be_tried_again(qtbot):
    writer, faults, done, full = Writer(), [], [], [True]

    def act():
        if full:
            raise UserError("The disk is full.", "Make room.")
        return "written"

    writer.submit(act, done.append, faults.append)
    qtbot.waitUntil(lambda: bool(faults))
    assert (faults[0].sentence, faults[0].hint) == ("The disk is full.", "Make room.")
    full.clear()
    faults[0].again()
    qtbot.waitUntil(lambda: done == ["written"])
    writer.close(2)


def test_a_bug_in_an_act_is_a_sentence_with_details_and_the_writer_goes_on(qtbot):
    writer, faults, done = Writer(), [], []
    writer.submit(lambda: 1 // 0, failed=faults.append)
    writer.submit(lambda: "next", done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert "ZeroDivisionError" in faults[0].sentence and "division" in faults[0].details
    writer.close(2)


def test_a_way_out_that_names_a_command_is_said_as_the_window_has_it(qtbot):
    application()
    writer, faults = Writer(), []

    def act():
        raise UserError("Version 3 was retired.", "Choose another one: defectloop models PROJECT")

    writer.submit(act, failed=faults.append)
    qtbot.waitUntil(lambda: bool(faults))
    assert faults[0].hint and "defectloop" not in faults[0].hint
    writer.close(2)


def test_closing_lets_what_was_begun_be_written(qtbot):
    writer, written = Writer(), []
    writer.submit(lambda: time.sleep(0.2))
    writer.submit(lambda: written.append(1))
    assert writer.close(5) and written == [1]


def test_the_change_comes_before_the_answer(context, toy, qtbot):
    seen = []
    context.changed.connect(lambda change: seen.append(("change", change.image_ids, threading.get_ident())))
    context.do(drawing.stroke, toy.image_ids[3], toy.class_id, square(3), "add", title="Draw", done=lambda key: seen.append(("done", key[0])))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [("change", {toy.image_ids[3]}, threading.get_ident()), ("done", "annotation")]


def test_a_refused_act_fails_without_a_change(context, toy, qtbot):
    with qtbot.waitSignal(context.failed) as failed, qtbot.assertNotEmitted(context.changed):
        context.do(lambda session: classes.add(session, "scratch"), title="Add")
    assert "already" in failed.args[0].sentence


def test_undo_and_redo_say_what_they_did_and_where(context, toy, qtbot):
    context.do(drawing.stroke, toy.image_ids[3], toy.class_id, square(3), "add", title="Draw scratch")
    with qtbot.waitSignal(context.stepped_back) as back:
        context.undo()
    assert back.args[:2] == ["undo", "Draw scratch"] and back.args[2].image_ids == {toy.image_ids[3]}
    with qtbot.waitSignal(context.stepped_back) as again:
        context.redo()
    assert again.args[0] == "redo"


def test_undo_with_nothing_to_take_back_is_a_sentence(qtbot, tmp_path):
    context = Context(Workspace.create(tmp_path / "bare", by="tester"))
    with qtbot.waitSignal(context.failed) as failed:
        context.undo()
    assert "nothing to take back" in failed.args[0].sentence
    context.close()


def test_the_selection_is_told_once(context, toy, qtbot):
    told = []
    context.image_selected.connect(told.append)
    context.set_focus(("annotation", 1))
    context.select_image(toy.image_ids[0])
    context.select_image(toy.image_ids[0])
    assert told == [toy.image_ids[0]] and context.focus is None, "what was selected lies on another image"


def test_a_read_beside_the_window_is_answered_here(context, toy, qtbot):
    answers = []
    context.read_later(lambda session: threading.get_ident(), done=lambda ident: answers.append((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(answers))
    worker, here = answers[0]
    assert here == threading.get_ident() and worker != here


def test_a_generator_steps_ends_and_stops(qtbot):
    def count(to):
        for k in range(to):
            time.sleep(0.005)
            yield k
        return "all"

    steps, task = [], background.Task(count(3))
    task.stepped.connect(steps.append)
    with qtbot.waitSignals([task.done, task.ended]):
        task.start()
    assert steps == [0, 1, 2]
    endless = background.Task(count(10**6))
    with qtbot.waitSignal(endless.ended):
        endless.start()
        endless.stop()


def test_a_generator_that_fails_says_so(qtbot):
    task = background.Task(background.call(lambda: {}[0]))
    with qtbot.waitSignal(task.failed) as failed, qtbot.waitSignal(task.ended):
        task.start()
    assert "KeyError" in failed.args[0].sentence


@pytest.mark.parametrize("writing", [True, False])
def test_jobs_are_looked_after_only_where_we_write(toy, qtbot, writing):
    workspace = toy.workspace if writing else Workspace.open(toy.workspace.folder, writing=False)
    context = Context(workspace)
    polls = []
    context._look = lambda: polls.append(1) or []
    context.start()
    qtbot.wait(500)
    assert bool(polls) == writing
    context.close()


def test_a_context_may_go_while_its_reads_end(toy, qtbot):
    for _ in range(30):
        context = Context(toy.workspace)
        for _ in range(3):
            context.read_later(lambda session: None, done=lambda _: None)
        context.let_go()
        context.hand_over()
        gone = weakref.ref(context)
        del context
        gc.collect()
        QApplication.processEvents()
    qtbot.waitUntil(lambda: gone() is None)


def test_what_was_read_ahead_is_not_read_again_until_something_changes(context, toy, qtbot):
    asked = []

    def regions(session, image_id: int) -> list:
        asked.append(image_id)
        return gallery.regions_on(session, image_id)

    first, second = toy.image_ids[0], toy.image_ids[3]
    context.read_ahead([(regions, first), (regions, second)])
    qtbot.waitUntil(lambda: not context._tasks)
    assert len(context.read(regions, first)) == 1 and context.read(regions, second) == [] and asked == [first, second]
    context.read_ahead([(regions, second)])
    assert not context._tasks, "it is known"
    done = []
    context.do(annotations.add, second, toy.class_id, square(), title="test", done=lambda _: done.append(len(context.read(regions, second))))
    qtbot.waitUntil(lambda: done == [1])


def test_what_was_read_ahead_before_a_change_is_not_kept_after_it(context, toy, qtbot):
    image_id, held, go_on = toy.image_ids[3], [], threading.Event()

    def slow(session, image_id: int) -> list:
        found = gallery.regions_on(session, image_id)
        held.append(found)
        if len(held) == 1:
            go_on.wait()
        return found

    context.read_ahead([(slow, image_id)])
    qtbot.waitUntil(lambda: bool(held))
    done = []
    context.do(annotations.add, image_id, toy.class_id, square(), title="test", done=done.append)
    qtbot.waitUntil(lambda: bool(done))
    go_on.set()
    qtbot.waitUntil(lambda: not context._tasks)
    assert len(context.read(slow, image_id)) == 1
