"""The whole harness on toy folders: engines as they ship and trained ones, the same shots for both, tables, and going on."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core_models import sources
from core_models.contract.score_map import scale_of
from core_models.evaluation.benchmark import protocol as protocols
from core_models.evaluation.benchmark import run, tables
from core_models.evaluation.benchmark.__main__ import main
from core_models.evaluation.benchmark.blended import on_cells
from core_models.evaluation.benchmark.items import BenchmarkError
from core_models.evaluation.benchmark.protocol import BEST_ON_TEST, CHOSEN, LAST
from core_models.evaluation.benchmark.run import Place
from core_models.evaluation.benchmark.trained import Look, chosen_epochs, pick_rate
from core_models.inference.features import BACKBONE
from core_models.inference.postprocess import Calibration, quantised, regions_of
from core_models.inference.view import CELL, view_size
from core_models.training.folds import Recipe
from tests.benchmarks import fewshot
from tests.core_models.benchmark import toy_data

TOY = {
    "title": "Toy", "source": "folds", "side": 48, "drawing": {"shots": [1, 2], "draws": 2, "queries": 2, "clean": 1},
    "held_out": {"0": ["two_steel"]}, "folds": ["0"],
    "entries": [
        {"label": "nearest", "engine": "nearest", "params": {"orientations": 1}},
        {"label": "strip", "engine": "strip_steel", "recipe": {"epochs": 2, "batch": 2, "together": 1, "looks": 1, "most_shots": 2, "dilate": True, "rates": [[0.0025, 0.0001], [1e30, 0.0]]}},
    ],
    "compared": [["nearest", "strip"]],
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A protocol file, the data and the state of a benchmark that was run."""
    folder = tmp_path_factory.mktemp("基准")
    data = toy_data.folds(folder / "data", images=5)
    (folder / "toy.json").write_text(json.dumps(TOY), encoding="utf-8")
    words = [str(folder / "toy.json"), "--data", str(data), "--state", str(folder / "state"), "--device", "cpu"]
    assert main([*words, "--engine", "nearest"]) == 0
    assert main([*words, "--engine", "strip"]) == 0
    assert main([*words[:5], "--report", str(folder / "report.json")]) == 0
    return folder, words, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def folders(state, label):
    return [p.parent for p in (state / "answers" / label).glob("*/*/about.json")]


def test_every_engine_answered_the_same_episodes(toy):
    folder, _, _ = toy
    ours = [{p.name for p in f.glob("*-*.json")} for label in ("nearest", "strip") for f in folders(folder / "state", label)]
    assert len(ours) == 3 and all(names == ours[0] for names in ours) and len(ours[0]) == 2 * 2 * 2


def test_the_report_has_the_figures_of_every_way_of_choosing_the_epoch(toy):
    folder, _, said = toy
    assert [t["title"] for t in said["tables"]][:2] == [f"{n}: mean and 95 % interval over 2 draws of the shots. A false alarm is a clean image on which anything is proposed" for n in ("1 shot", "2 shots")]
    titles = [row[0] for row in said["tables"][0]["rows"]]
    assert titles == ["nearest", f"strip, {CHOSEN}", f"strip, {LAST}"]
    by_title = {t["title"].split(" ")[0]: t for t in said["tables"]}
    assert [row[0] for row in by_title["Paired"]["rows"]] == ["nearest less strip"] * 2
    (training,) = by_title["Training"]["rows"]
    assert training[:4] == ["strip", "0", 1, 2] and "diverged" in training[6] and training[5] == "0.0025/0.0001"
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert text.startswith("## Toy") and "| nearest | 0 |" in text


def test_the_levels_of_a_fold_are_scaled_by_what_was_measured_once(toy):
    folder, _, _ = toy
    scale = json.loads((folder / "state" / "training" / "strip" / "0-1" / "scale.json").read_text(encoding="utf-8"))
    assert scale.keys() == {"8", "16"} and all(1 < value < 1000 for value in scale.values())


def test_the_cache_is_deleted_after_the_run(toy):
    folder, _, _ = toy
    assert not list((folder / "state" / "cache").rglob("*.npy")) and not (folder / "state" / "cache" / "features").exists()


def test_what_was_answered_is_not_asked_again(toy, monkeypatch):
    folder, words, _ = toy
    before = {p: p.stat().st_mtime_ns for p in (folder / "state" / "answers").rglob("*-*.json")}
    monkeypatch.setattr(run, "answered", lambda *_: pytest.fail("asked again"))
    assert main([*words, "--engine", "strip"]) == 0
    assert before == {p: p.stat().st_mtime_ns for p in (folder / "state" / "answers").rglob("*-*.json")}


