"""Choosing where outlines and regions begin: as the program counts them, within the alarms allowed, and kept in the weights."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core_models.contract.opencv import cv2
from core_models.inference.calibration import smallest_area
from core_models.inference.postprocess import Calibration, quantised, regions_of
from core_models.inference.view import scale_of
from core_models.models import registry
from core_models.training import operating
from core_models.training.development import Task
from core_models.training.operating import CUTS, PEAKS, SPREAD, Seen

SIDE = 128


def task(folder: Path) -> Task:
    """A class with five shots and two queries, in a set that has two defect-free images; squares of several sizes."""
    names = {f"{k}.png": (8 + 4 * k if k < 7 else 0) for k in range(9)}
    for sub in ("images", "masks"):
        (folder / "magnetic_tile" / sub).mkdir(parents=True)
    for name, size in names.items():
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[20 : 20 + size, 30 : 30 + size] = 3
        cv2.imwrite(str(folder / "magnetic_tile" / "images" / name), np.full((SIDE, SIDE), 90, np.uint8) + mask)
        cv2.imwrite(str(folder / "magnetic_tile" / "masks" / name), mask)
    files = tuple(names)
    return Task(folder / "magnetic_tile", "dent", 3, files[:5], files[5:7], files[7:])


class Noise:
    """Scores of smooth noise, raised a little where the class is."""

    def __init__(self, of: Task) -> None:
        self.of, self.maps = of, {}

    def prepare(self, support) -> None:
        return None

    def score(self, image, prepared) -> SimpleNamespace:
        rng = np.random.default_rng(int(Path(image.path).stem))
        truth = self.of.mask(Path(image.path).name)
        cells = cv2.resize(truth.astype(np.float32), (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
        values = 9 * cv2.GaussianBlur(rng.normal(size=cells.shape).astype(np.float32), (0, 0), 2) + 2.5 * cells
        self.maps[Path(image.path).name] = quantised(values)
        return SimpleNamespace(map=self.maps[Path(image.path).name])


def test_an_image_is_counted_as_the_program_would_show_it(tmp_path: Path) -> None:
    given = task(tmp_path)
    predictor = Noise(given)
    found = list(operating.seen(predictor, [given]))
    assert len(found) == 8 and [s.clean for s in found] == [False, False, True, True] * 2
    assert {s.kind for s in found} == {("dent", 1, 0), ("dent", 5, 0)}
    for shots, part in ((1, found[:4]), (5, found[4:])):
        area = smallest_area(given.support(shots))
        for seen, name in zip(part, (*given.queries, *given.others), strict=True):
            truth = given.mask(name)
            for k, j in ((0, 20), (8, 18), (10, 24), (10, 30), (14, 33)):
                calibration = Calibration(float(CUTS[k]), float(PEAKS[j]) - 1e-3, SPREAD, area)
                _, regions = regions_of(predictor.maps[name], scale_of(SIDE, SIDE), SIDE, SIDE, calibration)
                shown = np.zeros((SIDE, SIDE), bool)
                for region in regions:
                    if region.score >= 0.5:
                        shown |= region.mask.full(SIDE, SIDE)
                assert seen.met[k, j] == (shown & truth).sum() and seen.either[k, j] == (shown | truth).sum()
                assert (seen.highest[k] >= PEAKS[j]) == shown.any()


def at(cut: float, peak: float, iou: float, alarms: bool, draw: int = 0) -> list[Seen]:
    """A query whose IoU is `iou` up to this cut and peak and 0 beyond, and a clean image that is marked up to there, or never."""
    met = np.where((CUTS[:, None] <= cut) & (PEAKS <= peak), round(1000 * iou), 0)
    return [Seen(("dent", 1, draw), False, met, np.full(met.shape, 1000), np.full(len(CUTS), peak)),
            Seen(("dent", 1, draw), True, met * 0, met * 0, np.where(CUTS <= cut, peak, -np.inf) if alarms else np.full(len(CUTS), -np.inf))]


def test_the_best_pair_within_the_alarms_is_chosen() -> None:
    loud, quiet = at(1.0, 2.0, 0.6, alarms=True), at(-1.0, 4.0, 0.5, alarms=False, draw=1)
    free = operating.choose(loud + quiet, alarms=0.5)
    assert free.mean_iou == pytest.approx(0.55) and free.alarms == 0.5 and free.cut <= -1 and free.peak <= 2
    strict = operating.choose(loud + quiet, alarms=0.2)
    assert strict.mean_iou == pytest.approx(0.25) and strict.alarms == 0 and 2 < strict.peak <= 4
    with pytest.raises(ValueError, match="alarms at -100%"):
        operating.choose(loud + quiet, alarms=-1)


@pytest.mark.parametrize("engine", ["in_context", "strip_steel", "eamnet"])
def test_what_was_chosen_is_kept_in_the_weights(engine: str) -> None:
    torch.manual_seed(0)
    net = registry.create(engine).eval()
    features = {s: torch.randn(1, 38 if s == 4 else 32, 64 // s, 64 // s) for s in (4, 8, 16)}
    mask = torch.zeros(64, 64)
    mask[16:32, 16:32] = 1
    with torch.no_grad():
        support = net.encode_support([features], [mask])
        before = net.segment(features, support)
        operating.apply(net, operating.Chosen(-2.0, 1.5, 0.5, 0.1))
        after = net.segment(features, support)
    assert torch.allclose(after, before + 2.0, atol=1e-4)
    assert net.operating_point(5, support) == (0.0, 3.5) and net.spread == SPREAD
