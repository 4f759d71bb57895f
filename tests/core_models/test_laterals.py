"""Training the laterals on: the loss wants levels that tell defect from ground, a stopped run goes on, and the figures are honest."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core_models.contract.job import Compute, ModelRef
from core_models.contract.opencv import cv2
from core_models.training import development, laterals
from core_models.training.episodic import load_backbone
from core_models.weights import BUNDLED
from tests.core_models.synthetic import levels, surface


def test_the_loss_wants_defects_that_differ_from_their_ground() -> None:
    def loss(strength: float) -> float:
        found = [levels(k, strength=strength) for k in range(3)]
        return float(laterals.level_loss(torch.cat([f[0][8] for f in found]), [torch.nn.functional.avg_pool2d(f[1][None, None], 8)[0, 0] for f in found], 2))

    assert loss(9.0) < loss(3.0) < 0.7 * loss(0.0)


def test_a_query_without_the_defect_counts_its_ground() -> None:
    shown, empty = levels(0), levels(1, box=None)
    shares = [torch.nn.functional.avg_pool2d(m[None, None], 8)[0, 0] for m in (shown[1], empty[1])]
    value = laterals.level_loss(torch.cat([shown[0][8], empty[0][8]]), shares, 1)
    assert torch.isfinite(value) and value > 0


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laterals, "PER_STEP", 1)
    monkeypatch.setattr(laterals, "SIDE", 96)
    monkeypatch.setattr(laterals, "_SAVE_EVERY", 1)

    def train(work: str, until: int) -> dict[str, torch.Tensor]:
        training = laterals.Training(load_backbone(BUNDLED / "backbone")[0], argparse.Namespace(work=tmp_path / work, steps=2, seed=3))
        while training.step < until:
            training.advance()
        return {name: value.clone() for name, value in training.laterals.state_dict().items()}

    whole, _ = train("whole", 2), train("stopped", 1)
    again = train("stopped", 2)
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    assert any(not torch.equal(whole[name], value) for name, value in load_backbone(BUNDLED / "backbone")[0].laterals.state_dict().items())


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set in the form of the development data: 16 images with dark discs and 8 without, each a group of its own."""
    monkeypatch.setattr(development, "CLASSES", {"magnetic_tile": ("disc",)})
    monkeypatch.setattr(development, "DRAWS", 1)
    folder = tmp_path / "data" / "magnetic_tile"
    for sub in ("images", "masks"):
        (folder / sub).mkdir(parents=True)
    lines = ["image,cls,group"]
    for k in range(24):
        image, mask = surface(k, 128, 128, ((40 + k, 60, 14),) if k < 16 else ())
        for sub, array in (("images", image), ("masks", mask.astype(np.uint8))):
            cv2.imwrite(str(folder / sub / f"{k}.png"), array)
        lines.append(f"{k}.png,{'disc' if k < 16 else 'free'},g{k}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "classes.json").write_text(json.dumps({"classes": {"disc": 1}}), encoding="utf-8")
    return tmp_path / "data"


def test_the_halves_share_no_group(data: Path) -> None:
    halves = [{image for t in development.tasks(data, half) for image in (*t.shots, *t.queries, *t.others)} for half in ("even", "odd")]
    assert not halves[0] & halves[1] and all(halves)
    for task in development.tasks(data, "even"):
        assert not set(task.shots) & set(task.queries)


def test_the_figures_are_those_of_the_proposals(data: Path, tmp_path: Path) -> None:
    found = development.figures(ModelRef(0, "nearest"), Compute("cpu", str(tmp_path / "cache")), data, "even", shots=(1,))
    assert found["1"]["disc"] > 0.4 and found["mean_iou"] == pytest.approx(found["1"]["disc"], abs=1e-3)
    assert found["false_alarms"] == 0
