"""What fine-tuning gains, on toy sets: nothing that is learnt from is asked, and it goes on where it stopped."""

import pytest

from core_models.evaluation.benchmark.pools import in_half, unseen_pool
from tests.benchmarks import gains
from tests.core_models.benchmark import toy_data


@pytest.fixture
def data(tmp_path, monkeypatch):
    for seed, name in enumerate(gains.SETS):
        toy_data.own_set(tmp_path / "数据" / name, ".", images=16, clean=6 * (1 - seed), seed=seed)
    monkeypatch.setattr(gains, "SETS", dict.fromkeys(gains.SETS, ("one", "two")))
    for name, value in (("STEPS", {"strip_steel": 2}), ("ACCEPTED", (2, 5)), ("DRAWS", 2), ("SHOTS", 2), ("QUERIES", 3), ("CLEAN", 1), ("BESIDE", "in_context")):
        monkeypatch.setattr(gains, name, value)
    return tmp_path / "数据"


def test_what_is_asked_shares_no_part_with_what_is_learnt_from(data):
    pool = unseen_pool(data)
    items = {i.name: i for part in (*pool.classes.values(), *pool.clean.values()) for i in part}
    draws = [gains.drawn(pool, "magnetic_tile", draw) for draw in (0, 1)]
    for given in draws:
        shots = [i for part in given.shots.values() for i in part]
        asked = [items[name] for e in given.episodes for name in (*e.queries, *e.clean)]
        assert all(in_half(i, "even") for i in (*shots, *given.accepted)) and all(in_half(i, "odd") for i in asked)
        assert len(given.accepted) == 5 and not {i.name for i in given.accepted} & {i.name for i in shots}
        assert all(len({i.group for i in part}) == 2 for part in given.shots.values())
        assert {i.mask is None for i in given.accepted} == {True, False}, "good ones among them"
    assert draws[0] == gains.drawn(pool, "magnetic_tile", 0) and draws[0].accepted != draws[1].accepted
    few, many = (gains.spec_of("strip_steel", pool, draws[0], count, 0, data / "cache") for count in (2, 5))
    assert [len(s.train) for s in (few, many)] == [6, 9] and {i.image.path for i in few.train} < {i.image.path for i in many.train}
    assert all(label.complete for item in many.train for label in item.labels) and {len(item.labels) for item in many.train} == {2}


def test_it_measures_once_and_goes_on_where_it_stopped(data, tmp_path, monkeypatch):
    state = tmp_path / "state"
    gains.measure(["strip_steel"], data, state)
    rows = gains.tables(state)
    assert [row[1] for row in rows[0]["rows"] if "not run" in row] == ["in_context"] * 2 and not rows[1]["rows"]
    gains.measure(["in_context"], data, state)
    rows = gains.tables(state)
    ours, theirs = (gains.mean(gains.found(engine, count, state, "magnetic_tile")) for engine, count in (("strip_steel", 5), ("in_context", 0)))
    assert [row[:2] for row in rows[1]["rows"]] == [[where, "strip_steel"] for where in gains.SETS] and rows[1]["rows"][0][-1].startswith(f"{ours - theirs:+.3f} [")
    assert len(rows[2]["rows"]) == 2 * 2 * 2 and len(rows[3]["rows"]) == 2 * 2 * 2 and not list((state / "work").iterdir())
    kept = gains.folder_of("strip_steel", 5, state)
    next(kept.glob("magnetic_tile-one-1.json")).unlink()
    trained, tuned = [], gains.tuned
    monkeypatch.setattr(gains, "tuned", lambda spec, folder: trained.append(len(spec.train)) or tuned(spec, folder))
    gains.measure(["strip_steel"], data, state)
    assert trained == [9] and gains.tables(state)[0] == rows[0], "the same labels and steps give the same version"
