"""The heat map on the screen, and proposals cut from a map at another level: as arrays, without a window."""

import numpy as np
import pytest

from app.ui.canvas import heat, recut
from app.ui.canvas.frame import Frame
from core_models.contract.mask import Mask
from core_models.contract.score_map import CELL_PX, ZERO, scale_of

COLOURS = heat.table((100, 0, 0), (255, 60, 60))
GREY = 0xFF646464


def laid(scores: np.ndarray, width: int, height: int, frame: Frame, rects=None) -> np.ndarray:
    """How much redder than blue the screen's pixels are."""
    picture = np.full((frame.height, frame.width), GREY, np.uint32)
    made = heat.Heat(scores, width, height, COLOURS)
    for rect in rects or [frame.whole]:
        made.lay(picture, frame, rect)
    return (picture >> 16 & 255).astype(int) - (picture & 255).astype(int)


def test_the_table_is_clear_for_nothing_and_grows():
    alpha = COLOURS >> 24
    assert alpha[0] == 0 and (np.diff(alpha.astype(int)) >= 0).all() and 190 < alpha[255] <= 205


@pytest.mark.parametrize("zoom", [0.1, 0.5, 1, 3.3])
def test_a_cell_lies_over_its_pixels(zoom):
    """800 x 600 is seen as it is: a cell is 4 px."""
    scores = np.zeros((150, 200), np.uint8)
    scores[50:60, 100:110] = 255  # 400..440, 200..240 px
    frame = Frame(zoom, 0, 0, int(800 * zoom), int(600 * zoom))
    red = laid(scores, 800, 600, frame)
    inside, outside = red[int(220 * zoom), int(420 * zoom)], red[int(300 * zoom), int(500 * zoom)]
    assert inside > 100 and outside == 0
    ys, xs = np.nonzero(red > 20)
    box = np.array([xs.min(), xs.max() + 1, ys.min(), ys.max() + 1]) / zoom
    assert np.abs(box - (400, 440, 200, 240)).max() <= max(4, 2.5 / zoom)


def test_no_peak_is_lost_from_afar():
    scores = np.zeros((1024, 1024), np.uint8)
    scores[513, 771] = 255
    assert laid(scores, 4096, 4096, Frame(0.05, 0, 0, 205, 205)).max() > 100


def test_beside_the_image_nothing_is_laid():
    frame = Frame(1, -20, -10, 100, 80)
    red = laid(np.full((15, 15), 255, np.uint8), 60, 60, frame)
    assert (red[10:70, 20:80] > 100).all() and red[:10].max() == 0 == red[:, :20].max() and red[70:].max() == 0 == red[:, 80:].max()


# -- tighter and looser -----------------------------------------------------------------------------------------------------------


def two_hills(size: int = 400) -> np.ndarray:
    """Logits of two hills 120 px apart, which a looser cut joins; 0 at 40 px from each top."""
    step = CELL_PX / scale_of(size, size)
    y, x = np.ogrid[: round(size / step), : round(size / step)]
    far = np.minimum(*(np.hypot((x + 0.5) * step - cx, (y + 0.5) * step - 200) for cx in (140, 260)))
    return np.clip(np.rint((40 - far) / 4 * 10) + ZERO, 0, 255).astype(np.uint8)


def disc(x: float, radius: float) -> Mask:
    ys, xs = np.ogrid[:400, :400]
    return Mask.from_array(np.hypot(xs + 0.5 - x, ys + 0.5 - 200) < radius)


def test_a_level_cuts_what_hangs_together_with_the_region():
    scores, origin = two_hills(), disc(140, 40)
    assert recut.at_level(scores, 400, 400, origin, ZERO).iou(origin) > 0.97
    assert recut.at_level(scores, 400, 400, origin, ZERO + 50).iou(disc(140, 20)) > 0.93
    both = recut.at_level(scores, 400, 400, origin, ZERO - 60)
    assert both.iou(disc(140, 64) | disc(260, 64)) > 0.95
    assert recut.at_level(scores, 400, 400, origin, 254) == Mask.EMPTY


def test_the_next_cut_goes_step_by_step_and_ends():
    scores, origin = two_hills(), disc(140, 40)
    seen, notch, areas = origin, 0, [origin.area]
    while found := recut.next_cut(scores, 400, 400, origin, seen, 0.5, notch, 1):
        seen, notch = found
        areas.append(seen.area)
    assert areas == sorted(set(areas), reverse=True) and 10 < len(areas) <= 41 and areas[-1] < 100
    while found := recut.next_cut(scores, 400, 400, origin, seen, 0.5, notch, -1):
        seen, notch = found
        assert notch != 0 or seen == origin
    assert seen.area == 400 * 400 or notch == -40


def test_crumbs_of_a_tighter_cut_are_dropped():
    scores = np.full((100, 100), ZERO + 5, np.uint8)
    scores[20:60, 20:60] = 250
    scores[70, 70] = 250
    cut = recut.at_level(scores, 400, 400, Mask.from_array(np.ones((400, 400))), ZERO + 40)
    assert cut.x < 100 and cut.x + cut.w < 260


@pytest.mark.parametrize("cut", [0.0, 1e-9, 0.5, 1.0])
def test_any_kept_cut_has_a_level(cut):
    assert 0 < recut.level_of(cut) < 255 and recut.level_of(0.5) == ZERO
