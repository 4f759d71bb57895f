"""What is said before another version takes over is what happens then."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.operations import handover, models, versions
from app.store.records import DefectClass
from tests.toy_project import make_toy, square


@pytest.fixture
def toy(workspace, make_image_file):
    return make_toy(workspace, make_image_file)


def read(toy, query, *args):
    with toy.workspace.read() as session:
        return query(session, *args)


def use(toy, version_id: int) -> None:
    toy.do(models.activate_id, toy.workspace.folder, version_id)


def test_counts_say_what_then_happens(toy):
    old, new = toy.active_id(), toy.active_id() + 1
    toy.receive(old, {2: [square(5, 5), square(30, 20)], 3: [square(5, 5)]})
    before = read(toy, handover.of, new)
    assert before == handover.Handover(old, new, withdrawn=3, coming_back=0, unanswered=6)
    assert read(toy, handover.of, old) == handover.Handover(old, old, 0, 3, 4)
    use(toy, new)
    assert toy.decisions(old) == ["withdrawn"] * 3 and read(toy, handover.previous) == old
    toy.receive(new, {2: [square(5, 5)]})
    back = read(toy, handover.of, old)
    assert (back.withdrawn, back.coming_back, back.unanswered) == (1, 3, 4)
    use(toy, old)
    assert toy.decisions(old).count("pending") == 3 and read(toy, handover.previous) == new


def test_what_is_hidden_below_the_cut_is_not_counted(toy):
    old, new = toy.active_id(), toy.active_id() + 1
    toy.receive(old, {2: [square(5, 5)]}, score=0.6)

    def raise_cut(session):
        session.scalar(select(DefectClass)).cut = 0.7

    toy.do(raise_cut)
    assert read(toy, handover.of, new).withdrawn == 0
    use(toy, new)
    assert read(toy, handover.of, old).coming_back == 0


def test_rows_are_newest_first_with_what_is_known(toy):
    rows = read(toy, versions.rows)
    assert [r.engine for r in rows] == ["in_context", "eamnet", "strip_steel", "nearest", "support_head"]
    assert [r.active for r in rows] == [False, False, False, False, True] and all(r.bundled and r.labels is None and not r.iou for r in rows)
    use(toy, rows[0].id)
    assert [(r.active, r.previous) for r in read(toy, versions.rows)] == [(True, False), (False, False), (False, False), (False, False), (False, True)]
