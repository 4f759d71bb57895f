"""The guided filter keeps what the image has an edge for, and takes away what it has none for."""

from __future__ import annotations

import pytest
import torch

from core_models.models.segmentation.guided import guided


def step(height: int = 24, width: int = 24) -> torch.Tensor:
    """A guide with an edge in the middle."""
    guide = torch.zeros(1, height, width)
    guide[..., width // 2 :] = 4.0
    return guide


def test_specks_go_where_the_image_is_smooth() -> None:
    logits = torch.full((1, 24, 24), -4.0)
    logits[0, 12, 6] = 8.0
    found = guided(logits, torch.zeros(1, 24, 24), 2, 0.05)
    assert float(found.max()) < -2.0
    assert float(found.mean()) == pytest.approx(float(logits.mean()), abs=0.05)


def test_an_outline_on_an_edge_stays_there() -> None:
    logits = step() * 2 - 4
    with_edge, without = guided(logits, step(), 2, 0.05), guided(logits, torch.zeros(1, 24, 24), 2, 0.05)
    middle = slice(10, 14)
    assert torch.allclose(with_edge[..., middle], logits[..., middle], atol=0.2)
    assert float((without[..., middle] - logits[..., middle]).abs().max()) > 1.0


def test_noise_on_an_edge_is_averaged_on_either_side_of_it() -> None:
    noise = torch.randn(1, 24, 24, generator=torch.Generator().manual_seed(1))
    found = guided(step() * 2 - 4 + noise, step(), 3, 0.05)
    rest = found - (step() * 2 - 4)
    assert float(rest.std()) < 0.5 * float(noise.std())


def test_a_window_answers_like_the_whole_beyond_twice_the_radius() -> None:
    generator = torch.Generator().manual_seed(2)
    logits, guide = torch.randn(2, 1, 40, 40, generator=generator)
    whole, part = guided(logits, guide, 3, 0.05), guided(logits[:, :, :30], guide[:, :, :30], 3, 0.05)
    assert torch.allclose(whole[:, :, :24], part[:, :, :24], atol=1e-4)


def test_radius_0_changes_nothing() -> None:
    logits = torch.randn(1, 5, 7, generator=torch.Generator().manual_seed(3))
    assert torch.equal(guided(logits, torch.zeros(1, 5, 7), 0, 0.05), logits)
