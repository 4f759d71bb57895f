"""Suggestions as the person draws: two answers a stroke, decided by keys, kept nowhere; the warm worker is a toy."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app import settings
from app.jobs import launchers
from app.operations import classes
from app.store.records import DefectClass, Inference, Prediction, Verdict
from tests.toy_project import Toy, settle_split, square
from tests.ui.driving import LEFT, annotations, centre, idle, key, prelabel, show, stroke

JOBS = Path(__file__).parents[1] / "jobs"
WORKER, JOB_WORKER = JOBS / "toy_assistant.py", JOBS / "toy_worker.py"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def toy_worker(no_suggestions, monkeypatch):
    settings.save(settings.Settings(suggest=True))
    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, str(WORKER if "--serve" in words else JOB_WORKER), *words])


@pytest.fixture
def gate(tmp_path, monkeypatch) -> Path:
    """The fitted answer waits until this file is there."""
    path = tmp_path / "gate"
    monkeypatch.setenv("TOY_GATE", str(path))
    return path


def called(name: str):
    """A preparation: no image is kept blind, and the class has this name, which says how the toy behaves."""

    def prepare(toy: Toy) -> None:
        def act(session) -> None:
            classes.rename(session, session.get(DefectClass, toy.class_id), name)
            for image_id in toy.image_ids:
                settle_split(session, image_id, "train")

        toy.do(act)

    return prepare


def suggested(window) -> list:
    return [r for r in window.page.shown if r.kind == "suggestion"]


def corners(window) -> list[tuple[int, int]]:
    return sorted((r.mask.x, r.mask.y) for r in suggested(window))


ROUGH, FITTED = [(4, 4), (20, 4)], [(4, 20), (18, 22), (30, 4)]


@pytest.fixture
def several(toy_of, opened, qtbot):
    """The window on image 3, where the toy suggests two squares, and a little later three others."""
    toy = toy_of(prepare=called("several"))
    window = opened(toy)
    show(window, toy, 3, qtbot)
    return window, toy


def test_the_rough_answer_comes_first_and_the_fitted_one_takes_its_place(gate, several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    assert window.context.focus is None and "press A to look at the first" in window.page.act.text()
    gate.touch()
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    assert window.context.focus == suggested(window)[0].key, "the least certain one"
    assert not toy.find(select(Inference)) and not toy.find(select(Prediction)), "kept nowhere"


def test_a_strokes_shot_asks_for_the_image_in_view(toy_of, opened, qtbot):
    toy = toy_of(shots=0, prepare=called("several"))
    window = opened(toy)
    show(window, toy, 2, qtbot)
    assert not suggested(window)
    stroke(window, qtbot, dx=150, dy=100)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    assert window.context.focus[0] == "annotation", "the hand's own region stays in focus"


def test_a_hand_on_a_suggestion_keeps_it_until_f5(gate, several, qtbot):
    window, _ = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    key(window, "a")  # the first one gets the focus, nothing is decided
    held = window.context.focus
    gate.touch()
    qtbot.waitUntil(lambda: "3 new proposal" in window.page.act.text())
    assert corners(window) == ROUGH and window.context.focus == held
    key(window, Qt.Key.Key_F5)
    assert corners(window) == FITTED


def test_what_waited_comes_when_the_hand_is_off(gate, several, qtbot):
    window, _ = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    key(window, "a")
    gate.touch()
    qtbot.waitUntil(lambda: "F5" in window.page.act.text())
    key(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: corners(window) == FITTED)


def test_a_makes_an_annotation_and_undo_suggests_it_again(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    key(window, "a")
    idle(window, qtbot)
    made = annotations(toy)[-1]
    assert (made.source, made.prediction_id, made.image_id, made.class_id) == ("model", None, toy.image_ids[3], toy.class_id)
    qtbot.waitUntil(lambda: corners(window) == FITTED[1:])
    key(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    assert len(annotations(toy)) == 2


def test_quick_keys_accept_each_suggestion_once(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    for _ in range(5):
        key(window, "a")
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 + 3 and not suggested(window)


def test_alt_and_a_digit_accept_one_as_another_class(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    toy.do(lambda session: classes.add(session, "dent"))
    qtbot.waitUntil(lambda: len(window.page.classes.rows) == 2)
    key(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    idle(window, qtbot)
    assert annotations(toy)[-1].class_id == window.page.classes.rows[1].id
    qtbot.waitUntil(lambda: not window.page.suggestions._taken)
    assert corners(window) == FITTED[1:], "it is settled"


def test_r_drops_a_suggestion_and_undo_brings_it_back(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    key(window, "r")
    assert corners(window) == FITTED[1:]
    before = len(toy.workspace.history())
    key(window, Qt.Key.Key_Z, CTRL)
    idle(window, qtbot)
    assert corners(window) == FITTED and len(toy.workspace.history()) == before, "nothing else was taken back"
    assert "Suggested again" in window.messages.text.text()


def test_what_was_dropped_is_not_suggested_again(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    key(window, Qt.Key.Key_Delete)
    show(window, toy, 4, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    show(window, toy, 3, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED[1:])


def test_a_stroke_takes_a_suggestion_over_in_one_step(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    middle = next(r.key for r in suggested(window) if (r.mask.x, r.mask.y) == (18, 22))
    window.context.set_focus(middle)
    point = window.page.canvas.to_screen(22, 26).toPoint() - centre(window)
    stroke(window, qtbot, dx=point.x(), dy=point.y())
    made = annotations(toy)[-1]
    assert made.source == "model" and made.mask.intersection_area(square(18, 22)) == 64 and made.area > 64
    assert window.context.focus == ("annotation", made.id)
    qtbot.waitUntil(lambda: len(suggested(window)) < 3)
    key(window, Qt.Key.Key_Z, CTRL)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2


def test_shift_a_accepts_what_is_suggested_and_names_the_class(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    key(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    idle(window, qtbot)
    assert len(annotations(toy)) == 2 + 3 and "complete for several" in window.messages.text.text()
    assert [(v.image_id, v.state, v.blind) for v in toy.find(select(Verdict))] == [(toy.image_ids[3], "complete", False)]
    assert window.context.image_id == toy.image_ids[4]


def test_suggestions_vanish_with_the_image_and_with_the_class(several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    toy.do(lambda session: classes.add(session, "dent"))
    qtbot.waitUntil(lambda: len(window.page.classes.rows) == 2)
    key(window, "2")
    assert not suggested(window)
    key(window, "1")
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    show(window, toy, 4, qtbot)
    assert not suggested(window)


def test_an_image_with_a_pass_of_the_present_shots_is_not_asked_about(toy_of, opened, qtbot):
    def prepare(toy):
        called("several")(toy)
        toy.receive(toy.active_id(), {3: []})

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    show(window, toy, 3, qtbot)
    show(window, toy, 4, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    show(window, toy, 3, qtbot)
    qtbot.waitUntil(lambda: window.page.suggestions._wait.isActive() is False)
    idle(window, qtbot)
    assert not suggested(window)


def test_an_image_that_is_to_be_marked_blind_gets_none(toy_of, opened, qtbot):
    def prepare(toy):
        called("several")(toy)
        toy.do(lambda session: settle_split(session, toy.image_ids[3], "check"))

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    show(window, toy, 3, qtbot)
    show(window, toy, 4, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    show(window, toy, 3, qtbot)
    idle(window, qtbot)
    assert not suggested(window)


def test_a_worker_that_ends_is_said_and_the_next_stroke_starts_a_new_one(gate, several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    psutil.Process(window.page.suggestions._assistant.pid).kill()
    qtbot.waitUntil(lambda: "your next stroke starts it again" in window.messages.text.text())
    gate.touch()
    stroke(window, qtbot, dx=200, dy=150)
    qtbot.waitUntil(lambda: corners(window) == FITTED)


def test_a_class_is_removed_while_a_suggestion_is_awaited(gate, several, qtbot):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    window.page.classes.remove(window.page.classes.rows[0])
    qtbot.waitUntil(lambda: not window.page.classes.rows and not suggested(window))
    gate.touch()
    key(window, "a")
    idle(window, qtbot)
    assert not annotations(toy) and "no proposal" in window.messages.text.text()
    key(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: corners(window) == FITTED)


def test_closing_ends_the_worker(several, qtbot):
    window, _ = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    worker = psutil.Process(window.page.suggestions._assistant.pid)
    window.close_project()
    qtbot.waitUntil(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


def test_a_key_during_the_drag_waits_and_nothing_is_replaced_meanwhile(gate, several, qtbot):
    window, _ = several
    qtbot.waitUntil(lambda: corners(window) == ROUGH)
    view = window.page.canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    gate.touch()
    qtbot.waitUntil(lambda: window.page.suggestions.newer > 0)
    assert corners(window) == ROUGH
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window) + QPoint(1, 1))
    qtbot.waitUntil(lambda: set(corners(window)) <= set(FITTED) and bool(suggested(window)))


def test_features_are_filled_in_the_gallerys_order_once_there_is_a_shot(toy_of, opened, qtbot):
    folder = settings.features_folder()
    folder.mkdir(parents=True)
    toy = toy_of(prepare=called("several"))
    window = opened(toy)
    show(window, toy, 3, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    filled = folder / "filled.txt"
    qtbot.waitUntil(lambda: filled.exists() and len(filled.read_text().split()) >= 6)
    assert [int(line) for line in filled.read_text().split()][:6] == toy.image_ids


def test_the_first_stroke_finds_the_worker_started(toy_of, opened, qtbot):
    window = opened(toy_of(shots=0, prepare=called("several")))
    assert window.page.suggestions._assistant.pid is None, "who only looks needs none"
    view = window.page.canvas.viewport()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    qtbot.waitUntil(lambda: window.page.suggestions._assistant.pid is not None)
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, centre(window))
    idle(window, qtbot)


def test_a_job_that_begins_gets_the_workers_memory_and_its_proposals_take_the_suggestions_place(several, qtbot, monkeypatch):
    window, toy = several
    qtbot.waitUntil(lambda: corners(window) == FITTED)
    freed = []
    monkeypatch.setattr(window.page.suggestions._assistant, "free", lambda: freed.append(1))
    held = window.context.focus
    qtbot.waitUntil(window.page.prelabel_button.isEnabled)
    prelabel(window)
    qtbot.waitUntil(lambda: bool(freed))
    qtbot.waitUntil(lambda: window.page.on_image.newer is not None)
    assert window.context.focus == held and corners(window) == FITTED, "a hand is on them"
    key(window, Qt.Key.Key_F5)
    assert not suggested(window) and {r.kind for r in window.page.shown} == {"proposal"}


def test_a_missing_image_is_not_asked_about(toy_of, opened, qtbot):
    toy = toy_of(prepare=called("several"))
    toy.files[3].unlink()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    qtbot.waitUntil(lambda: bool(window.messages.ways))
    show(window, toy, 4, qtbot)
    qtbot.waitUntil(lambda: corners(window) == FITTED)
