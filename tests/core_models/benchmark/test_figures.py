"""The benchmark's figures against counting pixel by pixel, and what their intervals must keep to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_models.evaluation.benchmark import figures
from core_models.evaluation.benchmark.figures import Answered, counts_of


def masks(rng: np.random.Generator, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of a proposed and a true mask, each pair of a size of its own."""
    found = []
    for _ in range(count):
        size = tuple(rng.integers(1, 6, 2))
        found.append((rng.random(size) < rng.random(), rng.random(size) < rng.random()))
    return found


def episodes(rng: np.random.Generator, folds: int = 2, classes: int = 2, draws: int = 3, queries: int = 3):
    """Answers, and the masks that they were counted of, by (fold, class, draw)."""
    answered, seen = [], {}
    for fold in range(folds):
        for name in range(classes):
            for draw in range(draws):
                pairs = seen[f"{fold}", f"c{fold}{name}", draw] = masks(rng, queries)
                counts = np.array([counts_of(p, t) for p, t in pairs])
                answered.append(Answered(f"{fold}", f"c{fold}{name}", 1, draw, tuple(f"g{k}" for k in range(queries)), counts, rng.integers(0, 2, 2)))
    return answered, seen


def slow_iou(pairs, ground: bool = False) -> float:
    both = either = 0
    for proposed, truth in pairs:
        for p, t in zip(proposed.ravel().tolist(), truth.ravel().tolist(), strict=True):
            p, t = (not p, not t) if ground else (p, t)
            both += p and t
            either += p or t
    return both / either if either else 1.0


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_figures_are_what_counting_pixel_by_pixel_gives(seed):
    answered, seen = episodes(np.random.default_rng(seed))
    folds = sorted({f for f, _, _ in seen})
    names = {f: sorted({c for g, c, _ in seen if g == f}) for f in folds}
    pairs = {(f, c): [p for d in range(3) for p in seen[f, c, d]] for f in folds for c in names[f]}
    every = {f: [p for c in names[f] for p in pairs[f, c]] for f in folds}

    assert figures.class_miou(answered) == pytest.approx(sum(sum(slow_iou(pairs[f, c]) for c in names[f]) / 2 for f in folds) / 2)
    assert figures.fb_iou(answered) == pytest.approx(sum(slow_iou(every[f]) + slow_iou(every[f], ground=True) for f in folds) / 4)
    assert figures.pooled_iou(answered) == pytest.approx(sum(slow_iou(every[f]) for f in folds) / 2)
    clean = [v for a in answered for v in a.alarms.tolist()]
    assert figures.false_alarms(answered) == pytest.approx(sum(v > 0 for v in clean) / len(clean))


def test_the_order_of_queries_and_draws_changes_nothing():
    answered, _ = episodes(np.random.default_rng(3))
    for name, figure in figures.FIGURES.items():
        assert figure(answered) == pytest.approx(figure(answered[::-1])), name
    assert figures.per_draw(answered, "class mIoU").tolist() == figures.per_draw(answered[::-1], "class mIoU").tolist()


def test_a_class_of_many_images_weighs_as_much_as_one_of_few():
    right, wrong = np.array([[10, 0, 0, 100]]), np.array([[0, 10, 10, 100]])
    few = Answered("0", "few", 1, 0, ("a",), right, np.zeros(0))
    many = Answered("0", "many", 1, 0, tuple("abcdefghi"), np.repeat(wrong, 9, 0), np.zeros(0))
    assert figures.class_miou([few, many]) == 0.5
    assert figures.pooled_iou([few, many]) == pytest.approx(10 / 190)
    assert figures.false_alarms([few, many]) is None


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_an_interval_holds_the_mean_and_lies_among_the_values(values):
    mean, low, high = figures.over_draws(np.array(values))
    assert min(values) - 1e-9 <= low <= mean + 1e-9 and mean <= high + 1e-9 <= max(values) + 2e-9


def test_a_difference_is_paired():
    answered, _ = episodes(np.random.default_rng(5))
    same = figures.difference(answered, answered)
    assert (same.mean, same.draws, same.images) == (0.0, (0.0, 0.0), (0.0, 0.0))
    better = [Answered(**{**a.__dict__, "counts": a.counts + [[1000, 0, 0, 1000]]}) for a in answered]
    found = figures.difference(better, answered)
    assert found.mean > 0 and 0 < found.draws[0] <= found.mean <= found.draws[1] and found.images[0] > 0
    assert figures.difference(answered, better).mean == pytest.approx(-found.mean)


def test_engines_that_saw_other_queries_are_not_compared():
    answered, _ = episodes(np.random.default_rng(6))
    with pytest.raises(ValueError, match="same episodes"):
        figures.difference(answered, answered[1:])


def test_resampling_every_group_once_gives_the_figure_itself(monkeypatch):
    answered, _ = episodes(np.random.default_rng(7))

    class Once:
        def multinomial(self, n, shares, times):
            return np.ones((times, len(shares)), int)

    monkeypatch.setattr(figures.np.random, "default_rng", lambda seed: Once())
    assert figures.resampled(answered) == pytest.approx(figures.per_draw(answered, "class mIoU").mean())
