"""The picture of the screen, against the image it shows."""

import numpy as np
import pytest

from app.ui.canvas.compose import Window, compose_picture
from app.ui.canvas.frame import Frame
from app.ui.canvas.pyramid import Pyramid

BACKDROP = 0xFF181818
PLAIN = Window(0, 255)
GREY = np.random.default_rng(0).integers(0, 256, (90, 130), np.uint8)


def picture(image: np.ndarray, frame: Frame, rects=None, window: Window = PLAIN) -> np.ndarray:
    out = np.full((frame.height, frame.width), 0xDEADBEEF, np.uint32)
    for rect in rects or [frame.whole]:
        compose_picture(out, Pyramid(image), frame, window, rect, BACKDROP)
    return out


def grey32(values: np.ndarray) -> np.ndarray:
    return 0xFF000000 | values.astype(np.uint32) * 0x010101


@pytest.mark.parametrize("zoom", [1, 2, 7])
def test_from_one_to_one_on_each_pixel_is_a_square(zoom):
    frame = Frame(zoom, 5 * zoom, 3 * zoom, 60, 50)
    expected = np.kron(GREY, np.ones((zoom, zoom), np.uint8))[3 * zoom : 3 * zoom + 50, 5 * zoom : 5 * zoom + 60]
    assert np.array_equal(picture(GREY, frame), grey32(expected))


def test_colours_are_in_their_places():
    red = np.zeros((4, 4, 3), np.uint8)
    red[...] = 200, 30, 10
    assert (picture(red, Frame(1, 0, 0, 4, 4)) == 0xFFC81E0A).all()


@pytest.mark.parametrize("zoom", [0.5, 0.25])
def test_a_power_of_two_shows_the_level_itself(zoom):
    frame = Frame(zoom, 0, 0, 20, 20)
    level = Pyramid(GREY).read(round(-np.log2(zoom)), 0, 0, 20, 20)
    assert np.array_equal(picture(GREY, frame), grey32(level))


@pytest.mark.parametrize("zoom", [0.9, 0.37, 0.11])
def test_a_slope_stays_a_slope_at_any_zoom(zoom):
    """A ramp has the same value at the same place, however it is reduced."""
    ramp = np.repeat(np.linspace(0, 250, 600, dtype=np.float32)[None], 500, axis=0)
    frame = Frame(zoom, 7, 4, 50, 40)
    shown = (picture(ramp, frame) & 0xFF).astype(float)
    expected = (np.arange(50) + 7.5) / zoom / 599 * 250 - 250 / 599 / 2
    inner = (np.arange(50) + 9) / zoom < 600 - 2 / zoom
    assert np.abs(shown - expected)[:, inner].max() <= 1.5


def test_beside_the_image_lies_the_backdrop():
    out = picture(GREY, Frame(1, -10, -5, 200, 150))
    assert np.array_equal(out[5:95, 10:140], grey32(GREY))
    out[5:95, 10:140] = BACKDROP
    assert (out == BACKDROP).all()
    assert (picture(GREY, Frame(2, 1000, 0, 30, 30)) == BACKDROP).all()


@pytest.mark.parametrize("zoom", [0.3, 0.61, 1, 1.7, 5.3])
def test_parts_fit_together_without_a_seam(zoom):
    frame = Frame(zoom, -9, 4, 90, 70)
    parts = [(0, 0, 37, 20), (37, 0, 90, 20), (0, 20, 90, 21), (0, 21, 1, 70), (1, 21, 90, 70)]
    whole, joined = (picture(GREY, frame, rects) & 0xFF for rects in (None, parts))
    assert np.abs(whole.astype(int) - joined.astype(int)).max() <= 1


def test_sixteen_bits_go_through_the_window():
    image = np.array([[1000, 1500, 2000, 60000]], np.uint16)
    assert (picture(image, Frame(1, 0, 0, 4, 1), window=Window(1000, 2000)) & 0xFF).tolist() == [[0, 127, 255, 255]]
