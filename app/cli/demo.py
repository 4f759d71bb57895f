"""`defectloop demo`, the whole loop on the sample project without a hand, and `defectloop doctor`, what works on this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import settings
from app.cli import labels, models, project
from app.cli.common import AsJson, Device, Devices, command, reading, say

_CHECKED_BLIND = 18  # images that the demonstration marks before any proposal was shown, as a person would


@command("demo")
def demo(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A new folder for it.", show_default=False)] = None,
    minutes: Annotated[float, typer.Option("--minutes", help="How long to fine-tune.", min=0.05)] = 1.0,
    device: Device = Devices.auto,
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Walks the whole loop on the sample project: shots, proposals, review, fine-tune, export, figures and a picture."""
    from app.exchange import overview
    from app.operations.models import free_folder
    from data import sample

    images = settings.sample_folder()
    sample.make_sample(images)
    folder = out or free_folder(settings.data_folder() / "demo")
    show = _quiet if as_json else _shown
    where = folder / "project"
    classes = json.loads((images / "classes.json").read_text(encoding="utf-8"))["classes"]
    shots = [name for names in sample.SHOTS.values() for name in names]
    blind = [p.name for p in sorted((images / "images").iterdir()) if p.name not in shots][::3][:_CHECKED_BLIND]

    show("A new project on the sample images", project.new(where))
    show("60 images, registered where they lie", project.add(where, [images / "images"]))
    for name, names in sample.SHOTS.items():
        show(f"Shots of {name}", labels.import_(where, _part(images, folder / "shots" / name, names, {name: classes[name]}), labels.Format.masks, as_shots=True))
    show("Images marked before any proposal was shown", labels.import_(where, _part(images, folder / "blind", blind, classes), labels.Format.masks))
    show("Proposals on every other image", models.prelabel(where, device=device))
    first = show("Against the known truth", labels.evaluate(where, images))
    show("What scores well is accepted", labels.review(where, accept=True, min_score=0.7))
    tuned = show("Fine-tune on what was accepted", models.finetune(where, minutes=minutes, device=device, activate=models.Activate.better))
    with reading(where) as workspace, workspace.read() as session:
        picture = overview.write(session, images, folder / "overview.png")
    coco, labelme = folder / "coco", folder / "labelme"
    show("The data set as COCO", labels.export(where, labels.Format.coco, coco, include_unreviewed=True))
    show("The data set as Labelme", labels.export(where, labels.Format.labelme, labelme, include_unreviewed=True))
    figures = folder / "figures.json"
    figures.write_text(json.dumps({"before_review": first, "fine_tune": tuned}, indent=1, ensure_ascii=False), encoding="utf-8")
    value = {"project": str(where), "coco": str(coco), "labelme": str(labelme), "figures": str(figures), "overview": str(picture), "mean_iou": first["mean_iou"]}
    paths = "\n".join(f"  {name:9} {value[name]}" for name in ("project", "coco", "labelme", "figures", "overview"))
    return value, f"\nThe loop is closed. Mean IoU of the first proposals: {first['mean_iou']:.2f}.\n{paths}"


def _part(sample: Path, where: Path, names: list[str], classes: dict[str, int]) -> Path:
    """A masks folder with some of the sample's images, and of their masks the given classes only."""
    from core_models.contract import image_file
    from core_models.contract.opencv import cv2

    for sub in ("images", "masks"):
        (where / sub).mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy2(sample / "images" / name, where / "images" / name)
        mask = image_file.read(sample / "masks" / f"{Path(name).stem}.png")
        mask[~_among(mask, classes)] = 0
        cv2.imencode(".png", mask)[1].tofile(where / "masks" / f"{Path(name).stem}.png")
    (where / "classes.json").write_text(json.dumps({"classes": classes}, ensure_ascii=False), encoding="utf-8")
    return where


def _among(mask, classes: dict[str, int]):
    import numpy as np

    return np.isin(mask, list(classes.values()))


def _shown(title: str, answer: tuple) -> object:
    say(f"\n{title}")
    say("\n".join("  " + line for line in answer[1].splitlines()))
    sys.stdout.flush()
    return answer[0]


def _quiet(title: str, answer: tuple) -> object:
    return answer[0]


@command("doctor")
def doctor(as_json: AsJson = False) -> tuple[dict, str]:
    """Says what works on this machine: display, GPU, weights, database, disk."""
    checks = {"display": _display(), **_computing(), "weights": _weights(), "database": _database(), "disk": _disk()}
    value = {name: {"ok": ok, "says": says} for name, (ok, says) in checks.items()}
    return value, "\n".join(f"{'ok ' if ok else 'no '} {name:9} {says}" for name, (ok, says) in checks.items())


def _display() -> tuple[bool, str]:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False, "no display: the command line works, the window does not."
    return True, "there is one."


def _computing() -> dict[str, tuple[bool, str]]:
    from app.jobs import launchers

    try:
        said = launchers.probe()
    except OSError as fault:
        return {"worker": (False, f"the worker does not start: {fault}")}
    gpu = said.get("cuda_device")
    return {
        "worker": (True, f"PyTorch {said['torch']}, {said['threads']} threads."),
        "gpu": (bool(gpu), gpu or "no NVIDIA GPU: everything runs on the processor, more slowly."),
    }


def _weights() -> tuple[bool, str]:
    from core_models.contract import card

    folders = sorted(p.parent for p in settings.weights_folder().glob("*/card.json"))
    try:
        for folder in folders:
            card.check_folder(folder)
    except card.CardError as fault:
        return False, str(fault)
    return bool(folders), f"{', '.join(f.name for f in folders)} are whole." if folders else "no weights in resources/weights: get the program anew."


def _database() -> tuple[bool, str]:
    import sqlite3

    return sqlite3.sqlite_version_info >= (3, 35), f"SQLite {sqlite3.sqlite_version}."


def _disk() -> tuple[bool, str]:
    folder = settings.data_folder()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    return free > 6, f"{free:.0f} GB free for caches and models" + ("." if free > 6 else "; the feature cache alone may take 5 GB.")
