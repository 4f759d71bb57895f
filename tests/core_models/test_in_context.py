"""in_context: its evidence against loops over cells, what windows of a large image share, and shots that hold nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core_models.models import registry
from core_models.models.segmentation.base import joined
from core_models.models.segmentation.in_context import INPUTS, InContext
from tests.core_models.synthetic import levels


def made() -> InContext:
    torch.manual_seed(2)
    return registry.create("in_context").eval()


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_evidence_is_what_loops_over_cells_find() -> None:
    net, (shot, mask), (query, _) = made(), levels(3, 64, 48, box=(16, 16, 16, 32)), levels(4, 32, 48, box=None)
    found = net._evidence(query, net.encode_support([shot], [mask]), None)[0].numpy()
    assert found.shape == (INPUTS, 8, 12)
    # Compared at stride 16, where each cell is one vector: the third look, measured from each image's own mean.
    centred = [level[16][0] - level[16][0].mean((1, 2), keepdim=True) for level in (shot, query)]
    share = torch.nn.functional.avg_pool2d(mask[None, None], 16)[0, 0]
    marked, clear = (centred[0][:, which].T.numpy() for which in (share >= 0.25, share < 0.02))
    assert len(marked) == 2 and len(clear) == 10
    inside, outside = np.empty((2, 3)), np.empty((2, 3))
    for row in range(2):
        for column in range(3):
            cell = centred[1][:, row, column].numpy()
            inside[row, column] = max(cosine(cell, m) for m in marked)
            outside[row, column] = max(cosine(cell, m) for m in clear)
    grown = torch.nn.functional.interpolate(torch.from_numpy(np.stack([inside, outside]))[None], size=(8, 12), mode="bilinear", align_corners=False)[0].numpy()
    at = 3 + 4  # after the first look's three maps and the second's four
    assert np.allclose(found[at : at + 2], 4 * grown - 2, atol=1e-4)


def test_the_discriminant_is_one_on_the_shots_defect_and_minus_one_on_its_ground() -> None:
    net, (shot, mask) = made(), levels(3, strength=6.0)
    evidence = net._evidence(shot, net.encode_support([shot], [mask]), None)[0]
    share = torch.nn.functional.avg_pool2d(mask[None, None], 4)[0, 0]
    for group in range(4):
        line = evidence[16 + group]
        if group != 1:  # the shallow channels hold none of the defect here
            assert float(line[share == 1].mean()) == pytest.approx(1, abs=0.35) and float(line[share == 0].mean()) == pytest.approx(-1, abs=0.35)
    assert float(evidence[20, 0, 0]) == pytest.approx(math.log(14 * 1.5) - 3, abs=0.6) and float(evidence[21, 0, 0]) == pytest.approx(-0.7)


def test_windows_with_the_images_own_context_give_what_the_whole_gives() -> None:
    net, (shot, mask), (query, _) = made(), levels(3), levels(5, 384, 384, box=(180, 180, 40, 40))
    with torch.inference_mode():
        support, context = net.encode_support([shot], [mask]), net.context(query)
        whole = net.segment(query, support, context)[0]
        part = net.segment({s: level[..., : 256 // s] for s, level in query.items()}, support, context)[0]
    assert torch.allclose(whole[:, :40], part[:, :40], atol=1e-3), "but for what lies within sixteen cells of the cut"


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_an_empty_and_a_full_mask_still_give_numbers(level: float) -> None:
    net, (shot, mask) = made(), levels(3)
    with torch.inference_mode():
        assert net.segment(levels(4)[0], net.encode_support([shot], [torch.full_like(mask, level)])).isfinite().all()


def test_what_is_ignored_is_neither_defect_nor_ground() -> None:
    net, (shot, mask) = made(), levels(3)
    ignore = torch.zeros_like(mask)
    ignore[:48] = 1
    for s, level in shot.items():
        level[:, :, : 48 // s] = 1e3  # would be seen wherever it were taken in
    clean = levels(3)[0]
    support = net.encode_support([shot], [mask], [ignore])
    assert len(support["fine_out"]) < 24 * 24 / 2 and len(support["fine_in"]) == 6 * 2
    assert joined(clean).shape[1] == len(support["axis"])


def test_it_has_as_many_weights_as_it_says() -> None:
    assert f"{sum(p.numel() for p in made().parameters()):,}" in InContext.__doc__
