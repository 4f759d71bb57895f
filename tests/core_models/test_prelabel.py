"""Pre-labelling whole images with the backbone that ships: events, failures, and the same answer whatever came before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core_models import turn
from core_models.contract import image_file
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import Compute, Failed, Finished, Item, ItemFailed, ModelRef, Predicted, PrelabelSpec, Progress, Started
from core_models.contract.mask import Mask, union
from core_models.contract.opencv import cv2
from core_models.inference import features, predictor, prelabel
from core_models.inference.device import Device
from tests.core_models.synthetic import surface

SPOTS = {1: ((40, 40, 9),), 2: ((70, 30, 8), (20, 90, 10)), 3: (), 4: ((60, 70, 11),), 5: ()}
HEAD = ModelRef(1, "support_head", params={"steps": 60})


def stored(folder: Path, image_id: int, array: np.ndarray, name: str = "") -> ImageRef:
    path = folder / (name or f"部件 {image_id}.png")
    path.write_bytes(cv2.imencode(path.suffix, array)[1].tobytes())
    return ImageRef(image_id, str(path), image_file.sha256(path), array.shape[1], array.shape[0])


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> dict[int, ImageRef]:
    folder = tmp_path_factory.mktemp("images")
    return {k: stored(folder, k, surface(k, 112, 112, spots)[0]) for k, spots in SPOTS.items()}


def truth(k: int) -> Mask:
    return Mask.from_array(surface(k, 112, 112, SPOTS[k])[1])


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def spec_of(images: dict[int, ImageRef], cache: Path | str, queries: list[int], model: ModelRef = HEAD) -> PrelabelSpec:
    supports = (SupportSet(7, "spot", (Shot(images[1], truth(1)), Shot(images[2], truth(2)))),)
    return PrelabelSpec(model, supports, tuple(Item(images[k], (7,)) for k in queries), Compute("cpu", str(cache)))


def events_of(spec: PrelabelSpec, folder: Path) -> list:
    folder.mkdir(exist_ok=True)
    return list(prelabel.run(spec, folder))


def predicted(events: list) -> dict[int, Predicted]:
    return {e.image_id: e for e in events if isinstance(e, Predicted)}


def test_finds_the_spots_and_says_where_there_are_none(images, cache, tmp_path) -> None:
    events = events_of(spec_of(images, cache, [3, 4, 5]), tmp_path / "job")
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert [e.done for e in events if isinstance(e, Progress)][-1] == 3
    found = predicted(events)
    shown = union([r.mask for r in found[4].regions if r.score >= 0.5])
    assert shown.iou(truth(4)) > 0.5
    assert found[4].image_score > 0.5 > max(found[3].image_score, found[5].image_score)
    assert not [r for k in (3, 5) for r in found[k].regions if r.score >= 0.5]


def test_kept_score_maps_are_eight_bit_pictures(images, cache, tmp_path) -> None:
    events_of(spec_of(images, cache, [4]), tmp_path / "job")
    (path,) = (tmp_path / "job" / "scores").iterdir()
    scores = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    assert path.name == "4_7.png" and scores.dtype == np.uint8 and scores.shape == (96, 96)
    assert scores.max() > 128 > np.median(scores)


@pytest.mark.parametrize("engine", ["nearest", "support_head"])
def test_the_same_whatever_was_done_before(images, cache, tmp_path, engine) -> None:
    """A job that is stopped and resumed, in another order, with and without a cache, gives the same regions."""
    model = HEAD if engine == "support_head" else ModelRef(2, engine)
    whole = predicted(events_of(spec_of(images, cache, [3, 4, 5], model), tmp_path / "one"))
    resumed = predicted(events_of(spec_of(images, cache, [5, 4], model), tmp_path / "two"))
    bare = predicted(events_of(spec_of(images, "", [4], model), tmp_path / "three"))
    assert resumed[5] == whole[5] and resumed[4] == whole[4] == bare[4]


def test_faults_of_one_image_leave_the_rest(images, cache, tmp_path) -> None:
    broken, changed, gone = (tmp_path / f"{name}.png" for name in ("broken", "changed", "gone"))
    bad = {k: stored(tmp_path, k, surface(k, 40, 40)[0], path.name) for k, path in ((11, broken), (12, changed), (13, gone))}
    broken.write_bytes(broken.read_bytes()[:200])
    bad[11] = replace(bad[11], sha256=image_file.sha256(broken))
    changed.write_bytes(changed.read_bytes() + b" ")
    gone.unlink()
    events = events_of(spec_of({**images, **bad}, cache, [11, 12, 13, 4]), tmp_path / "job")
    reasons = {e.image_id: e.reason for e in events if isinstance(e, ItemFailed)}
    assert reasons.keys() == {11, 12, 13}
    assert "broken.png" in reasons[11] and "changed" in reasons[12] and "not where it was" in reasons[13]
    assert 4 in predicted(events) and isinstance(events[-1], Finished)


def test_a_lost_shot_fails_the_job_in_words(images, cache, tmp_path) -> None:
    lost = replace(images[1], path=str(tmp_path / "lost.png"))
    events = events_of(spec_of({**images, 1: lost}, "", [4]), tmp_path / "job")
    assert isinstance(events[-1], Failed) and "spot" in events[-1].sentence and "lost.png" in events[-1].sentence


@pytest.mark.parametrize("learnt_before", [False, True])
def test_a_shot_that_has_changed_fails_the_job_in_words(images, tmp_path, learnt_before) -> None:
    """Also where what was learnt from it is at hand: the shot that is shown would not be the one that was learnt."""
    shot = stored(tmp_path, 1, surface(1, 112, 112, SPOTS[1])[0], "shot.png")
    spec = spec_of({**images, 1: shot}, tmp_path / "cache", [4], ModelRef(2, "nearest", params={"orientations": 1}))
    if learnt_before:
        assert isinstance(events_of(spec, tmp_path / "before")[-1], Finished)
    Path(shot.path).write_bytes(Path(images[2].path).read_bytes())
    events = events_of(spec, tmp_path / "job")
    assert isinstance(events[-1], Failed) and "shot.png has changed" in events[-1].sentence


@pytest.mark.parametrize("array", [
    np.full((50, 60), 9, np.uint8), np.zeros((1, 1), np.uint8), np.full((300, 5, 3), 77, np.uint8),
    np.random.default_rng(1).integers(0, 4096, (45, 70)).astype(np.uint16), surface(8, 400, 33)[0],
], ids=["constant", "one pixel", "narrow colour", "16 bits", "strip"])
def test_odd_images_are_answered(images, cache, tmp_path, array) -> None:
    odd = stored(tmp_path, 21, array)
    events = events_of(spec_of({**images, 21: odd}, cache, [21], ModelRef(2, "nearest")), tmp_path / "job")
    assert all(r.mask.fits(odd.height, odd.width) for r in predicted(events)[21].regions)


def test_a_stop_passes_through(images, cache, tmp_path) -> None:
    (tmp_path / "job").mkdir()
    body = prelabel.run(spec_of(images, cache, [3, 4]), tmp_path / "job")
    next(body)
    with pytest.raises(turn.Stop):
        body.throw(turn.Stop())


def test_out_of_memory_on_the_gpu_goes_on_with_the_cpu(images, cache, tmp_path, monkeypatch) -> None:
    """The head, too: a device whose memory is never enough is given up, and the answer is the CPU's."""
    import torch

    wanted = predicted(events_of(spec_of(images, "", [4], ModelRef(2, "nearest")), tmp_path / "one"))
    monkeypatch.setattr(features, "pick", lambda asked: Device("cuda" if asked == "auto" else "cpu", None if asked == "cpu" else torch.float16, 0, asked))
    monkeypatch.setattr(features.Extractor, "__init__", _on_the_cpu_all_the_while)
    real = predictor.Predictor._map

    def full(self, levels, support):
        if self.store.extractor.device.name == "auto":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(self, levels, support)

    monkeypatch.setattr(predictor.Predictor, "_map", full)
    spec = replace(spec_of(images, "", [4], ModelRef(2, "nearest")), compute=Compute("auto", ""))
    monkeypatch.setattr(Device, "torch", property(lambda self: torch.device("cpu")))
    monkeypatch.setattr(Device, "fast", _plain)
    monkeypatch.setattr(Device, "learning", _plain)
    events = events_of(spec, tmp_path / "two")
    assert any(isinstance(e, Progress) and "GPU's memory" in e.message for e in events)
    assert predicted(events).keys() == wanted.keys()


def _plain(self):
    import contextlib

    return contextlib.nullcontext()


_real_init = features.Extractor.__init__


def _on_the_cpu_all_the_while(self, device, *args, **kwargs) -> None:
    _real_init(self, Device("cpu", None, 0, "CPU"), *args, **kwargs)
    self.device = device
