"""Check images: proposals stay hidden until the person has marked the image, by real keys and strokes; F5 and the setting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.store.records import Image, Prediction, SupportShot, Verdict
from tests.toy_project import square
from tests.ui.driving import annotations, idle, key, show, stroke

CHECK, ORDINARY = 4, 3  # places of the toy's images: a candidate, and none
SHIFT = Qt.KeyboardModifier.ShiftModifier


def proposed(toy) -> None:
    """On the candidate: one proposal in the centre, where the strokes go, and one elsewhere."""
    toy.receive(toy.active_id(), {CHECK: [square(28, 16, 6), square(2, 2, 5)], ORDINARY: [square(5, 5)]})


@pytest.fixture
def toy(toy_of):
    return toy_of(prepare=proposed, check=True)


@pytest.fixture
def window(toy, opened, qtbot):
    made = opened(toy)
    show(made, toy, CHECK, qtbot)
    return made


def kinds(window) -> list[str]:
    return [region.kind for region in window.page.shown]


def split(toy) -> str:
    (image,) = toy.find(select(Image).where(Image.id == toy.image_ids[CHECK]))
    return image.split


def test_its_proposals_are_hidden_and_the_line_says_why(window, toy, qtbot):
    assert kinds(window) == [] and window.page.regions.list.count() == 0
    assert "Check image: mark it yourself first" in window.page.act.text()
    key(window, "a")
    assert "no proposal to decide" in window.messages.text.text()
    show(window, toy, ORDINARY, qtbot)
    assert kinds(window) == ["proposal"] and "Check image" not in window.page.act.text()


def test_marked_first_then_compared(window, toy, qtbot):
    key(window, "b")
    stroke(window, qtbot)
    assert kinds(window) == ["annotation"] and "press Shift+A" in window.page.act.text()
    assert not toy.find(select(SupportShot).where(SupportShot.image_id == toy.image_ids[CHECK])), "a check image is no shot"
    key(window, Qt.Key.Key_A, SHIFT)
    qtbot.waitUntil(lambda: "proposal" in kinds(window))
    assert window.context.image_id == toy.image_ids[CHECK], "she looks at what the model had found"
    qtbot.waitUntil(lambda: "The model found" in window.messages.text.text())
    qtbot.waitUntil(lambda: window.page.act.text().startswith("The model found"))
    (verdict,) = toy.find(select(Verdict))
    assert (verdict.state, verdict.blind, split(toy)) == ("complete", True, "check")
    for _ in range(kinds(window).count("proposal")):
        key(window, "r")
        idle(window, qtbot)
    assert toy.find(select(Verdict))[0].blind and kinds(window) == ["annotation"]
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    idle(window, qtbot)
    assert kinds(window).count("proposal") == 1


def test_undone_it_is_asked_for_again(window, toy, qtbot):
    key(window, "b")
    stroke(window, qtbot)
    key(window, Qt.Key.Key_A, SHIFT)
    qtbot.waitUntil(lambda: "proposal" in kinds(window))
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: kinds(window) == ["annotation"])
    assert "Check image" in window.page.act.text() and split(toy) == ""


def test_d_says_that_nothing_is_there_and_goes_on(window, toy, qtbot):
    key(window, "d")
    qtbot.waitUntil(lambda: window.context.image_id == toy.image_ids[ORDINARY])
    assert "The model had proposed 2 region" in window.messages.text.text()
    decisions = toy.find(select(Prediction).order_by(Prediction.id))
    assert [p.decision for p in decisions][:2] == ["rejected", "rejected"] and split(toy) == "check"


def test_f5_shows_the_proposals_and_makes_it_an_ordinary_image(window, toy, qtbot):
    key(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: kinds(window) == ["proposal", "proposal"])
    assert split(toy) == "train" and "ordinary image" in window.messages.text.text()
    key(window, Qt.Key.Key_A, SHIFT)
    qtbot.waitUntil(lambda: len(annotations(toy)) == 4)
    assert not any(v.blind for v in toy.find(select(Verdict)))


def test_with_the_setting_off_every_image_shows_its_proposals(toy_of, opened, qtbot):
    toy = toy_of(prepare=proposed)
    window = opened(toy)
    show(window, toy, CHECK, qtbot)
    assert kinds(window) == ["proposal", "proposal"] and "Check image" not in window.page.act.text()


def test_who_can_only_look_sees_everything(toy, opened, qtbot):
    from app.workspace import Workspace

    with Workspace.open(toy.workspace.folder, writing=True):
        window = opened(toy)
        show(window, toy, CHECK, qtbot)
        assert kinds(window) == ["proposal", "proposal"]


def test_the_gallery_tells_nothing_of_what_is_proposed_there(window, toy, qtbot):
    rows = window.page.gallery.images
    check, ordinary = (rows[toy.image_ids[place]] for place in (CHECK, ORDINARY))
    assert check.check and not check.classes and "check image" in window.page.gallery.view.state_words(check)
    assert not ordinary.check and ordinary.classes == {toy.class_id} and "to review" in window.page.gallery.view.state_words(ordinary)
    assert "stays hidden" in window.page.regions.empty.text()
    key(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: not window.page.gallery.images[toy.image_ids[CHECK]].check)
    assert "Nothing is marked" in window.page.regions.empty.text()


def test_the_heat_map_is_hidden_too(window, qtbot):
    key(window, "h")
    qtbot.waitUntil(lambda: "hidden until you have marked" in window.messages.text.text())


def test_enough_of_them_shows_all_the_others(window, toy, qtbot, monkeypatch):
    monkeypatch.setattr("app.operations.candidates.ALL_GROUPS", 0)
    show(window, toy, ORDINARY, qtbot)
    key(window, "r")
    qtbot.waitUntil(lambda: not window.page.gallery.images[toy.image_ids[CHECK]].check)
