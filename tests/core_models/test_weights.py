"""Weights come from safetensors alone, out of a folder that is as it was made; nothing in it is ever unpickled."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

from core_models.contract.card import CardError, write_card
from core_models.contract.job import ModelRef
from core_models.inference.predictor import load_model
from core_models.weights import WEIGHTS, load_folder, save_folder


class Harmful:
    """Unpickled, it leaves a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return Path.touch, (self.mark,)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    save_folder(made, {"layer.weight": torch.ones(3, 4), "layer.bias": torch.zeros(3)}, {"engine": "strip_steel", "backbone": "b" * 64})
    return made


def test_what_was_saved_is_loaded(folder: Path) -> None:
    state, card = load_folder(folder)
    assert torch.equal(state["layer.weight"], torch.ones(3, 4)) and card["engine"] == "strip_steel"


@pytest.mark.parametrize("how", [pickle.dump, torch.save])
def test_a_pickle_is_never_opened_even_where_the_card_lists_it(folder: Path, tmp_path: Path, how) -> None:
    mark = tmp_path / "harm"
    with (folder / WEIGHTS).open("wb") as file:
        how(Harmful(mark), file)
    write_card(folder, {"engine": "strip_steel"})
    with pytest.raises(CardError, match="cannot be read"):
        load_folder(folder)
    assert not mark.exists()


def test_altered_weights_are_not_loaded(folder: Path) -> None:
    raw = bytearray((folder / WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (folder / WEIGHTS).write_bytes(bytes(raw))
    with pytest.raises(CardError, match="altered"):
        load_folder(folder)


def test_a_folder_whose_card_lists_no_weights_is_refused(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "other.bin")
    write_card(folder, {"engine": "strip_steel"})
    with pytest.raises(CardError, match=f"holds no {WEIGHTS}"):
        load_folder(folder)


def test_weights_for_another_backbone_or_of_another_model_are_refused(folder: Path) -> None:
    model = ModelRef(7, "strip_steel", str(folder))
    with pytest.raises(CardError, match="another backbone"):
        load_model(model, "a" * 64)
    with pytest.raises(CardError, match="are not those of strip_steel"):
        load_model(model, "b" * 64)


def test_an_engine_or_a_parameter_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(CardError, match="wizard"):
        load_model(ModelRef(7, "wizard", str(folder)), "b" * 64)
    with pytest.raises(CardError, match="stepps"):
        load_model(ModelRef(7, "support_head", params={"stepps": 3}), "b" * 64)
