"""The heat map, and a proposal cut tighter or looser from its score map: in the window, by real keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.operations import models, proposals
from app.store.records import Inference, Job, Prediction
from core_models.contract import score_map
from core_models.contract.job import Predicted, Region
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.contract.score_map import CELL_PX, STEPS, ZERO, scale_of
from tests.toy_project import square
from tests.ui.driving import annotations, idle, key
from tests.ui.driving import show as open_image

PLACE = 3  # of the image with the proposal, in the gallery
WIDTH, HEIGHT = 60, 40
CTRL = Qt.KeyboardModifier.ControlModifier


def hill() -> np.ndarray:
    """A map of the toy's images: a hill of logits around (20, 16), 0 at a radius of 10 px, one less each 2 px."""
    cell = CELL_PX / scale_of(WIDTH, HEIGHT)
    y, x = ((np.arange(round(side / cell)) + 0.5) * cell for side in (HEIGHT, WIDTH))
    logits = 5 - np.hypot(x[None] - 20, y[:, None] - 16) / 2
    return np.clip(np.rint(logits * STEPS) + ZERO, 0, 255).astype(np.uint8)


def disc(radius: float) -> Mask:
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    return Mask.from_array(np.hypot(x + 0.5 - 20, y + 0.5 - 16) < radius)


def proposed(kept: bool = True):
    """What a job proposed on one image, with its map or without."""

    def prepare(toy) -> None:
        def act(session) -> None:
            job = Job(kind="prelabel", state="finished", folder="jobs/1")
            session.add(job)
            session.flush()
            found = [Predicted(toy.image_ids[PLACE], toy.class_id, 0.9, (Region(disc(10), 0.9, 0.5), Region(square(50, 30), 0.95, 0.5)))]
            proposals.receive(session, models.active(session).id, proposals.present_digests(session), job.id, found)

        toy.do(act, undoable=False)
        if kept:
            path = score_map.path_of(toy.workspace.folder / "jobs/1", toy.image_ids[PLACE], toy.class_id)
            path.parent.mkdir(parents=True)
            path.write_bytes(cv2.imencode(".png", hill())[1].tobytes())

    return prepare


@pytest.fixture
def ready(opened, toy_of, qtbot):
    """ready(kept) is the window on the image with the proposals, the first of them in focus, and the toy."""

    def call(kept: bool = True):
        toy = toy_of(prepare=proposed(kept))
        window = opened(toy)
        open_image(window, toy, PLACE, qtbot)
        qtbot.waitUntil(lambda: window.context.focus is not None and window.context.class_id is not None)
        assert window.page.shown[0].mask == disc(10) and window.context.focus == window.page.shown[0].key
        return window, toy

    return call


def outline(window) -> Mask:
    return window.page.scores.outline(window.page.shown[0])


def press(window, qtbot, which) -> None:
    key(window, which)
    qtbot.waitUntil(lambda: not window.page.scores._cutting)


def radius(mask: Mask) -> float:
    return float(np.sqrt(mask.area / np.pi))


# -- tighter and looser -----------------------------------------------------------------------------------------------------------


def test_the_keys_cut_it_tighter_and_looser_by_half_a_logit(ready, qtbot):
    window, toy = ready()
    press(window, qtbot, Qt.Key.Key_Comma)
    assert radius(outline(window)) == pytest.approx(9, abs=0.3)
    press(window, qtbot, Qt.Key.Key_Comma)
    assert radius(outline(window)) == pytest.approx(8, abs=0.3)
    for _ in range(4):
        press(window, qtbot, Qt.Key.Key_Period)
    assert radius(outline(window)) == pytest.approx(12, abs=0.4)
    assert window.page.foot.size_.text().startswith(f"{outline(window).area} px²")
    press(window, qtbot, Qt.Key.Key_Comma)
    press(window, qtbot, Qt.Key.Key_Comma)
    assert outline(window) == disc(10), "the model's own cut is found again"
    assert not annotations(toy)[2:] and toy.decisions() == ["pending", "pending"]


