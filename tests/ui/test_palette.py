"""The command palette: acts that are offered, classes and images, found by a few letters, done by Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.store.records import Verdict
from app.ui.palette import holds, rank
from tests.ui.driving import LEFT, enter_text, idle, key, show

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def asked(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    key(window, Qt.Key.Key_K, CTRL)
    assert window.palette_.isVisible() and window.palette_.field.hasFocus()
    return window, toy


def texts(window) -> list[str]:
    return [entry.text for entry in window.palette_.entries()]


def test_it_lists_what_is_offered_now_with_its_key(asked):
    window, _ = asked
    there = {entry.text: entry.detail for entry in window.palette_.entries()}
    assert there["Brush"] == "B" and "Fit the image" in there and "Class to draw with" not in there
    window.context.select_image(None)
    window.palette_.leave()
    key(window, Qt.Key.Key_K, CTRL)
    assert "Brush" not in texts(window) and "Open a project..." in texts(window), "no image is open"


def test_a_few_letters_and_enter_do_an_act(asked, qtbot):
    window, toy = asked
    qtbot.keyClicks(window.palette_.field, "defect-fr")
    assert texts(window)[0] == "Image is defect-free"
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(toy.find(select(Verdict))) == 1)
    idle(window, qtbot)
    assert not window.palette_.isVisible() and window.page.canvas.hasFocus()


def test_letters_in_their_order_are_enough(asked, qtbot):
    window, _ = asked
    qtbot.keyClicks(window.palette_.field, "zmo")
    assert texts(window) == ["Zoom out"]


def test_an_image_is_opened_by_its_name(asked, qtbot):
    window, toy = asked
    enter_text(window.palette_.field, "图 0005")
    assert len(texts(window)) == 1
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.context.image_id == toy.image_ids[5])


def test_arrows_choose_and_a_class_is_drawn_with(asked, qtbot):
    window, toy = asked
    window.context.select_class(None)
    qtbot.keyClicks(window.palette_.field, "scr")
    row = texts(window).index("scratch")
    for _ in range(row):
        qtbot.keyClick(window.palette_.field, Qt.Key.Key_Down)
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.context.class_id == toy.class_id)


def test_esc_and_a_click_elsewhere_leave_it(asked, qtbot):
    window, toy = asked
    qtbot.keyClicks(window.palette_.field, "xyzxyz")
    assert texts(window) == [] and window.palette_.nothing.isVisible()
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Escape)
    assert not window.palette_.isVisible() and window.page.canvas.hasFocus()
    key(window, Qt.Key.Key_K, CTRL)
    assert window.palette_.field.text() == ""
    qtbot.mouseClick(window.page.canvas.viewport(), LEFT, pos=window.page.canvas.viewport().rect().center())
    idle(window, qtbot)
    assert not window.palette_.isVisible()


@pytest.mark.parametrize(
    ("wanted", "better", "worse"), [("zoom", "Zoom in", "No zoom"), ("oom", "Zoom in", "o other m"), ("in zo", "Zoom in", "Zoom"), ("凹", "凹坑 a", "a 凹坑")]
)
def test_the_better_fit_comes_first(wanted, better, worse):
    worst = (9, 9)
    assert rank(wanted, better) < (rank(wanted, worse) or worst)


def test_names_fit_by_each_word_that_was_typed():
    assert holds("LINE 05")("line3/图 0005.png") and not holds("line 06")("line3/图 0005.png")
