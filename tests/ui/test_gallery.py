"""The gallery by mouse and key: grid, filters, an order that never moves under the hand, and its speed with 100,000 images."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap

from app.operations import annotations, drawing, images, verdicts
from app.store.gallery import GalleryRow, class_rows
from app.store.queries import ImageState
from app.ui import gallery_reading
from app.ui.gallery_view import GalleryView
from app.ui.panels.gallery import GalleryPanel
from app.ui.thumbnails import DiskCache, Thumbnails
from tests.toy_project import square


@pytest.fixture
def thumbnails(qtbot, tmp_path):
    made = Thumbnails(DiskCache(tmp_path / "cache"))
    yield made
    made.close()


@pytest.fixture
def panel(context, thumbnails, qtbot):
    made = GalleryPanel(context, thumbnails)
    qtbot.addWidget(made)
    made.resize(280, 600)
    with qtbot.waitSignal(made.loaded):
        made.show()
    return made


def names(panel: GalleryPanel) -> list[str]:
    return [row.name for row in panel.view.rows]


def act(context, qtbot, operation, *args, **kwargs) -> None:
    done = []
    context.do(operation, *args, title="test", done=lambda _: done.append(1), **kwargs)
    qtbot.waitUntil(lambda: bool(done))


def followed(panel: GalleryPanel, qtbot) -> None:
    """What was changed has been read again."""
    qtbot.waitUntil(lambda: not panel._soon and not panel._reading_some)


def click(view: GalleryView, k: int, qtbot) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.cell(k).center())


def test_it_lists_all_images_and_a_click_opens_one(panel, context, toy, qtbot):
    assert len(names(panel)) == 6 and panel.count.text().startswith("6")
    click(panel.view, 3, qtbot)
    assert context.image_id == toy.image_ids[3] == panel.view.current
    assert panel.path_of(context.image_id) == toy.files[3]


def test_a_click_beside_the_images_opens_nothing(panel, context, qtbot):
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, panel.view.viewport().height() - 3))
    assert context.image_id is None


def test_a_click_takes_no_keyboard_focus_and_tab_does(panel, qtbot):
    click(panel.view, 0, qtbot)
    assert not panel.view.hasFocus()
    panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.view.hasFocus()


def test_arrow_keys_move_by_rows(panel, context, toy, qtbot):
    click(panel.view, 0, qtbot)
    panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert context.image_id == toy.image_ids[panel.view.columns]
    qtbot.keyClick(panel.view, Qt.Key.Key_Up)
    assert context.image_id == toy.image_ids[0]
    qtbot.keyClick(panel.view, Qt.Key.Key_Up)
    assert context.image_id == toy.image_ids[0], "nothing lies above"


def test_search_and_state_narrow_it_and_clear_widens_it(panel, toy, qtbot):
    qtbot.keyClicks(panel.search, "0003")
    assert names(panel) == ["图 0003.png"] and panel.count.text() == "1 of 6"
    panel.search.clear()
    panel.state.setCurrentIndex(panel.state.findData("annotated"))
    assert names(panel) == ["图 0000.png", "图 0001.png"]
    qtbot.keyClicks(panel.search, "nowhere")
    assert names(panel) == [] and panel.clear.isVisible()
    qtbot.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    assert len(names(panel)) == 6 and not panel.clear.isVisible()


def test_the_class_filter_follows_the_classes(panel, context, toy, qtbot):
    panel.set_classes(context.read(class_rows))
    panel.classes.setCurrentIndex(1)
    assert names(panel) == ["图 0000.png", "图 0001.png"]
    panel.set_classes([])
    assert panel.classes.count() == 1 and len(names(panel)) == 6, "the class is gone, and its filter with it"


def test_newcomers_come_last_and_nothing_else_moves_until_sorted_again(panel, context, toy, qtbot):
    panel.state.setCurrentIndex(panel.state.findData("annotated"))
    act(context, qtbot, drawing.stroke, toy.image_ids[5], toy.class_id, square(3), "add")
    followed(panel, qtbot)
    assert names(panel) == ["图 0000.png", "图 0001.png", "图 0005.png"]
    act(context, qtbot, drawing.stroke, toy.image_ids[2], toy.class_id, square(3), "add")
    followed(panel, qtbot)
    assert names(panel)[-2:] == ["图 0005.png", "图 0002.png"] and panel.sort_again.isVisible()
    qtbot.mouseClick(panel.sort_again, Qt.MouseButton.LeftButton)
    assert names(panel) == [f"图 000{k}.png" for k in (0, 1, 2, 5)] and not panel.sort_again.isVisible()


def test_what_no_longer_fits_stays_under_the_hand(panel, context, toy, qtbot):
    panel.state.setCurrentIndex(panel.state.findData("new"))
    click(panel.view, 1, qtbot)
    act(context, qtbot, verdicts.defect_free, context.image_id)
    followed(panel, qtbot)
    assert names(panel) == [f"图 000{k}.png" for k in (2, 3, 4, 5)] and panel.view.current == toy.image_ids[3]
    assert panel.view.rows[1].state.word == "defect_free"


def test_added_and_removed_images_are_followed(panel, context, toy, make_image_file, qtbot):
    found = list(images.scan([make_image_file("aaa.png")]))
    act(context, qtbot, lambda session: images.register(session, context.folder, found) and None)
    qtbot.waitUntil(lambda: len(names(panel)) == 7)
    assert names(panel)[-1] == "aaa.png"
    act(context, qtbot, lambda session: images.remove(session, [images.find(session, context.folder, "图 0001.png")]))
    qtbot.waitUntil(lambda: len(names(panel)) == 6)
    assert "图 0001.png" not in names(panel)


def test_the_next_image_to_review_is_found_round_the_end(panel, context, toy, qtbot):
    toy.receive(toy.active_id(), {3: [square(10)], 5: [square(10)]})
    with qtbot.waitSignal(panel.loaded):
        panel.reload()
    for expected in (3, 5, 3):
        assert panel.step_waiting(1) and context.image_id == toy.image_ids[expected]
    assert panel.step_waiting(-1) and context.image_id == toy.image_ids[5]


def test_proposals_that_a_new_shot_makes_old_leave_the_gallery(panel, context, toy, qtbot):
    toy.receive(toy.active_id(), {4: [square(10)]})
    with qtbot.waitSignal(panel.loaded):
        panel.reload()
    assert panel.images[toy.image_ids[4]].state.pending == 1
    act(context, qtbot, annotations.add, toy.image_ids[3], toy.class_id, square(3))
    qtbot.waitUntil(lambda: panel.images[toy.image_ids[4]].state.pending == 0, timeout=30000)


class _Ready(Thumbnails):
    """Every picture is there at once: what is measured is the view."""

    def get(self, key, path):
        return _Ready.picture


def test_a_hundred_thousand_images_show_and_scroll_at_once(qtbot, tmp_path):
    _Ready.picture = QPixmap(120, 90)
    made = _Ready(DiskCache(tmp_path))
    view = GalleryView(made)
    qtbot.addWidget(view)
    view.resize(700, 900)
    view.show()
    state = ImageState(classes=1)
    rows = [GalleryRow(k, 1, f"{k:06}.png", f"{k:064}", state, frozenset()) for k in range(100_000)]
    view.set_rows(rows, {1: Path("/nowhere")})
    times = []
    for k in range(20):
        start = time.perf_counter()
        view.verticalScrollBar().setValue(k * 90_000)
        view.viewport().repaint()
        times.append(time.perf_counter() - start)
    assert sorted(times)[3] < 0.05, "an item view of Qt's takes twice as long at its best"
    view.set_current(99_999)
    assert view.viewport().rect().contains(view.cell(99_999).center())
    made.close()


# -- what is read again -----------------------------------------------------------------------------------------------------


@pytest.fixture
def whole_readings(panel, monkeypatch) -> list[int]:
    """Grows with each reading of all images."""
    begun, real = [], gallery_reading.whole
    monkeypatch.setattr(gallery_reading, "whole", lambda session: (begun.append(1), real(session))[1])
    return begun


def quiet(panel, qtbot) -> None:
    """Nothing is being read, and nothing waits to be."""
    qtbot.waitUntil(lambda: not panel._again.isActive() and not panel._reading and not panel._context._tasks)


def test_a_change_on_one_image_reads_no_other(panel, context, toy, qtbot, whole_readings):
    toy.do(annotations.add, toy.image_ids[4], toy.class_id, square(), source="import")  # no shot comes of it
    qtbot.waitUntil(lambda: panel.images[toy.image_ids[4]].state.annotated)
    quiet(panel, qtbot)
    assert whole_readings == []


def test_a_jobs_results_are_shown_without_reading_all(panel, context, toy, qtbot, whole_readings):
    toy.receive(toy.active_id(), {3: [square()], 5: [square(), square(30, 20)]})
    qtbot.waitUntil(lambda: panel.waiting == 2)
    quiet(panel, qtbot)
    assert panel.images[toy.image_ids[5]].state.pending == 2 and whole_readings == []


def test_another_shot_takes_the_proposals_of_all_images_out(panel, context, toy, qtbot, whole_readings):
    toy.receive(toy.active_id(), {3: [square()], 5: [square()]})
    qtbot.waitUntil(lambda: panel.waiting == 2)
    quiet(panel, qtbot)
    toy.do(annotations.add, toy.image_ids[0], toy.class_id, square())  # on a shot: its proposals elsewhere are of yesterday
    qtbot.waitUntil(lambda: panel.waiting == 0)
    quiet(panel, qtbot)
    assert len(whole_readings) == 1


def test_of_many_images_the_first_are_there_at_once_and_then_all(context, toy, thumbnails, qtbot, monkeypatch):
    monkeypatch.setattr(gallery_reading, "FIRST", 2)
    made = GalleryPanel(context, thumbnails)
    qtbot.addWidget(made)
    seen = []
    made.loaded.connect(lambda: seen.append((made.whole, list(made.images), made.count.text())))
    qtbot.waitUntil(lambda: made.whole)
    assert seen == [(False, toy.image_ids[:2], ""), (True, toy.image_ids, "6 images")]
    assert not made.sort_again.isVisibleTo(made)


def test_only_asked_images_are_listed_with_the_reason_and_a_way_back(panel, context, toy, qtbot):
    panel.search.setText("0001")
    assert names(panel) == ["图 0001.png"]
    context.show_images([toy.image_ids[4], toy.image_ids[2]], "Images with a scratch")
    assert names(panel) == ["图 0002.png", "图 0004.png"] and panel.search.text() == ""
    assert panel.why.text() == "Images with a scratch" and panel.only.isVisible()
    assert context.image_id == toy.image_ids[2]
    act(context, qtbot, annotations.add, toy.image_ids[2], toy.class_id, square(), source="import")
    followed(panel, qtbot)
    assert names(panel) == ["图 0002.png", "图 0004.png"] and not panel.sort_again.isVisible()
    panel.state.setCurrentIndex(panel.state.findData("new"))  # narrowed like the whole
    assert names(panel) == ["图 0004.png"]
    panel.state.setCurrentIndex(0)
    qtbot.mouseClick(panel.all_images, Qt.MouseButton.LeftButton)
    assert len(names(panel)) == 6 and not panel.only.isVisible() and context.image_id == toy.image_ids[2]


def test_an_open_image_among_those_asked_for_stays_open(panel, context, toy, qtbot):
    context.select_image(toy.image_ids[4])
    context.show_images(toy.image_ids[2:5], "why")
    assert context.image_id == toy.image_ids[4]


def test_parts_with_several_images_can_be_chosen(panel, context, toy, qtbot):
    assert not panel.parts.isVisible()  # each image is a part of its own

    def group(session) -> None:
        for place, name in ((0, "part 7"), (3, "part 7"), (1, "~auto"), (5, "~auto")):
            session.get(images.Image, toy.image_ids[place]).part_group = name

    act(context, qtbot, group)
    qtbot.waitUntil(panel.parts.isVisible)
    assert [panel.parts.itemText(k) for k in range(panel.parts.count())] == ["all parts", "part 7", "图 0001.png"]
    panel.parts.setFocus()
    qtbot.keyClick(panel.parts, Qt.Key.Key_Down)
    assert names(panel) == ["图 0000.png", "图 0003.png"]
    qtbot.keyClick(panel.parts, Qt.Key.Key_Down)
    assert names(panel) == ["图 0001.png", "图 0005.png"]
    panel.clear_filter()
    assert len(names(panel)) == 6 and panel.parts.currentIndex() == 0


def test_an_image_that_is_taken_back_is_listed_no_more(panel, context, toy, make_image_file, qtbot):
    found = list(images.scan([make_image_file("new.png")]))
    act(context, qtbot, lambda session: images.register(session, context.folder, found) and None)
    qtbot.waitUntil(lambda: len(names(panel)) == 7)
    quiet(panel, qtbot)
    context.undo()
    qtbot.waitUntil(lambda: len(names(panel)) == 6)
