"""The little histogram: its ends and its middle under a real hand, and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from app.ui import theme
from app.ui.canvas.levels import LevelsField
from tests.ui.canvas.conftest import LEFT, PLAIN


@pytest.fixture
def field(qtbot) -> LevelsField:
    made = LevelsField()
    qtbot.addWidget(made)
    made.show_image((np.arange(64), 0.0, 100.0), 20.0, 60.0)
    made.show()
    made.moves, made.ends, made.resets = [], [], []
    made.moved.connect(lambda low, high: made.moves.append((low, high)))
    made.settled.connect(lambda low, high: made.ends.append((low, high)))
    made.reset_asked.connect(lambda: made.resets.append(True))
    return made


def drag(field, start: float, end: float) -> None:
    """From one value to another."""
    places = [QPoint(round(field.place_of(value)), 10) for value in (start, (start + end) / 2, end)]
    QTest.mousePress(field, LEFT, PLAIN, places[0])
    for place in places[1:]:
        QTest.mouseMove(field, place)
    QTest.mouseRelease(field, LEFT, PLAIN, places[-1])


@pytest.mark.parametrize(
    ("start", "end", "window"), [(20, 40, (40, 60)), (60, 90, (20, 90)), (40, 60, (40, 80)), (20, 90, (60, 60)), (40, 95, (60, 100)), (60, 200, (20, 100)), (5, 15, (30, 60))]
)
def test_an_end_or_the_middle_is_dragged(field, start, end, window):
    drag(field, start, end)
    assert (field.low, field.high) == pytest.approx(window, abs=1.5) and field.low < field.high
    assert field.ends == [field.moves[-1]] == [(field.low, field.high)] and len(field.moves) == 2


def test_a_click_changes_nothing_and_a_double_click_asks_for_1_to_99_percent(field):
    QTest.mouseClick(field, LEFT, PLAIN, QPoint(70, 10))
    QTest.mouseDClick(field, LEFT, PLAIN, QPoint(70, 10))
    assert field.resets == [True] and not field.ends and (field.low, field.high) == (20, 60)


def test_the_keys_move_widen_and_reset(field, qtbot):
    """The arrows are other acts of the window; while the field has the keyboard, they are its own."""
    window, elsewhere = QMainWindow(), []
    qtbot.addWidget(window)
    action = QAction(window, shortcut="Right")
    action.triggered.connect(lambda: elsewhere.append(True))
    window.addAction(action)
    window.setCentralWidget(field)
    window.show()
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Right)
    assert (field.low, field.high) == (22, 62) and not elsewhere
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.low, field.high) == (21, 63)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Left)
    assert (field.low, field.high) == (20, 60) and len(field.ends) == 4
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_End)
    assert field.resets == [True] and (field.low, field.high) == (0, 100)
    window.takeCentralWidget()  # it is closed by itself


def test_without_an_image_there_is_nothing_to_take_hold_of(field):
    field.show_image(None)
    drag(field, 0, 1)
    assert not field.moves and not field.isEnabled()


def test_what_is_inside_the_window_is_drawn_brighter(field, qapp):
    theme.wear(qapp, theme.DARK)
    seen = field.grab().toImage()

    def tone(value: float) -> int:
        """Of the bars there; between two of them is a gap."""
        middle = round(field.place_of(value))
        return max(seen.pixelColor(x, field.height() - 6).value() for x in range(middle - 2, middle + 3))

    assert tone(50) > tone(80) + 50
