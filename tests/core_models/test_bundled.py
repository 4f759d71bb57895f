"""The engines that ship: every trained one has whole weights on the backbone that ships, and what they reach is on the card."""

from __future__ import annotations

import pytest

from core_models.contract.card import check_folder, read_card
from core_models.contract.job import ModelRef
from core_models.inference.predictor import load_model
from core_models.models import registry
from core_models.weights import BUNDLED, WEIGHTS, checksum

SHIPPED = [e["name"] for e in registry.describe() if e["trained"] or registry.engine(e["name"]).build.ships]
pytestmark = pytest.mark.skipif(not BUNDLED.exists(), reason="the bundled weights are not there")


@pytest.mark.parametrize("name", SHIPPED)
def test_its_weights_are_whole_and_fit(name: str) -> None:
    card = check_folder(BUNDLED / name)
    backbone = checksum(read_card(BUNDLED / "backbone"))
    net, known_by = load_model(ModelRef(1, name), backbone)
    assert known_by == checksum(card) and card["engine"] == card["name"] == name and card["backbone"] == backbone
    assert card["parameters"] == sum(p.numel() for p in net.parameters())
    assert all(v.isfinite().all() for v in net.state_dict().values())
    assert (BUNDLED / name / WEIGHTS).stat().st_size < 20 * 2**20


@pytest.mark.parametrize("name", SHIPPED)
def test_its_card_says_what_it_learnt_from_and_reaches(name: str) -> None:
    card = read_card(BUNDLED / name)
    assert {"data", "recipe", "seed", "figures", "limits", "licence"} <= card.keys()
    halves = [next(v for k, v in card["figures"].items() if k.startswith(half)) for half in ("even groups", "odd groups")]
    for figures in halves:
        classes = [iou for shots in ("1", "5") for iou in figures[shots].values()]
        assert figures["mean_iou"] == pytest.approx(sum(classes) / len(classes), abs=1e-3)
