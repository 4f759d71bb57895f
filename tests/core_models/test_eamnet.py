"""eamnet against its specification: counts, and each part against plain arithmetic on small tensors."""

from __future__ import annotations


import pytest
import torch
from torch import Tensor, nn

from core_models.models.segmentation.eamnet import EAMNet, EAMNetParams

RAW = {"channels_4": 256, "channels_8": 512, "channels_16": 1024}
TINY = {"channels_4": 4, "channels_8": 4, "channels_16": 4, "width": 16}


def count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def features(rows: int, columns: int, seed: int = 0, n: int = 1, channels: dict[int, int] | None = None) -> dict[int, Tensor]:
    """Maps at strides 4, 8, 16 (and 32) of so many cells of stride 4, sizes rounded up as a backbone's are."""
    g = torch.Generator().manual_seed(seed)
    widths = channels or {4: 4, 8: 4, 16: 4}
    return {s: torch.randn(n, c, -(-rows * 4 // s), -(-columns * 4 // s), generator=g) for s, c in widths.items()}


def marked(rows: int, columns: int) -> Tensor:
    mask = torch.zeros(4 * rows, 4 * columns)
    mask[4 : 2 * rows, 8 : 2 * columns + 8] = 1
    return mask


def tiny(**params) -> EAMNet:
    torch.manual_seed(2)
    return EAMNet(EAMNetParams(**TINY | params))


@pytest.fixture(scope="module")
def published() -> EAMNet:
    return EAMNet(EAMNetParams(**RAW, channels_32=2048))


def test_the_published_form_has_its_number_of_parameters(published: EAMNet) -> None:
    assert count(published.fusion) == 459_520
    assert count(published.response) == 512
    assert count(published.memory) == 740_154  # "about 0.74 M"
    assert count(published.decoder) == 3_081_474  # "about 3.08 M"
    assert count(published) == 459_520 + 512 + 740_154 + 3_081_474 + 4 == 4_281_664


def test_the_form_that_ships_and_the_ablation() -> None:
    whole = count(EAMNet())
    assert whole == 3_847_488
    assert whole - count(EAMNet(EAMNetParams(grmap=False))) == 512
    assert whole - count(EAMNet(EAMNetParams(running_memory=True))) == 1
    assert whole - count(EAMNet(EAMNetParams(eamu=False))) == 740_154 + 256  # and the decoder reads a channel less
    assert whole - count(EAMNet(EAMNetParams(cam=False))) == 32 * 256 + 2 * 256  # 96 channels and three biases become 64 and one


def test_the_published_shapes(published: EAMNet) -> None:
    """200 x 200 px: 50, 25, 13 and 7 cells, the prior on 13 x 13."""
    widths = {4: 256, 8: 512, 16: 1024, 32: 2048}
    query, net = features(50, 50, 3, channels=widths), published.eval()
    assert [tuple(level.shape[-2:]) for level in query.values()] == [(50, 50), (25, 25), (13, 13), (7, 7)]
    with torch.no_grad():
        support = net.encode_support([features(50, 50, 1, channels=widths)], [marked(50, 50)])
        assert support["prototype"].shape == (256,) and support["episode"].shape == (256, 50, 50)
        assert net.prior(query, support).shape == (1, 2, 13, 13)
        pair, attention = net.compare(query, support)
    assert pair.shape == (1, 2, 50, 50) and attention.shape == (1, 50, 50)
    inside = [m.in_channels for m in net.decoder.modules() if isinstance(m, nn.Conv2d)]
    assert inside[0] == 515


def test_a_backbone_without_stage_4_gives_its_two_deepest_levels(published: EAMNet) -> None:
    assert published.prior_levels == (16, 32) and EAMNet().prior_levels == (8, 16)
