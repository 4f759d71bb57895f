"""The two handles: what they part, by mouse and by key, in ranks and in scores; and which members a preview draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.ui.main_window import application
from app.ui.review.handles import ACCEPT, REJECT, ScoreHandles, Scores
from app.ui.review.preview import LOOKED_AT, Plan
from tests.ui.driving import LEFT

FEW = Scores(np.array([0.5, 0.6, 0.7, 0.8, 0.9]), np.array([0.85]), np.array([0.55]))
MANY = Scores(FEW.pending, np.linspace(0.7, 0.99, 15), np.linspace(0.5, 0.7, 15))


@pytest.fixture(params=[FEW, MANY], ids=["ranks", "scores"])
def handles(request, qtbot):
    application()
    made = ScoreHandles()
    qtbot.addWidget(made)
    made.resize(640, 120)
    made.set_scores(request.param, lambda score: "high")
    made.show()
    return made


def drag(handles, which: int, x: int) -> None:
    start = handles.handle_at(which)
    QTest.mousePress(handles, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(handles, QPoint(x, start.y()))
    QTest.mouseRelease(handles, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, start.y()))


def by_hand(handles) -> tuple[int, int, int]:
    """The three counts by their definition."""
    pending = handles.scores.pending
    accept, reject = int((pending >= handles.accept_from).sum()), int((pending < handles.reject_below).sum())
    return accept, len(pending) - accept - reject, reject


def test_with_few_decisions_it_shows_ranks():
    assert FEW.ranked and not MANY.ranked


def test_at_first_nothing_is_parted(handles):
    assert handles.counts() == (0, 5, 0)


@pytest.mark.parametrize("x", range(14, 640, 40))
def test_a_dragged_handle_parts_what_its_place_says(handles, x):
    drag(handles, ACCEPT, x)
    assert handles.counts() == by_hand(handles)
    drag(handles, REJECT, 640 - x)
    assert handles.counts() == by_hand(handles) and handles.reject_below <= handles.accept_from


def test_to_the_ends_all_or_none(handles):
    drag(handles, ACCEPT, 0)
    assert handles.counts() == (5, 0, 0)
    drag(handles, REJECT, 640)
    assert handles.counts() == (0, 5, 0), "of two at the left end only the one that accepts can go to the right"
    drag(handles, REJECT, 640)
    assert handles.counts() == (0, 0, 5)
    drag(handles, ACCEPT, 0)
    assert handles.counts() == (0, 5, 0)


def test_where_both_stand_together_the_side_of_the_press_tells(handles):
    middle = 320
    drag(handles, ACCEPT, middle)
    drag(handles, REJECT, middle + 300)
    at = handles.handle_at(ACCEPT)
    assert at == handles.handle_at(REJECT)
    QTest.mousePress(handles, LEFT, Qt.KeyboardModifier.NoModifier, at + QPoint(4, 0))
    QTest.mouseMove(handles, QPoint(600, 10))
    QTest.mouseRelease(handles, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(600, 10))
    assert handles.handle_at(ACCEPT).x() > at.x() == handles.handle_at(REJECT).x()


def test_arrows_move_the_handle_with_the_focus_and_tab_changes_it(qtbot):
    application()
    whole = QWidget()
    qtbot.addWidget(whole)
    before, made, after = QLineEdit(), ScoreHandles(), QLineEdit()
    column = QVBoxLayout(whole)
    for widget in (before, made, after):
        column.addWidget(widget)
    with qtbot.waitExposed(whole):
        whole.show()
    made.set_scores(FEW, lambda score: "")
    whole.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert made.hasFocus()
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert made.counts() == (0, 4, 1), "the left handle comes first, and moves by one region"
    QTest.keyClick(made, Qt.Key.Key_Tab)
    QTest.keyClick(made, Qt.Key.Key_Left)
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.counts() == (2, 2, 1)
    QTest.keyClick(made, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert made.counts() == (4, 0, 1), "it stops at the other"
    QTest.keyClick(made, Qt.Key.Key_End)
    assert made.counts() == (0, 4, 1)
    QTest.keyClick(made, Qt.Key.Key_Tab)
    assert after.hasFocus()
    QTest.keyClick(after, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.counts() == (1, 3, 1)


def test_by_keys_a_score_moves_by_a_hundredth(qtbot):
    application()
    made = ScoreHandles()
    qtbot.addWidget(made)
    made.set_scores(MANY, lambda score: "")
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.accept_from == pytest.approx(0.99)
    QTest.keyClick(made, Qt.Key.Key_Right)
    QTest.keyClick(made, Qt.Key.Key_Right)
    assert math.isinf(made.accept_from)


def test_nothing_to_part_is_no_fault(qtbot):
    application()
    made = ScoreHandles()
    qtbot.addWidget(made)
    made.set_scores(Scores(), lambda score: "")
    made.show()
    made.grab()
    drag(made, ACCEPT, 100)
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert made.counts() == (0, 0, 0)


@pytest.mark.parametrize(("accept", "reject"), [(100, 43), (143, 0), (0, 143), (141, 2), (3, 4), (1, 200), (1, 0)])
def test_twelve_by_chance_from_both_sides(accept, reject):
    plan = Plan(tuple(("proposal", k) for k in range(accept)), tuple(("proposal", 1000 + k) for k in range(reject)))
    some = plan.some()
    of_reject = sum(key[1] >= 1000 for key in some)
    assert len(some) == len(set(some)) == min(LOOKED_AT, accept + reject)
    assert of_reject >= min(3, reject) and len(some) - of_reject >= min(3, accept)
    assert plan.without(some).count == plan.count - len(some)
