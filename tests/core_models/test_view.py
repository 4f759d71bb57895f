"""What the network is given: the same picture whatever its depth, size or oddities."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from core_models.inference.view import CELL, SHORT_SIDE, View, normalised, scale_of, view_size
from tests.core_models.synthetic import surface


def test_zero_mean_and_unit_deviation() -> None:
    view = normalised(surface(1, spots=((30, 30, 8),))[0])
    assert view.dtype == np.float32
    assert abs(view.mean()) < 1e-3 and abs(view.std() - 1) < 1e-3


@pytest.mark.parametrize("change", [lambda a: a.astype(np.uint16) * 16, lambda a: a.astype(np.float32) / 255 - 4, lambda a: a.astype(np.int32) * 1000])
def test_depth_and_range_do_not_matter(change) -> None:
    image = surface(1, 200, 200)[0]
    plain, other = normalised(image), normalised(change(image))
    assert np.corrcoef(plain.ravel(), other.ravel())[0, 1] > 0.999
    assert abs(other.std() - 1) < 0.05


def test_dead_pixels_do_not_set_the_range() -> None:
    image = surface(1, 200, 200)[0].astype(np.uint16)
    dead = image.copy()
    dead[::90, ::90] = 65535
    kept = np.ones(image.shape, bool)
    kept[::90, ::90] = False
    assert np.abs(normalised(dead)[kept] - normalised(image)[kept]).max() < 0.3


@pytest.mark.parametrize("image", [
    np.full((40, 40), 7, np.uint8), np.full((40, 40), 7.5, np.float32), np.full((40, 40, 3), 900, np.uint16), np.full((40, 40), np.nan, np.float32),
])
def test_a_constant_image_is_zero(image: np.ndarray) -> None:
    assert not normalised(image).any()


def test_what_is_no_number_is_no_defect() -> None:
    image = surface(1)[0].astype(np.float32)
    image[:4, :4], image[5, 5], image[6, 6] = np.nan, np.inf, -np.inf
    view = normalised(image)
    assert np.isfinite(view).all() and abs(view[0, 0]) < 1e-3
    assert 0.9 < view[10:].std() < 1.1, "the rest is seen as ever"


def test_small_images_grow_and_large_ones_stay() -> None:
    assert view_size(200, 200) == (384, 384)
    assert view_size(248, 373) == (384, 578)
    assert view_size(4096, 1024) == (4096, 1024)
    assert scale_of(4, 4) == 8.0


def test_a_wide_scan_is_never_held_as_floats() -> None:
    scan = np.random.default_rng(3).integers(0, 255, (SHORT_SIDE, 30_000), dtype=np.uint8)
    tracemalloc.start()
    try:
        window = View(scan).window(20_480, 0, 21_504, SHORT_SIDE)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert window.shape == (SHORT_SIDE, 1024) and abs(window.std() - 1) < 0.05
    assert most < 2 * scan.nbytes, "as floats it would take four times its bytes"


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (31, 17), (400, 385), (400, 390, 3)])
def test_windows_cover_any_size(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(2).integers(0, 255, shape, dtype=np.uint8)
    view = View(image)
    width, height = view.padded
    assert width % CELL == 0 and height % CELL == 0 and width >= view.width and height >= view.height
    whole = view.window(0, 0, width, height)
    assert whole.shape[:2] == (height, width) and np.isfinite(whole).all()
    assert np.array_equal(view.window(0, 0, CELL, height), whole[:, :CELL])
    assert np.array_equal(whole[:, view.width :], np.repeat(whole[:, view.width - 1 : view.width], width - view.width, 1))
