"""The tables of a benchmark, from answers that are known."""

import json
import shutil

import numpy as np
import pytest

from core_models.evaluation.benchmark import episodes, protocol, run, tables
from core_models.evaluation.benchmark.figures import Answered
from core_models.evaluation.benchmark.items import Item, Pool
from core_models.evaluation.benchmark.protocol import BEST_ON_TEST, CHOSEN, LAST

PROTOCOL = protocol.from_json({
    "title": "Known", "source": "unseen", "drawing": {"shots": [1], "draws": 2, "clean": 1},
    "entries": [{"label": "good", "engine": "nearest"}, {"label": "bad", "engine": "strip_steel", "recipe": {"epochs": 4}}, {"label": "none", "engine": "eamnet", "recipe": {"epochs": 4}}],
    "compared": [["good", "bad"], ["good", "none"]],
})


@pytest.fixture
def state(tmp_path):
    """A state folder in which `good` answered all and `bad` one fold; the pool, and the folder."""
    items = {f"{s}/{c}": tuple(Item(f"{s}/{c}{k}", tmp_path, None, f"{s}{c}{k}") for k in range(3)) for s in ("tile", "steel") for c in "ab"}
    pool = Pool(items, {}, {"tile": ("tile/a", "tile/b"), "steel": ("steel/a", "steel/b")}, {name: name.split("/")[0] for name in items})
    asked = [episodes.Episode(fold, name, 1, draw, (f"{name}0",), (f"{name}1", f"{name}2")) for fold, names in pool.folds.items() for name in names for draw in range(2)]
    episodes.write(tmp_path / run.EPISODES, PROTOCOL.drawing, asked)
    for label, way, folds, hits in (("good", "as it ships", ("tile", "steel"), 9), ("bad", CHOSEN, ("tile",), 3), ("bad", LAST, ("tile",), 0)):
        folder = tmp_path / "answers" / label / way.split(" (")[0] / "digest"
        folder.mkdir(parents=True)
        (folder / run.ABOUT).write_text(json.dumps({"way": way, "seed": 0, "peak_bytes": 3 * 2**20, "load": 1.5}), encoding="utf-8")
        for e in asked:
            if e.fold in folds:
                counts = np.array([[hits, 0, 10 - hits, 100], [hits, 0, 10 - hits, 100]])
                run.write_answer(folder / f"{e.key}.json", Answered(e.fold, e.class_name, 1, e.draw, ("g1", "g2"), counts, np.array([max(hits - 3, 0)]), 2.0, 0.25))
    return pool, tmp_path


def test_figures_stand_beside_each_engine(state):
    pool, folder = state
    overview, classes, compared, _ = tables.report(PROTOCOL, pool, folder)["tables"]
    def same(value: float) -> str:
        return f"{value:.3f} [{value:.3f}, {value:.3f}]"

    assert overview["rows"] == [
        ["good", "tile, steel", same(0.9), "[0.900, 0.900]", same((0.9 + 180 / 182) / 2), same(0.9), "1.00", "2.00", "0.25", 3, 1.5],
        ["bad, " + CHOSEN, "tile", same(0.3), "[0.300, 0.300]", same((0.3 + 180 / 194) / 2), same(0.3), "0.00", "2.00", "0.25", 3, 1.5],
        ["bad, " + LAST, "tile", same(0.0), "[0.000, 0.000]", same(180 / 200 / 2), same(0.0), "0.00", "2.00", "0.25", 3, 1.5],
        ["none", "not run", *[None] * 9],
    ]
    assert [row[:3] for row in classes["rows"]] == [["tile", "tile", "tile/a"], ["tile", "tile", "tile/b"], ["steel", "steel", "steel/a"], ["steel", "steel", "steel/b"]]
    assert classes["rows"][2][3:] == ["0.900 [0.900, 0.900]", None, None]
    # Over the folds that both have done, with the epoch that the held-out classes chose.
    assert [row[:4] for row in compared["rows"]] == [["good less bad", "tile", where, "+0.600 [0.600, 0.600]"] for where in ("all", "tile")]


def test_answers_of_earlier_code_say_so(state):
    pool, folder = state
    about = folder / "answers" / "good" / "as it ships" / "digest" / run.ABOUT
    for code, title in (("0" * 64, "good, by earlier code"), (run.code_of(PROTOCOL.entry("good")), "good")):
        about.write_text(json.dumps({"way": tables.SHIPS, "seed": 0, "code": code}), encoding="utf-8")
        assert tables.report(PROTOCOL, pool, folder)["tables"][0]["rows"][0][0] == title


