"""Two versions side by side, from what a job kept: found whichever of them was the candidate, sorted by where they differ."""

from __future__ import annotations

import pytest

from app.operations import comparing
from app.store.records import Job
from core_models.contract import comparison
from core_models.contract.comparison import Compared, Side
from core_models.contract.mask import Mask
from tests.toy_project import make_toy, square

TRUE = square(10, 10, 10)


@pytest.fixture
def toy(workspace, make_image_file):
    return make_toy(workspace, make_image_file)


def side(mask: Mask, truth: Mask = TRUE) -> Side:
    both = truth.intersection_area(mask)
    return Side(both, truth.area + mask.area - both, int(2 * both >= truth.area > 0), int(bool(mask.w)), mask)


def compared(toy, place: int, new: Mask, old: Mask, truth: Mask = TRUE) -> Compared:
    return Compared(toy.image_ids[place], toy.class_id, truth, int(bool(truth.w)), not truth.w, side(new, truth), side(old, truth))


def job_of(toy, rows, kind="evaluate", candidate=2, incumbent=1) -> int:
    def make(session) -> int:
        gate = {"better": None, "sentence": "too few", "incumbent": incumbent}
        result = gate if kind == "evaluate" else {"version": candidate, "comparison": gate}
        job = Job(kind=kind, state="finished", by="t", spec={"version_id": candidate, "incumbent_id": incumbent}, result=result)
        session.add(job)
        session.flush()
        job.folder = f"jobs/{job.id}"
        return job.id

    job_id = toy.do(make, undoable=False)
    folder = toy.workspace.folder / f"jobs/{job_id}"
    folder.mkdir(parents=True)
    comparison.write(folder, rows)
    return job_id


def find(toy, candidate: int, incumbent: int):
    with toy.workspace.read() as session:
        return comparing.find(session, candidate, incumbent)


@pytest.mark.parametrize("kind", ["evaluate", "finetune"])
def test_where_they_differ_comes_first(toy, kind):
    rows = [compared(toy, 2, TRUE, TRUE), compared(toy, 3, Mask.EMPTY, TRUE), compared(toy, 4, TRUE, square(10, 10, 9)), compared(toy, 5, square(), Mask.EMPTY, Mask.EMPTY)]
    job_id = job_of(toy, rows, kind)
    found = find(toy, 2, 1)
    assert (found.job_id, found.result["sentence"], found.lost) == (job_id, "too few", "")
    assert [i.image_id for i in found.images] == [toy.image_ids[k] for k in (3, 5, 4, 2)]
    assert found.changed == [toy.image_ids[k] for k in (3, 5, 4)]
    assert found.images[0].difference == -1 and found.images[0].path == toy.files[3] and found.images[0].width == 60
    turned = find(toy, 1, 2)
    assert turned.result == {} and turned.images[0].difference == 1 and (turned.candidate, turned.incumbent) == (1, 2)
    assert find(toy, 3, 1) is None


def test_the_newest_counts_and_a_damaged_one_says_so(toy):
    job_of(toy, [compared(toy, 2, TRUE, TRUE)])
    newest = job_of(toy, [])
    assert find(toy, 2, 1).job_id == newest and find(toy, 2, 1).images == ()
    (toy.workspace.folder / f"jobs/{newest}" / comparison.COMPARED).write_text("{", encoding="utf-8")
    assert find(toy, 2, 1).lost
