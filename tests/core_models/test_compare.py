"""Two versions on the same check images: which labels count, what each version is charged with, what is said at the end."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core_models import turn
from core_models.contract import comparison
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import EvaluateSpec, Finished, ItemFailed, LabelledImage, ModelRef, Progress, Region, Started, TrainLabel
from core_models.contract.mask import Mask
from core_models.evaluation import compare

SIDE = 40


def box(x: int, y: int, side: int) -> Mask:
    return Mask.from_array(np.ones((side, side), bool), x, y)


class FakePredictor:
    """Version 2 finds every defect but its rim; version 1 finds those on even images and barks at clean ones."""

    def __init__(self, model: ModelRef, compute, store) -> None:
        self.version = model.version_id

    def prepare(self, support: SupportSet) -> SimpleNamespace:
        return SimpleNamespace(class_id=support.class_id)

    def score(self, image: ImageRef, prepared: SimpleNamespace) -> ImageRef:
        if image.path == "broken.png":
            raise compare.UnreadableImage("The file cannot be read.")
        return image

    def regions(self, image: ImageRef, prepared: SimpleNamespace) -> tuple[float, tuple[Region, ...]]:
        weak = Region(box(30, 30, 8), 0.2)
        if image.id >= 100:
            return (0.4, (weak,)) if self.version == 2 else (0.6, (Region(box(5, 5, 9), 0.8), weak))
        if self.version == 2:
            return 0.9, (Region(box(11, 11, 8), 0.9), weak)
        return (0.9, (Region(box(12, 12, 8), 0.6),)) if image.id % 2 == 0 else (0.1, (weak,))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SimpleNamespace(pin=lambda images: None, extractor=SimpleNamespace(device=SimpleNamespace(name="CPU", notice="")))
    monkeypatch.setattr(compare, "Predictor", FakePredictor)
    monkeypatch.setattr(compare, "FeatureStore", lambda compute, backbone: store)


def ref(k: int, path: str = "") -> ImageRef:
    return ImageRef(k, path or f"{k}.png", f"sha{k}", SIDE, SIDE)


def spec(defects: int = 24, clean: int = 30, extra: tuple[LabelledImage, ...] = (), cuts: dict | None = None) -> EvaluateSpec:
    check = [LabelledImage(ref(k), f"g{k}", (TrainLabel(1, box(10, 10, 10), complete=True),)) for k in range(defects)]
    check += [LabelledImage(ref(100 + k), f"c{k}", (TrainLabel(1, Mask.EMPTY, complete=True),)) for k in range(clean)]
    support = SupportSet(1, "scratch", (Shot(ref(999), box(1, 1, 5)),))
    return EvaluateSpec(ModelRef(2, "strip_steel"), ModelRef(1, "support_head"), (support,), (*check, *extra), cuts or {"1": 0.5})


def result(of: EvaluateSpec, tmp_path: Path) -> tuple[dict, list]:
    events = list(compare.run(of, tmp_path))
    assert isinstance(events[-1], Finished)
    return events[-1].result, events


def test_the_better_version_is_said_to_be_and_with_counts(fake, tmp_path: Path) -> None:
    said, events = result(spec(), tmp_path)
    assert said["better"] is True
    assert "finds 24 of 24 (version 1: 12), 0 false alarms on 30 clean images (30)" in said["sentence"]
    assert said["classes"]["scratch"]["iou"] == pytest.approx(0.64)
    assert said["classes"]["scratch"]["iou_before"] == pytest.approx(12 * 64 / (24 * 100 + 30 * 81), abs=1e-4)
    assert isinstance(events[0], Started)
    done = [e.done for e in events if isinstance(e, Progress)]
    assert done == sorted(done) and done[-1] == events[-2].total == 108


def test_the_cut_of_the_class_decides_what_counts(fake, tmp_path: Path) -> None:
    said, _ = result(spec(cuts={"1": 0.1}), tmp_path)
    assert "30 false alarms on 30 clean images (30)" in said["sentence"]


def test_only_complete_labels_of_classes_with_shots_count(fake, tmp_path: Path) -> None:
    extra = (LabelledImage(ref(50), "x", (TrainLabel(1, box(10, 10, 10)),)),
             LabelledImage(ref(51), "y", (TrainLabel(7, box(10, 10, 10), complete=True),)))
    assert result(spec(extra=extra), tmp_path)[0] == result(spec(), tmp_path)[0]


def test_an_image_is_clean_only_if_complete_and_empty_for_every_class(fake, tmp_path: Path) -> None:
    both = spec(clean=0)
    other = SupportSet(2, "pit", (Shot(ref(998), box(1, 1, 5)),))
    half = LabelledImage(ref(160), "h", (TrainLabel(1, Mask.EMPTY, complete=True),))
    whole = LabelledImage(ref(161), "w", (TrainLabel(1, Mask.EMPTY, complete=True), TrainLabel(2, Mask.EMPTY, complete=True)))
    marked = LabelledImage(ref(162), "m", (TrainLabel(1, Mask.EMPTY, complete=True), TrainLabel(2, box(2, 2, 5), complete=True)))
    said, _ = result(EvaluateSpec(both.candidate, both.incumbent, (*both.supports, other), (*both.check, half, whole, marked)), tmp_path)
    assert said["clean_images"] == 1


def test_an_unreadable_image_is_listed_once_and_counts_for_neither(fake, tmp_path: Path) -> None:
    broken = LabelledImage(ref(70, "broken.png"), "b", (TrainLabel(1, box(10, 10, 10), complete=True),))
    said, events = result(spec(extra=(broken,)), tmp_path)
    assert [e.image_id for e in events if isinstance(e, ItemFailed)] == [70]
    assert "finds 24 of 24" in said["sentence"]


def test_a_shot_that_cannot_be_read_is_a_sentence(fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise compare.UnreadableImage("shot.png is not where it was.")

    monkeypatch.setattr(FakePredictor, "prepare", unreadable)
    with pytest.raises(turn.BodyError, match="shot.png"):
        list(compare.run(spec(), tmp_path))


def test_without_check_images_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("no model is needed to say that there is nothing to say")

    monkeypatch.setattr(compare, "FeatureStore", forbidden)
    said, _ = result(spec(defects=0, clean=0), tmp_path)
    assert said["better"] is None
    assert "no check image" in said["sentence"]


def test_what_each_version_proposed_is_kept_in_the_folder(fake, tmp_path: Path) -> None:
    said, _ = result(spec(), tmp_path)
    rows = comparison.read(tmp_path)
    assert len(rows) == 54 and {row.class_id for row in rows} == {1}
    odd, clean = next(r for r in rows if r.image_id == 1), next(r for r in rows if r.image_id == 100)
    assert (odd.truth, odd.regions, odd.candidate.mask, odd.candidate.found, odd.incumbent.proposed) == (box(10, 10, 10), 1, box(11, 11, 8), 1, 0)
    assert odd.candidate.iou == pytest.approx(0.64) and odd.incumbent.iou == 0 and not odd.clean
    assert clean.clean and clean.candidate.iou == 1 and clean.incumbent.mask == box(5, 5, 9)
    assert said["found"] == sum(r.candidate.found for r in rows) and said["found_before"] == sum(r.incumbent.found for r in rows)
    assert (said["reason"], said["regions"], said["wanted"], said["wanted_clean"]) == ("better", 24, {}, 0)


def test_a_comparison_that_was_not_made_or_is_damaged(tmp_path: Path) -> None:
    assert comparison.read(tmp_path) == []
    for damage in ('{"image_id": 1}\n', "[]\n", "{"):
        (tmp_path / comparison.COMPARED).write_text(damage, encoding="utf-8")
        with pytest.raises(ValueError):
            comparison.read(tmp_path)
