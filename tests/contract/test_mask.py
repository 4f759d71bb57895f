"""Mask algebra against plain arrays, and its encoding against pycocotools."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from core_models.contract.mask import Mask, MaskError, compress, decompress, runs_of, union

SIZE = st.tuples(st.integers(1, 24), st.integers(1, 24))
ARRAYS = SIZE.flatmap(lambda s: hnp.arrays(bool, s))
PAIRS = SIZE.flatmap(lambda s: st.tuples(hnp.arrays(bool, s), hnp.arrays(bool, s)))


@given(ARRAYS)
def test_array_comes_back_bit_for_bit(array):
    mask = Mask.from_array(array)
    assert np.array_equal(mask.full(*array.shape), array)
    assert mask.area == array.sum()
    assert Mask.from_json(mask.to_json()) == mask


@given(ARRAYS)
def test_runs_are_those_of_pycocotools(array):
    theirs = coco.encode(np.asfortranarray(array.astype(np.uint8)))["counts"]
    runs = runs_of(array)
    assert compress(runs) == theirs
    assert np.array_equal(decompress(theirs), runs)
    assert compress(Mask.from_array(array).frame_runs(*array.shape)) == theirs


@given(ARRAYS)
def test_frame_runs_give_the_same_mask(array):
    assert Mask.from_frame_runs(runs_of(array), *array.shape) == Mask.from_array(array)


@given(ARRAYS, st.integers(0, 9), st.integers(0, 9))
def test_pieces_are_the_stretches_of_each_column_and_give_the_same_mask(array, x, y):
    mask = Mask.from_array(array, x, y)
    column, top, after = mask.pieces()
    painted = np.zeros((40, 40), int)
    for c, t, a in zip(column, top, after, strict=True):
        painted[t:a, c] += 1
    assert np.array_equal(painted, mask.full(40, 40))
    assert Mask.from_pieces(column, top, after) == mask


@given(PAIRS)
def test_algebra_is_that_of_arrays(pair):
    a, b = pair
    x, y = Mask.from_array(a), Mask.from_array(b)
    assert x | y == Mask.from_array(a | b) == union([x, y])
    assert x & y == Mask.from_array(a & b)
    assert x - y == Mask.from_array(a & ~b)
    assert x.intersection_area(y) == (a & b).sum()
    assert x.iou(y) == pytest.approx((a & b).sum() / (a | b).sum() if (a | b).any() else 1.0)


@given(st.lists(st.integers(0, 2**31), max_size=40))
def test_any_runs_survive_compression(runs):
    assert list(decompress(compress(np.array(runs, np.int64)))) == runs


@given(st.binary(max_size=30))
def test_damaged_text_is_refused_or_read_but_never_breaks(text):
    try:
        assert (decompress(text) >= 0).all()
    except MaskError as fault:
        assert "run length" in str(fault)


def test_runs_that_do_not_fit_are_refused():
    with pytest.raises(MaskError):
        Mask.from_frame_runs(np.array([5, 999999]), 120, 160)
    with pytest.raises(MaskError):
        Mask.from_json({"x": 0, "y": 0, "w": 3, "h": 3, "rle": compress(np.array([5])).decode()})


def test_a_mask_that_hangs_over_the_edge_is_cut():
    mask = Mask.from_array(np.ones((4, 4), bool), x=-2, y=8)
    assert not mask.fits(10, 10)
    assert mask.full(10, 10).sum() == 4
