"""A second window on the same project looks on: it says who holds it, changes nothing, and follows what the holder does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.operations import annotations, classes
from app.workspace import Workspace
from tests.toy_project import square
from tests.ui.driving import key, show, stroke


@pytest.fixture
def held(toy_of, opened, qtbot):
    """The window on a project that "holder" has open for writing: (window, toy, the holder's workspace)."""
    toy = toy_of()
    with Workspace.open(toy.workspace.folder, writing=True, by="holder 甲") as holder:
        window = opened(toy)
        show(window, toy, 3, qtbot)
        yield window, toy, holder
        window.close()


def test_it_says_who_holds_the_project(held):
    window, _, _ = held
    assert "holder 甲 holds it" in window.messages.text.text() and "change nothing" in window.messages.text.text()
    assert "reading only" in window.page.act.text()


def test_strokes_and_keys_change_nothing(held, qtbot):
    window, toy, holder = held
    before = len(holder.history())
    stroke(window, qtbot)
    for letter in "admxf":
        key(window, letter)
    key(window, Qt.Key.Key_Delete)
    assert len(holder.history()) == before and not window.page.shots.strip.editable


def test_it_follows_what_the_holder_does(held, qtbot):
    window, toy, holder = held
    holder.do(annotations.add, toy.image_ids[3], toy.class_id, square(), title="Draw", source="import")
    qtbot.waitUntil(lambda: len(window.page.shown) == 1)
    holder.do(classes.add, "dent", title="Add")
    qtbot.waitUntil(lambda: [row.name for row in window.page.classes.rows] == ["scratch", "dent"])
    qtbot.waitUntil(lambda: window.page.gallery.images[toy.image_ids[3]].state.annotated)
    holder.undo()
    holder.undo()
    qtbot.waitUntil(lambda: not window.page.shown and len(window.page.classes.rows) == 1)


def test_once_the_holder_has_closed_it_try_again_opens_it_for_writing(held, qtbot):
    window, _, holder = held
    holder.close()
    window.messages.ways[0].click()
    qtbot.waitUntil(lambda: window.context is not None and window.context.writing)


def test_it_says_when_the_holder_has_left_and_opens_it_for_writing(held, qtbot):
    window, _, holder = held
    qtbot.waitUntil(lambda: window.context._following._held)  # it has looked once
    holder.close()
    qtbot.waitUntil(lambda: "Nobody else" in window.messages.text.text())
    window.messages.ways[0].click()
    qtbot.waitUntil(lambda: window.context is not None and window.context.writing)