def test_alt_and_the_wheel_do_the_same(ready, qtbot):
    window, _ = ready()
    at = window.page.canvas.viewport().rect().center()
    for notches, expected in ((1, 9), (-1, 10)):
        event = QWheelEvent(
            QPointF(at), QPointF(at), QPoint(), QPoint(120 * notches, 0), Qt.MouseButton.NoButton, Qt.KeyboardModifier.AltModifier, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(window.page.canvas.viewport(), event)
        qtbot.waitUntil(lambda: not window.page.scores._cutting)
        assert radius(outline(window)) == pytest.approx(expected, abs=0.3)


def test_what_was_cut_is_corrected_when_it_is_accepted_in_one_step(ready, qtbot):
    window, toy = ready()
    press(window, qtbot, Qt.Key.Key_Comma)
    cut = outline(window)
    key(window, Qt.Key.Key_A)
    idle(window, qtbot)
    assert annotations(toy)[-1].mask == cut and toy.decisions()[0] == "corrected"
    key(window, Qt.Key.Key_Z, CTRL)
    idle(window, qtbot)
    assert toy.decisions() == ["pending", "pending"] and len(annotations(toy)) == 2


def test_keys_that_follow_at_once_mean_what_comes_of_the_cut(ready, qtbot):
    window, toy = ready()
    for which in (Qt.Key.Key_Comma, Qt.Key.Key_Comma, Qt.Key.Key_Comma, Qt.Key.Key_A, Qt.Key.Key_A):
        key(window, which)
    qtbot.waitUntil(lambda: toy.decisions() == ["corrected", "accepted"])
    assert radius(annotations(toy)[-2].mask) == pytest.approx(7, abs=0.3)


def test_shift_a_takes_it_as_it_is_seen(ready, qtbot):
    window, toy = ready()
    press(window, qtbot, Qt.Key.Key_Comma)
    cut = outline(window)
    key(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    idle(window, qtbot)
    assert toy.decisions() == ["corrected", "accepted"] and cut in [a.mask for a in annotations(toy)]
    window.actions_["undo"].trigger()
    idle(window, qtbot)
    assert toy.decisions() == ["pending", "pending"]


def test_a_stroke_takes_over_what_is_seen(ready, qtbot):
    window, toy = ready()
    for _ in range(3):
        press(window, qtbot, Qt.Key.Key_Comma)
    cut = outline(window)
    canvas = window.page.canvas
    key(window, Qt.Key.Key_B)
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, canvas.to_screen(20, 16 + radius(cut)).toPoint())
    idle(window, qtbot)
    made = annotations(toy)[-1].mask
    assert (cut - made).area == 0 and made.area < disc(10).area + 200 and (disc(10) - made).area > 0


def test_another_focus_drops_the_cut(ready, qtbot):
    window, toy = ready()
    press(window, qtbot, Qt.Key.Key_Comma)
    first, second = (r.key for r in window.page.shown)
    window.context.set_focus(second)
    assert outline(window) == disc(10)
    window.context.set_focus(first)
    key(window, Qt.Key.Key_A)
    idle(window, qtbot)
    assert toy.decisions()[0] == "accepted"


def test_it_ends_where_nothing_is_left(ready, qtbot):
    window, _ = ready()
    for _ in range(11):
        press(window, qtbot, Qt.Key.Key_Comma)
    assert "tighter" in window.messages.text.text() and 0 < outline(window).area < 40


def test_without_a_map_it_says_so(ready, qtbot):
    window, _ = ready(kept=False)
    press(window, qtbot, Qt.Key.Key_Comma)
    qtbot.waitUntil(window.messages.isVisible)
    assert "score map" in window.messages.text.text() and outline(window) == disc(10)


def test_only_a_proposal_can_be_cut(opened, toy_of, qtbot):
    window = opened(toy_of())
    key(window, Qt.Key.Key_Comma)
    assert "proposal" in window.messages.text.text()


# -- heat map ---------------------------------------------------------------------------------------------------------------------


def warmth(window, x: float, y: float) -> int:
    """How much redder than blue a place of the image is seen."""
    canvas = window.page.canvas
    seen = canvas.viewport().grab().toImage()
    red, _, blue, _ = seen.pixelColor(canvas.to_screen(x, y).toPoint()).getRgb()
    return red - blue


def test_the_heat_map_lies_over_the_image_until_the_key_is_pressed_again(ready, qtbot):
    window, _ = ready()
    canvas = window.page.canvas
    canvas.show_regions([])
    canvas.set_tool("select")
    assert warmth(window, 20, 16) == 0
    key(window, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: warmth(window, 20, 16) > 80)
    assert warmth(window, 55, 5) < 10
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert warmth(window, 20, 16) == 0
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    canvas.zoom_by(2.3)
    assert warmth(window, 20, 16) > 80
    key(window, Qt.Key.Key_H)
    assert warmth(window, 20, 16) == 0


def test_the_heat_map_follows_the_image_and_says_where_there_is_none(ready, toy_of, qtbot):
    window, toy = ready()
    key(window, Qt.Key.Key_H)
    qtbot.waitUntil(lambda: window.page.canvas._screen.heat is not None)
    open_image(window, toy, PLACE + 1, qtbot)
    qtbot.waitUntil(window.messages.isVisible)
    assert "score map" in window.messages.text.text() and "scratch" in window.messages.text.text() and window.page.canvas._screen.heat is None


def test_a_damaged_map_is_none(ready, qtbot):
    window, toy = ready()
    inference = toy.find(select(Inference).join(Prediction, Prediction.inference_id == Inference.id))[0]
    score_map.path_of(toy.workspace.folder / "jobs/1", inference.image_id, inference.class_id).write_bytes(b"no map")
    key(window, Qt.Key.Key_H)
    qtbot.waitUntil(window.messages.isVisible)
    assert "score map" in window.messages.text.text()


def test_a_word_stands_at_a_proposal(ready):
    window, _ = ready()
    assert [word for _, word in window.page.canvas._screen.words(0, 60)] == ["high", "high"]
