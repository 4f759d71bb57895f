"""`defectloop benchmark`: measures the engines on data sets with known masks, all of them on the same shots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import AsJson, Device, Devices, command, end_progress, say, show_progress
from app.errors import UserError


@command("benchmark")
def benchmark(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which benchmark, or a file that describes one; without it they are listed.", show_default=False)] = "",
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Where its images are.", show_default=False)] = None,
    state: Annotated[Path | None, typer.Option("--state", metavar="DIR", help="Where it keeps what is done: the same folder goes on where it stopped.", show_default=False)] = None,
    engine: Annotated[list[str], typer.Option("--engine", metavar="LABEL", help="Only this one; can be given several times.", show_default=False)] = (),
    fold: Annotated[list[str], typer.Option("--fold", metavar="FOLD", help="Only this fold; can be given several times.", show_default=False)] = (),
    seed: Annotated[list[int], typer.Option("--seed", metavar="N", help="Only the training with this seed; can be given several times.", show_default=False)] = (),
    tables: Annotated[bool, typer.Option("--tables", help="Measure nothing: print what was measured so far.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the figures there as JSON too.", show_default=False)] = None,
    cache_gb: Annotated[float, typer.Option("--cache-gb", help="How much of the disk features may take.", min=0.0)] = 20.0,
    keep_cache: Annotated[bool, typer.Option("--keep-cache", help="Leave the features there for a later run.")] = False,
    imagenet: Annotated[Path | None, typer.Option("--imagenet", metavar="FILE", help="ImageNet weights of a ResNet-50 v2 for trained engines (those that ship unless given).", show_default=False)] = None,
    device: Device = Devices.auto,
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Measures the engines on data with known masks: the same shots for each, with intervals. Stopped, it goes on."""
    from app.jobs import benchmark as processes

    known = processes.benchmarks()
    if not name:
        return known, "\n".join(f"{k}: {v['title']} ({', '.join(v['engines'])})" for k, v in known.items())
    if data is None or state is None:
        raise UserError("Say where the images are with --data DIR and where to keep what is done with --state DIR.")
    common = [name if name in known else str(Path(name).resolve()), "--data", str(data.resolve()), "--state", str(state.resolve())]
    for one in fold:
        common += ["--fold", one]
    computing = [word for n in seed for word in ("--seed", str(n))]
    computing += ["--device", device.value, "--cache-gb", str(cache_gb)] + ["--keep-cache"] * keep_cache + (["--imagenet", str(imagenet.resolve())] if imagenet else [])
    for label in [] if tables else engine or _engines(name, known):
        processes.run([*common, "--engine", label, *computing], lambda line, label=label: show_progress(0, 0, line) if as_json else _tell(label, line))
    end_progress()
    report = out.resolve() if out else state.resolve() / "report.json"
    processes.run([*common, "--report", str(report)], lambda line: None)
    value = json.loads(report.read_text(encoding="utf-8"))
    return value, report.with_suffix(".md").read_text(encoding="utf-8")


def _engines(name: str, known: dict[str, dict]) -> list[str]:
    if name in known:
        return known[name]["engines"]
    try:
        return [str(e["label"]) for e in json.loads(Path(name).read_text(encoding="utf-8"))["entries"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"There is no benchmark {name}. There are {', '.join(known)}, or give a file that describes one.") from None


def _tell(label: str, line: str) -> None:
    say(f"{label}: {line}")
