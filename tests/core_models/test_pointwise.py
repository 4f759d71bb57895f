"""Perceptrons on cells: what they learn, what they ask of an image, and the two ways in which they are run."""

from __future__ import annotations

import pytest
import torch

from core_models.models.blocks import square_mean
from core_models.models.segmentation import comparisons, pointwise
from tests.core_models.synthetic import levels


def fitted(pairs: list, ignores: list | None = None) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    support = pointwise.fit([f for f, _ in pairs], [m for _, m in pairs], ignores, own=0.5, seed=0, steps=150, pause=lambda: None)
    return {**support, "own": torch.tensor([0.5])}


def mean_of(features: dict) -> torch.Tensor:
    return comparisons.own_mean(comparisons.of_image(features))


def asked(features: dict, support: dict) -> torch.Tensor:
    with torch.inference_mode():
        return pointwise.logits(features, support, mean_of(features), 8.0).mean(1)


def test_finds_what_it_was_shown_and_stays_within_its_bounds() -> None:
    support = fitted([levels(10 + k, box=(16 + 8 * k, 24, 24, 32)) for k in range(2)])
    query, mask = levels(5, box=(48, 40, 32, 24))
    found = asked(query, support)
    truth = torch.nn.functional.avg_pool2d(mask[None, None], 4)[0] > 0.5
    assert found.shape == (1, 24, 24) and float(found.abs().max()) <= 8.0
    assert float(found[truth].median()) > float(found[~truth].median()) + 1


def test_convolutions_level_by_level_give_what_rows_of_inputs_give() -> None:
    support = fitted([levels(10, box=(16, 24, 24, 32))])
    query, _ = levels(5, box=(48, 40, 32, 24))
    net = pointwise.Perceptrons()
    net.load_state_dict({name[len("cells."):]: value for name, value in support.items() if name.startswith("cells.")})
    inputs = pointwise._inputs(query)[0].flatten(1)
    origin = pointwise._own_origin(support, mean_of(query))
    rows = net(((inputs - origin[:, None]) / support["cells_scale"][:, None]).T)
    assert torch.allclose(asked(query, support)[0].flatten(), rows.clamp(-8, 8).mean(0), atol=1e-3)


def test_some_places_alone_give_what_all_cells_give_there() -> None:
    support = fitted([levels(10, box=(16, 24, 24, 32))])
    query, _ = levels(5, 64, 96, box=(48, 16, 32, 24))
    everywhere = asked(query, support)[0]
    some = pointwise.logits(query, support, mean_of(query), 8.0, comparisons.places(query)).mean(1)[0]
    assert torch.allclose(some, everywhere[::2, ::2], atol=1e-3)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_shots_of_one_kind_only(level: float) -> None:
    features, mask = levels(3)
    assert asked(features, fitted([(features, torch.full_like(mask, level))])).isfinite().all()


def test_nothing_is_learnt_where_all_is_ignored() -> None:
    features, mask = levels(3)
    assert asked(features, fitted([(features, mask)], [torch.ones_like(mask)])).isfinite().all()


def test_a_speck_is_learnt_as_defect() -> None:
    features, mask = levels(3, box=None)
    mask[40, 40] = 1
    features[4][:, :4, 10, 10] += 12.0
    found = asked(features, fitted([(features, mask)]))[0]
    assert float(found[10, 10]) == float(found.max())


@pytest.mark.parametrize("radius", [0, 2, 9])
def test_square_means_are_means_of_squares(radius: int) -> None:
    level = torch.randn(1, 2, 7, 5, generator=torch.Generator().manual_seed(4))
    padded = torch.nn.functional.pad(level, (radius,) * 4, mode="replicate")
    side = 2 * radius + 1
    expected = padded.unfold(2, side, 1).unfold(3, side, 1).mean((-1, -2))
    assert torch.allclose(square_mean(level, radius), expected, atol=1e-5)
