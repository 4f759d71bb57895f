"""From which logit on a region is shown, chosen on images that a model did not learn from."""

from __future__ import annotations

import numpy as np
import pytest

from core_models.contract.episode import ImageRef
from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.postprocess import Calibration, quantised, regions_of
from core_models.training import confidence
from core_models.training.confidence import PEAKS

IMAGE = ImageRef(1, "", "", 400, 400)


def box(width: int, height: int, x: int, y: int) -> Mask:
    return Mask.from_array(np.ones((height, width), bool), x, y)


def at(value: float) -> int:
    return int(np.searchsorted(PEAKS, value))


def seen(right: dict[float, int], wrong: dict[float, int], truth: int = 100) -> tuple[list[confidence.Found], Mask]:
    """Regions with these logits, of so many px on the defect, and beside it; and the defect."""
    regions, x = [], 0
    for logit, area in right.items():
        regions.append((box(area, 1, x, 0), logit, 0.0))
        x += area
    return regions + [(box(area, 1, x, 5), logit, 0.0) for logit, area in wrong.items()], box(truth, 1, 0, 0) if truth else Mask.EMPTY


def test_regions_have_the_logits_that_they_are_shown_by() -> None:
    logits = np.full((100, 100), -5.0, np.float32)
    logits[10:20, 10:20], logits[50:60, 50:60], logits[80:83, 10:13] = 3.0, 5.0, 4.0
    found = sorted(confidence.found(quantised(logits), IMAGE, 1600), key=lambda region: region[0].area)
    assert [round(logit) for _, logit, _ in found] == [4, 3, 5] and -3 < found[0][2] < -2 < -0.3 < found[1][2] <= 0
    for peak, spread in ((2.0, 1.0), (2.9, 0.5), (4.0, 2.0), (-2.0, 2.0)):
        _, regions = regions_of(quantised(logits), 1.0, 400, 400, Calibration(0.0, peak, spread, 1600))
        shown = [mask for mask, logit, size in found if logit + spread * size >= peak]
        assert {m.area for m in shown} == {r.mask.area for r in regions if r.score >= 0.5}
    assert len(confidence.found(quantised(logits), IMAGE, 100 * 1600)) == 0, "specks"


def test_what_is_shown_is_counted_against_what_is_known() -> None:
    regions = [(box(10, 10, 0, 0), 6.0, 0.0), (box(10, 10, 50, 0), 6.0, -1.5)]
    truth, ignored = box(20, 10, 0, 0), box(5, 10, 0, 0)
    met, either = confidence.counted(regions, TrainLabel(1, truth, ignore=ignored, complete=True), 2.0)
    assert (met[at(4)], either[at(4)]) == (50, 150), "the small one is worth 3 logits"
    assert (met[at(3)], either[at(3)]) == (50, 250) and (met[at(6.25)], either[at(6.25)]) == (0, 150)
    met, either = confidence.counted(regions, TrainLabel(1, truth), 2.0)
    assert (met[at(0)], either[at(0)]) == (100, 200), "nobody said what the rest is"
    met, either = confidence.counted(regions, TrainLabel(1, truth, negative=box(4, 10, 50, 0)), 2.0)
    assert (met[at(3)], either[at(3)]) == (100, 240)
    met, either = confidence.counted([], TrainLabel(1, Mask.EMPTY, complete=True), 2.0)
    assert not met.any() and not either.any()


def tally(*classes: list[tuple[list[confidence.Found], Mask]]) -> confidence.Tally:
    """What was seen on each class's images, all of them known whole."""
    made = confidence.Tally(2.0)
    for class_id, images in enumerate(classes):
        for regions, truth in images:
            made.add(regions, TrainLabel(class_id, truth, complete=True))
    return made


def test_the_peak_lies_between_what_is_right_and_what_is_wrong() -> None:
    images = [seen({6.0: 80}, {2.0: 300}), seen({4.0: 70}, {1.0: 50})]
    assert tally(images).peak(0.5) == 3.25, "above 4 the second is lost, up to 2 much is wrong: the middle of 2.25 to 4"
    assert tally(images).iou(3.25) == tally(images).iou(4) == pytest.approx(150 / 200) and tally(images).iou(5) == pytest.approx(80 / 200)
    assert [tally(images).peak(0.5, near) for near in (0.0, 2.6, 9.0)] == [2.25, 2.5, 4.0], "the nearest of them to what is known from elsewhere"
    faint = [*images, seen({2.5: 1}, {}, truth=1)]
    assert tally(faint).peak(0.5) == 3.25, "a pixel is no point of IoU"
    many_clean = [*images, *(seen({}, {5.0: 1}, truth=0) for _ in range(20))]
    assert tally(many_clean).peak(0.5) == 3.25, "specks on good parts do not hide what is there"
    assert tally([seen({8.0: 90}, {})]).peak(0.5) == 4.0, "where nothing is wrong, not at the top"


def test_classes_count_alike_and_nothing_found_moves_nothing() -> None:
    large, small = [seen({8.0: 9000}, {4.0: 9000}, truth=10_000)], [seen({6.0: 9}, {}, truth=10)]
    assert tally(large, small).peak(0.5) == 5.25
    assert tally([seen({}, {5.0: 40})]).peak(1.75) == 1.75
    assert confidence.Tally(1.0).peak(1.75) == 1.75 and np.isnan(confidence.Tally(1.0).iou(2))
    found, clean = seen({8.0: 90}, {}), seen({}, {2.0: 5}, truth=0)
    assert [tally([found, clean]).iou(peak) for peak in (1, 3)] == [pytest.approx(90 / 105), 0.9], "what is wrong on good parts counts"
    assert tally([found], [clean]).iou(1) == 0.9 and np.isnan(tally([clean]).iou(1)), "a class that is nowhere to be found has no IoU"


def test_what_is_known_in_part_moves_the_peak_and_not_the_iou() -> None:
    made, region = confidence.Tally(2.0), (box(10, 10, 0, 0), 6.0, 0.0)
    made.add([region], TrainLabel(1, box(10, 10, 0, 0)))
    assert made.peak(9.0) == 3.0 and np.isnan(made.iou(3.0))
    made.add([region], TrainLabel(1, box(10, 20, 0, 0), complete=True))
    assert made.iou(3.0) == 0.5


def test_what_was_learnt_by_heart_moves_the_peak_and_not_the_iou() -> None:
    made, region = confidence.Tally(2.0), (box(10, 10, 0, 0), 6.0, 0.0)
    made.add([region], TrainLabel(1, box(10, 10, 0, 0), complete=True), learnt=True)
    assert made.peak(9.0) == 3.0 and np.isnan(made.iou(3.0))
    made.add([], TrainLabel(1, box(10, 10, 0, 0), complete=True))
    assert made.iou(3.0) == 0.0
