"""The time that a pre-labelling will take comes from those that were done, and from nothing else."""

from __future__ import annotations

import pytest

from app.store import pace
from app.store.pace import Pace
from app.store.records import Inference, Job
from tests.toy_project import Toy, make_toy


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file)


def add_job(toy: Toy, *, version_id: int, seconds: float, done: int = 5, state: str = "finished") -> None:
    """A job that began at noon, answered first 4 s later, and ended after so many seconds."""

    def act(session) -> None:
        ended = f"2026-01-01T12:{int(seconds) // 60:02}:{seconds % 60:06.3f}Z"
        job = Job(kind="prelabel", state=state, spec={"version_id": version_id}, done=done, total=done, started_at="2026-01-01T12:00:00.000Z", ended_at=ended)
        session.add(job)
        session.flush()
        for k in range(2):
            session.add(
                Inference(
                    image_id=toy.image_ids[k], class_id=toy.class_id, version_id=version_id, support_digest=f"{job.id}", job_id=job.id,
                    image_score=0.5, regions=0, at=f"2026-01-01T12:00:0{4 + k}.000Z",
                )
            )  # fmt: skip

    toy.do(act, undoable=False)


def found(toy: Toy) -> Pace | None:
    with toy.workspace.read() as session:
        return pace.of_prelabelling(session)


def test_before_there_is_a_job_nothing_is_said(toy):
    assert found(toy) is None


def test_the_newest_job_of_the_active_version_counts(toy):
    active = toy.active_id()
    add_job(toy, version_id=active, seconds=100)
    add_job(toy, version_id=active, seconds=12)
    add_job(toy, version_id=active + 1, seconds=50)
    assert found(toy) == Pace(4.0, 2.0) and found(toy).seconds(497) == 4 + 496 * 2


def test_what_ended_badly_or_after_one_image_says_nothing(toy):
    add_job(toy, version_id=toy.active_id(), seconds=12, state="interrupted")
    add_job(toy, version_id=toy.active_id(), seconds=12, done=1)
    assert found(toy) is None
