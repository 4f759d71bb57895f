"""The gallery's and the canvas's reads: order, states, classes and the regions that are shown on one image."""

from __future__ import annotations

import pytest

from app.operations import annotations, classes, drawing
from app.store import gallery
from tests.toy_project import Toy, make_toy, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    made = make_toy(workspace, make_image_file)
    made.receive(made.active_id(), {3: [square(10), square(30)]}, score=0.8)
    return made


def read(toy: Toy, query, *args):
    with toy.workspace.read() as session:
        return query(session, *args)


def test_rows_come_in_order_with_state_and_classes(toy):
    rows = read(toy, gallery.rows)
    assert [r.id for r in rows] == toy.image_ids
    assert [r.state.word for r in rows] == ["annotated", "annotated", "new", "prelabelled", "new", "new"]
    assert [bool(r.classes) for r in rows] == [True, True, False, True, False, False]
    assert rows[2].name == "图 0002.png" and len(rows[2].sha256) == 64


def test_some_rows_are_the_same_as_in_all(toy):
    some = [toy.image_ids[3], toy.image_ids[0]]
    assert read(toy, gallery.rows, some) == [r for r in read(toy, gallery.rows) if r.id in some]


def test_regions_are_annotations_first_then_the_least_certain_proposal(toy):
    toy.receive(toy.active_id(), {4: [square(10)]}, score=0.9)
    toy.do(annotations.add, toy.image_ids[3], toy.class_id, square(50), source="import", ignore=True)
    found = read(toy, gallery.regions_on, toy.image_ids[3])
    assert [(r.kind, r.score) for r in found] == [("ignore", None), ("proposal", 0.8), ("proposal", 0.8)]
    assert [r.mask for r in found] == [square(50), square(10), square(30)]


def test_what_was_decided_is_shown_no_more(toy):
    toy.do(drawing.decide, 1, "reject")
    assert [r.key for r in read(toy, gallery.regions_on, toy.image_ids[3])] == [("proposal", 2)]


def test_a_hidden_region_is_not_shown(toy):
    toy.do(lambda session: classes.set_cut(session, classes.get(session, "scratch"), 0.85))
    assert not read(toy, gallery.regions_on, toy.image_ids[3])


def test_class_rows_count(toy):
    (row,) = read(toy, gallery.class_rows)
    assert (row.name, row.annotations, row.shots, row.pending) == ("scratch", 2, 2, 2)


def test_unanswered_counts_what_a_prelabelling_would_do(toy):
    assert read(toy, gallery.unanswered) == len(toy.image_ids) - 1, "one image has an answer of the present shots"
    toy.receive(toy.active_id(), {k: [] for k in range(5)})
    assert read(toy, gallery.unanswered) == 1
    toy.do(drawing.stroke, toy.image_ids[5], toy.class_id, square(3), "add")
    assert read(toy, gallery.unanswered) == 6, "one more shot makes every answer old"


def test_without_shots_nothing_can_be_answered(workspace, make_image_file):
    bare = make_toy(workspace, make_image_file, shots=0)
    assert read(bare, gallery.unanswered) == 0