def test_answers_of_earlier_code_stand_until_a_fold_is_answered_anew(state):
    pool, folder = state
    old = folder / "answers" / "good" / "as it ships" / "digest"
    new = old.parent / "another"
    shutil.copytree(old, new)
    (old / run.ABOUT).write_text(json.dumps({"way": tables.SHIPS, "seed": 0, "code": "0" * 64}), encoding="utf-8")
    for path in new.glob("steel*.json"):
        path.unlink()

    def rows():
        return [row[:2] for row in tables.report(PROTOCOL, pool, folder)["tables"][0]["rows"] if row[0].startswith("good")]

    assert rows() == [["good", "tile"]]
    next(new.glob("tile*.json")).unlink()
    assert rows() == [["good, by earlier code", "tile, steel"]]


def test_a_fold_that_is_not_complete_does_not_count(state):
    pool, folder = state
    next((folder / "answers" / "bad" / LAST / "digest").glob("tile*.json")).unlink()
    titles = [row[0] for row in tables.report(PROTOCOL, pool, folder)["tables"][0]["rows"]]
    assert titles == ["good", f"bad, {CHOSEN}", "none"]


def test_an_answer_that_cannot_be_read_is_asked_again(state):
    pool, folder = state
    path = next((folder / "answers" / "good").rglob("steel*.json"))
    path.write_text("{", encoding="utf-8")
    tables.report(PROTOCOL, pool, folder)
    assert not path.exists()


def test_the_best_epoch_on_test_stands_apart_from_the_figures(state):
    pool, folder = state
    looks = [{"epoch": 2, "held_out": 0.5, "test": {"1": 0.7}}, {"epoch": 4, "held_out": 0.4, "test": {"1": 0.6}}]
    said = {"epochs": {LAST: 4, CHOSEN: 2, BEST_ON_TEST: 2}, "looks": looks, "outcome": {"epochs": 4, "seconds": 90, "losses": [], "stopped": ""}, "rate": [0.1, 0.2], "tried": []}
    where = folder / "training" / "bad" / "tile-1"
    where.mkdir(parents=True)
    (where / "trained.json").write_text(json.dumps(said), encoding="utf-8")
    rows = tables.report(PROTOCOL, pool, folder)["tables"][-1]["rows"]
    assert rows[0] == ["bad", "tile", 1, 4, 1.5, "0.1/0.2", "one rate", 4, "2: 0.500", "2: 1 shot 0.700"]
    assert rows[1][:4] == ["bad", "steel", 1, "not run"]


def test_the_text_holds_every_table(state):
    pool, folder = state
    said = tables.report(PROTOCOL, pool, folder)
    assert "Rows of different folds cannot be compared" in said["remarks"][0]
    text = tables.markdown(said)
    assert all(table["title"] in text for table in said["tables"]) and "| none | not run |" in text


def test_trained_engines_are_paired_by_the_seed_that_both_have(state):
    pool, folder = state
    trained = {"engine": "strip_steel", "recipe": {"epochs": 4}}
    wanted = protocol.from_json({"title": "Known", "source": "unseen", "drawing": {"shots": [1], "draws": 2, "clean": 1}, "compared": [["two seeds", "one seed"]],
                                 "entries": [{"label": "two seeds", "seeds": [1, 2], **trained}, {"label": "one seed", "seeds": [1], **trained}]})
    for label, kept, seed in (("two seeds", "good/as it ships", 1), ("two seeds", "bad/last epoch", 2), ("one seed", f"bad/{CHOSEN.split(' (')[0]}", 1)):
        place = folder / "answers" / label / CHOSEN.split(" (")[0] / f"digest{seed}"
        shutil.copytree(folder / "answers" / kept / "digest", place)
        (place / run.ABOUT).write_text(json.dumps({"way": CHOSEN, "seed": seed}), encoding="utf-8")
    compared = next(t for t in tables.report(wanted, pool, folder)["tables"] if t["columns"][0] == "difference")
    assert compared["rows"][0][:4] == ["two seeds less one seed", "tile", "all", "+0.600 [0.600, 0.600]"], "the last seeds would give -0.300"
