"""The list of shots: a click opens one, its cross takes it out, "+" adds the open image."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from sqlalchemy import select

from app.store.records import SupportShot
from tests.toy_project import Toy
from tests.ui.driving import LEFT, annotations, idle, key, show, stroke


def shots(toy: Toy) -> list[int]:
    return [s.image_id for s in toy.find(select(SupportShot).order_by(SupportShot.id))]


def cell(window, place: int):
    strip = window.page.shots.strip
    return strip.visualItemRect(strip.item(place))


def test_the_shots_of_the_class_are_shown_and_a_click_opens_one(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    panel = window.page.shots
    show(window, toy, 3, qtbot)
    assert panel.heading.text() == "Shots of scratch" and panel.shots == toy.image_ids[:2] and panel.strip.count() == 3
    qtbot.mouseClick(panel.strip.viewport(), LEFT, pos=cell(window, 1).center())
    assert window.context.image_id == toy.image_ids[1] and window.page.canvas.hasFocus()
    assert panel.strip.count() == 2, "the open image is a shot: there is nothing to add"


def test_the_cross_takes_a_shot_out_and_undo_brings_it_back(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    qtbot.mouseClick(window.page.shots.strip.viewport(), LEFT, pos=cell(window, 0).topRight() + QPoint(-8, 8))
    idle(window, qtbot)
    assert shots(toy) == toy.image_ids[1:2] == window.page.shots.shots and len(annotations(toy)) == 2
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.page.shots.shots) == 2)


def test_plus_makes_the_open_image_a_shot_as_m_does(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    stroke(window, qtbot)
    qtbot.waitUntil(lambda: len(window.page.shots.shots) == 3)
    key(window, "m")
    qtbot.waitUntil(lambda: len(window.page.shots.shots) == 2)
    idle(window, qtbot)
    qtbot.mouseClick(window.page.shots.strip.viewport(), LEFT, pos=cell(window, 2).center())
    qtbot.waitUntil(lambda: window.page.shots.shots[-1] == toy.image_ids[3])


def test_plus_on_an_image_without_a_mark_says_what_is_missing(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 4, qtbot)
    qtbot.mouseClick(window.page.shots.strip.viewport(), LEFT, pos=cell(window, 2).center())
    idle(window, qtbot)
    assert "has no region of scratch" in window.messages.text.text() and len(shots(toy)) == 2


def test_by_keyboard_enter_opens_and_delete_takes_out(toy_of, opened, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    strip = window.page.shots.strip
    strip.setFocus()
    strip.setCurrentRow(0)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.currentRow() == 1 and window.context.image_id == toy.image_ids[3]
    qtbot.keyClick(strip, Qt.Key.Key_Delete)
    idle(window, qtbot)
    assert shots(toy) == toy.image_ids[:1]
    strip.setCurrentRow(0)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert window.context.image_id == toy.image_ids[0]