def test_answers_are_taken_to_another_machine_without_weights_and_features(toy, tmp_path, monkeypatch):
    folder, words, said = toy
    fewshot.keep(folder / "state", tmp_path / "a.zip")
    state = tmp_path / "elsewhere"
    assert fewshot.take_up(tmp_path / "a.zip", state) > 20 and fewshot.take_up(tmp_path / "a.zip", state) == 0
    assert not list(state.rglob("*.safetensors"))
    monkeypatch.setattr(run, "answered", lambda *_: pytest.fail("asked again"))
    monkeypatch.setattr(run.FoldEngine, "fill", lambda _: pytest.fail("computed features for nothing"))
    words = [*words[:3], "--state", str(state), "--device", "cpu"]
    assert main([*words, "--engine", "strip"]) == 0 and main([*words[:5], "--report", str(tmp_path / "r.json")]) == 0
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == said
    (state / "protocol.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="another benchmark"):
        fewshot.take_up(tmp_path / "a.zip", state)


def test_a_lost_answer_is_given_again_just_so(toy):
    folder, words, _ = toy
    path = next(folders(folder / "state", "nearest")[0].glob("*-*.json"))
    was = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    assert main([*words, "--engine", "nearest"]) == 0
    now = json.loads(path.read_text(encoding="utf-8"))
    assert now["counts"] == was["counts"] and now["alarms"] == was["alarms"]


def test_altered_weights_are_a_sentence(toy, capsys):
    folder, words, _ = toy
    weights = next((folder / "state" / "training" / "strip" / "0-1").glob("epoch-2/*.safetensors"))
    kept, answers = weights.read_bytes(), [next(f.glob("*-*.json")) for f in folders(folder / "state", "strip")]
    texts = [a.read_bytes() for a in answers]
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    for answer in answers:
        answer.unlink()
    try:
        assert main([*words, "--engine", "strip"]) == 1
        assert "was altered" in capsys.readouterr().err
    finally:
        weights.write_bytes(kept)
        for answer, text in zip(answers, texts, strict=True):
            answer.write_bytes(text)


def test_a_seed_that_there_is_not_is_a_sentence(toy, capsys):
    _, words, _ = toy
    assert main([*words, "--engine", "strip", "--seed", "4"]) == 1
    assert "strip has no seed 4. It has 1." in capsys.readouterr().err


def test_an_engine_answers_together_with_the_weights_of_a_fold(toy, tmp_path, capsys, monkeypatch):
    folder, words, _ = toy
    both = {"label": "both", "engine": "nearest", "params": {"orientations": 1}, "beside": "strip"}
    (tmp_path / "toy.json").write_text(json.dumps({**TOY, "entries": [*TOY["entries"], both], "compared": [["both", "nearest"]]}), encoding="utf-8")
    words = [str(tmp_path / "toy.json"), *words[1:]]
    assert main([*words, "--engine", "both"]) == 0 and main([*words[:5], "--report", str(tmp_path / "r.json")]) == 0
    said = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [row[0] for row in said["tables"][0]["rows"]][-1] == f"both, {CHOSEN}"
    counts = [[json.loads(p.read_text(encoding="utf-8"))["counts"] for p in sorted(f.glob("*-*.json"))] for label in ("nearest", "strip", "both") for f in folders(folder / "state", label)]
    assert len(counts) == 4 and counts[-1] not in counts[:-1] and len(counts[-1]) == len(counts[0])
    assert not list((folder / "state" / "cache").rglob("*.npy"))
    elsewhere = [*words[:3], "--state", str(tmp_path / "state"), "--device", "cpu", "--engine", "both"]
    assert main(elsewhere) == 1
    assert "both needs strip trained on fold 0 with seed 1." in capsys.readouterr().err
    monkeypatch.setattr(run, "FoldEngine", lambda *_: pytest.fail("needs weights for what is answered"))
    assert main([*words, "--engine", "both"]) == 0


@pytest.mark.parametrize("size", [(30, 50), (48, 48), (401, 290), (500, 700)])
def test_logits_meet_on_the_cells_of_a_score_map(size):
    """A ramp over the image is that ramp at the cells' centres, and regions cut from it lie where it is above 0."""
    ramp = np.linspace(-5, 5, size[1], dtype=np.float32)[None].repeat(size[0], 0)
    scale = scale_of(size[1], size[0])
    width, height = view_size(size[1], size[0])
    cells = on_cells(ramp, (-(-height // CELL) * CELL // 4, -(-width // CELL) * CELL // 4))
    _, regions = regions_of(quantised(cells), scale, size[1], size[0], Calibration(peak=-20.0))
    shown = regions[0].mask.full(size[0], size[1])
    assert len(regions) == 1 and abs(int(shown.sum()) - int((ramp > 0).sum())) <= size[0] * (1 + 0.005 * size[1])  # half of a map's step


def test_a_training_does_not_go_on_by_another_recipe(toy, tmp_path, capsys):
    _, words, _ = toy
    other = tmp_path / "other.json"
    changed = {**TOY["entries"][1], "recipe": {**TOY["entries"][1]["recipe"], "epochs": 3}}
    other.write_text(json.dumps({**TOY, "entries": [TOY["entries"][0], changed]}), encoding="utf-8")
    assert main([str(other), *words[1:], "--engine", "strip"]) == 1
    assert "begun with other parameters or another recipe" in capsys.readouterr().err


def test_another_benchmark_does_not_go_on_in_its_state(toy, tmp_path, capsys):
    _, words, _ = toy
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**TOY, "drawing": {**TOY["drawing"], "seed": 5}}), encoding="utf-8")
    assert main([str(other), *words[1:], "--engine", "nearest"]) == 1
    assert "state of another benchmark" in capsys.readouterr().err


@pytest.mark.parametrize("recipe", [{}, {"augment": True, "adapt": True}])
def test_the_memory_network_is_trained_and_answers_on_raw_stages(toy, tmp_path, recipe):
    _, words, _ = toy
    recipe = {"epochs": 1, "batch": 2, "together": 2, "looks": 1, "most_shots": 1, "rates": [[0.001, 0.0001]], **recipe}
    entry = {"label": "eam", "engine": "eamnet", "params": {"standardise": False}, "recipe": recipe}
    (tmp_path / "p.json").write_text(json.dumps({**TOY, "entries": [entry], "compared": [], "drawing": {"shots": [1], "draws": 1, "queries": 1, "clean": 1}}), encoding="utf-8")
    assert main([str(tmp_path / "p.json"), "--data", words[2], "--state", str(tmp_path / "s"), "--engine", "eam", "--keep-cache"]) == 0
    ways = {p.parent.parent.name for p in (tmp_path / "s" / "answers" / "eam").glob("*/*/about.json")}
    assert ways == {"last-epoch", "chosen-on-held-out-base-classes"}
    work = tmp_path / "s" / "training" / "eam" / "0-1"
    trained = json.loads((work / "trained.json").read_text(encoding="utf-8"))
    assert trained["outcome"]["epochs"] == 1 and 0 < trained["outcome"]["losses"][0] < 10
    adapted = {k: v for k, v in load_file(work / "epoch-1" / "weights.safetensors").items() if k.startswith("backbone.")}
    shipped = load_file(BACKBONE / "weights.safetensors")
    if recipe.get("adapt"):
        assert any(not torch.equal(v, shipped[k[len("backbone."):]]) for k, v in adapted.items() if k.endswith("running_mean"))
        assert not list((tmp_path / "s" / "cache").rglob("*.npy"))
    else:
        assert not adapted and list((tmp_path / "s" / "cache").rglob("*.npy"))


@pytest.mark.parametrize(("change", "says"), [
    ({"folds": ["7"]}, "There is no fold 7"),
    ({"held_out": {"0": ["one_瓷砖"]}}, "one_瓷砖 cannot be held out"),
    ({"entries": [{"label": "x", "engine": "nearest"}]}, "has no engine nearest"),
    ({"entries": [{"label": "nearest", "engine": "nobody"}]}, "There is no engine named nobody"),
    ({"source": "elsewhere"}, "describes no benchmark"),
    ({"drawing": {"shots": [9], "draws": 1}}, "too few for 9 shots"),
])
def test_what_is_wrong_with_a_protocol_is_a_sentence(toy, tmp_path, capsys, change, says):
    folder, words, _ = toy
    (tmp_path / "p.json").write_text(json.dumps({**TOY, **change}), encoding="utf-8")
    assert main([str(tmp_path / "p.json"), "--data", words[2], "--state", str(tmp_path / "s"), "--engine", "nearest"]) == 1
    assert says in capsys.readouterr().err


def test_data_that_are_not_there_are_not_run(tmp_path, capsys):
    for path in protocols.BUNDLED.glob("*.json"):
        label = protocols.load(path.stem).entries[0].label
        assert main([path.stem, "--data", str(tmp_path / "nothing"), "--state", str(tmp_path / path.stem), "--engine", label]) == 1
        assert "not run" in capsys.readouterr().err


def test_tables_of_data_that_are_not_there_say_so_beside_what_papers_give(tmp_path):
    out = tmp_path / "r.json"
    assert main(["fssd_12", "--data", str(tmp_path / "nothing"), "--state", str(tmp_path / "s"), "--report", str(out)]) == 0
    said = json.loads(out.read_text(encoding="utf-8"))
    assert {row[1] for row in said["tables"][0]["rows"]} == {"not run"} and "not run" in said["remarks"][0]
    assert said["tables"][-1]["rows"][2][:3] == ["MAPTNet", 66.47, 68.0]


def test_weights_that_are_none_are_a_sentence(toy, tmp_path, capsys):
    _, words, _ = toy
    (tmp_path / "w.pt").write_bytes(b"no weights")
    assert main([*words[:3], "--state", str(tmp_path / "s"), "--engine", "strip", "--imagenet", str(tmp_path / "w.pt")]) == 1
    assert "w.pt holds no weights that can be read" in capsys.readouterr().err


@pytest.mark.parametrize(("held_out", "ends", "rate"), [
    (("x",), [(0.1, 0.1, ""), (0.3, 0.2, "")], 2), (("x",), [(0.3, 0.2, ""), (0.1, 0.1, "")], 1), (("x",), [(None, 0.1, "NaN"), (0.0, 0.2, "")], 2),
    (("x",), [(0.0, 0.3, ""), (0.0, 0.2, "")], 2), ((), [(None, 0.1, ""), None], 1), ((), [(None, 0.1, "NaN"), (None, 0.2, "")], 2),
])
def test_the_rate_is_chosen_where_nothing_is_tested(tmp_path, held_out, ends, rate):
    left = list(ends)

    def trial(pair, epochs):
        value, loss, stopped = left.pop(0)
        return {"rate": pair[0], "decay": pair[1], "held_out": value, "loss": loss, "stopped": stopped}

    engine = SimpleNamespace(entry=SimpleNamespace(recipe=Recipe(epochs=2, rates=((1.0, 0.1), (2.0, 0.2)))), held_out=held_out, trial=trial)
    found = pick_rate(engine, tmp_path / "rate.json")
    assert found[0] == (float(rate), rate / 10) and len(found[1]) == len(ends) - len(left)
    assert (found[0], found[1]) == pick_rate(engine, tmp_path / "rate.json")


def test_the_three_ways_of_choosing_the_epoch():
    looks = [Look(1, 0.2, {"1": 0.5, "5": 0.7}), Look(2, 0.4, {"1": 0.4, "5": 0.4}), Look(3, 0.4, {"1": 0.6, "5": 0.6}), Look(4, 0.1, {"1": 0.1, "5": 0.1})]
    assert chosen_epochs(looks) == {LAST: 4, CHOSEN: 2, BEST_ON_TEST: 1}
    assert chosen_epochs([replace(look, held_out=None) for look in looks]) == {LAST: 4, BEST_ON_TEST: 1}


def test_an_engine_s_code_is_all_that_it_calls():
    """A change of what it takes from another file, or that file from a third, makes another engine of it; one of another engine's does not."""
    assert {"support_head", "comparisons", "pointwise", "weighing", "cells", "fitting"} <= {f.stem for f in sources.of_engine("support_head")}
    assert {f.stem for f in sources.of_engine("strip_steel")} == {"strip_steel", "blocks"}


def test_an_engine_that_was_not_run_says_so(toy, tmp_path):
    folder, words, _ = toy
    protocol = protocols.from_json(TOY)
    place = Place(folder / "data", tmp_path / "s", said=lambda line: None)
    pool, _ = run.begin(protocol, place)
    said = tables.report(protocol, pool, place.state)
    assert [row[:2] for row in said["tables"][0]["rows"]] == [["nearest", "not run"], ["strip", "not run"]]


def test_a_state_folder_is_drawn_once_for_all_folds(toy):
    folder, _, _ = toy
    drawn = json.loads((folder / "state" / "episodes.json").read_text(encoding="utf-8"))["episodes"]
    assert {e["fold"] for e in drawn} == {"0", "1"}


def test_bundled_benchmarks_can_be_read():
    names = [p.stem for p in protocols.BUNDLED.glob("*.json")]
    assert names
    for name in names:
        found = protocols.load(name)
        assert found.entries and {label for pair in found.compared for label in pair} <= {e.label for e in found.entries}
    with pytest.raises(BenchmarkError, match="There is no benchmark nothing"):
        protocols.load("nothing")
