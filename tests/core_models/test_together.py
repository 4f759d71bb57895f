"""A version that answers together with support_head: the weighted mean of both, each as it would answer alone, through the program's own predictor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core_models.contract.card import SHARE, TOGETHER, CardError
from core_models.contract.episode import Shot, SupportSet
from core_models.contract.job import Compute, ModelRef
from core_models.inference.postprocess import quantised
from core_models.inference.predictor import Predictor, load_model
from core_models.models.segmentation.together import Together
from core_models.weights import BUNDLED, load_folder, save_folder
from tests.core_models.test_fine_tune import labelled

pytestmark = pytest.mark.skipif(not (BUNDLED / "strip_steel").exists(), reason="the bundled weights are not there")


@pytest.fixture(scope="module")
def support(tmp_path_factory: pytest.TempPathFactory) -> tuple[SupportSet, list]:
    folder = tmp_path_factory.mktemp("图")
    images = [labelled(folder, k) for k in range(4)]
    return SupportSet(1, "spot", tuple(Shot(i.image, i.labels[0].positive) for i in images[:2])), images


def version(folder: Path, engine: str = "strip_steel", **more: object) -> ModelRef:
    state, card = load_folder(BUNDLED / engine)
    save_folder(folder, state | {"confidence": torch.tensor([2.5, 1.5])}, card | more)
    return ModelRef(7, engine, str(folder))


@pytest.mark.parametrize(("engine", "share"), [("strip_steel", 0.5), ("eamnet", 0.3), ("in_context", 0.15)])
def test_it_is_the_mean_of_both_each_from_its_own_outline_on(engine: str, share: float, support, tmp_path: Path) -> None:
    shots, images = support
    compute = Compute("cpu", str(tmp_path / "cache"))
    both = Predictor(version(tmp_path / "both", engine, **{TOGETHER: "support_head", SHARE: share}), compute)
    assert isinstance(both.net, Together) and both.net.orientations == 8
    logits, cuts = {}, {}
    levels = {s: level[None].float() for s, level in both.store.of(images[3].image).items()}
    for name, model in {"learnt": version(tmp_path / "alone", engine), "fitted": ModelRef(0, "support_head"), "both": None}.items():
        predictor = both if model is None else Predictor(model, compute, store=both.store)
        prepared = predictor.prepare(shots)
        with torch.inference_mode():
            logits[name], cuts[name] = predictor.net.segment(levels, prepared.support).float(), prepared.calibration.cut
    assert (prepared.calibration.cut, prepared.calibration.peak, prepared.calibration.spread) == (0.0, 2.5, 1.5)
    assert cuts["fitted"] < -1 and torch.allclose(logits["both"], share * logits["learnt"] + (1 - share) * (logits["fitted"] - cuts["fitted"]), atol=1e-2)


def test_what_was_prepared_for_one_is_not_taken_for_the_other(support, tmp_path: Path) -> None:
    alone, both = version(tmp_path / "alone"), version(tmp_path / "both", **{TOGETHER: "support_head"})
    assert (tmp_path / "alone" / "weights.safetensors").read_bytes() == (tmp_path / "both" / "weights.safetensors").read_bytes()
    compute = Compute("cpu", str(tmp_path / "cache"))
    first = Predictor(alone, compute).prepare(support[0])
    second = Predictor(both, compute).prepare(support[0])
    assert "cut" in second.support and "cut" not in first.support
    again = Predictor(both, compute).prepare(support[0])
    assert again.calibration == second.calibration and again.support.keys() == second.support.keys()


def test_a_wide_image_is_answered_in_parts_as_one(support, tmp_path: Path) -> None:
    both = Predictor(version(tmp_path / "both", **{TOGETHER: "support_head"}), Compute("cpu"))
    learnt = both.prepare(support[0])
    levels = {s: torch.randn(1, 38 if s == 4 else 32, 128 // s, 256 // s) for s in (4, 8, 16)}
    with torch.inference_mode():
        context = both.net.context(levels, learnt.support)
        given = both.net.segment(levels, learnt.support, context)
        own = both.net.segment(levels, learnt.support)
    assert np.abs(quantised(given[0].numpy()).astype(int) - quantised(own[0].numpy())).max() <= 1


def test_a_card_that_names_a_strange_engine_is_refused_with_a_sentence(tmp_path: Path) -> None:
    model = version(tmp_path / "odd", **{TOGETHER: "no_such_engine"})
    backbone = load_folder(BUNDLED / "strip_steel")[1]["backbone"]
    with pytest.raises(CardError, match="no engine named no_such_engine"):
        load_model(model, backbone)
    with pytest.raises(CardError):
        load_model(replace(model, folder=str(tmp_path / "gone")), backbone)


def test_a_card_without_a_share_means_equal_parts_and_a_strange_one_is_refused(tmp_path: Path) -> None:
    backbone = load_folder(BUNDLED / "strip_steel")[1]["backbone"]
    assert load_model(version(tmp_path / "old", **{TOGETHER: "support_head"}), backbone)[0].share == 0.5
    for k, share in enumerate((0.0, 1.5, "much", float("nan"))):
        with pytest.raises(CardError, match="no share of the answer between 0 and 1"):
            load_model(version(tmp_path / str(k), **{TOGETHER: "support_head", SHARE: share}), backbone)
