"""Ctrl+Shift+A on the Label page: all that the filter shows, after a look at some of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.store.records import Prediction, Verdict
from tests.toy_project import settle_split
from tests.ui.driving import LEFT, idle, key
from tests.ui.reviewing import CTRL, SHIFT, proposed


@pytest.fixture
def listed(opened, toy_of, qtbot):
    """(toy, window): proposals on three images, one of which is a check image."""

    def prepare(toy):
        proposed({2: [0.55, 0.9], 3: [0.7], 4: [0.8, 0.95]})(toy)
        toy.do(settle_split, toy.image_ids[3], "check", undoable=False)

    toy = toy_of(prepare=prepare)
    return toy, opened(toy)


def activate(window, qtbot):
    """The window has the keyboard again, as when a dialog over it is closed on a screen."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def ask(window, qtbot):
    activate(window, qtbot)
    key(window, Qt.Key.Key_A, CTRL | SHIFT)
    qtbot.waitUntil(lambda: window.page.accept_listed.dialog is not None)
    return window.page.accept_listed.dialog


def decisions(toy) -> list[str]:
    return [p.decision for p in toy.find(select(Prediction).order_by(Prediction.id))]


def test_all_that_is_listed_is_accepted_after_a_look(listed, qtbot):
    toy, window = listed
    dialog = ask(window, qtbot)
    assert dialog.isVisible() and len(dialog.preview.grid.keys) == 4 and set(decisions(toy)) == {"pending"}
    qtbot.mouseClick(dialog.preview.go, LEFT)
    idle(window, qtbot)
    assert decisions(toy) == ["accepted", "accepted", "pending", "accepted", "accepted"]
    assert {v.image_id for v in toy.find(select(Verdict)) if v.state == "complete"} == {toy.image_ids[2], toy.image_ids[4]}
    assert "4 regions accepted on 2 images" in window.messages.text.text() and "0 of 4" in toy.workspace.history(1)[0]["title"]
    activate(window, qtbot)
    key(window, Qt.Key.Key_Z, CTRL)
    idle(window, qtbot)
    assert set(decisions(toy)) == {"pending"} and not toy.find(select(Verdict))


def test_an_image_with_a_wrong_one_is_left_as_it_is(listed, qtbot):
    toy, window = listed
    dialog = ask(window, qtbot)
    grid = dialog.preview.grid
    wrong = next(k for k, which in enumerate(grid.keys) if window.page.accept_listed._source.rows[which].image_id == toy.image_ids[2])
    qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.cell(wrong).center())
    QTest.keyClick(grid, Qt.Key.Key_X)
    QTest.keyClick(grid, Qt.Key.Key_X)
    assert dialog.preview.found.text() == "1 of 4 wrong"
    qtbot.mouseClick(dialog.preview.go, LEFT)
    idle(window, qtbot)
    assert decisions(toy) == ["pending", "pending", "pending", "accepted", "accepted"]


def test_the_filter_and_the_threshold_hold(listed, qtbot):
    toy, window = listed
    window.page.foot._threshold.setValue(window.page.foot._threshold.maximum() * 65 // 100)
    window.page.gallery.search.setText("0002")
    dialog = ask(window, qtbot)
    qtbot.mouseClick(dialog.preview.go, LEFT)
    idle(window, qtbot)
    assert decisions(toy) == ["dismissed", "accepted", "pending", "pending", "pending"]


def test_esc_decides_nothing_and_it_can_be_asked_again(listed, qtbot):
    toy, window = listed
    for _ in range(2):
        dialog = ask(window, qtbot)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: window.page.accept_listed.dialog is None)
    assert set(decisions(toy)) == {"pending"}


def test_where_nothing_is_proposed_it_is_said(opened, toy_of, qtbot):
    window = opened(toy_of())
    key(window, Qt.Key.Key_A, CTRL | SHIFT)
    qtbot.waitUntil(lambda: "Nothing that could be accepted" in window.messages.text.text())
    assert window.page.accept_listed.dialog is None
