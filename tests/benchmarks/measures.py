"""Speed and size on this machine, with generated images: `python -m tests.benchmarks.measures [NAME...]`.

Everything goes through the command line, in a home folder of its own, but for the two that a person waits for within a
stroke (one operation; the answers of the warm worker), which are timed inside one process as the window would see them.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from tests.benchmarks.common import Program, write

SEED = 20261121


def many_images(folder: Path, count: int, height: int, width: int) -> list[Path]:
    """`count` different grey images: 50 generated surfaces, each again with other noise, flips and brightness."""
    from data.surfaces.image import draw_image, draw_surface

    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True)
    bases = []
    for _ in range(min(count, 50 if height * width < 10**6 else 4)):
        bases.append(draw_image(rng, height, width, draw_surface(rng, height, width), []).image)
    paths = []
    for k in range(count):
        base = np.flip(bases[k % len(bases)], axis=tuple(a for a in (0, 1) if rng.random() < 0.5)).astype(np.float32)
        image = np.clip(base * rng.uniform(0.8, 1.2) + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)
        paths.append(folder / f"part_{k:05d}.png")
        cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tofile(paths[-1])
    return paths


def shots_folder(where: Path, images: list[Path]) -> Path:
    """A masks folder with a drawn spot on each image: what a person would give as shots."""
    import json
    import shutil

    (where / "images").mkdir(parents=True)
    (where / "masks").mkdir()
    for path in images:
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.ellipse(mask, (image.shape[1] // 2, image.shape[0] // 2), (24, 12), 30, 0, 360, 1, -1)
        shutil.copy(path, where / "images" / path.name)
        cv2.imencode(".png", mask)[1].tofile(where / "masks" / path.name)
    (where / "classes.json").write_text(json.dumps({"classes": {"spot": 1}}), encoding="utf-8")
    return where


def large_project(place: Path, run: Program) -> dict[str, float]:
    """10,000 images: to register them, to ask for the status, to export 20,000 regions."""
    many_images(place / "images", 10_000, 200, 200)
    project = place / "project"
    run("new", project)
    register = run.seconds("add", project, place / "images")
    _label_all(project)
    status = statistics.median(run.seconds("status", project) for _ in range(5))
    export = run.seconds("export", project, "--format", "coco", "--out", place / "coco", "--include-unreviewed")
    return {"register 10,000 images of 200 x 200": register, "status on 10,000 images": status, "COCO export, 10,000 images, 20,000 regions": export}


def _label_all(project: Path) -> None:
    """Two regions on each image, as an import would write them."""
    from sqlalchemy import select

    from app.operations import annotations, classes
    from app.store.records import Image
    from app.workspace import Workspace

    rng = np.random.default_rng(SEED)

    def label(session) -> None:
        class_id = classes.add(session, "spot").id
        for image_id in session.scalars(select(Image.id)).all():
            for _ in range(2):
                blob = np.zeros((40, 40), np.uint8)
                cv2.ellipse(blob, (20, 20), (int(rng.integers(4, 18)), int(rng.integers(3, 10))), int(rng.integers(180)), 0, 360, 1, -1)
                annotations.add(session, image_id, class_id, Mask.from_array(blob, int(rng.integers(160)), int(rng.integers(160))), source="import")

    with Workspace.open(project, writing=True) as workspace:
        workspace.do(label, title="Label all", undoable=False)


def one_operation(place: Path, run: Program) -> dict[str, float]:
    """A stroke's mask on a 4096 x 4096 image, committed: the median and the slowest of 100."""
    from app.operations import annotations, classes
    from app.workspace import Workspace

    (image,) = many_images(place / "images", 1, 4096, 4096)
    project = place / "project"
    run("new", project)
    run("add", project, image)
    rng, times = np.random.default_rng(SEED), []
    with Workspace.open(project, writing=True) as workspace:
        class_id = workspace.do(lambda session: classes.add(session, "scratch").id, title="Add class scratch")
        for _ in range(100):
            stroke = np.zeros((4096, 4096), np.uint8)
            points = np.cumsum(rng.normal(0, 120, (40, 2)), axis=0) + 2048
            cv2.polylines(stroke, [points.astype(np.int32)], False, 1, 24)
            mask = Mask.from_array(stroke)
            begin = time.perf_counter()
            workspace.do(annotations.add, 1, class_id, mask, title="Draw scratch")
            times.append(time.perf_counter() - begin)
    return {"one operation, 4096 x 4096 (median)": statistics.median(times), "one operation, 4096 x 4096 (slowest of 100)": max(times)}


