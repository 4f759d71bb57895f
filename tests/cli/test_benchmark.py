"""The command that measures the engines: what it lists, what it says, and that it goes on."""

import json

import pytest

from tests.core_models.benchmark import toy_data

TOY = {
    "title": "Toy", "source": "folds", "drawing": {"shots": [1], "draws": 2, "queries": 1, "clean": 1}, "folds": ["1"],
    "entries": [{"label": "nearest", "engine": "nearest", "params": {"orientations": 1}}],
}


@pytest.fixture
def toy(tmp_path):
    """Words of a command on toy data."""
    data = toy_data.folds(tmp_path / "数据", images=3)
    (tmp_path / "toy.json").write_text(json.dumps(TOY), encoding="utf-8")
    return "benchmark", tmp_path / "toy.json", "--data", data, "--state", tmp_path / "stand"


def test_it_lists_what_there_is(run):
    known = run("benchmark")
    assert known["folds"]["engines"] == ["nearest", "support_head", "in_context", "strip_steel", "eamnet", "support_head + strip_steel"]


def test_it_measures_and_prints_the_tables(run, toy, tmp_path):
    said = run(*toy, "--device", "cpu", "--out", tmp_path / "aus" / "figures.json")
    assert said["tables"][0]["rows"][0][:2] == ["nearest", "1"] and said == json.loads((tmp_path / "aus" / "figures.json").read_text(encoding="utf-8"))
    assert len(said["figures"]["nearest"]["1"]["class mIoU"]) == 2


def test_tables_alone_measure_nothing(run, toy, tmp_path):
    assert run(*toy, "--tables")["tables"][0]["rows"][0][:2] == ["nearest", "not run"]
    assert not (tmp_path / "stand" / "answers").exists()


@pytest.mark.parametrize(("words", "says"), [
    (("benchmark", "folds"), "--data DIR"),
    (("benchmark", "nothing", "--data", ".", "--state", "."), "There is no benchmark nothing"),
])
def test_what_is_missing_is_a_sentence(run, words, says):
    assert says in run(*words, code=1)


def test_data_that_are_not_there_are_a_sentence(run, tmp_path):
    assert "not run" in run("benchmark", "fssd_12", "--data", tmp_path, "--state", tmp_path / "s", "--engine", "nearest", code=1)
