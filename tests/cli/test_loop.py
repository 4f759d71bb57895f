"""The whole loop through the command line on generated images: shots, proposals, review, fine-tune, rollback, export."""

import json
import shutil

import numpy as np
import pytest

from app import cli
from core_models.contract.opencv import cv2


class Program:
    """Runs commands in this process and reads their JSON."""

    def __init__(self, capsys) -> None:
        self._capsys = capsys

    def __call__(self, *words: object, code: int = 0) -> object:
        self._capsys.readouterr()
        ended = cli.run([*map(str, words), "--json"])
        said = self._capsys.readouterr()
        assert ended == code, said.err
        return json.loads(said.out) if code == 0 else said.err


@pytest.fixture
def run(capsys) -> Program:
    return Program(capsys)


def spotted(rng: np.random.Generator, spots: int) -> tuple[np.ndarray, np.ndarray]:
    """A grained grey image of 160 x 160 with dark blots, and where they are."""
    image = cv2.GaussianBlur(rng.normal(150, 40, (160, 160)).astype(np.float32), (0, 0), 1.5)
    mask = np.zeros((160, 160), np.uint8)
    for _ in range(spots):
        centre = tuple(int(v) for v in rng.integers(25, 135, 2))
        cv2.ellipse(mask, centre, (int(rng.integers(8, 14)), int(rng.integers(6, 10))), int(rng.integers(180)), 0, 360, 1, -1)
    return np.clip(image - 70 * cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1), 0, 255).astype(np.uint8), mask


@pytest.fixture
def folders(tmp_path):
    """A masks folder of 16 images (every fourth clean), and one with the first three of them."""
    rng = np.random.default_rng(5)
    every, shots = tmp_path / "全部 images", tmp_path / "shots"
    for folder in (every, shots):
        for sub in ("images", "masks"):
            (folder / sub).mkdir(parents=True)
        (folder / "classes.json").write_text(json.dumps({"classes": {"blot": 1}}), encoding="utf-8")
    for k in range(16):
        image, mask = spotted(rng, 0 if k % 4 == 3 else 2)
        for sub, array in (("images", image), ("masks", mask)):
            cv2.imencode(".png", array)[1].tofile(every / sub / f"{k:02d}.png")
            if k < 3:
                shutil.copy(every / sub / f"{k:02d}.png", shots / sub)
    return every, shots


def test_the_loop_closes(run, folders, tmp_path):
    every, shots = folders
    p = tmp_path / "项目"
    run("new", p)
    assert run("add", p, every / "images")["added"] == 16
    assert run("import", p, "--format", "masks", shots, "--as-shots")["regions"] >= 3
    assert [row["image"] for row in run("shots", p, "--class", "blot")] == ["00.png", "01.png", "02.png"]

    job = run("prelabel", p, "--device", "cpu")
    assert job["state"] == "finished" and job["failed"] == [] and job["proposals"] > 5
    assert run("evaluate", p, "--truth", every)["classes"]["blot"]["iou"] > 0.5, "plain dark blots are found from three masks"
    assert run("prelabel", p, "--device", "cpu")["job"] is None, "nothing is done again"

    before = run("status", p)
    decided = run("review", p, "--accept")["decided"]
    after = run("status", p)
    assert after["classes"][0]["annotations"] == before["classes"][0]["annotations"] + decided
    assert run("undo", p) and run("status", p)["classes"] == before["classes"]
    assert run("redo", p) and run("status", p)["classes"] == after["classes"]

    tuned = run("finetune", p, "--steps", 4, "--device", "cpu", "--activate", "always")
    versions = {m["id"]: m for m in run("models", p)}
    assert versions[tuned["version"]]["active"] and versions[tuned["version"]]["parent"]
    assert tuned["better"] is None, "no check image was marked, so nobody can say"
    first = next(k for k, m in versions.items() if m["engine"] == "support_head")
    assert {m["id"]: m for m in run("models", p, "--activate", first)}[first]["active"]
    assert run("status", p)["classes"] == after["classes"]

    assert run("export", p, "--format", "coco", "--out", tmp_path / "coco", "--what", "predictions")["images"] == 16
    assert [j["kind"] for j in run("jobs", p)].count("prelabel") == 1


def test_a_class_without_shots_is_a_sentence(run, folders, tmp_path):
    p = tmp_path / "p"
    run("new", p)
    run("add", p, folders[0] / "images")
    run("classes", p, "--add", "dent")
    assert "dent" in run("prelabel", p, "--class", "dent", code=1)
    assert run("finetune", p, code=1)
