"""Training the network that weighs evidence, on a toy backbone: parts, resume points, and a loss that breaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from core_models.contract.card import check_folder
from core_models.models import registry
from core_models.training import weigher
from core_models.weights import load_folder
from tests.core_models.test_episodic import Toy


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy backbone, one episode held out, a point to go on from after every step."""
    monkeypatch.setattr(weigher, "load_backbone", lambda folder: (Toy(), "c" * 64))
    monkeypatch.setattr(weigher, "HELD_OUT", 1)
    monkeypatch.setattr(weigher, "_SAVE_EVERY", 1)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory) -> Path:
    """Where in_context's evidence of the episodes is, computed once for all tests here."""
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture
def work(evidence: Path, tmp_path: Path, quick: None) -> Path:
    """A folder with that evidence and no resume point."""
    run(evidence, tmp_path / "none", part="1/2")
    run(evidence, tmp_path / "none", part="2/2")
    return shutil.copytree(evidence, tmp_path / "work")


def run(work: Path, out: Path, **more: object) -> dict:
    """Trains with the command's own parser, and gives back the card."""
    asked = {"engine": "in_context", "work": work, "out": out, "episodes": 3, "steps": 3} | more
    weigher.main([word for key, value in asked.items() for word in (f"--{key}", str(value))])
    return check_folder(out) if out.exists() else {}


@pytest.mark.parametrize("engine", weigher.ENGINES)
def test_the_evidence_of_an_episode_is_the_same_each_time(engine: str, tmp_path: Path) -> None:
    net = registry.create(engine).eval()
    kept = weigher.Evidence(tmp_path / "one", net, Toy(), 3).get(1)
    again = weigher.Evidence(tmp_path / "two", net, Toy(), 3).compute(1)
    assert torch.equal(kept[0], again["evidence"]) and torch.equal(kept[1], again["shares"])
    assert kept[0].shape == (4, net.weigh.first.in_channels, 72, 72) and kept[1].shape == (4, 72, 72)


def test_parts_compute_what_one_run_would(quick: None, tmp_path: Path) -> None:
    for part in ("1/2", "2/2"):
        assert run(tmp_path / "parts", tmp_path / "none", part=part) == {}, "a part trains nothing"
    assert len(list((tmp_path / "parts").glob("evidence-*/*.safetensors"))) == 3
    run(tmp_path / "parts", tmp_path / "one")
    run(tmp_path / "whole", tmp_path / "two")
    ours, theirs = (load_folder(tmp_path / name)[0] for name in ("one", "two"))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_stopped_training_ends_as_if_it_had_not_been(quick: None, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = run(shutil.copytree(work, tmp_path / "other"), tmp_path / "whole")
    assert card["engine"] == "in_context" and "3 steps" in card["recipe"] and "2 episodes" in card["recipe"] and card["backbone"] == "c" * 64
    drawn = weigher.drawn

    def killed(*asked):
        for k, step in enumerate(drawn(*asked)):
            if k == 2:
                raise KeyboardInterrupt
            yield step

    with monkeypatch.context() as patch:
        patch.setattr(weigher, "drawn", killed)
        with pytest.raises(KeyboardInterrupt):
            run(work, tmp_path / "killed")
    run(work, tmp_path / "killed")
    ours, theirs = (load_folder(tmp_path / name)[0] for name in ("killed", "whole"))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_loss_that_is_no_number_keeps_what_was_saved_last(quick: None, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    loss, asked = weigher.masked_loss, []

    def breaks(*given):
        asked.append(1)
        return loss(*given) * (float("nan") if len(asked) == 3 else 1)

    monkeypatch.setattr(weigher, "masked_loss", breaks)
    run(work, tmp_path / "out", steps=9)
    assert len(asked) == 3 and "the loss is no number" in capsys.readouterr().out
    assert all(value.isfinite().all() for value in load_folder(tmp_path / "out")[0].values())


def test_it_learns(quick: None, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weigher, "RATE", 5e-3)
    steps = weigher.Training.take_step
    seen = []

    def watched(self, *given) -> None:
        steps(self, *given)
        seen.append(self.recent)

    monkeypatch.setattr(weigher.Training, "take_step", watched)
    run(work, tmp_path / "out", steps=60)
    assert seen[-1] < 0.8 * seen[0]


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b"])
def test_a_part_that_is_none_is_refused(part: str, tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit):
        run(tmp_path, tmp_path, part=part)
    assert "is no part" in capsys.readouterr().err
