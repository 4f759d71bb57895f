"""Background fine-tuning on toy images: a version comes out, a killed run goes on where it stopped, a cancelled one keeps its best."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core_models import turn
from core_models.contract.card import SHARE, TOGETHER, CardError, check_folder
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import (
    Cancelled,
    Compute,
    Event,
    Failed,
    FineTuneSpec,
    Finished,
    ItemFailed,
    LabelledImage,
    Metric,
    ModelRef,
    Progress,
    Started,
    TrainLabel,
)
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.inference.features import UnreadableImage
from core_models.inference.predictor import load_model
from core_models.models import registry
from core_models.models.segmentation.base import FewShotSegmenter
from core_models.models.segmentation.strip_steel import StripSteel
from core_models.training import fine_tune, trying
from core_models.weights import BUNDLED, load_folder, save_folder

pytestmark = pytest.mark.skipif(not (BUNDLED / "strip_steel").exists(), reason="the bundled weights are not there")
SIDE = 60


def picture(k: int, width: int = SIDE, height: int = SIDE, defect: bool = True, depth: float = 60) -> tuple[np.ndarray, np.ndarray]:
    """A brushed surface with a darker spot, and the spot's mask."""
    rng = np.random.default_rng(k)
    image = 120 + cv2.blur(rng.normal(0, 60, (height, width)).astype(np.float32), (15, 1))
    rows, columns = np.mgrid[:height, :width]
    y, x = rng.uniform(15, height - 15), rng.uniform(15, width - 15)
    mask = ((rows - y) ** 2 + (columns - x) ** 2 <= 64) & defect
    image[mask] -= depth
    return np.clip(image, 0, 255).astype(np.uint8), mask


