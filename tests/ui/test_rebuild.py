"""The window made anew, as after a change of theme or language: project, page and image stay, and it works as before."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app.ui import theme
from tests.ui.driving import annotations, idle, key, show, stroke


def test_rebuilding_keeps_the_project_and_the_image(opened, toy_of, qtbot):
    toy = toy_of()
    window = opened(toy)
    show(window, toy, 3, qtbot)
    folder, before = window.context.folder, window.page
    theme.wear(QApplication.instance(), theme.LIGHT)
    try:
        window.rebuild()
        toy.workspace = window.context.workspace
        qtbot.waitUntil(lambda: window.page is not None and window.page.canvas.image_size[0] > 0)
        assert window.page is not before and window.context.folder == folder and window.context.image_id == toy.image_ids[3]
        marked = len(annotations(toy))
        key(window, "b")
        stroke(window, qtbot)
        idle(window, qtbot)
        assert len(annotations(toy)) == marked + 1
        key(window, "v")
        assert sum(action.objectName() == "brush" for action in window.actions()) == 1
    finally:
        theme.wear(QApplication.instance(), theme.DARK)


def test_rebuilding_the_start_page(qtbot, opened):
    from app.ui.main_window import MainWindow, application

    application()
    window = MainWindow()
    qtbot.addWidget(window)
    before = window.start
    window.rebuild()
    assert window.start is not before and window.page is None and not window.actions_["undo"].isEnabled()
