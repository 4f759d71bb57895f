"""The gate on generated check images: a plainly better, a plainly worse and an equal version, and too few images to say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core_models.contract.mask import Mask
from core_models.evaluation import gate, metrics

NAMES = {1: "scratch", 2: "pit"}
SIDE = 64


def disc(x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def run_version(error: float, missed: float, alarms: float, *, seed: int, groups: int = 40, clean: int = 30, class_id: int = 1,
                first: int = 0) -> list[gate.Outcome]:
    """A version that is off by `error` px, misses that share of the defects and raises an alarm on that share of clean images."""
    truth, noise = np.random.default_rng(5), np.random.default_rng(seed)
    out = []
    for k in range(groups + clean):
        x, y, radius = truth.uniform(20, 44), truth.uniform(20, 44), truth.uniform(4, 9)
        holds = k < groups
        shape = disc(x, y, radius) if holds else np.zeros((SIDE, SIDE), bool)
        proposals = []
        if holds and noise.random() >= missed:
            proposals.append(Mask.from_array(disc(x + noise.normal(0, error), y + noise.normal(0, error), radius)))
        if not holds and noise.random() < alarms:
            proposals.append(Mask.from_array(disc(30, 30, 5)))
        out.append(metrics.outcome(first + k, f"g{first + k}", class_id, Mask.from_array(shape), Mask.EMPTY, proposals, clean=not holds))
    return out


GOOD, POOR = dict(error=0.5, missed=0.05, alarms=0.05), dict(error=3.0, missed=0.3, alarms=0.2)


def test_plainly_better_is_true_and_the_sentence_counts() -> None:
    new, old = run_version(**GOOD, seed=1), run_version(**POOR, seed=2)
    decision = gate.decide(new, old, NAMES, "version 2")
    assert decision.better is True
    found, before = (sum(o.found for o in v) for v in (new, old))
    alarms, alarms_before = (sum(o.clean and o.proposed > 0 for o in v) for v in (new, old))
    assert found > before
    assert f"finds {found} of 40 (version 2: {before})" in decision.sentence
    assert f"{alarms} false alarm" in decision.sentence
    assert f"on 30 clean images ({alarms_before})" in decision.sentence


def test_plainly_worse_is_false() -> None:
    decision = gate.decide(run_version(**POOR, seed=1), run_version(**GOOD, seed=2), NAMES, "version 2")
    assert decision.better is False
    assert "scratch falls" in decision.sentence


def test_an_equal_version_is_not_better() -> None:
    same = gate.decide(run_version(**GOOD, seed=3), run_version(**GOOD, seed=3), NAMES, "version 2")
    assert same.better is False
    alike = gate.decide(run_version(**GOOD, seed=103), run_version(**GOOD, seed=203), NAMES, "version 2")
    assert alike.better is False


def test_equal_versions_seldom_pass_by_chance() -> None:
    """A 95 % interval lets one equal version in 40 pass; forty pairs that differ by chance alone pass four times at most."""
    passed = [gate.decide(run_version(**GOOD, seed=1000 + k), run_version(**GOOD, seed=2000 + k), NAMES, "version 2").better for k in range(40)]
    assert passed.count(True) <= 4


def test_more_false_alarms_than_one_in_thirty_are_not_better() -> None:
    old = run_version(**{**POOR, "alarms": 0.0}, seed=2)

    def raised(count: int) -> gate.Decision:
        new = run_version(**{**GOOD, "alarms": 0.0}, seed=1)
        kept, clean = new[:40], new[40:]
        loud = run_version(**{**GOOD, "alarms": 1.0}, seed=1)[40:]
        return gate.decide(kept + loud[:count] + clean[count:], old, NAMES, "version 2")

    assert raised(1).better is True
    assert raised(2).better is False
    assert "false alarms" in raised(2).sentence


def test_one_falling_class_stops_a_gain_elsewhere() -> None:
    gain = run_version(**GOOD, seed=1), run_version(**POOR, seed=2)
    fall = (run_version(6.0, 0.9, 0.0, seed=3, groups=15, clean=0, class_id=2, first=500),
            run_version(**GOOD, seed=4, groups=15, clean=0, class_id=2, first=500))
    decision = gate.decide(gain[0] + fall[0], gain[1] + fall[1], NAMES, "version 2")
    assert decision.better is False
    assert "pit falls" in decision.sentence


def test_a_class_with_too_few_groups_is_named_and_left_out() -> None:
    few = dict(groups=5, clean=0, class_id=2, first=500)
    new = run_version(**GOOD, seed=1) + run_version(6.0, 0.9, 0.0, seed=3, **few)
    old = run_version(**POOR, seed=2) + run_version(**GOOD, seed=4, **few)
    decision = gate.decide(new, old, NAMES, "version 2")
    assert decision.better is True
    assert "Mark 1 more check images of pit." in decision.missing
    assert "Left out" in decision.sentence and "pit" in decision.sentence
    assert decision.classes["pit"]["counts"] is False


def test_too_few_images_are_none_with_what_is_missing() -> None:
    new, old = (run_version(**q, seed=1, groups=2, clean=3) for q in (GOOD, POOR))
    decision = gate.decide(new, old, NAMES, "version 2")
    assert decision.better is None
    assert "Mark 4 more check images of scratch." in decision.sentence
    nothing = gate.decide([], [], NAMES, "version 2")
    assert nothing.better is None and "no check image" in nothing.sentence


def test_no_clean_image_cannot_show_that_alarms_do_not_rise() -> None:
    new, old = (run_version(**q, seed=1, clean=0) for q in (GOOD, POOR))
    decision = gate.decide(new, old, NAMES, "version 2")
    assert decision.better is None
    assert "defect-free" in decision.sentence


def gains(wins: int, losses: int) -> gate.Decision:
    """Groups in which the new version gains much or loses a little."""
    def outcomes(ious: list[float]) -> list[gate.Outcome]:
        shown = [gate.Outcome(k, f"g{k}", 1, round(1000 * v), 1000, 1, 1, 1) for k, v in enumerate(ious)]
        return shown + [gate.Outcome(100 + k, f"c{k}", 1, 0, 0, 0, 0, 0, True) for k in range(30)]

    return gate.decide(outcomes([0.9] * wins + [0.45] * losses), outcomes([0.5] * (wins + losses)), NAMES, "version 2")


def test_between_six_and_ten_groups_a_sign_test_must_hold_as_well() -> None:
    assert gains(6, 0).better is True  # 1/64
    unsure = gains(6, 2)  # the interval alone would say better; 37 of 256 such outcomes arise by chance
    assert unsure.figures["low"] > 0
    assert unsure.better is None
    assert "Mark 3 more check images of scratch." in unsure.sentence
    assert gains(9, 3).better is True  # beyond ten groups the interval decides


def test_sign_test_is_the_binomial_tail() -> None:
    assert gate.sign_test(6, 0) == pytest.approx(1 / 64)
    assert gate.sign_test(7, 1) == pytest.approx(9 / 256)
    assert gate.sign_test(0, 0) == 1
    assert sum(math.comb(10, k) for k in range(8, 11)) / 1024 == pytest.approx(gate.sign_test(8, 2))


def test_interval_keeps_groups_whole() -> None:
    """Ten images of one part say no more than one: copies within the groups leave the interval as it was."""
    rng = np.random.default_rng(0)
    single = np.stack([rng.uniform(300, 900, 12), np.full(12, 1000.0)], 1)
    other = np.stack([rng.uniform(300, 900, 12), np.full(12, 1000.0)], 1)
    assert gate.interval(single, other) == pytest.approx(gate.interval(single * 10, other * 10))
    low, high = gate.interval(single, other)
    assert low < float((single[:, 0].sum() - other[:, 0].sum()) / 12000) < high


def test_different_images_are_refused() -> None:
    with pytest.raises(ValueError, match="same images"):
        gate.decide(run_version(**GOOD, seed=1), run_version(**GOOD, seed=1, first=7), NAMES, "version 2")


def test_found_needs_half_of_a_region_and_ignored_pixels_count_nowhere() -> None:
    shape = disc(20, 20, 6) | disc(50, 50, 6)
    half = disc(20, 20, 6) & (np.arange(SIDE) <= 20)[None]
    assert metrics.count_found(Mask.from_array(shape), Mask.from_array(half)) == (2, 1)
    ignore = Mask.from_array(disc(50, 50, 8))
    result = metrics.outcome(1, "g", 1, Mask.from_array(shape), ignore, [Mask.from_array(half), Mask.from_array(disc(50, 50, 7))], False)
    assert (result.regions, result.found, result.proposed) == (1, 1, 1)
    assert result.intersection == half.sum() and result.union == disc(20, 20, 6).sum()


def test_the_figures_say_what_is_missing_without_words() -> None:
    few = gate.decide(run_version(**GOOD, seed=1, groups=4, clean=2), run_version(**POOR, seed=2, groups=4, clean=2), NAMES, "version 2")
    assert (few.figures["reason"], few.figures["wanted"]) == ("few", {"scratch": 2})
    none = gate.decide([], [], NAMES, "version 2").to_json()
    assert (none["reason"], none["regions"], none["wanted"]) == ("few", 0, {})
    worse = gate.decide(run_version(**POOR, seed=1), run_version(**GOOD, seed=2), NAMES, "version 2")
    assert (worse.figures["reason"], worse.figures["fallen"]) == ("falls", ["scratch"])
