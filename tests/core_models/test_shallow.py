"""The shallow channels against scipy, and what they are there for."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import uniform_filter

from core_models.models.shallow import SHALLOW, shallow


def of(image: np.ndarray) -> np.ndarray:
    return shallow(torch.from_numpy(np.broadcast_to(image, (3, *image.shape)).copy())[None])[0].numpy()


def test_they_are_what_scipy_makes_of_the_view() -> None:
    image = np.random.default_rng(0).standard_normal((64, 96)).astype(np.float32)
    cells = image.reshape(16, 4, 24, 4).swapaxes(1, 2).reshape(16, 24, 16)
    mean = cells.mean(2)
    around = uniform_filter((mean - uniform_filter(mean, 9, mode="nearest")) ** 2, 9, mode="nearest")
    wanted = [mean, cells.max(2), cells.min(2), mean - uniform_filter(mean, 5, mode="nearest"), mean - uniform_filter(mean, 13, mode="nearest"), np.sqrt(around)]
    found = of(image)
    assert found.shape == (SHALLOW, 16, 24)
    np.testing.assert_allclose(found, np.stack(wanted), atol=1e-5)


def test_a_line_of_one_pixel_stands_out_in_its_cells() -> None:
    image = np.zeros((64, 64), np.float32)
    image[30] = -1
    least = of(image)[2]
    assert (least[7] == -1).all() and (np.delete(least, 7, 0) == 0).all()


def test_a_view_of_one_cell_row_is_no_fault() -> None:
    assert np.isfinite(of(np.ones((16, 64), np.float32))).all()
