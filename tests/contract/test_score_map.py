"""The geometry of a kept score map, against the view that it was made of."""

from __future__ import annotations

import numpy as np
import pytest

from core_models.contract import score_map


@pytest.mark.parametrize(("width", "height"), [(60, 40), (512, 512), (1024, 384), (3000, 500), (20, 700)])
def test_the_hottest_pixel_lies_where_the_map_was_made_of_it(width, height):
    scale = score_map.scale_of(width, height)
    shape = (-(-round(height * scale) // 16) * 4, -(-round(width * scale) // 16) * 4)
    rng = np.random.default_rng(width)
    for _ in range(20):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        cells = np.zeros(shape, np.uint8)
        cells[int((y + 0.5) * scale / 4), int((x + 0.5) * scale / 4)] = 200
        found_x, found_y, value = score_map.hottest(cells, width, height)
        assert value == 200 and abs(found_x - x) <= 4 / scale and abs(found_y - y) <= 4 / scale


def test_what_lies_beside_the_image_is_not_looked_at():
    cells = np.full((100, 100), 10, np.uint8)
    cells[99, 99] = 255  # 384 px fill 96 cells
    assert score_map.hottest(cells, 384, 384)[2] == 10


def test_a_map_is_read_as_the_worker_writes_it(tmp_path):
    from core_models.contract.opencv import cv2

    cells = np.arange(12, dtype=np.uint8).reshape(3, 4)
    path = score_map.path_of(tmp_path, 7, 2)
    path.parent.mkdir()
    cv2.imencode(".png", cells)[1].tofile(path)
    assert np.array_equal(score_map.read(path), cells)
