"""Tiles cover a view once, and what is computed in tiles is what is computed at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core_models.contract.job import Compute, ModelRef
from core_models.inference import features, predictor
from core_models.inference.device import Device
from core_models.inference.features import Extractor
from core_models.inference.tiling import TILE, tiles_of
from core_models.inference.view import View
from tests.core_models.synthetic import levels


@given(st.integers(1, 300), st.integers(1, 90))
def test_every_cell_belongs_to_one_tile(columns: int, rows: int) -> None:
    width, height = 16 * columns, 16 * rows
    for stride in (4, 8, 16):
        seen = np.zeros((height // stride, width // stride), int)
        for tile in tiles_of(width, height, tile=256, margin=32, whole=0):
            seen[tile.outer(stride)] += 1
            window = np.zeros(((tile.window[3] - tile.window[1]) // stride, (tile.window[2] - tile.window[0]) // stride))
            assert window[tile.inner(stride)].shape == seen[tile.outer(stride)].shape
            assert all(edge % 16 == 0 for edge in (*tile.inside, *tile.window))
        assert (seen == 1).all()


def test_a_view_off_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="100 x 32"):
        tiles_of(100, 32)


def test_tiles_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Near the middle of a tile and at its border the features differ little from those of the whole view."""
    extractor = Extractor(Device("cpu", None, 0, "CPU"))
    rng = np.random.default_rng(4)
    image = np.clip(128 + 30 * rng.standard_normal((400, 800)), 0, 255).astype(np.uint8)
    view = View(image)
    whole = extractor.view(view)
    parts = tiles_of(*view.padded, tile=400, margin=64, whole=0)
    monkeypatch.setattr(features, "tiles_of", lambda width, height: parts)
    tiled = extractor.view(view)
    assert len(parts) == 2
    for stride, level in whole.items():
        difference = (level.float() - tiled[stride].float()).abs()
        assert difference.mean() < 0.02 * level.float().std()
        edge = parts[0].inside[2] // stride
        assert difference[:, :, edge - 1 : edge + 1].mean() < 0.1 * level.float().std()


def test_large_maps_lie_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    files, real = [], features.tempfile.TemporaryFile
    monkeypatch.setattr(features.tempfile, "TemporaryFile", lambda: files.append(1) or real())
    features._room((2, 30, 40))
    assert not files
    monkeypatch.setattr(features, "_IN_MEMORY", 100)
    room = features._room((2, 30, 40))
    assert files
    room[1] = 3
    assert room.dtype == torch.float16 and float(room[1].float().sum()) == 3 * 30 * 40


def test_a_wide_scan_is_scored_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = predictor.Predictor(ModelRef(1, "nearest", params={"orientations": 1}), Compute("cpu"))
    shot, mask = levels(1, 64, 64, (16, 16, 24, 24))
    support = scorer.net.encode_support([shot], [mask])
    scan = {stride: level[0] for stride, level in levels(2, 64, 3072, (1500, 16, 60, 30))[0].items()}
    with torch.inference_mode():
        whole = scorer._map(scan, support)
        monkeypatch.setattr(predictor, "_SCORED_AT_ONCE", 64 * 1024)
        widths, real = [], scorer.net.segment
        monkeypatch.setattr(scorer.net, "segment", lambda part, *rest: widths.append(part[4].shape[-1] * 4) or real(part, *rest))
        tiled = scorer._map(scan, support)
    assert len(widths) == 3 and max(widths) <= TILE + 2 * predictor._MARGIN
    assert tiled.shape == whole.shape and np.abs(tiled.astype(int) - whole).max() <= 1
