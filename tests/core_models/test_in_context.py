"""The engines that weigh evidence: their windows, shots that hold nothing, and what they are told."""

from __future__ import annotations

import pytest
import torch

from core_models.models import registry
from core_models.models.segmentation.base import FewShotSegmenter
from core_models.models.segmentation.in_context import InContext
from core_models.weights import BUNDLED, load_folder
from tests.core_models.synthetic import levels

ENGINES = ("in_context", "support_head")


def made(name: str) -> FewShotSegmenter:
    net = registry.create(name).eval()
    net.load_state_dict(load_folder(BUNDLED / name)[0])
    return net


@pytest.mark.parametrize("name", ENGINES)
def test_windows_with_the_images_own_context_give_what_the_whole_gives(name: str) -> None:
    net, (shot, mask), (query, _) = made(name), levels(3), levels(5, 384, 384, box=(180, 180, 40, 40))
    with torch.inference_mode():
        support = net.encode_support([shot], [mask])
        context = net.context(query, support)
        whole = net.segment(query, support, context)[0]
        part = net.segment({s: level[..., : 256 // s] for s, level in query.items()}, support, context)[0]
    near = 40 if name == "in_context" else 27  # the perceptrons see 25 cells wide, and the network that weighs them another 15
    assert torch.allclose(whole[:, :near], part[:, :near], atol=1e-2), "but for what lies near the cut"


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_an_empty_and_a_full_mask_still_give_numbers(name: str, level: float) -> None:
    net, (shot, mask) = made(name), levels(3)
    with torch.inference_mode():
        assert net.segment(levels(4)[0], net.encode_support([shot], [torch.full_like(mask, level)])).isfinite().all()


def test_the_fitted_opinion_stands_between_the_compared_ones() -> None:
    (shot, mask), (query, _) = levels(3), levels(4, 64, 80, box=None)
    compared, fitted = (made(name) for name in ENGINES)
    with torch.inference_mode():
        plain = compared.evidence(query, compared.encode_support([shot], [mask]))
        whole = fitted.evidence(query, fitted.encode_support([shot], [mask]))
    assert plain.shape[1] == 47 and whole.shape[1] == 49
    assert torch.equal(whole[:, :43], plain[:, :43]) and not torch.equal(whole[:, 45:], plain[:, 43:]), "it also chooses the suspects"
    assert float(whole[:, 43].abs().max()) <= 8 / 3 + 1e-6 and float(whole[:, 44].min()) >= 0


def test_its_shots_move_no_cut_and_a_fine_tune_moves_what_counts() -> None:
    net = made("in_context")
    net.confidence.copy_(torch.tensor([1.5, 2.0]))
    assert not net.cheap and net.operating_point(1, {}) == net.operating_point(5, {}) == (0.0, 1.5) and net.spread == 2.0


def test_it_has_as_many_weights_as_it_says() -> None:
    assert f"{sum(p.numel() for p in made('in_context').parameters()):,}" in InContext.__doc__