def labelled(folder: Path, k: int, *, defect: bool = True, **look: float) -> LabelledImage:
    array, mask = picture(k, defect=defect, **look)
    data = cv2.imencode(".png", array)[1].tobytes()
    path = folder / f"{k}.png"
    path.write_bytes(data)
    ref = ImageRef(k, str(path), hashlib.sha256(data).hexdigest(), array.shape[1], array.shape[0])
    return LabelledImage(ref, f"g{k}", (TrainLabel(1, Mask.from_array(mask), complete=True),))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledImage]:
    folder = tmp_path_factory.mktemp("images 图")
    return [labelled(folder, k) for k in range(6)] + [labelled(folder, 100 + k, defect=False) for k in range(2)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One feature cache for all runs of this file: the backbone runs once an image."""
    return str(tmp_path_factory.mktemp("features"))


@pytest.fixture
def spec(images: list[LabelledImage], cache: str) -> FineTuneSpec:
    shots = tuple(Shot(i.image, i.labels[0].positive) for i in images[:2])
    return FineTuneSpec(ModelRef(3, "strip_steel"), ModelRef(1, "support_head"), (SupportSet(1, "spot", shots),), tuple(images), (),
                        steps=2, compute=Compute("cpu", cache))


SETTLE = fine_tune.FineTune.settle


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small crops and few questions keep a step short; a resume point after each step; and nothing is tried at the end, for
    support_head takes seconds to learn."""
    monkeypatch.setattr(fine_tune.FineTune, "settle", lambda self: iter(()))
    monkeypatch.setattr(fine_tune, "RECIPE", replace(fine_tune.RECIPE, questions=2, looks=2, save_every_s=0.0))
    monkeypatch.setattr(StripSteel, "CROP", 128)


def end(events: list[Event], kind: type) -> dict:
    assert isinstance(events[-1], kind), events[-1]
    return events[-1].result


def test_two_steps_make_a_version(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fine_tune.FineTune, "settle", SETTLE)
    events = list(fine_tune.run(spec, tmp_path))
    result = end(events, Finished)
    assert isinstance(events[0], Started)
    metrics = [e for e in events if isinstance(e, Metric)]
    assert [m.step for m in metrics] == [0, 1, 2]
    assert all(np.isfinite(m.values["loss"]) for m in metrics)
    assert [(e.done, e.total) for e in events if isinstance(e, Progress) and "step" in e.message] == [(2, 4), (4, 4)], "in images: two a step"
    assert json.loads(json.dumps(result)) == result
    assert result["comparison"]["better"] is None and len(result["comparison"]["sentence"]) > 10
    card = check_folder(tmp_path / result["folder"])
    assert card["engine"] == "strip_steel" and card["backbone"] == load_folder(BUNDLED / "strip_steel")[1]["backbone"]
    assert not (tmp_path / fine_tune.RESUME).exists()
    assert {p.suffix for p in tmp_path.rglob("*") if p.is_file()} <= {".safetensors", ".json"}


def test_the_weights_halfway_are_kept_where_they_answer_better(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def judged(self, questions) -> tuple[dict, float]:
        seen.append({k: v.clone() for k, v in self.net.state_dict().items()})
        return {"loss": 1.0, "iou": [0.1, 0.3, 0.2, 0.4, 0.5][len(seen) - 1]}, 3.0

    monkeypatch.setattr(fine_tune.FineTune, "_judged", judged)
    events = list(fine_tune.run(replace(spec, steps=2), tmp_path))
    assert [m.values["iou"] for m in events if isinstance(m, Metric)] == [0.1, 0.3, 0.5]
    began, half, whole = seen[:3]
    moved = [k for k in whole if whole[k].is_floating_point() and not torch.equal(whole[k], began[k])]
    assert moved and all(torch.allclose(half[k], (began[k] + whole[k]) / 2) for k in moved)
    tuning = fine_tune.FineTune(replace(spec, steps=1), tmp_path / "one")
    seen.clear()
    list(tuning.train())
    assert torch.equal(tuning.best["head.0.weight"], seen[1]["head.0.weight"]), "0.3, halfway, and not 0.2"
    assert torch.equal(tuning.net.state_dict()["head.0.weight"], seen[2]["head.0.weight"]), "it goes on from where it stood"
    assert tuning.best["confidence"].tolist() == [3.0, tuning.net.spread]


@pytest.mark.parametrize("share", [0.5, trying.ALONE])
def test_it_answers_in_the_way_that_was_best(share: float, spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def best(model, compute, store, questions) -> trying.Way:
        asked.append(load_model(model, store.checksum)[0])
        return trying.Way(share, 2.75)

    monkeypatch.setattr(fine_tune.FineTune, "settle", SETTLE)
    monkeypatch.setattr(fine_tune.trying, "best", best)
    monkeypatch.setattr(fine_tune.FineTune, "_judged", lambda self, questions: ({"loss": 1.0 / (1 + self.step)}, 0.5))
    result = end(list(fine_tune.run(spec, tmp_path)), Finished)
    assert [type(net) for net in asked] == [StripSteel], "tried as it is"
    card = check_folder(tmp_path / "model")
    told = {} if share == trying.ALONE else {TOGETHER: "support_head", SHARE: share}
    assert all({k: facts[k] for k in (TOGETHER, SHARE) if k in facts} == told for facts in (card, card["metrics"], result["metrics"]))
    net, _ = load_model(ModelRef(0, "strip_steel", str(tmp_path / "model")), card["backbone"])
    assert net.peak == 2.75 and (net.share == share if told else isinstance(net, StripSteel))


@pytest.mark.parametrize("fault", [turn.Stop(), UnreadableImage("gone")])
def test_what_stops_the_trial_leaves_a_version_that_answers_alone(fault: Exception, spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def best(*given) -> trying.Way:
        raise fault

    monkeypatch.setattr(fine_tune.FineTune, "settle", SETTLE)
    monkeypatch.setattr(fine_tune.trying, "best", best)
    monkeypatch.setattr(fine_tune.FineTune, "_judged", lambda self, questions: ({"loss": 1.0 / (1 + self.step)}, 0.75))
    result = end(list(fine_tune.run(spec, tmp_path)), Cancelled if isinstance(fault, turn.Stop) else Finished)
    card = check_folder(tmp_path / "model")
    assert TOGETHER not in result["metrics"] and TOGETHER not in card and result["metrics"]["best_step"] == 2
    assert load_model(ModelRef(0, "strip_steel", str(tmp_path / "model")), card["backbone"])[0].peak == 0.75


def test_a_version_that_learnt_nothing_answers_as_the_one_before(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, card = load_folder(BUNDLED / "strip_steel")
    save_folder(tmp_path / "parent", state | {"confidence": torch.tensor([2.25, 1.0])}, card | {TOGETHER: "support_head", SHARE: 0.25})
    monkeypatch.setattr(fine_tune.FineTune, "settle", SETTLE)
    monkeypatch.setattr(fine_tune.FineTune, "_judged", lambda self, questions: ({"loss": 1.0 + self.step}, self.net.peak))
    end(list(fine_tune.run(replace(spec, model=ModelRef(4, "strip_steel", str(tmp_path / "parent"))), tmp_path / "job")), Finished)
    card = check_folder(tmp_path / "job" / "model")
    assert (card[TOGETHER], card[SHARE]) == ("support_head", 0.25)
    assert load_folder(tmp_path / "job" / "model")[0]["confidence"].tolist() == [2.25, 1.0]


@pytest.mark.parametrize("engine", ["eamnet", "in_context"])
def test_other_engines_are_tuned_by_the_same_steps(engine: str, spec: FineTuneSpec, tmp_path: Path) -> None:
    """Fresh weights of one: two steps lower nothing yet, but a version comes out that the next run takes up."""
    torch.manual_seed(1)
    fresh = registry.create(engine, {"width": 16})
    backbone = load_folder(BUNDLED / "strip_steel")[1]["backbone"]
    save_folder(tmp_path / "fresh", fresh.state_dict(), {"kind": "segment", "engine": engine, "params": {"width": 16}, "backbone": backbone})
    model = ModelRef(4, engine, str(tmp_path / "fresh"), {"width": 16})
    result = end(list(fine_tune.run(replace(spec, model=model), tmp_path / "1")), Finished)
    assert result["metrics"]["steps"] == 2 and result["comparison"]["sentence"]
    card = check_folder(tmp_path / "1" / "model")
    assert (card["engine"], card["params"], card["backbone"]) == (engine, {"width": 16}, backbone)
    child = replace(model, folder=str(tmp_path / "1" / "model"))
    end(list(fine_tune.run(replace(spec, model=child, steps=1), tmp_path / "2")), Finished)
    with pytest.raises(CardError, match=f"not those of {engine}"):
        list(fine_tune.run(replace(spec, model=replace(model, params={})), tmp_path / "3"))


def test_a_version_can_be_the_parent_of_the_next_and_altered_weights_are_refused(spec: FineTuneSpec, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    end(list(fine_tune.run(spec, first)), Finished)
    child = replace(spec, model=replace(spec.model, folder=str(first / "model")))
    end(list(fine_tune.run(child, second)), Finished)
    weights = first / "model" / "weights.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[len(raw) // 2] ^= 255
    weights.write_bytes(bytes(raw))
    with pytest.raises(CardError):
        list(fine_tune.run(child, tmp_path / "3"))


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(spec: FineTuneSpec, tmp_path: Path) -> None:
    spec = replace(spec, steps=4)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    expected = end(list(fine_tune.run(spec, whole)), Finished)
    body = fine_tune.run(spec, killed)
    while not (isinstance(event := next(body), Progress) and "step 3" in event.message):
        pass
    del body, event  # as a kill would: no goodbye is said
    again = list(fine_tune.run(spec, killed))
    assert "going on" in again[0].message
    assert 0 not in [e.step for e in again if isinstance(e, Metric)]
    result = end(again, Finished)
    for name in ("steps", "best_step", "loss"):
        assert result["metrics"][name] == expected["metrics"][name]
    ours, theirs = (load_folder(f / "model")[0] for f in (killed, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_resume_point_of_other_labels_is_not_used(spec: FineTuneSpec, tmp_path: Path) -> None:
    body = fine_tune.run(spec, tmp_path)
    while not (isinstance(event := next(body), Progress) and "step" in event.message):
        pass
    body.close()
    other = list(fine_tune.run(replace(spec, train=spec.train[:-1]), tmp_path))
    assert "going on" not in other[0].message
    assert [e.step for e in other if isinstance(e, Metric)] == [0, 1, 2]


@pytest.mark.parametrize("engine", ["support_head", "nearest"])
def test_an_engine_without_weights_says_that_it_cannot_be_tuned(spec: FineTuneSpec, tmp_path: Path, engine: str) -> None:
    (event,) = fine_tune.run(replace(spec, model=ModelRef(1, engine)), tmp_path)
    assert isinstance(event, Failed) and "nothing to fine-tune" in event.sentence and "strip_steel" in event.sentence


def test_a_cancelled_run_keeps_its_best(spec: FineTuneSpec, tmp_path: Path) -> None:
    body = fine_tune.run(replace(spec, steps=0, minutes=60), tmp_path)
    while not (isinstance(event := next(body), Progress) and "step 2" in event.message):
        pass
    result = end([body.throw(turn.Stop())], Cancelled)
    assert result["metrics"]["steps"] == 2
    assert check_folder(tmp_path / result["folder"])["metrics"] == result["metrics"]
    parent, _ = load_folder(BUNDLED / "strip_steel")
    kept, _ = load_folder(tmp_path / "model")
    assert kept.keys() == parent.keys()
    assert result["metrics"]["best_step"] == 0  # nothing was looked at since
    assert all(torch.equal(kept[name], parent[name]) for name in parent)


def test_cancelled_before_there_is_anything_to_keep(spec: FineTuneSpec, tmp_path: Path) -> None:
    body = fine_tune.run(spec, tmp_path)
    next(body)
    with pytest.raises(turn.Stop):
        body.throw(turn.Stop())


def test_the_minutes_end_it(spec: FineTuneSpec, tmp_path: Path) -> None:
    events = list(fine_tune.run(replace(spec, steps=0, minutes=0.02), tmp_path))
    assert end(events, Finished)["metrics"]["minutes"] < 0.5


def no_room(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The first `times` losses of a training step find too little memory."""
    loss, left = FewShotSegmenter.episode_loss, [None] * times

    def too_large(self, *asked, **more) -> torch.Tensor:
        if left:
            left.pop()
            raise torch.OutOfMemoryError("CUDA out of memory")
        return loss(self, *asked, **more)

    monkeypatch.setattr(FewShotSegmenter, "episode_loss", too_large)


def test_without_memory_it_takes_smaller_parts_and_then_the_cpu(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StripSteel, "CROP", 384)
    monkeypatch.setattr(fine_tune.Maps, "fall_back", lambda self: True)
    for times, says in ((1, "on parts of 192 px"), (3, "on the CPU")):
        with monkeypatch.context() as patch:
            no_room(patch, times)
            events = list(fine_tune.run(spec, tmp_path / str(times)))
        assert end(events, Finished)["metrics"]["steps"] == 2
        assert any(says in e.message for e in events if isinstance(e, Progress))


def test_memory_that_is_never_enough_is_a_fault(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_room(monkeypatch, 9)
    with pytest.raises(torch.OutOfMemoryError):
        list(fine_tune.run(spec, tmp_path))


def test_a_loss_that_is_no_number_ends_it_with_the_best_weights(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loss, asked = FewShotSegmenter.episode_loss, []

    def breaks(self, *rest, **more) -> torch.Tensor:
        asked.append(1)
        return loss(self, *rest, **more) * (float("nan") if len(asked) > 2 else 1)  # in the second step

    monkeypatch.setattr(FewShotSegmenter, "episode_loss", breaks)
    events = list(fine_tune.run(replace(spec, steps=4), tmp_path))
    result = end(events, Finished)
    metrics = result["metrics"]
    assert metrics["steps"] == 1 and "no number" in metrics["notice"] and result["comparison"]["sentence"].startswith(metrics["notice"])
    assert any("no number" in e.message for e in events if isinstance(e, Progress))
    assert all(value.isfinite().all() for value in load_folder(tmp_path / "model")[0].values())


def test_too_few_labels_are_a_sentence(spec: FineTuneSpec, tmp_path: Path) -> None:
    (failed,) = fine_tune.run(replace(spec, train=spec.train[:1], supports=()), tmp_path)
    assert isinstance(failed, Failed)
    assert "too few labels" in failed.sentence


def test_an_image_that_is_gone_is_listed_and_the_rest_goes_on(spec: FineTuneSpec, tmp_path: Path) -> None:
    gone = labelled(tmp_path, 50)
    Path(gone.image.path).unlink()
    changed = labelled(tmp_path, 51)
    Path(changed.image.path).write_bytes(b"other bytes")
    events = list(fine_tune.run(replace(spec, train=(*spec.train, gone, changed)), tmp_path / "job"))
    assert sorted(e.image_id for e in events if isinstance(e, ItemFailed)) == [50, 51]
    assert end(events, Finished)["metrics"]["images"] == len(spec.train)


def test_wide_scans_are_learnt_from_by_crops(spec: FineTuneSpec, tmp_path: Path) -> None:
    wide = [labelled(tmp_path, 60 + k, width=1500, height=400) for k in range(3)]
    events = list(fine_tune.run(replace(spec, train=tuple(wide), supports=(), steps=1), tmp_path / "job"))
    end(events, Finished)
    share = torch.zeros(100, 375)
    share[40:44, 300:304] = 1
    for seed in range(20):
        top, left = fine_tune.crop_at(share, share, 16, np.random.default_rng(seed))
        assert share[2 * top : 2 * top + 32, 2 * left : 2 * left + 32].sum() > 0
        assert 0 <= top <= 50 - 16 and 0 <= left <= 187 - 16


def test_it_learns_the_project_s_class(spec: FineTuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve steps on spots so faint that the parent misses most: the loss on images kept aside falls by a quarter."""
    monkeypatch.setattr(StripSteel, "CROP", 288)
    faint = tuple(labelled(tmp_path, 200 + k, depth=24) for k in range(6))
    supports = (SupportSet(1, "spot", tuple(Shot(i.image, i.labels[0].positive) for i in faint[:2])),)
    events = fine_tune.run(replace(spec, train=faint, supports=supports, steps=12), tmp_path / "job")
    losses = [e.values["loss"] for e in events if isinstance(e, Metric)]
    assert min(losses) < 0.75 * losses[0]
