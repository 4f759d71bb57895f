"""Starts the processes that measure the engines: one for each engine, since the most memory it held is a figure too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app.errors import UserError
from app.jobs.launchers import CHECKOUT, environment, lower_priority

_MODULE = "core_models.evaluation.benchmark"


def benchmarks() -> dict[str, dict]:
    """The bundled benchmarks by name: {"title", "engines"}."""
    folder = CHECKOUT / Path(*_MODULE.split(".")) / "protocols"
    found = {}
    for path in sorted(folder.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = {"title": said["title"], "engines": [e["label"] for e in said["entries"]]}
    return found


def run(words: list[str], said: Callable[[str], None]) -> None:
    """Runs one process of the benchmark to its end; `said` is told what it says. UserError with its last words where it fails."""
    command = [sys.executable, "-m", _MODULE, *words]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        cwd=CHECKOUT, env=environment(),
    ) as process:  # fmt: skip
        lower_priority(process.pid)
        last = ""  # told when the next one is there: the very last may be the sentence of a fault, which is told in another way
        try:
            for line in process.stdout:
                if last:
                    said(last)
                last = line.strip()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise UserError(last if process.returncode == 1 else f"The process of the benchmark was ended ({process.returncode}): {last} The same command goes on where it stopped.")
    said(last)
