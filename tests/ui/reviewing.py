"""How a test reviews: the page in view on a project with proposals, and keys for its grid."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.store.records import Prediction
from app.ui.main_window import MainWindow
from app.ui.review.review_page import ReviewPage
from core_models.contract.mask import Mask
from tests.toy_project import Toy, square

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
SIX = {2: [0.55, 0.9], 3: [0.7], 4: [0.6, 0.8, 0.95]}


def proposed(scores: dict[int, list[float]]) -> Callable[[Toy], None]:
    """Prepares a toy with proposals: by the place of the image, the score of each region on it (none: looked at, nothing found)."""

    def prepare(toy: Toy) -> None:
        toy.receive(toy.active_id(), {place: [region(k) for k in range(len(of))] for place, of in scores.items()})
        wanted = [score for of in scores.values() for score in of]

        def rescore(session) -> None:
            for row, score in zip(session.scalars(select(Prediction).order_by(Prediction.id)), wanted, strict=True):
                row.score = score

        toy.do(rescore, undoable=False)

    return prepare


def region(k: int) -> Mask:
    """The k-th of several regions on one image, all apart."""
    return square(2 + 10 * (k % 5), 2 + 10 * (k // 5))


def to_review(window: MainWindow, qtbot, listed: int | None = None) -> ReviewPage:
    """Goes to the page by its key, and waits until it lists so many."""
    QTest.keyClick(window.page.canvas, Qt.Key.Key_2, CTRL)
    page = window.view.page
    assert isinstance(page, ReviewPage)
    qtbot.waitUntil(lambda: all(source.loaded for source in page.sources.values()))
    if listed is not None:
        qtbot.waitUntil(lambda: len(page.grid.keys) == listed)
    QApplication.processEvents()
    return page


def press(page: ReviewPage, *keys, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """Keys for what has the keyboard on the page."""
    for which in keys:
        QTest.keyClick(page.preview.grid if page.in_preview else page.grid, which, modifier)
        QApplication.processEvents()


def settled(window: MainWindow, page: ReviewPage, qtbot) -> None:
    """All is written and read back."""
    qtbot.waitUntil(lambda: window.context.waiting == 0 and not page.source._reading and not page.source._foreseen and not page._tell.isActive())
    QApplication.processEvents()


def marks(page: ReviewPage) -> list[str]:
    """What is shown as decided, in the order of the grid."""
    return [page.source.mark(key) for key in page.grid.keys]


def scores_of(page: ReviewPage) -> list[float]:
    return [round(page.source.rows[key].score, 2) for key in page.grid.keys]


def fill(page: ReviewPage, qtbot) -> None:
    """Waits for every crop that is in view."""
    qtbot.waitUntil(lambda: bool(page.grid._seen) and all(page.crops.peek(key) for key in page.grid._seen))


def decisions(toy: Toy) -> dict[float, str]:
    """What is decided of each proposal, by its score."""
    return {round(p.score, 2): p.decision for p in toy.find(select(Prediction).order_by(Prediction.id))}
