"""Many proposals decided at once on the Review page, by real keys and clicks: by two handles, or all that the filter shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.store.records import Annotation, Prediction
from tests.toy_project import settle_split
from tests.ui.driving import LEFT, idle
from tests.ui.reviewing import CTRL, SHIFT, SIX, decisions, press, proposed, settled, to_review

A, R, X, Z = (getattr(Qt.Key, f"Key_{letter}") for letter in "ARXZ")
ESC = Qt.Key.Key_Escape


def drag(page, which: int, to_x: int, *keys) -> None:
    """Drags a handle of the histogram; the keys are pressed before it is let go."""
    handles = page.band.handles
    start = handles.handle_at(which)
    QTest.mousePress(handles, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for x in (start.x() + (to_x - start.x()) // 2, to_x):
        QTest.mouseMove(handles, QPoint(x, start.y()))
        QApplication.processEvents()
    for which_key in keys:
        QTest.keyClick(handles, which_key)
    QTest.mouseRelease(handles, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(to_x, start.y()))
    QApplication.processEvents()


def test_handles_part_what_waits_and_apply_shows_some_first(six, qtbot):
    toy, window, page = six
    handles = page.band.handles
    assert handles.counts() == (0, 6, 0) and not page.band.apply.isEnabled()
    drag(page, 0, handles.width() * 2 // 3)
    drag(page, 1, handles.width() // 4)
    accept, look, reject = handles.counts()
    assert accept and look and reject and [int(n.text()) for n in page.band.numbers] == [accept, look, reject]
    qtbot.mouseClick(page.band.apply, LEFT)
    assert page.in_preview and len(page.preview.grid.keys) == accept + reject
    assert set(decisions(toy).values()) == {"pending"}
    press(page, X)
    assert "1 of" in page.preview.found.text()
    qtbot.mouseClick(page.preview.go, LEFT)
    settled(window, page, qtbot)
    said = list(decisions(toy).values())
    assert said.count("accepted") == accept - 1 and said.count("rejected") == reject and said.count("pending") == look + 1
    assert {p.decided_how for p in toy.find(select(Prediction)) if p.decided_how} == {"bulk"}
    title = toy.workspace.history(1)[0]["title"]
    assert f"1 of {accept + reject} looked at were wrong" in title and "scratch" in title
    assert not page.in_preview and handles.counts()[0] == 0
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    assert set(decisions(toy).values()) == {"pending"}


def test_a_click_marks_a_wrong_one_and_esc_decides_nothing(six, qtbot):
    toy, window, page = six
    press(page, A, modifier=CTRL | SHIFT)
    assert page.in_preview and "6 of 6" in page.preview.heading.text()
    grid = page.preview.grid
    for k in (1, 2, 1):
        qtbot.mouseClick(grid.viewport(), LEFT, pos=grid.cell(k).center())
    assert page.preview.found.text() == "1 of 6 wrong" and page.preview.go.text() == "Accept 5"
    press(page, ESC)
    assert not page.in_preview and page.grid.hasFocus() and set(decisions(toy).values()) == {"pending"}


def test_accept_all_that_is_listed(six, qtbot):
    toy, window, page = six
    press(page, R)
    settled(window, page, qtbot)
    press(page, A, modifier=CTRL | SHIFT)
    qtbot.mouseClick(page.preview.go, LEFT)
    settled(window, page, qtbot)
    assert sorted(decisions(toy).values()) == ["accepted"] * 5 + ["rejected"]


def test_keys_pressed_while_a_handle_is_dragged_wait_for_its_end(six, qtbot):
    toy, window, page = six
    seen = []
    page.band.handles.let_go.connect(lambda: seen.append(set(decisions(toy).values())))
    drag(page, 0, page.band.handles.width() // 2, A)
    settled(window, page, qtbot)
    assert seen == [{"pending"}] and decisions(toy)[0.55] == "accepted"


def test_a_double_click_on_apply_applies_once(six, qtbot):
    toy, window, page = six
    press(page, A, modifier=CTRL | SHIFT)
    qtbot.mouseClick(page.preview.go, LEFT)
    QTest.mouseClick(page.preview.go, LEFT)
    settled(window, page, qtbot)
    assert len(toy.find(select(Annotation).where(Annotation.source == "model"))) == 6


# -- check images ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def checked(opened, toy_of, qtbot):
    """The same as `six`, where the image of the proposals .6, .8 and .95 is a check image."""

    def prepare(toy):
        proposed(SIX)(toy)
        toy.do(settle_split, toy.image_ids[4], "check", undoable=False)

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    return toy, window, to_review(window, qtbot, 6)


@pytest.mark.parametrize("by", ["keys", "handles"])
def test_it_says_how_many_check_images_are_left_out(checked, qtbot, by):
    toy, window, page = checked
    if by == "keys":
        press(page, A, modifier=CTRL | SHIFT)
    else:
        drag(page, 0, 0)
        qtbot.mouseClick(page.band.apply, LEFT)
    assert page.preview.not_these.isVisible() and page.preview.not_these.text() == "1 check image left out" and "3 of 3" in page.preview.heading.text()
    qtbot.mouseClick(page.preview.go, LEFT)
    settled(window, page, qtbot)
    assert decisions(toy) == {0.55: "accepted", 0.9: "accepted", 0.7: "accepted", 0.6: "pending", 0.8: "pending", 0.95: "pending"}
    assert "3 accepted and 0 rejected" in window.messages.text.text() and "1 check image was left out" in window.messages.text.text()


def test_without_check_images_nothing_is_said_of_them(six, qtbot):
    toy, window, page = six
    press(page, A, modifier=CTRL | SHIFT)
    assert not page.preview.not_these.isVisible()
    qtbot.mouseClick(page.preview.go, LEFT)
    settled(window, page, qtbot)
    assert "check image" not in window.messages.text.text()
