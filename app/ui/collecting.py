"""Python's collector of cycles at work in the GUI thread alone.

By itself it runs in whichever thread makes the object that fills its measure. A window that was closed lies in such cycles, and a reading
thread that takes its parts down while the GUI thread is inside Qt ends the process.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

_LOOK_MS = 200
_MANY = 10_000  # objects; a pass over so many takes some milliseconds


class Collector(QObject):
    """While it lives, cycles are collected between two events, and no oftener than Python itself would.

    What comes in great numbers at once, as modules and the rows of all images do, stays: it is set aside unseen, because a pass over
    100,000 images holds the hand up for longer than a stroke may take. thorough() goes through that, too.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        timer = QTimer(self, interval=_LOOK_MS)
        timer.timeout.connect(self._look)
        timer.start()

    def _look(self) -> None:
        if gc.get_count()[0] > _MANY:
            gc.freeze()
            return
        due = [k for k, (count, bound) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if count > bound]
        if due:
            gc.collect(min(due[-1], 1) if QGuiApplication.mouseButtons().value else due[-1])

    def thorough(self) -> None:
        """In the next pass of the event loop, after a project was closed: all that was held by its window alone goes."""
        QTimer.singleShot(0, self, self._all)

    def _all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def collector() -> Collector:
    """The application's one collector; made when there is none."""
    app = QGuiApplication.instance()
    return app.findChild(Collector) or Collector(app)
