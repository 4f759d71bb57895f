"""The tabs Clean? and Disagreements of the Review page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.operations import annotations, verdicts
from app.store.records import Annotation, Prediction, Verdict
from tests.toy_project import square
from tests.ui.driving import LEFT, idle
from tests.ui.reviewing import CTRL, SHIFT, fill, marks, press, proposed, settled, to_review

A, R, D, X, Z, N = (getattr(Qt.Key, f"Key_{letter}") for letter in "ARDXZN")


def decisions(toy) -> dict[float, str]:
    return {round(p.score, 2): p.decision for p in toy.find(select(Prediction).order_by(Prediction.id))}


# -- Clean? ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clean(opened, toy_of, qtbot):
    """(toy, window, page) with the tab Clean? in view: twenty images on which nothing was found."""
    toy = toy_of(prepare=proposed({k: [] for k in range(2, 22)} | {22: [0.6]}), count=24)
    window = opened(toy)
    page = to_review(window, qtbot, 1)
    qtbot.mouseClick(page.buttons["clean"], LEFT)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 20)
    return toy, window, page


def defect_free(toy) -> int:
    return len({v.image_id for v in toy.find(select(Verdict)) if v.state == "complete"})


def test_d_says_defect_free_one_by_one(clean, qtbot):
    toy, window, page = clean
    press(page, D, D)
    settled(window, page, qtbot)
    assert marks(page) == ["clean", "clean"] + [""] * 18 and defect_free(toy) == 2 and page.grid.current == page.grid.keys[2]
    assert "18 left" in page.act.text()
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: marks(page).count("clean") == 1)


def test_shift_d_says_it_of_the_page_and_shows_the_next(clean, qtbot):
    toy, window, page = clean
    window.resize(900, 560)
    keys = 0
    while defect_free(toy) < 20:
        fill(page, qtbot)
        seen = len(page.grid.whole_in_view())
        assert 0 < seen < 20
        press(page, D, modifier=SHIFT)
        settled(window, page, qtbot)
        keys += 1
        assert keys < 10
    assert marks(page) == ["clean"] * 20
    assert toy.workspace.history(1)[0]["title"].startswith("Call ")


def test_an_image_that_cannot_be_seen_is_not_confirmed_by_the_page(opened, toy_of, qtbot):
    def prepare(toy):
        proposed({k: [] for k in range(2, 6)})(toy)
        toy.files[3].unlink()

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    page = to_review(window, qtbot)
    qtbot.mouseClick(page.buttons["clean"], LEFT)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 4)
    fill(page, qtbot)
    press(page, D, modifier=SHIFT)
    settled(window, page, qtbot)
    assert defect_free(toy) == 3


def test_what_is_drawn_on_elsewhere_leaves_the_tab(clean, qtbot):
    toy, window, page = clean
    window.context.do(annotations.add, toy.image_ids[4], toy.class_id, square(), source="import", title="Draw")
    qtbot.waitUntil(lambda: len(page.grid.keys) == 19)


def test_x_asks_for_work(clean, qtbot):
    toy, window, page = clean
    press(page, X)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 19)
    assert {v.state for v in toy.find(select(Verdict))} == {"needs_work"}


# -- Disagreements -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def disagreeing(opened, toy_of, qtbot):
    """(toy, window, page): a proposal on an image that was called complete, and a mark that was not found."""

    def prepare(toy):
        toy.do(annotations.add, toy.image_ids[3], toy.class_id, square(45, 30), source="import")
        toy.do(verdicts.complete, toy.image_ids[2], [toy.class_id])
        proposed({2: [0.9], 3: []})(toy)

    toy = toy_of(prepare=prepare)
    window = opened(toy)
    page = to_review(window, qtbot, 1)
    qtbot.mouseClick(page.buttons["disagreements"], LEFT)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 2)
    return toy, window, page


def test_a_forgotten_mark_is_accepted(disagreeing, qtbot):
    toy, window, page = disagreeing
    assert "forgotten" in page.act.text()
    press(page, A)
    settled(window, page, qtbot)
    assert list(decisions(toy).values()) == ["accepted"]
    qtbot.waitUntil(lambda: "did not find this mark" in page.act.text())


def test_a_mark_that_was_not_found_is_kept_or_taken_away(disagreeing, qtbot):
    toy, window, page = disagreeing
    press(page, Qt.Key.Key_Right, A)
    assert "marked by a person" in window.messages.text.text()
    before = len(toy.find(select(Annotation)))
    press(page, Qt.Key.Key_Delete)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 1)
    assert len(toy.find(select(Annotation))) == before - 1
    press(page, Z, modifier=CTRL)
    idle(window, qtbot)
    qtbot.waitUntil(lambda: len(page.grid.keys) == 2)
