"""How far proposals of a trained model may be trusted, measured on images it did not learn from."""

from __future__ import annotations

import numpy as np
import pytest

from core_models.contract.episode import ImageRef
from core_models.contract.job import TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.postprocess import quantised
from core_models.training import confidence


def test_the_logit_of_even_odds_is_found() -> None:
    rng = np.random.default_rng(0)
    logits = rng.uniform(0, 10, 400)
    right = rng.random(400) < 1 / (1 + np.exp(-(logits - 6) / 1.0))
    peak, spread = confidence.fit(list(zip(logits, np.zeros(400), right, strict=True)), 0.5, 1.0)
    assert peak == pytest.approx(6, abs=0.5)
    assert 0.75 <= spread <= 1.5


def test_few_regions_move_it_little_and_too_few_not_at_all() -> None:
    few = [(8.0, 0.0, True)] * 9 + [(2.0, 0.0, False)] * 9
    many = few * 20
    near, far = confidence.fit(few, 1.0, 1.0)[0], confidence.fit(many, 1.0, 1.0)[0]
    assert 1.0 < near < far
    assert confidence.fit(few[:9] + few[9:16], 1.0, 1.5) == (1.0, 1.5)
    assert confidence.fit([], 1.0, 1.5) == (1.0, 1.5)


def test_a_small_region_costs_what_it_will_cost_when_it_is_shown() -> None:
    """The odds fall with the area, however many logits the odds are spread over."""
    image, logits = ImageRef(1, "", "", 400, 400), np.full((100, 100), -5.0, np.float32)
    logits[10:20, 10:20] = 6.0
    (mask, logit, size), = confidence.found(quantised(logits), image, 4 * 1600)
    assert logit == pytest.approx(6, abs=0.1) and size == pytest.approx(np.log(mask.area / 6400)) and -1.5 < size < -1
    rng = np.random.default_rng(0)
    seen = rng.uniform(0, 10, 400), rng.choice([0.0, -2.0], 400)
    right = rng.random(400) < 1 / (1 + np.exp(-((seen[0] - 5) / 1.5 + seen[1])))
    peak, spread = confidence.fit(list(zip(*seen, right, strict=True)), 0.5, 1.0)
    assert peak == pytest.approx(5, abs=0.6) and 1.0 <= spread <= 2.0
    assert confidence.found(quantised(logits), image, 100 * 1600) == [], "a speck"


def test_regions_are_right_where_they_lie_on_the_defect() -> None:
    image = ImageRef(1, "", "", 400, 400)
    logits = np.full((100, 100), -5.0, np.float32)
    logits[10:20, 10:20], logits[50:60, 50:60], logits[80:90, 10:20] = 3.0, 5.0, 4.0
    truth = Mask.from_array(np.ones((40, 40), bool), 40, 40)
    away = Mask.from_array(np.ones((60, 60), bool), 30, 310)

    def found(label: TrainLabel) -> list[tuple[float, bool]]:
        return [(round(x, 1), right) for x, _, right in sorted(confidence.points(quantised(logits), image, label, 1))]

    assert found(TrainLabel(1, truth, complete=True)) == [(3.0, True), (4.0, False), (5.0, False)]
    assert found(TrainLabel(1, truth, ignore=away, complete=True)) == [(3.0, True), (5.0, False)]
    assert found(TrainLabel(1, truth, negative=away)) == [(3.0, True), (4.0, False)]
