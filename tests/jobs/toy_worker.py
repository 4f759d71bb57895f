"""A worker as it is, with a toy body in place of the engines: python toy_worker.py JOBFOLDER; TOY says what it does."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from core_models import turn, worker
from core_models.contract import card, comparison
from core_models.contract.comparison import Compared, Side
from core_models.contract.job import Cancelled, Event, Failed, Finished, ItemFailed, Metric, Predicted, Progress, Region, Started
from core_models.contract.mask import Mask

HOW = os.environ.get("TOY", "finish")
STEP_S = float(os.environ.get("TOY_STEP_S", "0"))
AFTER = 3  # images (or steps) before something happens


def regions_of(image_id: int) -> tuple[Region, ...]:
    """Two regions for each image, and none on every fifth."""
    if image_id % 5 == 0:
        return ()
    box = np.ones((6, 4 + image_id % 3), bool)
    return tuple(Region(Mask.from_array(box, x, 4), 0.6 + 0.3 * (x > 10)) for x in (2, 30))


def prelabel(spec, folder: Path) -> Iterator[Event]:
    yield Started("cpu")
    for number, item in enumerate(spec.items):
        turn.pause()
        time.sleep(STEP_S)
        if number == AFTER:
            yield from happens()
        path = Path(item.image.path)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != item.image.sha256:
            yield ItemFailed(item.image.id, "The file is missing or has changed.")
            continue
        for class_id in item.class_ids:
            yield Predicted(item.image.id, class_id, 0.7, regions_of(item.image.id))
    yield Finished()


def happens() -> Iterator[Event]:
    if HOW == "fail":
        yield Failed("The toy refuses to go on.")
    elif HOW == "bug":
        raise KeyError("a fault of the body")
    elif HOW == "memory":
        raise MemoryError
    elif HOW == "abort":
        os.abort()
    elif HOW == "hang":
        time.sleep(1000)
    elif HOW == "limit":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    elif HOW == "full":
        raise OSError(28, "No space left on device")


def finetune(spec, folder: Path) -> Iterator[Event]:
    """Counts steps; goes on where a resume point says; what it learnt is the number of steps."""
    point = folder / "resume.txt"
    done = int(point.read_text(encoding="utf-8")) if point.exists() else 0
    sentence = "finds 9 of 9 (version 1: 8), 0 false alarms on 30 clean images (0)"
    better = {"better": True, "worse": False}.get(HOW)
    steps = spec.steps or 8  # where the window asks for minutes
    try:
        for step in range(done, steps):
            turn.pause()
            time.sleep(STEP_S)
            yield Metric(step, {"loss": 1 / (step + 1)})
            yield Progress(step + 1, steps, f"step {step + 1}")
            fresh = point.with_suffix(".part")
            fresh.write_text(str(step + 1), encoding="utf-8")
            fresh.replace(point)  # a kill in between leaves the one before
            done = step + 1
            if step == AFTER:
                yield from happens()
    except turn.Stop:
        save(folder, done)
        yield Cancelled({"folder": "model", "comparison": {"better": None, "sentence": "too few to say"}})
        return
    save(folder, done)
    comparing = {"better": better, "sentence": sentence}
    for event in evaluate(spec, folder) if HOW == "compare" else ():
        comparing = event.result
    yield Finished({"folder": "model", "metrics": {"steps": done}, "comparison": comparing})


def save(folder: Path, steps: int) -> None:
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "weights.safetensors").write_bytes(steps.to_bytes(8, "little"))
    card.write_card(folder / "model", {"engine": "toy"})


def evaluate(spec, folder: Path) -> Iterator[Event]:
    """The candidate finds all that is true, the incumbent nothing."""
    rows, found = [], 0
    for item in spec.check:
        for label in item.labels:
            truth = label.positive
            found += int(bool(truth.w))
            new, old = Side(truth.area, truth.area, int(bool(truth.w)), int(bool(truth.w)), truth), Side(0, truth.area, 0, 0, Mask.EMPTY)
            rows.append(Compared(item.image.id, label.class_id, truth, int(bool(truth.w)), not truth.w, new, old))
    comparison.write(folder, rows)
    yield Finished({
        "better": None, "sentence": "too few to say", "incumbent": spec.incumbent.version_id, "reason": "few", "regions": found, "found": found,
        "found_before": 0, "false_alarms": 0, "false_alarms_before": 0, "clean_images": 0, "wanted": {"scratch": 4}, "wanted_clean": 6, "fallen": [],
        "classes": {"scratch": {"groups": 2, "iou": 1.0, "iou_before": 0.0}},
    })  # fmt: skip


def describe() -> list[dict]:
    return [
        {"name": name, "kind": "segment", "summary": f"{name} is for this.", "trained": name in ("eamnet", "in_context", "strip_steel"), "params": []}
        for name in ("eamnet", "in_context", "nearest", "strip_steel", "support_head")
    ]


if __name__ == "__main__":
    if sys.argv[1] == "--describe":
        print(json.dumps(describe()))
        sys.exit()
    body = {"prelabel": prelabel, "finetune": finetune, "evaluate": evaluate}

    def by_kind(spec, folder):
        return body[spec.kind](spec, folder)

    worker.leave(worker.run_job(Path(sys.argv[1]), by_kind, beat_s=0.2, patience_s=1.0))
