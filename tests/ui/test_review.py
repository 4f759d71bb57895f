"""The Review page by real keys and clicks: deciding one, or a run; what happens under it; its states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.operations import annotations, classes, models, support
from app.store.records import Annotation, DefectClass, Prediction
from app.ui.main_window import MainWindow
from app.workspace import Workspace
from tests.toy_project import settle_split, square
from tests.ui.conftest import ask_for_check_images
from tests.ui.driving import LEFT, idle
from tests.ui.driving import key as canvas_key
from tests.ui.reviewing import CTRL, SHIFT, SIX, decisions, fill, marks, press, proposed, region, scores_of, settled, to_review

A, R, D, X, Z, N = (getattr(Qt.Key, f"Key_{letter}") for letter in "ARDXZN")
RIGHT, DOWN, END, ENTER, ESC = Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Escape


def test_least_certain_comes_first_and_the_line_names_the_act(six):
    _, _, page = six
    assert scores_of(page) == [0.55, 0.6, 0.7, 0.8, 0.9, 0.95]
    assert page.act.text() == "Accept (A) or reject (R) the framed region: 6 left" and page.buttons["proposals"].text() == "Proposals  6"


def test_a_accepts_r_rejects_and_the_cursor_goes_on_while_nothing_moves(six, qtbot):
    toy, window, page = six
    press(page, A, R, A)
    settled(window, page, qtbot)
    assert marks(page) == ["accepted", "rejected", "accepted", "", "", ""] and scores_of(page)[:3] == [0.55, 0.6, 0.7]
    assert page.source.rows[page.grid.current].score == pytest.approx(0.8)
    assert decisions(toy) == {0.55: "accepted", 0.6: "rejected", 0.7: "accepted", 0.8: "pending", 0.9: "pending", 0.95: "pending"}
    assert {p.decided_how for p in toy.find(select(Prediction)) if p.decided_how} == {"single"}
    assert "3 left" in page.act.text()


def test_ctrl_z_takes_back_one_after_the_other_and_the_cursor_goes_there(six, qtbot):
    toy, window, page = six
    press(page, A, R)
    settled(window, page, qtbot)
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: marks(page)[:2] == ["accepted", ""])
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: marks(page) == [""] * 6)
    assert set(decisions(toy).values()) == {"pending"} and scores_of(page)[0] == 0.55


def test_a_run_is_decided_as_one_change(six, qtbot):
    toy, window, page = six
    press(page, RIGHT)
    press(page, RIGHT, RIGHT, modifier=SHIFT)
    assert len(page.grid.chosen) == 3
    qtbot.waitUntil(lambda: page.act.text() == "Accept (A) or reject (R) the 3 framed regions")
    press(page, R)
    settled(window, page, qtbot)
    assert marks(page) == ["", "rejected", "rejected", "rejected", "", ""] and len(page.grid.chosen) == 1
    assert toy.workspace.history(1)[0]["title"].startswith("Reject 3")
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    assert set(decisions(toy).values()) == {"pending"}


def test_a_run_of_more_than_a_screen_is_bulk(six, qtbot):
    toy, window, page = six
    window.resize(420, 420)
    qtbot.waitUntil(lambda: page.grid.per_page < 6)
    press(page, END, modifier=SHIFT)
    press(page, A)
    settled(window, page, qtbot)
    assert {p.decided_how for p in toy.find(select(Prediction))} == {"bulk"}


def test_a_click_storm_decides_each_once(six, qtbot):
    toy, window, page = six
    for _ in range(12):
        QTest.keyClick(page.grid, A)
        QTest.mouseDClick(page.band, LEFT, pos=QPoint(3, 3))
    settled(window, page, qtbot)
    assert marks(page) == ["accepted"] * 6 and len(toy.find(select(Annotation).where(Annotation.source == "model"))) == 6
    assert sum(row["title"] == "Accept a proposal" for row in toy.workspace.history(50)) == 6


def test_enter_opens_it_on_the_canvas_and_esc_comes_back_to_the_same_place(six, qtbot):
    toy, window, page = six
    press(page, RIGHT, RIGHT)
    chosen = page.grid.current
    press(page, ENTER)
    assert window.view.page is window.page and window.context.image_id == toy.image_ids[3] and window.context.focus == chosen
    qtbot.waitUntil(lambda: window.page.canvas.image_size[0] > 0)
    canvas_key(window, A)
    idle(window, qtbot)
    canvas_key(window, ESC)
    assert window.view.page is page and page.grid.current == chosen and page.grid.hasFocus()
    qtbot.waitUntil(lambda: marks(page)[2] == "accepted")


def test_alt_and_a_digit_accept_as_that_class(opened, toy_of, qtbot):
    def prepare(toy):
        proposed({2: [0.6]})(toy)
        toy.do(lambda session: classes.add(session, "dent") and None)

    toy = toy_of(prepare=prepare)
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_project(toy.workspace.folder)
    qtbot.waitUntil(lambda: window.context is not None and window.context.image_id is not None)
    toy.workspace = window.context.workspace
    page = to_review(window, qtbot, 1)
    press(page, Qt.Key.Key_2, modifier=Qt.KeyboardModifier.AltModifier)
    settled(window, page, qtbot)
    made = toy.find(select(Annotation).where(Annotation.source == "model"))
    assert len(made) == 1 and made[0].class_id != toy.class_id and marks(page) == ["corrected"]
    window.close()


def test_sort_again_lists_what_waits(six, qtbot):
    _, window, page = six
    assert not page.sort_again.isEnabled()
    press(page, A, A)
    settled(window, page, qtbot)
    qtbot.mouseClick(page.sort_again, LEFT)
    qtbot.waitUntil(lambda: scores_of(page) == [0.7, 0.8, 0.9, 0.95])
    assert not page.sort_again.isEnabled()


def test_results_of_a_job_come_at_the_end(six, qtbot):
    toy, window, page = six
    here = page.grid.current
    toy.receive(toy.active_id(), {5: [square(2)]}, score=0.5)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 7)
    assert scores_of(page)[-1] == 0.5 and page.grid.current == here and page.sort_again.isEnabled()


def test_a_check_image_is_left_out_of_a_run_and_decided_alone(opened, toy_of, qtbot):
    def prepare(toy):
        proposed(SIX)(toy)
        toy.do(settle_split, toy.image_ids[3], "check", undoable=False)

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    page = to_review(window, qtbot, 6)
    press(page, END, modifier=SHIFT)
    press(page, A)
    settled(window, page, qtbot)
    assert marks(page).count("accepted") == 5 and decisions(toy)[0.7] == "pending"
    assert "1 was left out" in window.messages.text.text()
    press(page, A)
    settled(window, page, qtbot)
    assert decisions(toy)[0.7] == "accepted"


def test_what_is_to_be_marked_first_is_not_shown(opened, toy_of, qtbot):
    toy = toy_of(prepare=proposed({k: [0.6] for k in range(2, 12)}), count=12, check=True)
    window = opened(toy)
    page = to_review(window, qtbot)
    hidden = page.proposals.withheld
    assert hidden and {row.image_id for row in page.proposals.rows.values()} == set(toy.image_ids[2:]) - hidden
    press(page, END, modifier=SHIFT)
    press(page, A)
    settled(window, page, qtbot)
    page.sort_again.click()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.empty)
    assert page.empty.way.isVisible()
    qtbot.mouseClick(page.empty.way, LEFT)
    assert window.view.page is window.page


# -- what happens under it -------------------------------------------------------------------------------------------------


def test_a_class_removed_under_the_page_and_the_preview(six, qtbot):
    toy, window, page = six
    press(page, A, modifier=CTRL | SHIFT)
    assert page.in_preview

    def remove(session):
        classes.remove(session, session.get(DefectClass, toy.class_id))

    window.context.do(remove, title="Remove scratch")
    qtbot.waitUntil(lambda: not page.in_preview and not page.grid.keys)
    press(page, A, R, ENTER, X)
    idle(window, qtbot)
    assert "Draw one defect" in page.act.text() and "nothing to review yet" in page.empty.title.text() and page.empty.isVisible()
    press(page, Z, modifier=CTRL)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 6)
    press(page, A)
    settled(window, page, qtbot)
    assert marks(page).count("accepted") == 1


def test_another_version_takes_the_proposals_along(six, qtbot):
    toy, window, page = six
    nearest = toy.do(lambda session: models.newest(session, "nearest").id, undoable=False)
    window.context.do(models.activate_id, toy.workspace.folder, nearest, title="Use nearest")
    qtbot.waitUntil(lambda: not page.grid.keys)
    assert page.empty.isVisible()


def test_a_decision_that_fails_is_shown_as_open_again(six, qtbot, monkeypatch):
    from app.errors import UserError
    from app.operations import review_bulk

    def refuse(*_, **__):
        raise UserError("The disk is full.")

    toy, window, page = six
    monkeypatch.setattr(review_bulk, "decide", refuse)
    press(page, A)
    qtbot.waitUntil(lambda: "The disk is full." in window.messages.text.text())
    assert marks(page) == [""] * 6


def test_read_only_shows_all_and_changes_nothing(opened, toy_of, qtbot):
    toy = toy_of(prepare=proposed(SIX))
    with Workspace.open(toy.workspace.folder, writing=True, by="other") as holder:
        toy.workspace = holder
        window = opened(toy)
        page = to_review(window, qtbot, 6)
        press(page, A, R)
        press(page, A, modifier=CTRL | SHIFT)
        assert marks(page) == [""] * 6 and not page.in_preview and "reading only" in page.act.text()
        press(page, RIGHT)
        assert page.grid.current == page.grid.keys[1]


def test_an_unreadable_image_says_so_in_its_crop(opened, toy_of, qtbot):
    def prepare(toy):
        proposed(SIX)(toy)
        toy.files[3].unlink()
        toy.files[4].write_bytes(b"no image")

    window = opened(toy_of(prepare=prepare))
    page = to_review(window, qtbot, 6)
    fill(page, qtbot)
    faults = {page.source.rows[key].score: page.crops.peek(key).fault for key in page.grid.keys}
    assert faults[0.7] == "missing" and faults[0.6] == "unreadable" and faults[0.55] == ""
    press(page, A)
    settled(window, page, qtbot)
    assert marks(page)[0] == "accepted"
    press(page, A)
    assert marks(page)[1] == "" and "cannot be shown" in window.messages.text.text(), "what nobody can see, nobody decides"
    press(page, END, modifier=SHIFT)
    press(page, R)
    settled(window, page, qtbot)
    assert marks(page) == ["accepted", "", "", "", "rejected", ""]


def test_empty_states_say_what_to_do_next(opened, bare, toy_of, qtbot):
    bare.workspace.close()
    window = opened(bare)
    page = to_review(window, qtbot, 0)
    assert page.empty.isVisible() and "nothing to review yet" in page.empty.title.text() and not page.band.isVisible()
    qtbot.mouseClick(page.empty.way, LEFT)
    assert window.view.page is window.page


def test_a_running_job_is_told_of(opened, toy_of, qtbot):
    window = opened(toy_of())
    page = to_review(window, qtbot, 0)
    qtbot.waitUntil(lambda: "pre-label" in page.empty.text.text())
    window.context.jobs_changed.emit([{"id": 1, "kind": "prelabel", "state": "running", "done": 3, "total": 8, "message": ""}])
    qtbot.waitUntil(lambda: "3 of 8" in page.act.text())


def test_space_shows_the_bare_surface_while_it_is_held(six, qtbot):
    _, window, page = six
    fill(page, qtbot)
    with_outline = page.grid.grab().toImage()
    QTest.keyPress(page.grid, Qt.Key.Key_Space)
    assert page.grid.grab().toImage() != with_outline
    QTest.keyRelease(page.grid, Qt.Key.Key_Space)
    assert page.grid.grab().toImage() == with_outline


def test_two_classes_can_be_listed_apart(opened, toy_of, qtbot):
    def prepare(toy):
        def another(session):
            class_id = classes.add(session, "dent").id
            annotations.add(session, toy.image_ids[1], class_id, square(2), source="import")
            support.add_shot(session, class_id, toy.image_ids[1])
            return class_id

        toy.other = toy.do(another)
        proposed({2: [0.6], 3: [0.7]})(toy)
        first, toy.class_id = toy.class_id, toy.other
        toy.receive(toy.active_id(), {4: [region(0)]}, score=0.65)
        toy.class_id = first

    toy = toy_of(prepare=prepare)
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_project(toy.workspace.folder)
    qtbot.waitUntil(lambda: window.context is not None and window.context.image_id is not None)
    page = to_review(window, qtbot, 3)
    assert page.classes.isVisible() and page.band.class_id is None
    page.classes.setFocus()
    QTest.keyClick(page.classes, Qt.Key.Key_Down)
    QTest.keyClick(page.classes, Qt.Key.Key_Down)
    assert page.classes.currentText() == "dent" and len(page.grid.keys) == 1
    qtbot.waitUntil(lambda: page.band.class_id == toy.other)
    window.close()


def test_turning_check_images_off_shows_what_was_kept_back(opened, toy_of, qtbot):
    toy = toy_of(prepare=proposed({k: [0.6] for k in range(2, 12)}), count=12, check=True)
    window = opened(toy)
    page = to_review(window, qtbot)
    hidden = len(page.proposals.withheld)
    ask_for_check_images(toy, False)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 10)
    assert hidden
