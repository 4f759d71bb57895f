"""The largest distance between two points of a region, against brute force over the corners of all its pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core_models.contract.extent import extent
from core_models.contract.mask import Mask

lengths = st.floats(0.001, 10)


def by_brute_force(pixels: np.ndarray, across: float, down: float) -> float:
    corners = [(x + dx, y + dy) for y, x in np.argwhere(pixels) for dx in (0, 1) for dy in (0, 1)]
    return max((math.hypot((x - u) * across, (y - v) * down) for x, y in corners for u, v in corners), default=0.0)


@given(arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7))), lengths, lengths, st.integers(0, 40_000))
def test_it_is_that_of_brute_force_wherever_the_region_lies(pixels, across, down, x):
    assert extent(Mask.from_array(pixels, x, 3), across, down) == pytest.approx(by_brute_force(pixels, across, down))


def test_regions_whose_answer_is_known():
    assert extent(Mask.EMPTY) == 0
    assert extent(Mask.from_array(np.ones((1, 1), bool))) == pytest.approx(math.sqrt(2))
    assert extent(Mask.from_array(np.ones((3, 4), bool), 50, 60)) == 5
    assert extent(Mask.from_array(np.ones((3, 4), bool)), 0.5, 0.25) == pytest.approx(math.hypot(2, 0.75))
    assert extent(Mask.from_array(np.eye(100, dtype=bool))) == pytest.approx(100 * math.sqrt(2)), "a slanting scratch is longer than its box"
    y, x = np.mgrid[-500:501, -500:501]
    assert extent(Mask.from_array(x**2 + y**2 <= 500**2)) == pytest.approx(1001, abs=1)


def test_a_scan_of_thirty_thousand_columns_is_no_work():
    pixels = np.zeros((64, 30_000), bool)
    pixels[0, 0] = pixels[-1, -1] = True
    pixels[30] = True
    assert extent(Mask.from_array(pixels)) == pytest.approx(math.hypot(30_000, 64))
