"""Calibration by decisions: the isotonic fit against a plain one, and which decisions count."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import event, select

from app.operations import annotations, review
from app.store import calibration
from app.store.calibration import LEAST, fit
from app.store.records import Annotation, Prediction
from tests.toy_project import make_toy, square


def pooled(scores, told) -> dict[float, float]:
    """Pool adjacent violators, as slow and plain as it can be: the fitted value at each score."""
    groups = [[score, 0.0, 0] for score in sorted(set(scores))]
    for group in groups:
        here = [t for s, t in zip(scores, told, strict=True) if s == group[0]]
        group[1:] = [float(sum(here)), len(here)]
    pools: list[list] = []
    for score, total, count in groups:
        pools.append([[score], total, count])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            after = pools.pop()
            pools[-1] = [pools[-1][0] + after[0], pools[-1][1] + after[1], pools[-1][2] + after[2]]
    return {score: total / count for scores_, total, count in pools for score in scores_}


@pytest.mark.parametrize("seed", range(8))
def test_the_fit_is_that_of_a_plain_pooling(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(50, 100, 150) / 100  # many are equal
    told = rng.random(150) < scores**2
    if min(told.sum(), (~told).sum()) < LEAST:
        pytest.skip("too one-sided a draw")
    found = fit(scores, told)
    for score, share in pooled(scores.tolist(), told.tolist()).items():
        assert found.share(score) == pytest.approx(share)


def test_it_never_falls_and_goes_on_past_its_ends():
    rng = np.random.default_rng(1)
    scores = rng.random(200)
    found = fit(scores, rng.random(200) < scores)
    shares = [found.share(s) for s in np.linspace(-0.5, 1.5, 101)]
    assert shares == sorted(shares) and 0 <= shares[0] and shares[-1] <= 1


@pytest.mark.parametrize(("accepted", "rejected"), [(LEAST, LEAST - 1), (LEAST - 1, LEAST), (500, 0), (0, 0)])
def test_too_few_of_either_give_none(accepted, rejected):
    told = [True] * accepted + [False] * rejected
    assert fit(np.linspace(0.3, 0.9, len(told)), told) is None


@pytest.fixture
def proposed(workspace, make_image_file):
    """The toy with three proposals, of scores .9, .8 and .7, on each of three images; (toy, ids)."""
    toy = make_toy(workspace, make_image_file)
    for k, score in ((2, 0.9), (3, 0.8), (4, 0.7)):
        toy.receive(toy.active_id(), {k: [square(2), square(20), square(40)]}, score=score)
    return toy, [p.id for p in toy.find(select(Prediction).order_by(Prediction.id))]


def decide(toy, word, ids, how="single"):
    def act(session):
        getattr(review, word)(session, [session.get(Prediction, k) for k in ids], how=how)

    toy.do(act)


def told(toy):
    with toy.workspace.read() as session:
        return {class_id: sorted(rows) for class_id, rows in calibration.decisions(session).items()}


def test_single_decisions_count_and_bulk_ones_do_not(proposed):
    toy, ids = proposed
    decide(toy, "accept", ids[:2])
    decide(toy, "reject", ids[3:5], how="image")
    decide(toy, "accept", ids[6:8], how="bulk")
    decide(toy, "dismiss", ids[8:])
    assert told(toy) == {toy.class_id: [(0.8, False), (0.8, False), (0.9, True), (0.9, True)]}


def test_a_corrected_region_counts_while_its_annotation_is_of_the_class(proposed):
    toy, ids = proposed
    toy.do(lambda session: review.correct(session, session.get(Prediction, ids[0]), square(3)) and None)
    assert told(toy) == {toy.class_id: [(0.9, True)]}
    made = select(Annotation).where(Annotation.prediction_id == ids[0])
    toy.do(lambda session: annotations.remove(session, session.scalar(made)))
    assert told(toy) == {}


def test_other_shots_are_another_run(proposed):
    toy, ids = proposed
    decide(toy, "accept", ids[:1])
    toy.do(lambda session: annotations.add(session, toy.image_ids[0], toy.class_id, square(50, 5)) and None)
    assert told(toy) == {}


def test_statements_do_not_grow_with_decisions(proposed):
    toy, ids = proposed

    def statements() -> int:
        seen = []
        with toy.workspace.read() as session:
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *_: seen.append(1))
            calibration.calibrations(session)
        return len(seen)

    before = statements()
    decide(toy, "accept", ids[:8])
    assert statements() == before
