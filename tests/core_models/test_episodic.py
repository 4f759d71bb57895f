"""Training by episodes what ships, on a toy backbone: any engine, parts of queries, resume points, and a loss that breaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core_models.contract.card import check_folder
from core_models.models.segmentation.base import FewShotSegmenter, TrainedSegmenter
from core_models.models.segmentation.eamnet import EAMNet
from core_models.models.segmentation.strip_steel import StripSteel
from core_models.training import episodic
from core_models.training.episode_source import SIDE, EpisodeFeatures, EpisodeSource, place
from core_models.weights import load_folder

CPU = torch.device("cpu")


class Toy(nn.Module):
    """Thirty-two random mixtures of a view's mean and local contrast at each stride."""

    def forward(self, x: Tensor) -> dict[int, Tensor]:
        g = torch.Generator().manual_seed(1)
        grey = x.float().mean(1, keepdim=True)
        return {s: nn.functional.conv2d(nn.functional.avg_pool2d(torch.cat([grey, grey.square()], 1), s), torch.randn(32, 2, 1, 1, generator=g)) for s in (4, 8, 16)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> EpisodeSource:
    return EpisodeSource(tmp_path_factory.mktemp("episodes"), Toy(), 1)


@pytest.fixture
def quick(drawn: EpisodeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three episodes that are ready, seen at 64 px of each query."""
    monkeypatch.setattr(episodic, "load_backbone", lambda folder: (Toy(), "c" * 64))
    monkeypatch.setattr(episodic, "EpisodeSource", lambda *asked: drawn)
    monkeypatch.setattr(episodic, "HELD_OUT", 0)
    for engine in (StripSteel, EAMNet):
        monkeypatch.setattr(engine, "CROP", 64)


def run(folder: Path, **more: object) -> dict:
    """Trains with the command's own parser, and gives back the card."""
    asked = {"engine": "eamnet", "work": folder / "work", "out": folder / "out", "steps": 3, "episodes": 1, "pool": 2, "held-out": 1, "looks": 1} | {k.replace("_", "-"): v for k, v in more.items()}
    episodic.main([word for key, value in asked.items() for word in (f"--{key}", str(value))])
    return check_folder(folder / "out")


def test_an_episode_is_the_same_each_time_it_is_asked_for(drawn: EpisodeSource, tmp_path: Path) -> None:
    first, kept = drawn.get(1), drawn.get(1)
    other = EpisodeSource(tmp_path, Toy(), 1).get(1)
    for episode in (kept, other):
        assert episode.shots == first.shots and torch.equal(episode.masks, first.masks)
        assert all(torch.equal(episode.levels[s], first.levels[s]) for s in (4, 8, 16))
    assert first.queries == list(range(first.shots, first.shots + 4)) and first.masks.shape[1:] == (SIDE // 4, SIDE // 4)


def test_a_part_of_a_query_is_the_same_place_on_every_level(drawn: EpisodeSource) -> None:
    episode = drawn.get(0)
    features, masks = episode.query(episode.queries[:2], CPU, 48, 96, 128)
    assert {s: tuple(level.shape[-2:]) for s, level in features.items()} == {4: (32, 32), 8: (16, 16), 16: (8, 8)}
    assert torch.equal(features[16][1], episode.levels[16][episode.queries[1], :, 3:11, 6:14])
    assert torch.equal(masks[0], episode.masks[episode.queries[0], 12:44, 24:56].float())


def test_parts_lie_inside_and_often_on_the_defect(drawn: EpisodeSource) -> None:
    episode, rng = drawn.get(0), np.random.default_rng(3)
    masks = torch.zeros_like(episode.masks)
    masks[episode.queries[0], 70, 5] = 1
    marked = EpisodeFeatures(episode.levels, masks, episode.shots)
    corners = [place(marked, marked.queries, 96, rng) for _ in range(60)]
    assert all(0 <= v <= SIDE - 96 and v % 16 == 0 for corner in corners for v in corner)
    held = [top <= 280 < top + 96 and left <= 20 < left + 96 for top, left in corners]
    assert 0.35 * len(held) < sum(held) < len(held)
    assert place(marked, marked.queries, SIDE, rng) == (0, 0)


@pytest.mark.parametrize("engine", ["eamnet", "strip_steel"])
def test_a_stopped_training_ends_as_if_it_had_not_been(engine: str, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(episodic, "_SAVE_EVERY", 1)
    card = run(tmp_path / "whole", engine=engine)
    assert card["engine"] == engine and "step 3 of 3" in card["recipe"] and card["backbone"] == "c" * 64

    step = episodic.Training.take_step

    def killed(self, episodes) -> None:
        if self.step == 2:
            raise KeyboardInterrupt
        step(self, episodes)

    with monkeypatch.context() as patch:
        patch.setattr(episodic.Training, "take_step", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "killed", engine=engine)
    run(tmp_path / "killed", engine=engine)
    ours, theirs = (load_folder(tmp_path / name / "out")[0] for name in ("killed", "whole"))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_loss_that_is_no_number_keeps_what_was_saved_last(broken: str, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(episodic, "_SAVE_EVERY", 1)
    loss, asked = EAMNet.episode_loss, []

    def breaks(self, *given, **more) -> Tensor:
        asked.append(1)
        value = loss(self, *given, **more)
        if len(asked) < 3:
            return value
        return value * float("nan") if broken == "loss" else value + 1e-30 * (self.prior_norm.weight.sum() * 0).sqrt()  # a root's slope at 0

    monkeypatch.setattr(EAMNet, "episode_loss", breaks)
    card = run(tmp_path, steps=9)
    assert "the loss is no number" in capsys.readouterr().out
    assert "step 2 of 2" in card["recipe"]
    assert all(value.isfinite().all() for value in load_folder(tmp_path / "out")[0].values())


def test_minutes_end_it_too(quick: None, tmp_path: Path) -> None:
    assert "step 1 of 1" in run(tmp_path, minutes=0.0001)["recipe"]


def test_only_engines_with_weights_can_be_trained(tmp_path: Path, capsys) -> None:
    for engine in ("nearest", "in_context"):  # the second is trained by weigher.py
        with pytest.raises(SystemExit):
            run(tmp_path, engine=engine)
        assert "invalid choice" in capsys.readouterr().err
    assert issubclass(EAMNet, TrainedSegmenter) and issubclass(TrainedSegmenter, FewShotSegmenter)
