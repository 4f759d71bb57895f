"""The history by mouse and key: what is listed, taking back out of the order, and what is refused."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.operations import annotations
from app.operations import classes as class_operations
from app.store import changes
from app.store.records import Annotation
from app.ui import history
from app.ui.context import Context
from app.ui.history import History
from app.workspace import Workspace
from tests.toy_project import square
from tests.ui.driving import annotations as marked
from tests.ui.driving import idle

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(opened, toy_of):
    toy = toy_of()
    made = opened(toy)
    made.toy = toy
    return made


def opened_history(window, qtbot) -> History:
    QTest.keyClick(window.page.canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    found = window.view.findChild(History)
    qtbot.waitUntil(lambda: bool(found.rows))
    return found


def titles(panel: History) -> list[tuple[str, bool, bool]]:
    """(title, struck through, with a button), newest first."""
    rows = [panel.rows[k] for k in sorted(panel.rows, reverse=True)]
    return [(row.title.text(), row.title.property("role") == "undone", row.button.isVisibleTo(row)) for row in rows]


def draw(window, qtbot, place: int, x: int, title: str) -> None:
    window.context.do(annotations.add, window.toy.image_ids[place], window.toy.class_id, square(x), source="import", title=title)
    idle(window, qtbot)


def row_of(panel: History, title: str) -> history.Row:
    return next(row for _, row in sorted(panel.rows.items(), reverse=True) if row.title.text() == title)


def test_it_lists_what_was_done_and_keeps_itself_current(window, qtbot):
    draw(window, qtbot, 3, 5, "Draw a")
    panel = opened_history(window, qtbot)
    assert titles(panel)[0] == ("Draw a", False, True) and titles(panel)[-1][0] == "Add images"
    assert row_of(panel, "Add images").who.text().startswith("tester, ")
    draw(window, qtbot, 4, 5, "Draw b")
    qtbot.waitUntil(lambda: titles(panel)[0] == ("Draw b", False, True))
    window.context.undo()
    qtbot.waitUntil(lambda: titles(panel)[:2] == [("Taken back: Draw b", False, False), ("Draw b", True, False)])
    tops = [panel.rows[k].geometry().top() for k in sorted(panel.rows, reverse=True)]
    assert tops == sorted(tops)  # the newest one is on top


def test_a_click_takes_one_back_out_of_the_order_and_goes_to_its_image(window, qtbot):
    draw(window, qtbot, 3, 5, "Draw a")
    draw(window, qtbot, 4, 5, "Draw b")
    window.context.go_to("report")
    panel = History.of(window.context, window.view)
    panel.open_()
    qtbot.waitUntil(lambda: bool(panel.rows))
    qtbot.mouseClick(row_of(panel, "Draw a").button, LEFT)
    qtbot.waitUntil(lambda: window.view.page is window.page and window.context.image_id == window.toy.image_ids[3])
    assert [a.image_id for a in marked(window.toy)][2:] == [window.toy.image_ids[4]]
    qtbot.waitUntil(lambda: ("Draw a", True, False) in titles(panel))
    assert titles(panel)[0] == ("Take back: Draw a", False, True)  # which can itself be taken back
    qtbot.mouseClick(row_of(panel, "Take back: Draw a").button, LEFT)
    qtbot.waitUntil(lambda: len(marked(window.toy)) == 4)


def test_by_keys_alone(window, qtbot):
    draw(window, qtbot, 3, 5, "Draw a")
    panel = opened_history(window, qtbot)
    row_of(panel, "Draw a").button.setFocus()
    QTest.keyClick(row_of(panel, "Draw a").button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(marked(window.toy)) == 2)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_what_was_changed_since_is_refused_in_words(window, qtbot):
    draw(window, qtbot, 3, 5, "Draw a")
    id_ = marked(window.toy)[-1].id

    def move(session) -> None:
        session.get(Annotation, id_).x = 7

    window.context.do(move, title="Move it")
    idle(window, qtbot)
    panel = opened_history(window, qtbot)
    qtbot.mouseClick(row_of(panel, "Draw a").button, LEFT)
    qtbot.waitUntil(panel.refusal.isVisible)
    assert "Draw a" in panel.refusal.text.text() and "changed since" in panel.refusal.text.text() and len(marked(window.toy)) == 3
    qtbot.mouseClick(row_of(panel, "Move it").button, LEFT)
    qtbot.waitUntil(lambda: ("Move it", True, False) in titles(panel))
    assert not panel.refusal.isVisible()


def test_a_jobs_doing_and_what_is_folded_have_no_button(window, qtbot, monkeypatch):
    monkeypatch.setattr(changes, "MOST_STEPS", 1)
    window.context.do(changes.note, "Job 1: proposals on 2 of 2 images", title="", undoable=False)
    draw(window, qtbot, 3, 5, "Draw a")
    panel = opened_history(window, qtbot)
    found = titles(panel)
    assert found[:2] == [("Draw a", False, True), ("Job 1: proposals on 2 of 2 images", False, False)]
    assert not any(button for _, _, button in found[1:])


def test_older_ones_come_when_they_are_asked_for(window, qtbot, monkeypatch):
    monkeypatch.setattr(history, "_PAGE", 2)
    for k in range(4):
        draw(window, qtbot, 3, 5 + k, f"Draw {k}")
    panel = opened_history(window, qtbot)
    assert [t for t, _, _ in titles(panel)] == ["Draw 3", "Draw 2"] and panel.older.isVisible()
    qtbot.mouseClick(panel.older, LEFT)
    qtbot.waitUntil(lambda: [t for t, _, _ in titles(panel)] == ["Draw 3", "Draw 2", "Draw 1", "Draw 0"])
    qtbot.mouseClick(panel.older, LEFT)
    qtbot.waitUntil(lambda: titles(panel)[-1][0] == "Add images" and not panel.older.isVisible())


def test_whoever_only_looks_has_no_buttons_and_an_empty_history_says_so(toy, qtbot, tmp_path):
    from PySide6.QtWidgets import QWidget

    with Workspace.create(tmp_path / "new", by="tester"):
        pass
    for folder, some in ((toy.workspace.folder, True), (tmp_path / "new", False)):
        context, parent = Context(Workspace.open(folder, writing=False, by="tester"), "somebody else writes"), QWidget()
        qtbot.addWidget(parent)
        panel = History.of(context, parent)
        panel.open_()
        qtbot.waitUntil(lambda panel=panel: not panel.reading.busy)
        assert bool(panel.rows) == some and panel.nothing.isVisible() != some
        assert not any(button for _, _, button in titles(panel))
        context.close()


def test_the_command_line_lists_what_it_did_before(toy):
    toy.do(lambda session: class_operations.add(session, "x").id)
    toy.workspace.undo()
    rows = toy.workspace.history()
    assert [(r["title"], r["kind"], r["undone"], r["open"]) for r in rows[:2]] == [("Undo: test", "undo", False, False), ("test", "do", True, False)]
