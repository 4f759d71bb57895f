"""What a person waits for after a stroke: the warm worker's rough and fitted answers, alone and beside a batch job."""

from __future__ import annotations

import queue
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from app import settings
from app.jobs.assistant import Assistant
from core_models.contract import image_file
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import Compute, ModelRef
from core_models.contract.mask import Mask
from tests.benchmarks.common import CHECKOUT, Program

_PATIENCE_S = 300
_SHOTS = 5


def reference(path: Path, number: int) -> ImageRef:
    probe = image_file.probe(path)
    return ImageRef(number, str(path), image_file.sha256(path), probe.width, probe.height)


def support(images: list[ImageRef], offset: int) -> SupportSet:
    """A spot on each image; another offset is another set, as after a stroke."""
    spot = Mask.from_array(np.ones((12, 24), bool), 80 + offset, 90)
    return SupportSet(1, "spot", tuple(Shot(image, spot) for image in images))


def answers(assistant: Assistant, found: queue.Queue, image: ImageRef, shots: SupportSet) -> dict[str, float]:
    """Seconds until the rough and until the fitted answer to one question."""
    begin, out = time.perf_counter(), {}
    compute = Compute("auto", str(settings.features_folder()))
    assistant.ask(image, shots, ModelRef(1, "support_head"), compute)
    while "fitted" not in out:
        answer, _ = found.get(timeout=_PATIENCE_S)
        if not hasattr(answer, "stage"):
            raise RuntimeError(answer.sentence)
        out[answer.stage] = time.perf_counter() - begin
    return out


def measure(images: list[Path], project: Path, run: Program) -> dict[str, float]:
    """`images`: at least six; `project` holds a large folder with shots, which the batch job pre-labels meanwhile."""
    refs = [reference(path, k) for k, path in enumerate(images[: _SHOTS + 1], 1)]
    found: queue.Queue = queue.Queue()
    assistant = Assistant(lambda answer, payload: found.put((answer, payload)))
    try:
        answers(assistant, found, refs[-1], support(refs[:1], 0))  # warm: torch is loaded, the image in view is cached
        alone = answers(assistant, found, refs[-1], support(refs[:_SHOTS], 1))
        batch = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "main.py"), "prelabel", str(project), "--redo"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=run.environment
        )
        _wait_until_running(run, project)
        beside = answers(assistant, found, refs[-1], support(refs[:_SHOTS], 2))
        if batch.poll() is not None:
            raise RuntimeError("The batch job ended before the answer came: nothing was measured beside it.")
        batch.terminate()
        batch.wait()
    finally:
        assistant.close()
    return {
        "first answer of the warm worker": alone["rough"], "fitted answer of the warm worker": alone["fitted"],
        "first answer beside a batch job": beside["rough"], "fitted answer beside a batch job": beside["fitted"],
    }  # fmt: skip


def _wait_until_running(run: Program, project: Path) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < _PATIENCE_S:
        if any(j["kind"] == "prelabel" and j["state"] == "running" and j["done"] > 1 for j in run("jobs", project)):
            return
        time.sleep(0.2)
    raise RuntimeError("The batch job did not begin.")
