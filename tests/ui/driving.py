"""How a test drives the window: keys, strokes and clicks as a person makes them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select

from app.store.records import Annotation
from app.ui.main_window import MainWindow
from tests.toy_project import Toy, square

LEFT = Qt.MouseButton.LeftButton


def key(window: MainWindow, which, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key for the canvas, as the person presses it; a letter is lower case, as it comes without Shift."""
    QTest.keyClick(window.page.canvas, which, modifier)
    QApplication.processEvents()


def enter_text(field: QWidget, text: str) -> None:
    """As an input method gives it: any script."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def idle(window: MainWindow, qtbot) -> None:
    """All that was begun is written and shown."""
    qtbot.waitUntil(lambda: window.context.waiting == 0)
    QApplication.processEvents()
    gallery = window.page.gallery
    qtbot.waitUntil(lambda: not gallery._soon and not gallery._reading_some)


def centre(window: MainWindow) -> QPoint:
    return window.page.canvas.viewport().rect().center()


def stroke(window: MainWindow, qtbot, dx: int = 0, dy: int = 0, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A short stroke with the tool in hand, from a point beside the centre of the canvas."""
    view, start = window.page.canvas.viewport(), centre(window) + QPoint(dx, dy)
    QTest.mousePress(view, LEFT, modifier, start)
    for step in (10, 20, 30):
        QTest.mouseMove(view, start + QPoint(step, 0))
        QApplication.processEvents()
    QTest.mouseRelease(view, LEFT, modifier, start + QPoint(30, 0))
    idle(window, qtbot)


def propose(toy: Toy) -> None:
    """Three proposals on image 3 and one on image 5."""
    toy.receive(toy.active_id(), {3: [square(5), square(25), square(45)], 5: [square(20)]})


def annotations(toy: Toy) -> list[Annotation]:
    return toy.find(select(Annotation).order_by(Annotation.id))


def show(window: MainWindow, toy: Toy, place: int, qtbot) -> None:
    """Opens an image by a click in the gallery."""
    view = window.page.gallery.view
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.cell(place).center())
    assert window.context.image_id == toy.image_ids[place]
    if toy.files[place].exists():
        qtbot.waitUntil(lambda: window.page.canvas.image_size[0] > 0)


def prelabel(window: MainWindow) -> None:
    """F says what it will do, and F again does it."""
    key(window, "f")
    key(window, "f")
