"""Every gesture under a real hand: by mouse and key events, and what the canvas says and shows of it."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core_models.contract.mask import Mask
from tests.ui.canvas.conftest import CTRL, LEFT, PLAIN, RED, shown


def test_a_stroke_is_the_brush_along_its_way(view, hand):
    view.set_tool("brush")
    view.set_brush(5)
    hand.drag((50, 60), (80, 60), (80, 90))
    (mask, how), full = hand.said[0], hand.said[0][0].full(150, 200)
    assert how == "add" and mask.box == (46, 56, 39, 39)
    assert full[60, 50:80].all() and full[60:90, 80].all() and not full[75, 60]


@pytest.mark.parametrize(("tool", "modifier", "how"), [("eraser", PLAIN, "erase"), ("brush", CTRL, "erase"), ("ignore", PLAIN, "ignore"), ("ignore", CTRL, "erase"), ("polygon", CTRL, "erase")])
def test_what_a_gesture_does_is_told(view, hand, tool, modifier, how):
    view.set_tool(tool)
    if tool == "polygon":
        for place in ((10, 10), (60, 10), (60, 60)):
            hand.click(*place, modifier=modifier)
        hand.key(Qt.Key.Key_Return)
    else:
        hand.drag((50, 60), (80, 60), modifier=modifier)
    assert [said[1] for said in hand.said] == [how] and hand.said[0][0].area > 100


def test_the_finest_brush_sets_the_pixel_it_is_on(view, hand):
    view.set_tool("brush")
    view.set_brush(1)
    hand.click(70, 71)
    assert hand.said[0][0].box == (70, 71, 1, 1)


@pytest.mark.parametrize("ends", [((20, 20), (60, 20)), ((20, 20), (60, 41)), ((20, 60), (40, 20)), ((30, 30), (70, 70))])
def test_the_finest_brush_draws_a_hair_without_gaps(view, hand, ends):
    """Wherever in the pixels the hand goes: at 4:1 a place of the screen is a quarter of a pixel."""
    view.zoom_by(2, view.to_screen(0, 0))
    view.set_tool("brush")
    view.set_brush(1)
    points = [view.to_screen(x + 0.75, y).toPoint() for x, y in ends]
    QTest.mousePress(view.viewport(), LEFT, PLAIN, points[0])
    QTest.mouseRelease(view.viewport(), LEFT, PLAIN, points[1])
    full = hand.said[0][0].full(150, 200)
    dx, dy = (abs(b - a) for a, b in zip(*ends, strict=True))
    along = full.any(axis=0 if dx >= dy else 1)
    assert along.sum() == max(dx, dy) + 1 and full.sum() <= dx + dy + 1
    assert all(full[y, x] for x, y in ends)


def test_the_draft_is_shown_at_once_and_stays_until_it_is_cleared(view, hand):
    view.set_tool("brush")
    view.set_colour(RED)
    before = hand.colour(60, 60)
    hand.press(50, 60)
    hand.move(80, 60)
    during = hand.colour(60, 60)
    hand.release(80, 60)
    view.set_tool("select")  # so that the brush's own edge is not what is seen
    assert before == (100, 100, 100) and during == hand.colour(60, 60) and during[0] > during[1] + 50
    view.show_regions([])
    assert hand.colour(60, 60) == during
    view.clear_draft()
    assert hand.colour(60, 60) == before


def test_clearing_leaves_a_stroke_that_is_under_way(view, hand):
    view.set_tool("brush")
    hand.drag((20, 20), (40, 20))
    hand.press(20, 100)
    view.clear_draft()
    hand.move(60, 100)
    assert hand.colour(30, 20) == (100, 100, 100) and hand.colour(40, 100) != (100, 100, 100)
    hand.release(60, 100)
    assert len(hand.said) == 2 and hand.said[1][0].full(150, 200)[100, 20:60].all()


def test_escape_drops_a_stroke(view, hand):
    view.set_tool("brush")
    hand.press(50, 60)
    hand.move(80, 60)
    hand.key(Qt.Key.Key_Escape)
    hand.release(80, 60)
    view.set_tool("select")
    assert not hand.said and hand.colour(60, 60) == (100, 100, 100)


def test_two_quick_strokes_are_two(view, hand):
    """Qt tells the second press as a double click."""
    view.set_tool("brush")
    hand.click(50, 60)
    QTest.mouseDClick(view.viewport(), LEFT, PLAIN, hand.at(50, 60))
    hand.release(50, 60)
    assert len(hand.said) == 2


def test_a_stroke_beyond_the_image_ends_at_its_edge(view, hand):
    view.resize(600, 300)
    view.set_tool("brush")
    hand.drag((-20, 20), (190, 20), (240, 20))
    assert hand.said[0][0].fits(150, 200) and hand.said[0][0].box[::2] == (0, 200)
    hand.drag((-40, 20), (-30, 40))
    assert len(hand.said) == 1


@pytest.mark.parametrize("end", ["enter", "double", "first corner"])
def test_a_polygon_is_ended_by(end, view, hand):
    view.set_tool("polygon")
    for place in ((20, 20), (99, 20), (99, 79), (20, 79)):
        hand.click(*place)
        hand.move(place[0] - 1, place[1] - 1)
    assert not hand.said
    if end == "enter":
        hand.key(Qt.Key.Key_Enter)
    elif end == "double":
        QTest.mouseDClick(view.viewport(), LEFT, PLAIN, hand.at(20, 79))
    else:
        hand.click(21, 20)
    mask, how = hand.said[0]
    assert how == "add" and mask.area == pytest.approx(79 * 59, rel=0.03)
    hand.click(150, 100)
    assert len(hand.said) == 1  # a new one has begun


def test_a_polygon_is_dropped_or_goes_back_a_corner(view, hand):
    view.set_tool("polygon")
    for place in ((20, 20), (100, 20), (100, 80), (190, 140)):
        hand.click(*place)
    hand.key(Qt.Key.Key_Backspace)
    hand.key(Qt.Key.Key_Return)
    assert hand.said[0][0].area == pytest.approx(80 * 60 / 2, rel=0.05)
    hand.click(20, 20)
    hand.click(100, 20)
    hand.key(Qt.Key.Key_Return)  # two corners are no shape
    hand.click(20, 20)
    hand.key(Qt.Key.Key_Escape)
    hand.click(20, 20)
    view.set_tool("brush")  # drops what was begun
    assert len(hand.said) == 1


def test_a_rectangle_is_dragged_from_corner_to_corner(view, hand):
    view.set_tool("rectangle")
    hand.drag((80, 90), (60, 70), (30, 40))
    mask, how = hand.said[0]
    assert how == "add" and mask.box == (30, 40, 50, 50) and mask.area == 2500
    hand.click(50, 50)
    assert len(hand.said) == 1


def test_keys_are_the_gestures_only_while_there_is_one(view, hand):
    taken = []
    view.keyPressEvent, original = (lambda event: (original(event), taken.append(event.isAccepted()))), view.keyPressEvent
    view.set_tool("polygon")
    hand.key(Qt.Key.Key_Escape)
    hand.click(20, 20)
    hand.key(Qt.Key.Key_B)
    hand.key(Qt.Key.Key_Escape)
    assert taken == [False, False, True]


@pytest.mark.parametrize("way", ["drag", "clicks"])
def test_the_line_of_the_scale_goes_from_point_to_point_and_stays(view, hand, way):
    measured = []
    view.measured.connect(lambda *line: measured.append(line))
    view.set_tool("scale")
    if way == "drag":
        hand.drag((20, 30), (60, 30), (100, 30))
    else:
        hand.click(20, 30)
        hand.move(60, 30)
        hand.press(100, 30)
        hand.release(100, 30)
    assert measured == [pytest.approx((20.5, 30.5, 100.5, 30.5))] and not hand.said
    view.set_tool("select")
    assert hand.colour(50, 30)[0] > 180
    view.clear_line()
    assert hand.colour(50, 30) == (100, 100, 100)


def test_escape_drops_the_line_of_the_scale(view, hand):
    measured = []
    view.measured.connect(lambda *line: measured.append(line))
    view.set_tool("scale")
    hand.click(20, 30)
    hand.move(60, 30)
    hand.key(Qt.Key.Key_Escape)
    hand.move(100, 30)
    assert not measured and hand.colour(40, 30) == (100, 100, 100)


def test_an_eraser_uncovers_what_it_cuts_while_it_moves(view, hand):
    """Two annotations and a proposal: without a selection both annotations are cut; once it touches the selected region, that one only."""
    boxes = {"annotation": (20, 20, 1), "proposal": (80, 20, 2)}
    regions = [shown(kind, k, Mask.from_array(np.ones((60, 30)), x, y)) for kind, (x, y, k) in boxes.items()]
    view.show_regions([*regions, shown("annotation", 3, Mask.from_array(np.ones((60, 30)), 140, 20))])
    view.set_tool("eraser")
    view.set_brush(5)
    grey, seen = (100, 100, 100), lambda: [hand.colour(x, 40) == (100, 100, 100) for x in (30, 95, 150)]
    assert seen() == [False, False, False] and hand.colour(60, 40) == grey
    hand.press(25, 50)
    hand.move(165, 50)
    assert [hand.colour(x, 50) == grey for x in (30, 95, 150)] == [True, False, True] and seen() == [False] * 3
    hand.release(165, 50)
    view.clear_draft()
    view.focus_region(("annotation", 3))
    hand.press(25, 50)
    hand.move(90, 50)
    assert [hand.colour(x, 50) == grey for x in (30, 150)] == [True, False]
    hand.move(165, 50)
    assert [hand.colour(x, 50) == grey for x in (30, 95, 150)] == [False, False, True]
    moved = view.viewport().grab().toImage()
    view._screen.spoil()
    assert view.viewport().grab().toImage() == moved
    hand.release(165, 50)
    assert [how for _, how in hand.said] == ["erase", "erase"]
