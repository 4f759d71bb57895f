"""What a reading session remembers: it is asked for once, and anew after anybody has written."""

from __future__ import annotations

import pytest

from app.operations import annotations
from app.store import memo, shots
from app.workspace import Workspace
from tests.toy_project import make_toy, square


@pytest.fixture
def toy(workspace, make_image_file):
    if not workspace.database.is_sqlite:
        pytest.skip("a server's sessions remember nothing")
    return make_toy(workspace, make_image_file)


def digest(workspace: Workspace, class_id: int) -> str:
    with workspace.read() as session:
        return shots.present_digest(session, class_id)


def test_it_is_worked_out_once_until_somebody_writes(toy):
    calls = []

    def read() -> None:
        with toy.workspace.read() as session:
            memo.remembered(session, "k", lambda: calls.append(1))

    read()
    read()
    assert len(calls) == 1
    toy.do(annotations.add, toy.image_ids[3], toy.class_id, square())
    read()
    assert len(calls) == 2


def test_the_digest_follows_the_shots(toy):
    first = digest(toy.workspace, toy.class_id)
    assert digest(toy.workspace, toy.class_id) == first
    toy.do(annotations.add, toy.image_ids[0], toy.class_id, square())
    second = digest(toy.workspace, toy.class_id)
    assert second != first
    toy.workspace.undo()
    assert digest(toy.workspace, toy.class_id) == first


def test_what_another_process_writes_counts_too(toy):
    """Beside a window that only reads, somebody else writes: as from here by another connection."""
    with Workspace.open(toy.workspace.folder, writing=False) as beside:
        first = digest(beside, toy.class_id)
        toy.do(annotations.add, toy.image_ids[0], toy.class_id, square())
        assert digest(beside, toy.class_id) == digest(toy.workspace, toy.class_id) != first


def test_a_session_that_writes_works_it_out_each_time(toy):
    def act(session) -> tuple[str, str]:
        before = shots.present_digest(session, toy.class_id)
        annotations.add(session, toy.image_ids[0], toy.class_id, square())
        session.flush()
        return before, shots.present_digest(session, toy.class_id)

    before, after = toy.do(act)
    assert before != after


def test_a_session_that_began_before_the_write_sees_what_was(toy):
    first = digest(toy.workspace, toy.class_id)
    with toy.workspace.read() as session:
        toy.do(annotations.add, toy.image_ids[0], toy.class_id, square())
        assert shots.present_digest(session, toy.class_id) == first
    assert digest(toy.workspace, toy.class_id) != first
