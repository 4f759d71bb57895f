"""A resume point is whole and as it was written, or it counts as none: a killed training goes on from it, never from half of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core_models.training import resume


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    resume.save(tmp_path / "resume", {"a": torch.ones(8)}, {"step": 3})
    return tmp_path / "resume"


def test_what_was_saved_last_comes_back(folder: Path) -> None:
    resume.save(folder, {"a": torch.zeros(8)}, {"step": 4})
    tensors, values = resume.load(folder)
    assert torch.equal(tensors["a"], torch.zeros(8)) and values["step"] == 4
    assert len(list(folder.iterdir())) == 2


def test_altered_or_half_written_tensors_count_as_none(folder: Path) -> None:
    (path,) = folder.glob("tensors-*")
    raw = path.read_bytes()
    for harmed in (raw[:-1] + bytes([raw[-1] ^ 1]), raw[: len(raw) // 2], b""):
        path.write_bytes(harmed)
        assert resume.load(folder) is None


def test_tensors_of_another_folder_count_as_none(folder: Path) -> None:
    (path,) = folder.glob("tensors-*")
    path.rename(folder.parent / path.name)
    state = folder / "state.json"
    state.write_text(json.dumps({**json.loads(state.read_text(encoding="utf-8")), "tensors": f"../{path.name}"}), encoding="utf-8")
    assert resume.load(folder) is None


def test_killed_while_saving_the_point_before_stays(folder: Path) -> None:
    (folder / "tensors-4.safetensors").write_bytes(b"half")
    (folder / "state.json.part").write_text("{", encoding="utf-8")
    assert resume.load(folder)[1]["step"] == 3
