"""One generator function a gesture: it is sent what the pointer and the keys do, and draws on its draft.

A gesture returns True when its draft is to be kept, False when it was dropped. It holds its state in local variables: when
it has ended, nothing of it is left.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

from app.ui.canvas.paint import Draft

Gesture = Generator[None, "Act", bool]
_CLOSE_PX = 8  # a click that near to the first corner ends a polygon, on the screen


@dataclass(frozen=True)
class Act:
    """What the hand did. kind: press, move, release, double, enter, back (takes the last corner back), escape.

    x, y: image pixels, with fractions; reach: image pixels that a hand may miss by.
    """

    kind: str
    x: float = 0.0
    y: float = 0.0
    reach: float = 0.0


def brush(draft: Draft, start: Act, radius: float) -> Gesture:
    """A stroke while the button is held: adds, erases or ignores, as the draft says. A brush of one pixel (radius 0.5) sets that
    pixel, and no other, wherever in it the hand is."""

    def place(act: Act) -> tuple[float, float]:
        return (act.x, act.y) if radius >= 1 else (math.floor(act.x) + 0.5, math.floor(act.y) + 0.5)

    at = place(start)
    draft.line(*at, *at, radius)
    while True:
        act = yield
        if act.kind == "escape":
            return False
        if act.kind in ("move", "release"):
            there = place(act)
            draft.line(*at, *there, radius)
            at = there
        if act.kind == "release":
            return True


def polygon(draft: Draft, start: Act, radius: float = 0) -> Gesture:
    """A click for each corner; Enter, a double click or a click on the first corner ends it."""
    corners = [(start.x, start.y)]
    draft.outline = [*corners, corners[0]]
    while True:
        act = yield
        here = act.x, act.y
        if act.kind == "escape":
            return False
        if act.kind == "back" and len(corners) > 1:
            corners.pop()
        closes = act.kind == "press" and len(corners) > 2 and abs(here[0] - corners[0][0]) + abs(here[1] - corners[0][1]) <= act.reach * _CLOSE_PX
        if act.kind in ("enter", "double") or closes:
            break
        if act.kind == "press":
            corners.append(here)
        if act.kind in ("press", "move"):
            draft.outline = [*corners, here]
    draft.outline = []
    if len(corners) < 3:
        return False
    draft.polygon(corners)
    return True


def rectangle(draft: Draft, start: Act, radius: float = 0) -> Gesture:
    """Two opposite corners: pressed, dragged, released."""
    while True:
        act = yield
        if act.kind == "escape":
            return False
        if act.kind in ("move", "release"):
            draft.outline = [(start.x, start.y), (act.x, start.y), (act.x, act.y), (start.x, act.y)]
        if act.kind == "release":
            corners, draft.outline = draft.outline, []
            draft.polygon(corners)
            return True


def scale(draft: Draft, start: Act, radius: float = 0) -> Gesture:
    """A line between two points: dragged, or clicked one after the other; it stays as the draft's outline."""
    draft.outline, dragged = [(start.x, start.y)] * 2, False
    while True:
        act = yield
        if act.kind == "escape":
            draft.outline = []
            return False
        if act.kind in ("press", "move", "release"):
            draft.outline = [(start.x, start.y), (act.x, act.y)]
            dragged = dragged or abs(act.x - start.x) + abs(act.y - start.y) > act.reach * _CLOSE_PX
        if act.kind in ("press", "release") and dragged:
            return True


GESTURES = {"brush": brush, "eraser": brush, "ignore": brush, "polygon": polygon, "rectangle": rectangle, "scale": scale}
TOOLS = ("select", *GESTURES)
