"""Comparisons with the shots against loops over cells, what windows of a large image share, and shots that hold nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core_models.models.segmentation import comparisons
from core_models.models.segmentation.base import joined
from tests.core_models.synthetic import levels

DISCRIMINANT, FACTS, SHARES, SHALLOW, APART = 16, 20, 22, 27, 33  # where the maps of each kind begin


def compared(query: dict, support: dict) -> torch.Tensor:
    return comparisons.evidence(query, support, comparisons.of_image(query))[0]


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_comparisons_are_what_loops_over_cells_find() -> None:
    (shot, mask), (query, _) = levels(3, 64, 48, box=(16, 16, 16, 32)), levels(4, 32, 48, box=None)
    support = comparisons.learn([shot], [mask], None, 1)
    found = compared(query, support).numpy()
    assert found.shape == (comparisons.OF_SHOTS + comparisons.OF_IMAGE, 8, 12)
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
    apart = [1 - np.mean([max(cosine(a, b) for b in others) for a in rows]) for rows, others in ((marked, clear), (clear, marked))]
    share = np.clip(np.clip(inside - outside, -0.4, 0.4) / (apart[0] + 0.05), -3, 3)
    grown = torch.nn.functional.interpolate(torch.from_numpy(np.stack([inside, outside, share]))[None], size=(8, 12), mode="bilinear", align_corners=False)[0].numpy()
    at = 3 + 4  # after the first look's three maps and the second's four
    assert np.allclose(found[at : at + 2], 4 * grown[:2] - 2, atol=1e-4)
    assert np.allclose(found[SHARES + 2], grown[2], atol=1e-4)
    assert np.allclose(found[APART + 4 : APART + 6, 0, 0], 4 * np.array(apart) - 1, atol=1e-4)


def test_the_discriminant_is_one_on_the_shots_defect_and_minus_one_on_its_ground() -> None:
    shot, mask = levels(3, strength=6.0)
    found = compared(shot, comparisons.learn([shot], [mask], None, 1))
    share = torch.nn.functional.avg_pool2d(mask[None, None], 4)[0, 0]
    for group in range(4):
        line = found[DISCRIMINANT + group]
        if group != 1:  # the shallow channels hold none of the defect here
            assert float(line[share == 1].mean()) == pytest.approx(1, abs=0.35) and float(line[share == 0].mean()) == pytest.approx(-1, abs=0.35)
    assert float(found[FACTS, 0, 0]) == pytest.approx(math.log(14 * 1.5) - 3, abs=0.6) and float(found[FACTS + 1, 0, 0]) == pytest.approx(-0.7)


def test_the_shallow_channels_are_measured_from_the_image_s_own_mean() -> None:
    (shot, mask), (query, _) = levels(3), levels(4)
    found, own = compared(query, comparisons.learn([shot], [mask], None, 1)), query[4][0, 32:]
    assert torch.allclose(found[SHALLOW:APART], own - own.mean((1, 2), keepdim=True), atol=1e-5)


def test_an_image_s_own_defect_is_what_its_suspects_are() -> None:
    """They lie on the defect, and what is like them is the rest of it, even where it is little like the shot's."""
    (shot, mask), (query, truth) = levels(3, strength=4.0), levels(5, 128, 128, box=(32, 48, 40, 40), strength=4.0)
    support, context = comparisons.learn([shot], [mask], None, 1), comparisons.of_image(query)
    context |= comparisons.suspects(query, support, context)
    assert {name: tuple(context[name].shape) for name in ("seeds", "fine_seed", "suspicion")} == {"seeds": (16, 64), "fine_seed": (38,), "suspicion": (1,)}
    found = comparisons.evidence(query, support, context)[0, comparisons.OF_SHOTS :]
    assert torch.allclose(found, compared(query, support)[comparisons.OF_SHOTS :], atol=1e-5), "found on the way or before"
    inside = torch.nn.functional.avg_pool2d(truth[None, None], 4)[0, 0] > 0.5
    assert found.shape == (comparisons.OF_IMAGE, 32, 32)
    assert all(float(line[inside].mean()) > float(line[~inside].mean()) + 0.5 for line in found[:3])
    clean = levels(6, 128, 128, box=None)[0]
    own = comparisons.of_image(clean)
    assert float(comparisons.suspects(clean, support, own)["suspicion"]) < float(context["suspicion"])


def test_another_opinion_chooses_the_suspects() -> None:
    (shot, mask), (query, _) = levels(3), levels(5, 128, 64, box=None)
    support, context = comparisons.learn([shot], [mask], None, 1), comparisons.of_image(query)
    known = torch.full((16, 8), -100.0)
    known[4:8, 2:6] = 100.0
    found = comparisons.suspects(query, support, context, known)
    centred = joined(query, (8, 16))[0] - torch.cat([context["8"], context["16"]])[:, None, None]
    expected = torch.nn.functional.normalize(centred, dim=0)[:, 4:8, 2:6].flatten(1).T
    assert torch.allclose(torch.stack(sorted(found["seeds"], key=lambda row: float(row[0]))), torch.stack(sorted(expected, key=lambda row: float(row[0]))), atol=1e-5)


def test_of_a_large_image_only_some_places_are_looked_at() -> None:
    query, _ = levels(5, 640, 1600, box=None)
    grid = comparisons.places(query)
    assert grid.shape == (1, 40, 100, 2) and grid.shape[1] * grid.shape[2] <= 4096
    assert torch.equal(comparisons.at_places(query[4], query), query[4][:, :, ::4, ::4]), "every second cell of stride 8"
    assert torch.allclose(F.grid_sample(query[4], grid, align_corners=False), query[4][:, :, ::4, ::4], atol=1e-4)


def test_what_is_ignored_is_neither_defect_nor_ground() -> None:
    shot, mask = levels(3)
    ignore = torch.zeros_like(mask)
    ignore[:48] = 1
    for s, level in shot.items():
        level[:, :, : 48 // s] = 1e3  # would be seen wherever it were taken in
    support = comparisons.learn([shot], [mask], [ignore], 1)
    assert len(support["fine_out"]) < 24 * 24 / 2 and len(support["fine_in"]) == 6 * 2
    assert joined(shot).shape[1] == len(support["axis"])
