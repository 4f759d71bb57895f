"""What leaves a project, what stays, and that a folder is written whole or not at all."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.errors import UserError
from app.exchange import coco, formats, staging
from app.exchange.selection import unique_names
from app.operations import verdicts
from core_models.contract.image_file import read as read_image
from tests.exchange.conftest import HEIGHT, WIDTH, write_png
from tests.toy_project import square


@pytest.fixture
def reviewed(project):
    """a: crack, complete; b: crack, complete for crack only; c: crack, nothing said; d: defect-free; e: nothing."""
    a, b, c, d, _ = ids = project.add("a.png", "b.png", "c.png", "d.png", "e.png")
    crack, dent = project.new_class("crack"), project.new_class("dent")
    for k, image in enumerate((a, b, c)):
        project.draw(image, crack, square(5 + k, 5))
    project.do(verdicts.complete, [a, d], [crack, dent], blind=True)
    project.do(verdicts.complete, [b], [crack], blind=True)
    project.ids = ids
    return project


def listed(folder: Path) -> dict[str, dict]:
    js = json.loads((folder / coco.FILE).read_text(encoding="utf-8"))
    images = {i["id"]: i for i in js["images"]}
    for i in images.values():
        i["regions"] = [a for a in js["annotations"] if a["image_id"] == i["id"]]
    return {i["file_name"]: i for i in images.values()}


def test_images_that_are_not_complete_for_the_chosen_classes_stay(reviewed, tmp_path):
    summary = reviewed.send("coco", tmp_path / "all")
    assert (summary["images"], summary["regions"], summary["left_out"]) == (2, 1, 3)
    assert {name: i["review_state"]["image"] for name, i in listed(tmp_path / "all").items()} == {"a.png": "reviewed", "d.png": "defect_free"}
    summary = reviewed.send("coco", tmp_path / "crack", class_ids=[1])
    assert (summary["images"], summary["regions"], summary["left_out"]) == (3, 2, 2)


def test_unreviewed_images_leave_when_asked_for_and_say_so(reviewed, tmp_path):
    summary = reviewed.send("coco", tmp_path / "out", include_unreviewed=True)
    assert (summary["images"], summary["regions"], summary["left_out"]) == (5, 3, 0)
    states = {name: i["review_state"]["image"] for name, i in listed(tmp_path / "out").items()}
    assert states == {"a.png": "reviewed", "b.png": "annotated", "c.png": "annotated", "d.png": "defect_free", "e.png": "new"}
    reviewed.send("masks", tmp_path / "masks", include_unreviewed=True)
    index = json.loads((tmp_path / "masks" / "classes.json").read_text(encoding="utf-8"))
    assert index["classes"] == {"crack": 1, "dent": 2} and index["unreviewed"] == ["b.png", "c.png", "e.png"]
    assert not (tmp_path / "masks" / "images").exists()
    summary = reviewed.send("labelme", tmp_path / "labelme", include_unreviewed=True)
    assert {f.name for f in (tmp_path / "labelme").iterdir()} == {"a.json", "b.json", "c.json", "d.json"}
    assert summary["notes"] == ["Images of which nothing is said and that have no Labelme file: 1."]


def test_labelme_says_the_state_in_its_flags(reviewed, tmp_path):
    reviewed.send("labelme", tmp_path / "out", include_unreviewed=True)
    flags = {f.stem: json.loads(f.read_text(encoding="utf-8"))["flags"] for f in (tmp_path / "out").iterdir()}
    both = {"complete: crack": True, "complete: dent": True}
    assert flags == {
        "a": {**both, "defect_free": False}, "b": {"complete: crack": True, "defect_free": False}, "c": {"defect_free": False}, "d": {**both, "defect_free": True},
    }  # fmt: skip


def test_ids_begin_at_1_and_every_region_says_where_it_comes_from(reviewed, tmp_path):
    reviewed.send("coco", tmp_path / "out", include_unreviewed=True)
    js = json.loads((tmp_path / "out" / coco.FILE).read_text(encoding="utf-8"))
    assert [[row["id"] for row in js[key]] for key in ("images", "categories", "annotations")] == [[1, 2, 3, 4, 5], [1, 2], [1, 2, 3]]
    assert all(set(i) >= {"sha256", "review_state"} and len(i["sha256"]) == 64 for i in js["images"])
    origin = {key: js["annotations"][0][key] for key in ("source", "model_version", "engine", "score", "by", "how")}
    assert origin == {"source": "import", "model_version": None, "engine": None, "score": None, "by": "tester", "how": "bulk"}
    assert js["annotations"][0]["at"].endswith("Z")


@pytest.fixture
def proposed(reviewed):
    """Proposals of crack: by the active version on a (accepted, pending), b (rejected, below the cut), e (superseded); by another one on c."""
    a, b, c, _, e = reviewed.ids

    def become_shot(session):
        from app.store.records import SupportShot

        session.add(SupportShot(class_id=1, image_id=c))

    reviewed.do(become_shot)
    reviewed.propose(a, 1, (square(5, 5), 0.9, "accepted"), (square(30, 5), 0.6, "pending"))
    reviewed.propose(b, 1, (square(20, 20), 0.9, "rejected"), (square(30, 20), 0.4, "pending"))
    reviewed.propose(e, 1, (square(0, 0), 0.8, "superseded"))
    reviewed.propose(c, 1, (square(1, 1), 0.7, "withdrawn"), (square(40, 20), 0.9, "rejected"), engine="nearest")
    return reviewed


def test_predictions_are_those_pending_and_accepted_at_the_cut_of_every_image(proposed, tmp_path):
    summary = proposed.send("coco", tmp_path / "out", what="predictions")
    assert (summary["images"], summary["regions"], summary["left_out"]) == (5, 2, 0)
    found = listed(tmp_path / "out")
    assert [(r["score"], r["decision"], r["source"], r["model_version"], r["engine"]) for r in found["a.png"]["regions"]] == [
        (0.9, "accepted", "model", 1, "support_head"), (0.6, "pending", "model", 1, "support_head"),
    ]  # fmt: skip
    assert not any(found[name]["regions"] for name in ("b.png", "c.png", "d.png", "e.png"))


def test_a_version_that_is_not_active_gives_what_would_be_pending(proposed, tmp_path):
    assert proposed.send("coco", tmp_path / "out", what="predictions", version_id=2)["regions"] == 1
    assert listed(tmp_path / "out")["c.png"]["regions"][0]["engine"] == "nearest"
    with pytest.raises(UserError, match="no model version 9"):
        proposed.send("coco", tmp_path / "none", what="predictions", version_id=9)


def test_accepted_predictions_stay_when_the_shots_change_and_pending_ones_go(proposed, tmp_path):
    from app.store.records import SupportShot

    proposed.do(lambda session: session.add(SupportShot(class_id=1, image_id=proposed.ids[1])))
    proposed.send("coco", tmp_path / "out", what="predictions")
    assert [r["decision"] for r in listed(tmp_path / "out")["a.png"]["regions"]] == ["accepted"]


def test_what_scores_below_the_present_cut_stays(proposed, tmp_path):
    from app.operations import classes
    from app.store.records import DefectClass

    for cut, left in ((0.7, [0.9]), (0.95, [])):
        proposed.do(lambda session, cut=cut: classes.set_cut(session, session.get(DefectClass, 1), cut))
        proposed.send("coco", tmp_path / str(cut), what="predictions")
        assert [r["score"] for r in listed(tmp_path / str(cut))["a.png"]["regions"]] == left


def test_predictions_without_a_version(reviewed, tmp_path):
    with pytest.raises(UserError, match="Run prelabel first"):
        reviewed.send("coco", tmp_path / "out", what="predictions")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
def test_predictions_that_come_back_say_nothing_of_completeness(proposed, other, tmp_path, format):
    proposed.send(format, tmp_path / "out", what="predictions", images="copy")
    other.take_in(format, tmp_path / "out")
    assert not other.verdicts() and len(other.paths()) == 5
    assert sum(mask.area for mask, _ in other.regions()["images/a.png" if format != "masks" else "a.png", "crack"]) == 128


def test_an_accepted_annotation_carries_its_origin(proposed, tmp_path):
    from app.operations import annotations
    from app.store.records import Prediction

    def accept(session):
        session.get(Prediction, 1).decided_how = "single"
        annotations.add(session, proposed.ids[0], 2, square(30, 25), source="model", prediction_id=1)

    proposed.do(accept)
    proposed.send("coco", tmp_path / "out")
    region = listed(tmp_path / "out")["a.png"]["regions"][1]
    assert {k: region[k] for k in ("source", "model_version", "engine", "score", "how")} == {
        "source": "model", "model_version": 1, "engine": "support_head", "score": 0.9, "how": "single",
    }  # fmt: skip


# Images that are copied


def test_copied_images_have_their_bytes_and_names_of_their_own(project, tmp_path):
    names = ["a.png", "一/A.png", "二/a.png", "b c.png"]
    project.add(*names)
    project.send("coco", tmp_path / "out", images="copy", include_unreviewed=True)
    found = listed(tmp_path / "out")
    assert list(found) == ["images/a.png", "images/一_A.png", "images/二_a.png", "images/b c.png"]
    for name, file in zip(names, found, strict=True):
        assert (tmp_path / "out" / file).read_bytes() == (project.pictures / name).read_bytes()


def test_names_are_unique_by_stem_whatever_they_are():
    assert unique_names(["a.png", "a.tif", "x/b.png", "y\\c.png"]) == ["a.png", "a_2.tif", "b.png", "y_c.png"]
    assert unique_names(["x/a.png", "x_a.png", "y/a.png"]) == ["x_a_2.png", "x_a.png", "y_a.png"]
    many = [f"{k % 7}/{k % 3}.{'png' if k % 2 else 'PNG'}" for k in range(200)]
    stems = [Path(name).stem.casefold() for name in unique_names(many)]
    assert len(set(stems)) == 200


def test_images_that_are_gone_or_changed_are_left_out_and_named(reviewed, tmp_path):
    (reviewed.pictures / "a.png").unlink()
    write_png(reviewed.pictures / "d.png", np.zeros((HEIGHT, WIDTH)))
    summary = reviewed.send("coco", tmp_path / "out", images="copy", include_unreviewed=True)
    assert summary["images"] == 3 and summary["notes"] == ["Images left out because they could not be copied: 2 (a.png cannot be opened)."]
    assert set(listed(tmp_path / "out")) == {"images/b.png", "images/c.png", "images/e.png"}
    assert {f.name for f in (tmp_path / "out" / "images").iterdir()} == {"b.png", "c.png", "e.png"}


# Where it is written


def left_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
@pytest.mark.parametrize("images", ["reference", "copy"])
def test_a_full_disk_leaves_nothing(reviewed, tmp_path, monkeypatch, format, images):
    real = staging.Staging._path

    def full(self, name):
        path = real(self, name)
        if len(self._files) == (4 if images == "copy" else 1):
            raise OSError(errno.ENOSPC, "No space left on device")
        return path

    monkeypatch.setattr(staging.Staging, "_path", full)
    with pytest.raises(UserError, match="No space left"):
        reviewed.send(format, tmp_path / "new" / "out", images=images, include_unreviewed=True)
    assert not (tmp_path / "new").exists()
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="No space left"):
        reviewed.send(format, tmp_path / "there", images=images, include_unreviewed=True)
    assert left_in(tmp_path / "there") == ["mine.txt"]


def test_renaming_that_fails_half_way_is_taken_back(reviewed, tmp_path, monkeypatch):
    real, calls = staging.os.replace, []

    def replace(source, target):
        calls.append(target)
        if len(calls) == 3:
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    monkeypatch.setattr(staging.os, "replace", replace)
    with pytest.raises(UserError, match="Input/output"):
        reviewed.send("labelme", tmp_path / "out", include_unreviewed=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are those of POSIX")
def test_a_limit_of_the_file_size_ends_in_a_sentence(reviewed, tmp_path):
    """As a full disk does, for the superuser too."""
    code = (
        "import resource, sys; from pathlib import Path; from app.exchange import formats; from app.workspace import Workspace; from app.errors import UserError\n"
        "project, out = map(Path, sys.argv[1:])\n"
        "with Workspace.open(project, writing=False) as w, w.read() as s:\n"
        "    steps = formats.export(s, w.folder, 'coco', out, formats.ExportOptions(include_unreviewed=True))\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        "    try: list(steps)\n"
        "    except UserError as fault: print(fault)\n"
    )
    said = subprocess.run([sys.executable, "-c", code, str(reviewed.workspace.folder), str(tmp_path / "out")], capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert "could not be written" in said.stdout and not said.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(reviewed, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError):
            reviewed.send("coco", out)

    def deny(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(staging.tempfile, "mkdtemp", deny)
    with pytest.raises(UserError, match="Permission denied"):
        reviewed.send("coco", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_that_nobody_listens_to_any_more_leaves_nothing(reviewed, tmp_path):
    with reviewed.workspace.read() as session:
        steps = formats.export(session, reviewed.workspace.folder, "labelme", tmp_path / "out", formats.ExportOptions(include_unreviewed=True))
        assert next(steps).done == 1
        steps.close()
    assert not (tmp_path / "out").exists()


def test_labels_of_others_are_never_overwritten(reviewed, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.json").write_text("{}", encoding="utf-8")
    (out / coco.FILE).write_text("{}", encoding="utf-8")
    (out / "masks").mkdir()
    (out / "masks" / "x.png").write_bytes(b"x")
    before = {name: (out / name).read_bytes() for name in left_in(out) if (out / name).is_file()}
    for format in formats.FORMATS:
        with pytest.raises(UserError, match="empty"):
            reviewed.send(format, out)
    assert {name: (out / name).read_bytes() for name in left_in(out) if (out / name).is_file()} == before


def test_a_coco_export_takes_the_place_of_an_earlier_one(reviewed, tmp_path):
    reviewed.send("coco", tmp_path / "out", images="copy")
    reviewed.send("coco", tmp_path / "out", images="copy", include_unreviewed=True)
    assert len(listed(tmp_path / "out")) == 5
    assert left_in(tmp_path / "out") == sorted([coco.FILE, "images", *(f"images/{n}.png" for n in "abcde")])


def test_a_copy_is_never_put_over_another_image(reviewed, tmp_path):
    write_png(tmp_path / "out" / "images" / "a.png", np.zeros((3, 3)))
    with pytest.raises(UserError, match="something else"):
        reviewed.send("coco", tmp_path / "out", images="copy")
    assert read_image(tmp_path / "out" / "images" / "a.png").shape == (3, 3)
    assert left_in(tmp_path / "out") == ["images", "images/a.png"]


def test_an_empty_project_gives_an_empty_data_set(project, tmp_path):
    assert project.send("coco", tmp_path / "out") == {"regions": 0, "images": 0, "left_out": 0, "notes": ["The project has no class yet."]}
    assert listed(tmp_path / "out") == {}
