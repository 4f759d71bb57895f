"""The Train page by real clicks and keys: improve, what it says at the end, use, roll back, keep, retire; the worker is a toy."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.jobs import launchers
from app.operations import checking, jobs, models, versions
from app.store.records import ActiveVersion, Image, Job, ModelVersion
from app.ui.train.engines import EngineChoice
from app.ui.train.version_list import VersionList
from tests.toy_project import settle_split, square
from tests.ui.driving import LEFT

WORKER = Path(__file__).parents[2] / "jobs" / "toy_worker.py"
CHECK = (4, 7)  # places of the toy's images that may become check images


@pytest.fixture(autouse=True)
def toy_workers(monkeypatch):
    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, str(WORKER), *words])
    monkeypatch.setattr(EngineChoice, "_known", [])


def with_check_images(toy) -> None:
    """Two check images, of which one holds a defect; three proposals of the present version wait."""
    from app.operations import annotations

    toy.receive(toy.active_id(), {2: [square(5, 5), square(30, 20)], 3: [square(5, 5)]})
    toy.do(annotations.add, toy.image_ids[CHECK[0]], toy.class_id, square(10, 10, 10), source="import")
    for place in CHECK:
        toy.do(checking.complete, toy.image_ids[place])


@pytest.fixture
def toy(toy_of):
    return toy_of(prepare=with_check_images, count=8, check=True)


@pytest.fixture
def window(toy, opened, qtbot):
    made = opened(toy)
    made.context.go_to("train")
    qtbot.waitUntil(lambda: made.view.page.improve_button.isEnabled() and made.view.page.compare_button.isVisible())
    yield made
    if made.context:
        for job in made.context.read(jobs.open_jobs):
            if job.pid and psutil.pid_exists(job.pid):
                psutil.Process(job.pid).kill()


def states(toy) -> list[str]:
    return [job.state for job in toy.find(select(Job).where(Job.kind != "prelabel").order_by(Job.id))]


def active(toy) -> int:
    return toy.find(select(ActiveVersion))[0].version_id


def improved(window, toy, qtbot, monkeypatch) -> int:
    """Presses the button and waits for the version; its id."""
    monkeypatch.setenv("TOY", "compare")
    qtbot.mouseClick(window.view.page.improve_button, LEFT)
    qtbot.waitUntil(lambda: states(toy) == ["finished"])
    made = toy.find(select(ModelVersion).where(ModelVersion.job_id.is_not(None)))[0].id
    qtbot.waitUntil(lambda: window.view.page.versions.chosen.id == made and window.view.page.use_button.isVisible())
    return made


def test_the_engines_are_those_of_the_worker_with_what_each_is_for(window, qtbot):
    engines = window.view.page.engines
    qtbot.waitUntil(lambda: engines.sentence.text() == "strip_steel is for this.")
    assert [engines.box.itemText(k) for k in range(engines.box.count())] == ["eamnet", "in_context", "nearest", "strip_steel", "support_head"]
    engines.box.setFocus()
    QTest.keyClick(engines.box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: engines.sentence.text() == "support_head is for this.")
    page = window.view.page
    assert not page.improve_button.isEnabled() and "learns from the shots alone" in page.hint.text()
    assert page.versions.chosen.engine == "support_head"


def test_the_button_says_how_many_labels_and_how_long(window):
    assert "Improve with 2 new label" in window.view.page.improve_button.text() and "about 6 min" in window.view.page.improve_button.text()


def test_nothing_to_learn_from_is_said(toy_of, opened, qtbot):
    window = opened(toy_of(shots=0))
    window.context.go_to("train")
    page = window.view.page
    qtbot.waitUntil(lambda: page.hint.isVisible())
    qtbot.waitUntil(lambda: "Mark defects" in page.hint.text())
    assert not page.improve_button.isEnabled()
    QTest.keyClick(page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "No version was made here yet" in page.beside.empty)
    assert not window.context.read(lambda session: list(session.scalars(select(Job))))


def test_its_key_improves_and_the_page_tells_how_the_new_version_differs(window, toy, qtbot, monkeypatch):
    monkeypatch.setenv("TOY", "compare")
    page = window.view.page
    QTest.keyClick(page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: states(toy) == ["finished"])
    qtbot.waitUntil(lambda: page.versions.chosen.parent == 3 and "Version 6 finds 1 of 1 (version 1: 0)" in page.sentence.text())
    assert "too few to say" in page.sentence.text() and not window.messages.isVisible()
    assert "3 pending proposal" in page.consequence.text() and "Version 6 has 0" in page.consequence.text()
    assert page.versions.chosen.labels == 2 and page.versions.chosen.iou == {"scratch": 1.0}
    assert [i.image_id for i in page.comparison.images] == [toy.image_ids[k] for k in CHECK]
    qtbot.waitUntil(lambda: "Train once more on 2 label" in page.improve_button.text())


def test_a_version_says_which_engine_it_answers_together_with(toy, qtbot):
    def tuned(session) -> None:
        for metrics in ({"together_with": "support_head"}, {}):
            session.add(ModelVersion(engine="strip_steel", parent_id=1, folder="models/none", metrics=metrics))

    toy.do(tuned, undoable=False)
    with toy.workspace.read() as session:
        alone, both = versions.rows(session)[:2]
    listed = VersionList()
    qtbot.addWidget(listed)
    assert listed.origin(both).startswith("strip_steel + support_head, from version 1") and listed.origin(alone).startswith("strip_steel, from version 1")


def test_use_does_what_it_said_and_roll_back_takes_it_back(window, toy, qtbot, monkeypatch):
    page = window.view.page
    made = improved(window, toy, qtbot, monkeypatch)
    qtbot.mouseClick(page.use_button, LEFT)
    qtbot.waitUntil(lambda: active(toy) == made and page.roll_back_button.isVisible())
    assert toy.decisions(1) == ["withdrawn"] * 3 and "makes the proposals now" in window.messages.text.text()
    assert "Version 1 has 3" in page.consequence.text() and page.roll_back_button.text() == "Roll back to version 1"
    qtbot.mouseClick(page.roll_back_button, LEFT)
    qtbot.waitUntil(lambda: active(toy) == 1 and toy.decisions(1) == ["pending"] * 3)
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: active(toy) == made)


def test_keep_changes_nothing_and_says_so(window, toy, qtbot, monkeypatch):
    page = window.view.page
    improved(window, toy, qtbot, monkeypatch)
    qtbot.mouseClick(page.keep_button, LEFT)
    assert "nothing pending changes" in window.messages.text.text()
    qtbot.waitUntil(lambda: page.versions.chosen.id == 1 and not page.keep_button.isVisible())
    assert active(toy) == 1 and toy.decisions(1) == ["pending"] * 3


def test_more_check_images_are_opened_one_after_the_other(window, toy, qtbot, monkeypatch):
    def free(session):  # one of them is undecided again
        from app.operations import verdicts

        settle_split(session, toy.image_ids[CHECK[1]], "")
        verdicts.clear(session, toy.image_ids[CHECK[1]])

    page = window.view.page
    improved(window, toy, qtbot, monkeypatch)
    window.context.do(free, title="test")
    assert "Mark 4 more check image" in page.mark_more_button.text() and "scratch" in page.mark_more_button.text()
    qtbot.mouseClick(page.mark_more_button, LEFT)
    qtbot.waitUntil(lambda: window.view.page_id == "label" and window.context.image_id == toy.image_ids[CHECK[1]])
    qtbot.waitUntil(lambda: "Check image" in window.page.act.text())
    qtbot.waitUntil(lambda: [row.id for row in window.page.gallery.view.rows] == [toy.image_ids[CHECK[1]]])


def test_an_image_opens_by_a_click_and_esc_comes_back(window, toy, qtbot, monkeypatch):
    page = window.view.page
    improved(window, toy, qtbot, monkeypatch)
    qtbot.mouseClick(page.beside.viewport(), LEFT, pos=page.beside.row(0).center())
    qtbot.waitUntil(lambda: window.view.page_id == "label" and window.context.image_id == toy.image_ids[CHECK[0]])
    QTest.keyClick(window.page.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.view.page is page)


def test_elsewhere_it_ends_in_a_sentence_with_buttons(window, toy, qtbot, monkeypatch):
    monkeypatch.setenv("TOY", "compare")
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    QTest.keyClick(window.view.page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    window.context.go_to("label")
    qtbot.waitUntil(lambda: window.messages.isVisible() and "Version 6 finds 1 of 1" in window.messages.text.text())
    names = [way.text() for way in window.messages.ways]
    assert names[1] == "Use" and "Show the" in names[2] and names[3] == "Keep" and "Mark 4 more" in names[0]
    qtbot.mouseClick(window.messages.ways[1], LEFT)
    qtbot.waitUntil(lambda: "3 pending proposal" in window.messages.text.text())
    assert active(toy) == 1, "it says first what will happen"
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: active(toy) == 6)


def test_the_curve_grows_and_stop_keeps_the_best_so_far(window, toy, qtbot, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.5")
    page = window.view.page
    qtbot.mouseClick(page.improve_button, LEFT)
    qtbot.waitUntil(lambda: page.run_panel.isVisible() and len(page.run_panel.curve.points) >= 2)
    assert not page.improve_button.isEnabled() and page.run_panel.text.text() == "Training; you can go on labelling"
    qtbot.mouseClick(page.run_panel.stop, LEFT)
    qtbot.waitUntil(lambda: states(toy) == ["cancelled"])
    qtbot.waitUntil(lambda: page.run_panel.heading.text() == "Stopped" and page.run_panel.again.isVisible())
    assert "kept as version 6" in page.run_panel.text.text()
    qtbot.mouseClick(page.run_panel.close_button, LEFT)
    assert not page.run_panel.isVisible()


def test_a_failed_job_shows_its_sentence_its_details_and_a_second_try(window, toy, qtbot, monkeypatch):
    monkeypatch.setenv("TOY", "fail")
    page = window.view.page
    qtbot.mouseClick(page.improve_button, LEFT)
    qtbot.waitUntil(lambda: page.run_panel.again.isVisible())
    assert page.run_panel.text.text() == "The toy refuses to go on."
    qtbot.mouseClick(page.run_panel.details, LEFT)
    qtbot.waitUntil(lambda: page.run_panel.log.toPlainText() != "")
    monkeypatch.setenv("TOY", "compare")
    qtbot.mouseClick(page.run_panel.again, LEFT)
    qtbot.waitUntil(lambda: states(toy) == ["finished"] and not page.run_panel.isVisible())


def test_a_version_is_retired_after_it_was_said_what_that_means(window, toy, qtbot, monkeypatch):
    page = window.view.page
    made = improved(window, toy, qtbot, monkeypatch)
    qtbot.mouseClick(page.retire_button, LEFT)
    assert "weights are removed" in window.messages.text.text()
    qtbot.mouseClick(window.messages.ways[0], LEFT)
    qtbot.waitUntil(lambda: all(v.id != made for v in page.state.versions))
    assert not (toy.workspace.folder / f"models/{made}").exists()


def test_what_cannot_be_begun_is_said_and_can_be_tried_again(window, toy, qtbot):
    page, shot = window.view.page, toy.files[0]
    shot.rename(shot.with_suffix(".away"))
    qtbot.mouseClick(page.improve_button, LEFT)
    qtbot.waitUntil(lambda: "is missing on the disk" in window.messages.text.text())
    qtbot.waitUntil(page.improve_button.isEnabled)
    assert states(toy) == []


def test_an_engine_of_which_the_project_has_no_version_is_not_offered(toy, opened, qtbot, monkeypatch):
    described = [{"name": name, "kind": "segment", "summary": f"{name} is for this.", "trained": True} for name in ("a_new_one", "strip_steel", "support_head")]
    monkeypatch.setattr(launchers, "describe", lambda: described)
    window = opened(toy)
    window.context.go_to("train")
    engines = window.view.page.engines
    qtbot.waitUntil(lambda: engines.sentence.text() == "strip_steel is for this.")
    assert [engines.box.itemText(k) for k in range(engines.box.count())] == ["eamnet", "in_context", "nearest", "strip_steel", "support_head"]


def test_an_engine_that_cannot_be_asked_is_said(toy, opened, qtbot, monkeypatch):
    def broken() -> list:
        raise OSError("no answer within 120 s")

    monkeypatch.setattr(launchers, "describe", broken)
    window = opened(toy)
    window.context.go_to("train")
    qtbot.waitUntil(lambda: "could not be asked" in window.view.page.engines.sentence.text())


def test_who_can_only_look_is_offered_nothing(toy, opened, qtbot):
    from app.workspace import Workspace

    with Workspace.open(toy.workspace.folder, writing=True) as held:
        held.do(models.ensure_bundled, title="", undoable=False)
        window = opened(toy)
        window.context.go_to("train")
        page = window.view.page
        qtbot.waitUntil(lambda: page.compare_button.isVisible())
        assert not page.improve_button.isEnabled() and not page.compare_button.isEnabled() and "reading only" in page.hint.text()
    assert not toy.find(select(Image).where(Image.removed))