def prelabelling(place: Path, run: Program, count: int, height: int, width: int) -> dict[str, float]:
    """Cold (features, fit and all), then again with the features and the fitted head in the cache."""
    images = many_images(place / "images", count, height, width)
    project = place / "project"
    run("new", project)
    run("add", project, place / "images")
    run("import", project, "--format", "masks", shots_folder(place / "shots", images[:5]), "--as-shots")
    name = f"pre-label {count} images of {width} x {height}"
    cold = run.seconds("prelabel", project, "--class", "spot")
    return {f"{name}, cold": cold, f"{name}, cached": run.seconds("prelabel", project, "--class", "spot", "--redo")}


def warm_worker(place: Path, run: Program) -> dict[str, float]:
    """The answers while a person draws, alone and beside a batch job on line scans."""
    from tests.benchmarks import assistant

    images = many_images(place / "images", 8, 400, 400)
    scans = many_images(place / "scans", 12, 1024, 4096)
    project = place / "project"
    run("new", project)
    run("add", project, place / "scans")
    run("import", project, "--format", "masks", shots_folder(place / "shots", scans[:1]), "--as-shots")
    return assistant.measure(images, project, run)


LIMITS = {
    "status on 10,000 images": 1,
    "register 10,000 images of 200 x 200": 30,
    "COCO export, 10,000 images, 20,000 regions": 15,
    "one operation, 4096 x 4096 (median)": 0.02,
    "one operation, 4096 x 4096 (slowest of 100)": None,
    "pre-label 200 images of 200 x 200, cold": 90,
    "pre-label 200 images of 200 x 200, cached": 10,
    "pre-label 20 images of 4096 x 1024, cold": 150,
    "pre-label 20 images of 4096 x 1024, cached": 20,
    "first answer of the warm worker": 1,
    "fitted answer of the warm worker": 25,
    "first answer beside a batch job": 1,
    "fitted answer beside a batch job": 25,
}

MEASURES: dict[str, Callable[[Path, Program], dict[str, float]]] = {
    "large": large_project,
    "operation": one_operation,
    "small-images": lambda place, run: prelabelling(place, run, 200, 200, 200),
    "warm-worker": warm_worker,
    "line-scans": lambda place, run: prelabelling(place, run, 20, 1024, 4096),
}


def main(names: list[str]) -> None:
    figures: dict[str, float] = {}
    for name in names or MEASURES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            home = Path(place) / "home"
            os.environ["DEFECTLOOP_HOME"] = str(home)
            figures |= MEASURES[name](Path(place) / "work", Program(home))
            print(name, {k: round(v, 3) for k, v in figures.items()}, file=sys.stderr)
    rows = [[k, f"{v:.3g} s", "" if LIMITS[k] is None else f"{LIMITS[k]:g} s", "" if LIMITS[k] is None else ("yes" if v <= LIMITS[k] else "**no**")] for k, v in figures.items()]
    table = {"title": "Seconds, the program's start included where it is a command:", "columns": ["what", "measured", "at most", "holds"], "rows": rows}
    write("_".join(["measures", *names]), "Speed", {"tables": [table]}, seed=SEED)


if __name__ == "__main__":
    main(sys.argv[1:])
