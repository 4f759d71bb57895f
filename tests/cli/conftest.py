"""What the tests of whole walks share: the program, and a folder of generated images with masks."""

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
