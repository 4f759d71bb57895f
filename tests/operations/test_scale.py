"""The scale of images, one by one or by folder, and an ignore region that is given to a whole folder; each undone and done again."""

import numpy as np
import pytest

from app.errors import UserError
from app.operations import annotations, images
from app.store.records import Annotation, Image
from tests.toy_project import square

NAMES = ("a/1.png", "a/2.png", "a/b/3.png", "a_c/4.png", "5.png")


@pytest.fixture
def ids(hand) -> list[int]:
    return hand.register(*NAMES)


def scales(hand) -> list[tuple]:
    x, y = hand.column(Image, "mm_per_px_x"), hand.column(Image, "mm_per_px_y")
    return [(x[k], y[k]) for k in sorted(x)]


NOT = (None, None)


@pytest.mark.parametrize(("on", "folder", "set_"), [(0, False, {0}), (0, True, {0, 1}), (2, True, {2}), (3, True, {3}), (4, True, {4})])
def test_a_scale_holds_for_the_image_or_its_folder(hand, ids, check_undo, on, folder, set_):
    assert check_undo(hand.workspace, lambda: hand.do(images.set_scale, ids[on], 0.1, 0.2, folder)) == len(set_)
    assert scales(hand) == [(0.1, 0.2) if k in set_ else NOT for k in range(5)]
    assert hand.value(images.scale_of, ids[on]).alike == (2 if on < 2 else 1)


def test_each_direction_has_a_scale_of_its_own(hand, ids):
    hand.do(images.set_scale, ids[0], None, 0.5, False)
    assert hand.value(images.mm_per_px, ids[0]) == (None, 0.5)
    hand.do(images.set_scale, ids[0], 0.25, None, False)
    assert hand.value(images.mm_per_px, ids[0]) == (0.25, 0.5)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("inf"), float("nan")])
def test_no_length_is_no_scale(hand, ids, wrong):
    with pytest.raises(UserError):
        hand.do(images.set_scale, ids[0], wrong, None, True)
    assert scales(hand) == [NOT] * 5


def test_a_place_is_ignored_in_the_whole_folder(hand, ids, check_undo, make_image_file):
    other = hand.do(images.register, hand.workspace.folder, list(images.scan([make_image_file("a/6.png", np.zeros((30, 60), np.uint8))]))).added[0].id
    class_id = hand.new_class("scratch")
    region = hand.draw(ids[0], class_id, square(1, 2), ignore=True)

    def spread() -> dict:
        return hand.do(lambda session: annotations.ignore_in_folder(session, session.get(Annotation, region)))

    assert check_undo(hand.workspace, spread) == {"made": 1, "there": 0, "other_size": 1}
    assert hand.regions(class_id) == [(ids[0], square(1, 2)), (ids[1], square(1, 2))] and other not in dict(hand.regions(class_id))
    assert set(hand.column(Annotation, "ignore").values()) == {True}
    assert spread() == {"made": 0, "there": 1, "other_size": 1} and len(hand.regions(class_id)) == 2


def test_only_an_ignore_region_is_given_to_a_folder(hand, ids):
    region = hand.draw(ids[0], hand.new_class("scratch"))
    with pytest.raises(UserError):
        hand.do(lambda session: annotations.ignore_in_folder(session, session.get(Annotation, region)))
