"""Every level is an average of the image, whatever its depth, and only what is looked at is made."""

import numpy as np
import pytest

from app.ui.canvas.compose import Window
from app.ui.canvas.pyramid import TILE_PX, Pyramid

DEPTHS = {"uint8": 255, "uint16": 65535, "int16": 30000, "uint32": 4e9, "int32": 2e9, "float32": 1.0, "float64": 1.0}


def averaged(image: np.ndarray, level: int) -> np.ndarray:
    """Of the pixels that are whole: those at a ragged edge weigh what is there, one way or another."""
    cell = 1 << level
    h, w = (side // cell for side in image.shape[:2])
    return image[: h * cell, : w * cell].astype(np.float64).reshape(h, cell, w, cell, *image.shape[2:]).mean(axis=(1, 3))


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_level_is_the_average(depth, colours):
    image = (np.random.default_rng(0).random((601, 1030, *colours)) * DEPTHS[depth]).astype(depth)
    pyramid = Pyramid(image)
    for level in (1, 2, 4):
        w, h = pyramid.size(level)
        found, expected = pyramid.read(level, 0, 0, w, h), averaged(image, level)
        h, w = expected.shape[:2]
        # Whole numbers are rounded once a level.
        assert np.abs(found[:h, :w] - expected).max() <= (level if "int" in depth else 0) + DEPTHS[depth] * 1e-6


def test_the_last_pixels_of_a_ragged_edge_are_filled():
    pyramid = Pyramid(np.full((TILE_PX + 1, 2 * TILE_PX + 3), 200, np.uint8))
    for level in (1, 4, 9, 11):
        w, h = pyramid.size(level)
        assert (pyramid.read(level, 0, 0, w, h) == 200).all() and min(w, h) >= 1


def test_a_level_does_not_depend_on_which_was_made_first():
    image = np.random.default_rng(1).random((1504, 1704)).astype(np.float32)
    one, other = Pyramid(image), Pyramid(image)
    for level in (1, 2, 3):
        one.warm(level)
    assert np.allclose(one.read(3, 0, 0, *one.size(3)), other.read(3, 0, 0, *other.size(3)), atol=1e-5)


def test_only_the_tiles_in_view_are_made(monkeypatch):
    pyramid = Pyramid(np.zeros((4 * TILE_PX, 6 * TILE_PX), np.uint8))
    made = []
    make = pyramid._make
    monkeypatch.setattr(pyramid, "_make", lambda *tile: (made.append(tile), make(*tile)))
    pyramid.read(1, TILE_PX - 1, 10, TILE_PX + 1, 20)
    assert made == [(1, 0, 0), (1, 0, 1)]
    pyramid.read(1, 3, 30, 2 * TILE_PX, 40)
    assert made == [(1, 0, 0), (1, 0, 1)]


def test_values_are_the_images_own():
    pyramid = Pyramid(np.array([[0, 65535], [7, 300]], np.uint16))
    assert [pyramid.value(1, 0), pyramid.value(0, 1), pyramid.value(2, 0), pyramid.value(0, -1)] == [65535, 7, None, None]
    assert Pyramid(np.full((2, 2, 3), (1, 2, 3), np.uint8)).value(1, 1) == (1, 2, 3)
    assert Pyramid(np.full((2, 2), 0.25, np.float32)).value(0, 0) == 0.25


def test_the_span_leaves_out_what_is_no_number():
    image = np.linspace(0, 100, 10000, dtype=np.float32).reshape(100, 100)
    image[0, :5], image[99, :5] = np.nan, np.inf
    low, high = Pyramid(image).span()
    assert low == pytest.approx(1, abs=0.1) and high == pytest.approx(99, abs=0.1)
    assert Pyramid(np.full((4, 4), np.nan)).span() == (0, 1)


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_window_maps_its_bounds_to_black_and_white(depth):
    most = DEPTHS[depth]
    values = (np.array([[0, 0.25, 0.5, 0.75, 1]]) * most).astype(depth)
    assert Window(most / 4, most * 3 / 4).grey(values).tolist() == [[0, 0, pytest.approx(127, abs=1), pytest.approx(255, abs=1), 255]]


def test_a_window_of_one_value_and_what_is_no_number():
    assert Window(5, 5).grey(np.array([[4, 5, 6]], np.uint16)).tolist() == [[0, 0, 255]]
    assert Window(0, 1).grey(np.array([[np.nan, -np.inf, np.inf]], np.float32)).tolist() == [[0, 0, 255]]


def test_eight_bits_are_shown_as_they_are():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(Window.of(Pyramid(values)).grey(values), values)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_the_histogram_counts_every_value_of_a_small_image(dtype):
    image = np.random.default_rng(5).integers(3, 250, (40, 60)).astype(dtype)
    counts, first, last = Pyramid(image).histogram
    least, most = (0.0, 255.0) if dtype == "uint8" else (float(image.min()), float(image.max()))
    assert (first, last) == (least, most)
    assert counts.tolist() == np.histogram(image.astype(float).ravel(), 64, (least, most))[0].tolist()
