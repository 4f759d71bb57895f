"""Versions: what ships, which one is active, and what a change of version does to the proposals."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import annotations, jobs, models, review, support
from app.store.records import ActiveVersion, Job, ModelVersion, Prediction
from core_models.contract import card
from tests.toy_project import Toy, make_toy, square


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file, count=6)


def add_version(toy: Toy, engine: str = "strip_steel") -> int:
    """A version with a folder of its own, as a fine-tune makes one."""

    def add(session) -> int:
        row = ModelVersion(engine=engine, parent_id=models.newest(session, engine).id)
        session.add(row)
        session.flush()
        row.folder = f"models/{row.id}"
        return row.id

    version_id = toy.do(add, undoable=False)
    folder = toy.workspace.folder / "models" / str(version_id)
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"weights")
    card.write_card(folder, {"engine": engine})
    return version_id


def activate(toy: Toy, version_id: int) -> None:
    toy.do(models.activate_id, toy.workspace.folder, version_id)


def pending(toy: Toy) -> list[tuple]:
    with toy.workspace.read() as session:
        return [(p.id, p.mask, p.score) for p in review.select_pending(session)]


def test_every_bundled_engine_is_a_version_and_one_is_active(toy):
    toy.do(models.ensure_bundled, undoable=False)
    with toy.workspace.read() as session:
        rows = models.listed(session)
    assert sorted(r["engine"] for r in rows) == sorted(models.BUNDLED)
    assert all(r["parent"] is None and r["folder"] is None and r["kind"] == "segment" for r in rows)
    assert [r["engine"] for r in rows if r["active"]] == ["support_head"]


def test_a_fine_tune_goes_on_with_the_engine_of_the_tuned_version_in_use(toy):
    toy.do(models.ensure_bundled, undoable=False)

    def engine() -> str:
        with toy.workspace.read() as session:
            return models.to_train(session)

    assert engine() == "strip_steel"
    with toy.workspace.read() as session:
        shipped = models.newest(session, "eamnet").id
    activate(toy, shipped)
    assert engine() == "strip_steel", "somebody may only want its answers"
    tuned = add_version(toy, "eamnet")

    def made_by_a_job(session) -> None:
        job = Job(kind="finetune", state="finished", by="tester")
        session.add(job)
        session.flush()
        session.get(ModelVersion, tuned).job_id = job.id

    toy.do(made_by_a_job, undoable=False)
    activate(toy, tuned)
    assert engine() == "eamnet"


def test_the_bundled_engines_are_those_of_the_worker():
    registry = pytest.importorskip("core_models.models.registry")
    names = {e["name"] if isinstance(e, dict) else e for e in registry.describe()}
    assert set(models.BUNDLED) <= names


def test_rolling_back_brings_the_same_proposals_again(toy, check_undo):
    old = toy.active_id()
    toy.receive(old, {2: [square(2), square(20)], 3: [square(2)]})
    toy.do(lambda session: len(review.accept(session, review.select_pending(session)[:1], how="bulk")))
    before = pending(toy)
    new = add_version(toy)
    check_undo(toy.workspace, lambda: activate(toy, new))
    assert pending(toy) == []
    toy.receive(new, {2: [square(2), square(21), square(40)], 3: [], 4: [square(9)]})
    assert toy.decisions(new) == ["agrees", "pending", "pending", "pending"]
    assert len(pending(toy)) == 3 and toy.decisions(old) == ["accepted", "withdrawn", "withdrawn"]
    check_undo(toy.workspace, lambda: activate(toy, old))
    assert pending(toy) == before and toy.decisions(new) == ["agrees", "withdrawn", "withdrawn", "withdrawn"]
    (row,) = toy.find(select(ActiveVersion))
    assert (row.version_id, row.previous_id) == (old, new)


def test_proposals_of_other_shots_do_not_come_back(toy):
    old, new = toy.active_id(), add_version(toy)
    toy.receive(old, {2: [square(2)], 3: [square(2)]})
    activate(toy, new)
    toy.do(lambda session: support.drop_shot(session, toy.class_id, toy.image_ids[1]))
    activate(toy, old)
    assert pending(toy) == [] and toy.decisions(old) == ["withdrawn", "withdrawn"]
    toy.do(lambda session: support.add_shot(session, toy.class_id, toy.image_ids[1]) and None)
    activate(toy, new)
    activate(toy, old)
    assert len(pending(toy)) == 2


def test_what_was_marked_meanwhile_is_not_proposed_again(toy):
    old, new = toy.active_id(), add_version(toy)
    toy.receive(old, {2: [square(2)], 3: [square(2)]})
    activate(toy, new)
    toy.do(annotations.add, toy.image_ids[2], toy.class_id, square(2), source="import")
    activate(toy, old)
    assert toy.decisions(old) == ["agrees", "pending"]


@pytest.mark.parametrize("harm", ["alter", "remove", "foreign"])
def test_a_version_with_a_harmed_folder_is_refused(toy, harm):
    new, before = add_version(toy), toy.active_id()
    weights = toy.workspace.folder / "models" / str(new) / "weights.safetensors"
    if harm == "alter":
        weights.write_bytes(b"weightz")
    elif harm == "remove":
        weights.unlink()
    else:
        weights.with_name("more.bin").touch()
    with pytest.raises(UserError, match=f"Version {new} cannot be used"):
        activate(toy, new)
    assert toy.active_id() == before


def test_an_active_version_that_was_harmed_meanwhile_is_not_used(toy):
    new = add_version(toy)
    activate(toy, new)
    (toy.workspace.folder / "models" / str(new) / "weights.safetensors").write_bytes(b"weightz")
    with pytest.raises(UserError, match=f"Version {new} cannot be used.*altered"):
        toy.do(lambda session: jobs.queue_prelabel(session, toy.workspace.folder, None, models.active(session)), undoable=False)
    assert toy.find(select(Job)) == []


def test_a_version_that_is_not_there_is_said(toy):
    with pytest.raises(UserError, match="no model version 999999"):
        activate(toy, 999999)


def test_versions_that_others_need_are_not_retired(toy):
    old, new = toy.active_id(), add_version(toy)

    def retire(session, version_id):
        return models.retire(session, toy.workspace.folder, models.get(session, version_id))

    with pytest.raises(UserError, match="makes the proposals now"):
        toy.do(retire, old)
    with pytest.raises(UserError, match="origin of another version"):
        toy.do(lambda session: retire(session, models.get(session, new).parent_id))
    activate(toy, new)
    toy.receive(new, {2: [square(2)]})
    toy.do(lambda session: len(review.accept(session, review.select_pending(session))))
    activate(toy, old)
    with pytest.raises(UserError, match="Annotations go back"):
        toy.do(retire, new)
    assert toy.find(select(Prediction.decision)) == ["accepted"]
    unused = add_version(toy)
    assert toy.do(retire, unused) == toy.workspace.folder / "models" / str(unused)
    with pytest.raises(UserError, match="was retired"):
        activate(toy, unused)
    with toy.workspace.read() as session:
        assert models.newest(session, "strip_steel").id == new and unused not in [r["id"] for r in models.listed(session)]
