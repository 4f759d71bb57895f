"""The two pictures of a check image: what is cut out, what is filled, and the outline of the truth."""

from __future__ import annotations

import numpy as np
import pytest

from app.operations.comparing import Pictured
from app.ui.train.side_pictures import cut_out, pictures
from core_models.contract.comparison import Compared, Side
from core_models.contract.mask import Mask
from tests.toy_project import square

RED = {1: (255, 0, 0)}


@pytest.fixture
def image(make_image_file):
    """A grey image of 400 x 300 with a truth of 40 px that only the candidate found."""
    path = make_image_file("表面.png", np.full((300, 400), 100, np.uint8))

    def make(truth: Mask, new: Mask, old: Mask) -> Pictured:
        sides = [Side(0, 0, 0, 0, mask) for mask in (new, old)]
        return Pictured(7, path, 400, 300, (Compared(7, 1, truth, 1, False, *sides),))

    return make


def reds(picture) -> int:
    return sum(picture.pixelColor(x, y).red() > picture.pixelColor(x, y).green() + 50 for x in range(picture.width()) for y in range(picture.height()))


def whites(picture) -> int:
    return sum(picture.pixelColor(x, y).lightness() > 250 for x in range(picture.width()) for y in range(picture.height()))


def test_the_part_with_the_defect_is_cut_out_and_fits_its_place(image):
    x, y, w, h = cut_out(image(square(100, 100, 40), Mask.EMPTY, Mask.EMPTY), 200, 100)
    assert x <= 100 and y <= 100 and x + w >= 140 and y + h >= 140
    assert w / h == pytest.approx(2, abs=0.05) and h >= 60
    assert cut_out(image(Mask.EMPTY, Mask.EMPTY, Mask.EMPTY), 200, 100) == (0, 0, 400, 300)
    corner = cut_out(image(square(390, 290, 8), Mask.EMPTY, Mask.EMPTY), 200, 100)
    assert corner[0] + corner[2] <= 400 and corner[1] + corner[3] <= 300


def test_fill_is_what_was_proposed_and_the_outline_what_is_true(image):
    new, old = pictures(image(square(100, 100, 40), square(105, 105, 30), Mask.EMPTY), RED, 200, 100)
    assert new.width() <= 200 and new.height() <= 100
    assert reds(new) > 100 and reds(old) == 0 and whites(new) > 50 and whites(old) > 50


def test_a_small_region_of_a_large_image_does_not_vanish(image):
    new, old = pictures(image(square(0, 0, 2), square(395, 295, 2), Mask.EMPTY), RED, 100, 60)
    assert reds(new) > 0 and whites(old) > 0


def test_an_image_that_is_gone_or_another_one_is_a_sentence(image, make_image_file):
    there = image(square(), square(), square())
    make_image_file("表面.png", np.zeros((20, 20), np.uint8))
    assert "another size" in pictures(there, RED, 100, 60)
    there.path.unlink()
    assert "表面.png" in pictures(there, RED, 100, 60)
