"""Where the outlines of a trained engine begin and which of its regions count: chosen on development images, kept in its weights.

Usage: python -m core_models.training.operating --engine NAME --folder FOLDER --development FOLDER --work FOLDER [--alarms SHARE]

The logit that cuts outlines best is moved to 0 by the last layer's bias, so that it is the same for every version, and a fine-tune
begins where users left off. A region counts from a logit on at which at most a share of the defect-free images is marked. Both
are chosen on the even groups as users meet them, with 1 shot and with 5; the card then gives the figures of both halves.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from core_models.contract.job import Compute, ModelRef, TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.calibration import smallest_area
from core_models.inference.predictor import Predictor, load_model
from core_models.training import confidence
from core_models.training.confidence import PEAKS
from core_models.training.development import SHOTS, WITH_CLEAN, Task, figures, tasks
from core_models.weights import load_folder, save_folder

ALARMS, SPREAD = 0.15, 2.0
CUTS = np.arange(-5, 3.01, 0.5)


@dataclass(frozen=True)
class Seen:
    """An image at every cut: `met` and `either` (cuts, peaks), px of intersection and union with the defect when regions count from a
    peak on; `highest` (cuts,): the greatest logit of a region, less what its size costs. `clean`: nothing is there to be found."""

    kind: tuple[str, int, int]  # class, shots, draw
    clean: bool
    met: np.ndarray
    either: np.ndarray
    highest: np.ndarray


@dataclass(frozen=True)
class Chosen:
    """Logits: of the outlines, and from which a region counts; what they reach on the images that chose them."""

    cut: float
    peak: float
    mean_iou: float
    alarms: float


def seen(predictor: Predictor, found: Sequence[Task]) -> Iterator[Seen]:
    """The queries of each task, and the clean images of sets that have some, with 1 shot and with 5."""
    for task in found:
        for shots in SHOTS:
            support = task.support(shots)
            prepared, kind = predictor.prepare(support), (task.name, shots, task.draw)
            for name in (*task.queries, *(task.others if task.folder.name in WITH_CLEAN else ())):
                scores = predictor.score(task.ref(name), prepared)
                yield _at_every_cut(kind, scores.map, task, name, smallest_area(support))


def _at_every_cut(kind: tuple[str, int, int], score_map: np.ndarray, task: Task, name: str, area_px: int) -> Seen:
    label = TrainLabel(task.class_id, Mask.from_array(task.mask(name)), complete=True)
    regions = [confidence.found(score_map, task.ref(name), area_px, cut) for cut in CUTS]
    met, either = (np.stack(part) for part in zip(*(confidence.counted(found, label, SPREAD) for found in regions), strict=True))
    highest = [max((logit + SPREAD * size for _, logit, size in found), default=-np.inf) for found in regions]
    return Seen(kind, name in task.others, met, either, np.array(highest))


def choose(found: Sequence[Seen], alarms: float = ALARMS) -> Chosen:
    """The pair of the greatest mean IoU (pooled over a draw's queries, averaged over draws, classes and numbers of shots) that marks at most
    this share of the clean images; ValueError where none does."""
    of_kinds: dict[tuple[str, int, int], list[confidence.Counted]] = {}
    for s in found:
        if not s.clean:
            of_kinds.setdefault(s.kind, []).append((s.met, s.either))
    iou = confidence.mean_iou(of_kinds)  # each class has as many draws
    clean = [s.highest[:, None] >= PEAKS for s in found if s.clean]
    marked = np.mean(clean, 0) if clean else np.zeros_like(iou)
    allowed = np.where(marked <= alarms, iou, -1.0)
    if allowed.max() < 0:
        raise ValueError(f"Nothing keeps the alarms at {alarms:.0%}.")
    cut, peak = np.unravel_index(int(allowed.argmax()), allowed.shape)
    return Chosen(float(CUTS[cut]), float(PEAKS[peak]), float(iou[cut, peak]), float(marked[cut, peak]))


def apply(net: nn.Module, chosen: Chosen) -> None:
    """Moves the cut to a logit of 0, and what a region must have with it. The last convolution makes the logits: one of the
    defect, or one of the ground and one of the defect."""
    last = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)][-1]
    with torch.no_grad():
        last.bias[-1] -= chosen.cut
        net.confidence.copy_(torch.tensor([chosen.peak - chosen.cut, SPREAD]))


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the model folder that is changed")
    parser.add_argument("--development", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="for the features of the images")
    parser.add_argument("--alarms", type=float, default=ALARMS, help="share of the clean images that may be marked")
    given = parser.parse_args(words)
    model, compute = ModelRef(0, given.engine, str(given.folder)), Compute("cpu", str(given.work / "features"), 40 * 2**30)
    predictor = Predictor(model, compute)
    chosen = choose(list(seen(predictor, tasks(given.development, "even"))), given.alarms)
    print(chosen, flush=True)
    net, (_, card) = load_model(model, predictor.store.checksum)[0], load_folder(given.folder)
    apply(net, chosen)
    card["operating_point"] = f"outlines at {chosen.cut}, moved to 0; regions from there {chosen.peak - chosen.cut} on; at most {given.alarms:.0%} of the clean images of even groups marked"
    save_folder(given.folder, net.state_dict(), card)
    measured = {f"{half} groups, as users meet it": figures(model, compute, given.development, half) for half in ("even", "odd")}
    kept = {name: value for name, value in card["figures"].items() if "groups" not in name}
    save_folder(given.folder, net.state_dict(), {**card, "figures": {**kept, **measured}})
    print(measured, flush=True)


if __name__ == "__main__":
    main()
