"""Capture, undo, redo, conflict, folding: what is on record brings every table back exactly, on both databases."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy import delete, insert, select, update

from app.errors import UserError
from app.store import changes
from app.store.records import Annotation, ChangeRow, DefectClass, Image, Inference, Job, ModelVersion, Prediction, Root, Verdict
from app.workspace import Workspace
from core_models.contract.mask import Mask
from tests.app_fixtures import tables_of

MASK = Mask.from_array(np.eye(20, dtype=bool), 3, 4)


def add_class(session, name: str) -> int:
    row = DefectClass(name=name, colour="#e69f00")
    session.add(row)
    session.flush()
    return row.id


def add_images(session, count: int) -> list[int]:
    root = Root(name=f"root {count}", path=".")
    session.add(root)
    session.flush()
    rows = [
        Image(root_id=root.id, path=f"图 {k}.png", sha256=f"{k:064x}", width=60, height=40, channels=1, depth="uint8", likeness=bytes(range(256)))
        for k in range(count)
    ]
    session.add_all(rows)
    session.flush()
    return [r.id for r in rows]


def draw(session, image_id: int, class_id: int, mask: Mask = MASK) -> int:
    row = Annotation(image_id=image_id, class_id=class_id, by=session.info["by"])
    row.mask = mask
    session.add(row)
    session.flush()
    return row.id


def rename(session, class_id: int, name: str) -> None:
    session.get(DefectClass, class_id).name = name


def remove_class(session, class_id: int) -> None:
    """Parent and children in one flush, in the order that references would forbid."""
    session.delete(session.get(DefectClass, class_id))
    for row in session.scalars(select(Annotation).where(Annotation.class_id == class_id)):
        session.delete(row)


@pytest.fixture
def filled(workspace):
    workspace.class_id = workspace.do(add_class, "划痕", title="Add class")
    workspace.image_ids = workspace.do(add_images, 3, title="Add images")
    return workspace


def names(workspace) -> list[str]:
    with workspace.read() as session:
        return [c.name for c in session.scalars(select(DefectClass).order_by(DefectClass.id))]


def test_adding_changing_and_removing_come_back_exactly(workspace, check_undo):
    def act():
        class_id = workspace.do(add_class, "scratch", title="Add class")
        images = workspace.do(add_images, 3, title="Add images")
        drawn = workspace.do(draw, images[0], class_id, title="Draw")
        workspace.do(rename, class_id, "划痕", title="Rename")
        workspace.do(lambda s: setattr(s.get(Annotation, drawn), "mask", MASK.moved(2, 1)), title="Move")
        workspace.do(remove_class, class_id, title="Remove")

    check_undo(workspace, act)
    assert names(workspace) == [] and [row["kind"] for row in workspace.history(18)] == ["redo"] * 6 + ["undo"] * 6 + ["do"] * 6


def test_the_mask_that_comes_back_is_the_same_bit_for_bit(filled):
    drawn = filled.do(draw, filled.image_ids[0], filled.class_id, title="Draw")
    filled.do(lambda s: s.delete(s.get(Annotation, drawn)), title="Erase")
    filled.undo()
    with filled.read() as session:
        assert session.get(Annotation, drawn).mask == MASK


def test_a_unique_place_given_to_another_row_goes_back_to_the_first(filled, check_undo):
    """A verdict is removed and another one put in its place: undo must not meet the one with the other."""
    image, class_id = filled.image_ids[0], filled.class_id

    def give(session, state):
        session.add(Verdict(image_id=image, class_id=class_id, state=state, by="tester"))

    def replace(session):
        session.delete(session.scalars(select(Verdict)).one())
        session.flush()
        give(session, "needs_work")

    filled.do(give, "complete", title="Complete")
    check_undo(filled, lambda: filled.do(replace, title="Replace"))
    with filled.read() as session:
        assert session.scalars(select(Verdict.state)).all() == ["needs_work"]


def test_a_name_handed_from_class_to_class_goes_back(filled, check_undo):
    other = filled.do(add_class, "b", title="Add class")

    def shift(session):
        rename(session, filled.class_id, "c")
        session.flush()
        rename(session, other, "划痕")

    check_undo(filled, lambda: filled.do(shift, title="Shift names"))
    assert names(filled) == ["c", "划痕"]


def test_an_operation_that_fails_leaves_nothing(filled):
    before, history = tables_of(filled), filled.history()
    heard = []
    filled.listeners.append(heard.append)

    def breaks(session):
        draw(session, filled.image_ids[0], filled.class_id)
        raise KeyError("midway")

    with pytest.raises(KeyError):
        filled.do(breaks, title="Draw")
    assert tables_of(filled) == before and filled.history() == history and not heard


def test_what_changes_nothing_leaves_no_record(filled):
    before = filled.history()
    filled.do(rename, filled.class_id, "划痕", title="Rename to itself")
    filled.do(lambda s: s.delete(s.get(DefectClass, add_class(s, "gone"))), title="Add and remove")
    assert filled.history() == before


def test_redo_is_cleared_by_a_new_change(filled):
    filled.do(rename, filled.class_id, "a", title="To a")
    filled.undo()
    filled.do(rename, filled.class_id, "b", title="To b")
    with pytest.raises(UserError, match="nothing to do again"):
        filled.redo()
    assert names(filled) == ["b"]


def test_undo_of_everything_ends_with_a_sentence(filled):
    assert [filled.undo(), filled.undo()] == ["Add images", "Add class"]
    with pytest.raises(UserError, match="nothing to take back"):
        filled.undo()
    assert not any(tables_of(filled)[name] for name in ("defect_class", "image", "root"))


def test_each_person_takes_back_her_own(filled):
    filled.do(rename, filled.class_id, "by the first", title="First")
    filled.by = "second"
    filled.do(add_class, "other", title="Second")
    filled.by = "tester"
    assert filled.undo() == "First"
    assert names(filled) == ["划痕", "other"]


def test_undo_refuses_what_somebody_else_wrote_over(filled):
    filled.do(rename, filled.class_id, "mine", title="Mine")
    filled.by = "second"
    filled.do(rename, filled.class_id, "hers", title="Hers")
    filled.by = "tester"
    with pytest.raises(UserError, match="was changed since"):
        filled.undo()
    assert names(filled) == ["hers"]


def test_undo_lets_another_column_of_the_same_row_be(filled):
    filled.do(rename, filled.class_id, "mine", title="Mine")
    filled.do(lambda s: setattr(s.get(DefectClass, filled.class_id), "cut", 0.7), title="", undoable=False)
    filled.undo()
    with filled.read() as session:
        row = session.get(DefectClass, filled.class_id)
    assert (row.name, row.cut) == ("划痕", 0.7)


def test_undo_refuses_to_remove_what_something_later_refers_to(filled):
    filled.by = "second"
    filled.do(draw, filled.image_ids[0], filled.class_id, title="Draw")
    filled.by = "tester"
    before = tables_of(filled)
    filled_class = next(row["id"] for row in filled.history() if row["title"] == "Add class")
    with pytest.raises(UserError, match="was changed since"):
        filled.take_back(filled_class)
    assert tables_of(filled) == before


def test_taking_one_back_out_of_order_and_undoing_that(filled):
    filled.do(rename, filled.class_id, "renamed", title="Rename")
    other = filled.do(add_class, "other", title="Add other")
    change = next(row["id"] for row in filled.history() if row["title"] == "Rename")
    assert filled.take_back(change) == "Rename"
    assert names(filled) == ["划痕", "other"]
    with pytest.raises(UserError, match="taken back already"):
        filled.take_back(change)
    assert filled.undo() == "Take back: Rename"
    assert names(filled) == ["renamed", "other"]
    assert filled.redo() == "Take back: Rename"
    assert names(filled) == ["划痕", "other"]
    assert [filled.undo(), filled.undo(), filled.undo()] == ["Take back: Rename", "Add other", "Rename"]
    assert names(filled) == ["划痕"] and other


def test_what_a_job_did_is_on_record_and_closed_to_undo(filled):
    def job(session):
        session.execute(insert(Job), [{"kind": "prelabel"}])
        changes.note(session, "Pre-label 3 images")

    filled.do(job, title="Pre-label", undoable=False)
    note = filled.history()[0]
    assert (note["title"], note["kind"]) == ("Pre-label 3 images", "job")
    with pytest.raises(UserError, match="result of a job"):
        filled.take_back(note["id"])
    assert filled.undo() == "Add images"


@pytest.mark.parametrize("statement", [insert(DefectClass).values(name="x", colour="#000000"), update(DefectClass).values(cut=0.1), delete(DefectClass)])
def test_statements_past_the_capture_are_refused(filled, statement):
    before = tables_of(filled)
    with pytest.raises(RuntimeError, match="mapped objects"):
        filled.do(lambda s: s.execute(statement), title="Past the capture")
    assert tables_of(filled) == before


def test_steps_survive_closing(tmp_path, database_url):
    with Workspace.create(tmp_path / "p", database_url, by="tester") as workspace:
        class_id = workspace.do(add_class, "a", title="Add")
        workspace.do(rename, class_id, "b", title="Rename")
    with Workspace.open(tmp_path / "p", writing=True, by="tester") as workspace:
        assert workspace.undo() == "Rename"
    with Workspace.open(tmp_path / "p", writing=True, by="tester") as workspace:
        assert names(workspace) == ["a"]
        assert workspace.redo() == "Rename"
        assert names(workspace) == ["b"]


def test_listeners_hear_tables_and_images(filled):
    heard = []
    filled.listeners.append(heard.append)
    image = filled.image_ids[1]
    filled.do(draw, image, filled.class_id, title="Draw")
    filled.undo()
    assert [(c.title, c.tables, c.image_ids) for c in heard] == [("Draw", {"annotation"}, {image})] * 2


def test_listeners_hear_the_images_of_predictions(filled):
    image = filled.image_ids[2]

    def predict(session):
        version = ModelVersion(engine="nearest")
        session.add(version)
        session.flush()
        inference = Inference(image_id=image, class_id=filled.class_id, version_id=version.id, support_digest="d", image_score=0.5, regions=1)
        session.add(inference)
        session.flush()
        row = Prediction(inference_id=inference.id, score=0.5, cut=0.5)
        row.mask = MASK
        session.add(row)
        session.flush()
        return row.id

    prediction = filled.do(predict, title="Predict", undoable=False)
    heard = []
    filled.listeners.append(heard.append)
    filled.do(lambda s: setattr(s.get(Prediction, prediction), "decision", "accepted"), title="Accept")
    assert heard[0].image_ids == {image}


def rows_kept(workspace) -> list[bool]:
    with workspace.read() as session:
        return [bool(rows) for rows in session.scalars(select(ChangeRow.rows).order_by(ChangeRow.id))]


def test_old_steps_are_folded_by_number(filled, monkeypatch):
    monkeypatch.setattr(changes, "MOST_STEPS", 3)
    for name in "abc":
        filled.do(rename, filled.class_id, name, title=f"To {name}")
    assert rows_kept(filled) == [False, False, True, True, True]
    assert len(filled.history()) == 5
    assert [filled.undo() for _ in range(2)] == ["To c", "To b"]  # each undo is a step on record and folds an older one
    with pytest.raises(UserError, match="too far back"):
        filled.undo()


def test_old_steps_are_folded_by_size_but_never_the_newest(filled, monkeypatch):
    monkeypatch.setattr(changes, "MOST_BYTES", 10)
    filled.do(rename, filled.class_id, "a" * 100, title="Long")
    assert rows_kept(filled) == [False, False, True]
    assert filled.undo() == "Long"


def test_what_an_older_program_recorded_is_not_put_back_wrongly(filled):
    def age(session):
        row = session.scalars(select(ChangeRow).order_by(ChangeRow.id.desc()).limit(1)).one()
        row.rows = [["image", filled.image_ids[0], None, {"id": filled.image_ids[0], "column_of_old": 1}]]

    filled.do(age, title="", undoable=False)
    with pytest.raises(UserError, match="older version"):
        filled.undo()


def test_threads_write_in_turn_and_read_meanwhile(workspace):
    faults = []

    def work(k: int) -> None:
        try:
            for n in range(5):
                workspace.do(add_class, f"{k}.{n}", title="Add")
                assert f"{k}.{n}" in names(workspace)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and len(names(workspace)) == 20
    for _ in range(20):
        workspace.undo()
    assert names(workspace) == []
