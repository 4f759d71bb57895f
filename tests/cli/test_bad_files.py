"""What the command line says of files that cannot be used: each by name, and the rest is done."""

import json
import sys
from pathlib import Path

import pytest

from app import cli
from app.jobs import launchers
from app.workspace import Workspace
from tests.jobs import toy_worker
from tests.toy_project import make_toy


@pytest.fixture
def project(tmp_path) -> Path:
    with Workspace.create(tmp_path / "项目 1", by="tester") as workspace:
        return workspace.folder


def test_files_that_are_no_images_are_named_and_the_rest_is_added(project, make_image_file, capsys):
    good = make_image_file("好 图.png")
    make_image_file("mislabelled.png").rename(good.with_name("mislabelled.jpg"))
    (good.parent / "empty.png").touch()
    (good.parent / "cut.png").write_bytes(good.read_bytes()[:900])
    (good.parent / "text.tif").write_text("no image", encoding="utf-8")
    assert cli.run(["add", str(project), str(good.parent)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2 images added")
    assert [line.split()[2] for line in said[1:]] == ["cut.png", "empty.png", "text.tif"] and all(line.startswith("left out: ") for line in said[1:])
    assert cli.run(["add", str(project), str(good.parent), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["known"] == 2 and [Path(r["path"]).name for r in value["refused"]] == ["cut.png", "empty.png", "text.tif"]


def test_a_folder_without_any_image_is_a_sentence(project, tmp_path, capsys):
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "empty.png").touch()
    assert cli.run(["add", str(project), str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("None of these files is an image. empty.png is empty.")


def test_a_job_names_the_images_that_it_could_not_use(project, make_image_file, monkeypatch, capsys):
    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, toy_worker.__file__, *words])
    with Workspace.open(project, writing=True, by="tester") as workspace:
        toy = make_toy(workspace, make_image_file, count=4)
    toy.files[2].unlink()
    assert cli.run(["prelabel", str(project)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("4 of 4 images done (finished)")
    assert [line.split(": ")[0] for line in said[1:]] == [toy.files[2].name]
