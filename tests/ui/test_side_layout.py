"""Nothing in the right column lies over another, and a message is no higher than its words."""

from __future__ import annotations

from app.operations import annotations, support
from tests.toy_project import square
from tests.ui.driving import show


def _five_shots(toy) -> None:
    def add(session) -> None:
        for image_id in toy.image_ids[2:5]:
            annotations.add(session, image_id, toy.class_id, square())
            if not support.is_shot(session, toy.class_id, image_id):
                support.add_shot(session, toy.class_id, image_id)

    toy.do(add)


def test_a_second_line_of_shots_pushes_the_button_down(opened, toy_of, qtbot):
    toy = toy_of(prepare=_five_shots)
    window = opened(toy)
    strip, button = window.page.shots.strip, window.page.shots.button
    qtbot.waitUntil(lambda: strip.count() == 5)
    show(window, toy, 5, qtbot)
    qtbot.waitUntil(lambda: strip.count() == 6)
    qtbot.waitUntil(lambda: button.geometry().top() > strip.geometry().bottom())


def test_one_line_makes_a_low_message(opened, toy_of, qtbot):
    window = opened(toy_of())
    window.messages.say("What you leave unmarked on this image counts as good surface.")
    qtbot.waitUntil(window.messages.isVisible)
    assert window.messages.height() < 60
    low = window.messages.height()
    window.messages.say("word " * 60)
    assert window.messages.height() > low
    window.messages.say("A question.", [(f"way {k}", lambda: None) for k in range(5)])
    assert window.messages.height() > low + 20 and all(window.messages.rect().contains(b.geometry()) for b in window.messages.ways)
