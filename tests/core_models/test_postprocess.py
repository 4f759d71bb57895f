"""From score maps to regions: where they lie, what they score, what is dropped."""

from __future__ import annotations

import numpy as np
import pytest

from core_models.contract.mask import union
from core_models.contract.opencv import cv2
from core_models.inference.postprocess import LEAST_STORED, STEPS, ZERO, Calibration, quantised, regions_of

PLAIN = Calibration(cut=0.0, peak=4.0, spread=2.0, area_px=1)


def logit_map(shape: tuple[int, int], *discs: tuple[float, float, float, float]) -> np.ndarray:
    """Logits that fall linearly from `top` at (x, y) to 0 at `radius` cells, -6 far away."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    logits = np.full(shape, -6.0)
    for x, y, radius, top in discs:
        logits = np.maximum(logits, top * (1 - np.hypot(columns - x, rows - y) / radius))
    return logits


def test_logits_survive_eight_bits() -> None:
    logits = np.linspace(-12, 12, 500)
    back = (quantised(logits).astype(float) - ZERO) / STEPS
    assert np.abs(back - logits).max() <= 0.5 / STEPS + 1e-9
    assert list(quantised(np.array([-99.0, 99.0, np.nan]))) == [0, 255, 0]


@pytest.mark.parametrize("scale, width, height", [(1.0, 160, 120), (2.0, 80, 60), (1.92, 83, 62), (8.0, 20, 15)])
def test_outlines_are_those_of_the_whole_map_brought_to_the_images_size(scale: float, width: int, height: int) -> None:
    score_map = quantised(logit_map((30, 40), (8, 9, 5, 9), (29, 12, 3, 8), (20.5, 27, 7, 10), (0, 29, 4, 9)))
    _, regions = regions_of(score_map, scale, width, height, PLAIN)
    factor = scale / 4
    place = np.array([[factor, 0, factor / 2 - 0.5], [0, factor, factor / 2 - 0.5]])
    pixels = cv2.warpAffine(score_map.astype(np.float32), place, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    marked = union([r.mask for r in regions])
    assert marked.fits(height, width)
    ours, theirs = marked.full(height, width), pixels > ZERO
    assert (ours & theirs).sum() >= 0.98 * (ours | theirs).sum() > 0
    assert len(regions) == 4


def test_regions_do_not_share_pixels_and_the_strongest_comes_first() -> None:
    score_map = quantised(logit_map((30, 40), (8, 9, 5, 6), (14, 9, 4, 9), (30, 20, 4, 12)))
    presence, regions = regions_of(score_map, 1.0, 160, 120, PLAIN)
    scores = [r.score for r in regions]
    assert scores == sorted(scores, reverse=True) and presence == scores[0]
    assert len(set(scores)) == len(scores)
    assert union([r.mask for r in regions]).area == sum(r.mask.area for r in regions)


def test_the_peak_is_the_operating_point() -> None:
    high, low = (regions_of(quantised(logit_map((30, 40), (20, 15, 6, top))), 1.0, 160, 120, Calibration(peak=4.0, area_px=50))[1] for top in (9.0, 3.4))
    assert high[0].score > 0.8
    assert LEAST_STORED <= low[0].score < 0.5


def test_small_regions_need_more_and_specks_are_dropped() -> None:
    score_map = quantised(logit_map((30, 40), (20, 15, 3, 7)))
    scores = []
    for drawn in (100, 2000, 40000):
        _, regions = regions_of(score_map, 1.0, 160, 120, Calibration(peak=4.0, area_px=drawn))
        scores.append(regions[0].score if regions else 0.0)
    assert scores[0] > scores[1] > scores[2] == 0.0


def test_nothing_is_a_proposal_too() -> None:
    presence, regions = regions_of(quantised(np.full((30, 40), -6.0)), 1.0, 160, 120, PLAIN)
    assert regions == () and 0 <= presence < 0.1


def test_everything_is_one_region() -> None:
    _, regions = regions_of(quantised(np.full((30, 40), 9.0)), 1.0, 157, 118, PLAIN)
    assert len(regions) == 1 and regions[0].mask.area == 157 * 118


def test_noise_does_not_fill_the_disk() -> None:
    noise = np.where(np.random.default_rng(1).random((300, 300)) < 0.1, 9.0, -9.0)
    assert len(regions_of(quantised(noise), 1.0, 1200, 1200, PLAIN)[1]) <= 500


def test_a_very_wide_map_is_not_unpacked() -> None:
    """30,000 px: the box of the region is brought to the image's size, not the image."""
    score_map = quantised(np.full((256, 7500), -6.0))
    score_map[100:110, 7400:7420] = 230
    _, regions = regions_of(score_map, 1.0, 30000, 1024, PLAIN)
    assert len(regions) == 1
    x, y, w, h = regions[0].mask.box
    assert abs(x - 7400 * 4) < 4 and abs(y - 400) < 4 and abs(w - 80) < 8 and abs(h - 40) < 8
