"""The line above the canvas names one act for every state of a project."""

from __future__ import annotations

import pytest

from app.operations.checking import Met
from app.ui.label.next_act import NextAct, Now

READY = dict(images=500, open_image=True, class_name="scratch", shots=5)


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (Now(), "Drop a folder"),
        (Now(images=5, read_only=True), "reading only"),
        (Now(images=5), "Pick an image"),
        (Now(images=5, open_image=True, missing=True), "where it lies"),
        (Now(images=5, open_image=True), "press B"),
        (Now(images=5, open_image=True, unnamed=True), "Name what you have drawn"),
        (Now(images=5, open_image=True, class_name="凹坑"), "Draw one 凹坑"),
        (Now(images=5, open_image=True, class_name="scratch", shots=1, unanswered=5), "press F"),
        (Now(**READY, unanswered=497), "Press F"),
        (Now(**READY, pending_here=3, focus=True, pending_images=9), "Accept (A) or reject (R)"),
        (Now(**READY, pending_here=3, pending_images=9), "click one"),
        (Now(**READY, pending_here=3, newer=3, focus=True), "3 new proposal"),
        (Now(**READY, pending_here=3, newer=0), "F5"),
        (Now(**READY, suggested=2), "2 suggestion"),
        (Now(**READY, suggested=2, focus=True), "Accept (A) or reject (R)"),
        (Now(**READY, check=True, newer=3), "mark it yourself first"),
        (Now(**READY, check=True, marked_here=2), "press Shift+A"),
        (Now(**READY, pending_here=1, focus=True, met=Met(3, 2, 1, 1, True)), "The model found 2 of 3"),
        (Now(**READY, pending_images=9, job=(212, 500)), "N goes to the next one"),
        (Now(**READY, job=(212, 500)), "212 of 500"),
        (Now(**READY, decided=12), "488 image"),
        (Now(**READY, decided=500, to_learn=37), "Ctrl+T improves the model with 37 new label"),
        (Now(**READY, decided=500), "Ctrl+E exports the labels"),
    ],
)
def test_each_state_has_its_act(now, says):
    assert says in NextAct().sentence(now)
