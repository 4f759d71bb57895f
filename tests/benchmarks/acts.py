"""What is done with the driven window while its longest calls are timed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.benchmarks import generated
from tests.benchmarks.driven import Driven


def keys(driven: Driven, *which: Qt.Key) -> None:
    for key in which:
        driven.key(key)
        driven.shown()
        driven.pump()


def scroll(driven: Driven) -> None:
    bar = driven.page.gallery.view.verticalScrollBar()
    for k in range(40):
        bar.setValue(bar.maximum() * k // 40)
        driven.pump()


def search(driven: Driven) -> None:
    field = driven.page.gallery.search
    QTest.keyClicks(field, "part_0001")
    driven.pump()
    field.clear()
    driven.pump()
    driven.page.canvas.setFocus()


def stroke(driven: Driven) -> None:
    canvas = driven.page.canvas.viewport()
    at = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    for k in range(20):
        QTest.mouseMove(canvas, at + QPoint(3 * k, 2 * k))
        driven.pump()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at + QPoint(60, 40))


def results(driven: Driven) -> None:
    """What a running job reports, in batches, while she looks on."""
    context = driven.page.context
    ids = [row.id for row in driven.page.gallery.view.rows][6_000:6_200]
    for k in range(0, 200, 20):
        context.submit(lambda some=ids[k : k + 20]: proposed(context.workspace, some))
        driven.until(lambda: context.waiting == 0)


def proposed(workspace, image_ids: list[int]) -> None:
    """One more answer on each of these images, as the runner writes a batch of them."""
    from app.operations import models, proposals
    from core_models.contract.job import Predicted, Region

    def act(session) -> None:
        version, digests = models.active(session).id, proposals.present_digests(session)
        class_id = max(digests)
        found = [Predicted(k, class_id, 0.9, (Region(generated.blob(300, 300), 0.9),)) for k in image_ids]
        proposals.receive(session, version, digests, None, found)

    workspace.do(act, title="Pre-label", undoable=False)


ACTS = {
    "next image, 30 times": lambda driven: keys(driven, *[Qt.Key.Key_Right] * 30),
    "the gallery scrolled from end to end": scroll,
    "a search by name": search,
    "a stroke": stroke,
    "accept, reject, undo": lambda driven: keys(driven, Qt.Key.Key_N, Qt.Key.Key_A, Qt.Key.Key_N, Qt.Key.Key_R),
    "results of a running job": results,
}
