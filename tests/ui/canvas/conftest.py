"""A canvas of a known size with an image on it, and a hand that moves over it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.canvas.compose import Shown
from app.ui.canvas.view import CanvasView
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
RED = (255, 0, 0)
SQUARE = Mask.from_array(np.ones((40, 40)), 20, 30)


def save(path: Path, array: np.ndarray) -> Path:
    """Writes an array (grey, or RGB) in the format of the file's ending, whatever script its name is in."""
    done, data = cv2.imencode(path.suffix, array if array.ndim == 2 else array[..., ::-1])
    assert done
    path.write_bytes(data.tobytes())
    return path


def wheel(view, at: QPoint, notches: float, modifier=PLAIN) -> bool:
    """Whether the canvas took it."""
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, int(120 * notches)), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view.viewport(), event)
    return event.isAccepted()


def shown(kind="annotation", k=1, mask=SQUARE, score=None) -> Shown:
    return Shown((kind if kind == "proposal" else "annotation", k), mask, RED, kind, score)


class Hand:
    """Real mouse and key events; places are image pixels, aimed at their middle."""

    def __init__(self, view: CanvasView) -> None:
        self.view, self.said = view, []
        view.drawn.connect(lambda mask, how: self.said.append((mask, how)))

    def at(self, x: float, y: float) -> QPoint:
        return self.view.to_screen(x + 0.5, y + 0.5).toPoint()

    def press(self, x: float, y: float, button=LEFT, modifier=PLAIN) -> None:
        QTest.mousePress(self.view.viewport(), button, modifier, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.view.viewport(), self.at(x, y))
        QApplication.processEvents()

    def release(self, x: float, y: float, button=LEFT, modifier=PLAIN) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifier, self.at(x, y))

    def click(self, x: float, y: float, modifier=PLAIN) -> None:
        self.press(x, y, modifier=modifier)
        self.release(x, y, modifier=modifier)

    def drag(self, *places: tuple[float, float], button=LEFT, modifier=PLAIN) -> None:
        self.press(*places[0], button, modifier)
        for place in places[1:]:
            self.move(*place)
        self.release(*places[-1], button, modifier)

    def key(self, which) -> None:
        QTest.keyClick(self.view, which)

    def colour(self, x: float, y: float) -> tuple[int, int, int]:
        """What the screen shows in the middle of an image pixel."""
        return self.view.viewport().grab().toImage().pixelColor(self.at(x, y)).getRgb()[:3]


@pytest.fixture
def view(qtbot) -> CanvasView:
    made = CanvasView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


@pytest.fixture
def show(view, qtbot, tmp_path):
    """show(array, ending) shows an image file of that content; its path."""

    def call(array: np.ndarray, ending: str = ".png") -> Path:
        path = save(tmp_path / f"图像{ending}", array)
        with qtbot.waitSignal(view.loaded):
            view.show_image(path)
        return path

    return call


@pytest.fixture
def hand(view, show) -> Hand:
    """A hand over a grey image of 200 x 150, which is shown at 2:1."""
    show(np.full((150, 200), 100, np.uint8))
    assert view.zoom == 2 and view.to_screen(0, 0) == QPointF(0, 0)
    return Hand(view)
