"""The same images and regions in labelme, X-AnyLabeling and here, in one run: `python -m tests.benchmarks.other_tools FOLDER [--out FOLDER]`.

FOLDER keeps an environment for each of the two tools, made by pip the first time; nothing of them is a dependency of
this program. Each is started by its own main function, offscreen, and each measure has a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks import generated
from tests.benchmarks.common import CHECKOUT, write

TOOLS = {"labelme": ("labelme==6.3.1",), "X-AnyLabeling": ("x-anylabeling-cvhub[cpu]==4.2.1",)}
REGIONS, SIDE = 1_000, 2_048
MEASURES = {
    "repaint": ("repaint, 1,000 regions on 2,048 x 2,048", 5),
    "first_view": ("first view of a 20,000 x 4,096 PNG, 8 bits", 700),
    "next": ("next image, 512 x 512", 10),
}
MOST_MB = 500
_PATIENCE_S = 300

# -- what is shown -----------------------------------------------------------------------------------------------------------


def polygons() -> list[np.ndarray]:
    """Regions with 12 to 40 corners, (n, 2) x and y."""
    rng, found = np.random.default_rng(generated.SEED), []
    for _ in range(REGIONS):
        corners = int(rng.integers(12, 41))
        angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        radius = rng.uniform(8, 40) * rng.uniform(0.7, 1.0, corners)
        found.append(rng.uniform(42, SIDE - 42, 2) + np.stack([np.cos(angle), np.sin(angle)], 1) * radius[:, None])
    return found


def make_data(folder: Path) -> None:
    """regions.png with its Labelme file, large.png, and a folder of small images."""
    folder.mkdir(parents=True, exist_ok=True)
    generated.write_png(folder / "regions.png", generated.surface(SIDE, SIDE))
    shapes = [
        {"label": "scratch", "points": np.round(p, 2).tolist(), "group_id": None, "description": "", "shape_type": "polygon", "flags": {}, "mask": None}
        for p in polygons()
    ]
    labels = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": "regions.png", "imageData": None, "imageHeight": SIDE, "imageWidth": SIDE}
    (folder / "regions.json").write_text(json.dumps(labels), encoding="utf-8")
    generated.write_png(folder / "large.png", generated.surface(4_096, 20_000))
    generated.files(folder / "small", 60, 512, 512)


# -- the others --------------------------------------------------------------------------------------------------------------


def python_of(name: str, folder: Path) -> Path:
    """The interpreter of the tool's environment, which is made where there is none. RuntimeError with pip's last words."""
    place = folder / name
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = place / "made"
    if not done.exists():
        venv.create(place, with_pip=True, clear=True)
        made = subprocess.run([python, "-m", "pip", "install", "-q", *TOOLS[name]], capture_output=True, text=True, encoding="utf-8")
        if made.returncode:
            raise RuntimeError(f"not installed: {made.stderr.strip().splitlines()[-1]}")
        done.write_text(" ".join(TOOLS[name]), encoding="utf-8")
    return python


def of_another(name: str, what: str, data: Path, cache: Path, home: Path) -> dict:
    """One measure of another tool; {"reason": why there is none} where it could not be had."""
    try:
        python = python_of(name, cache)
    except RuntimeError as fault:
        return {"reason": str(fault)}
    path = {"repaint": data / "regions.png", "first_view": data / "large.png", "next": data / "small"}[what]
    words = [python, CHECKOUT / "tests" / "benchmarks" / "foreign_driver.py", name.replace("X-AnyLabeling", "xanylabeling"), what, path]
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "USERPROFILE": str(home), "XDG_CONFIG_HOME": str(home)}
    try:
        done = subprocess.run(
            [*map(str, words), str(data / "small" / "part_000000.png")], capture_output=True, text=True, encoding="utf-8", errors="replace",
            env=environment, cwd=home, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"reason": f"no answer within {_PATIENCE_S} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"ms"')]
    if not lines:
        return {"reason": f"it ended with {done.returncode}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}"}
    found = json.loads(lines[-1])
    if found.get("shown") is False or found.get("regions", REGIONS) != REGIONS:
        return {"reason": "refused", "said": found["said"]}
    return found


# -- ours --------------------------------------------------------------------------------------------------------------------


def our_project(folder: Path, files: list[Path], shapes: list[np.ndarray] | None = None) -> Path:
    """A project of these images, the polygons marked on the first one."""
    from app.operations import annotations, classes, images, models
    from app.workspace import Workspace
    from core_models.contract.mask import Mask
    from core_models.contract.opencv import cv2

    def fill(session) -> None:
        models.ensure_bundled(session)
        first = images.register(session, folder, list(images.scan(files))).added[0]
        if shapes is None:
            return
        class_id = classes.add(session, "scratch").id
        for shape in shapes:
            x, y = np.floor(shape.min(0)).astype(int)
            filled = np.zeros(np.ceil(shape.max(0)).astype(int)[::-1] - (y, x) + 1, np.uint8)
            cv2.fillPoly(filled, [np.round(shape - (x, y)).astype(np.int32)], 1)
            annotations.add(session, first.id, class_id, Mask.from_array(filled.astype(bool), int(x), int(y)), source="import")

    with Workspace.create(folder, by="benchmark") as workspace:
        workspace.do(fill, title="Fill", undoable=False)
    return folder


def of_ours(what: str, data: Path) -> dict:
    """One measure of the whole window, in this process."""
    from tests.benchmarks.foreign_driver import IMAGES, REPAINTS, ms, peak_mb
    from tests.benchmarks.driven import Driven

    small = sorted((data / "small").glob("*.png"))
    files = {"repaint": [data / "regions.png"], "first_view": [small[0], data / "large.png"], "next": small}[what]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        project = our_project(Path(place) / "project", files, polygons() if what == "repaint" else None)
        driven = Driven()
        driven.open(project)
        driven.shown()
        driven.settle()
        page = driven.page
        if what == "repaint":
            found = {"ms": statistics.median(ms(page.canvas.viewport().repaint, REPAINTS)), "regions": len(page.shown)}
        elif what == "first_view":
            large = next(row.id for row in page.gallery.view.rows if row.name == "large.png")
            if page.context.image_id == large:
                raise RuntimeError("The large image was shown first.")
            page.canvas._loader._kept.clear()  # it was read ahead
            (taken,) = ms(lambda: (page.context.select_image(large), driven.shown()), 1)
            found = {"ms": taken}
            driven.settle()
            found["megabytes"] = peak_mb()
        else:
            found = {"ms": statistics.median(next_ms(driven, IMAGES))}
        driven.close()
    return found


def next_ms(driven, count: int) -> list[float]:
    """Milliseconds of each step to an image that has been read ahead, as while a person looks at the one before."""
    from PySide6.QtCore import Qt

    from tests.benchmarks.foreign_driver import ms

    found = []
    for _ in range(count):
        driven.settle()
        found += ms(lambda: (driven.key(Qt.Key.Key_Right), driven.shown()), 1)
    return found


def of_us(what: str, data: Path, home: Path) -> dict:
    """The same in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DEFECTLOOP_HOME": str(home)}
    words = [sys.executable, "-m", "tests.benchmarks.other_tools", str(data), "--ours", what]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=CHECKOUT, timeout=_PATIENCE_S)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout.splitlines()[-1])


# -- all of them -------------------------------------------------------------------------------------------------------------


def rows_of(name: str, most: float, found: dict[str, dict]) -> list[list]:
    """The lines of one measure: time, and memory where it was looked at."""
    lines = [[name, *_cells(found, "ms", "ms"), f"{most} ms"]]
    if "megabytes" in found["ours"]:
        lines.append([f"{name}: peak memory of the process", *_cells(found, "megabytes", "MB"), f"{MOST_MB} MB"])
    return lines


def _cells(found: dict[str, dict], key: str, unit: str) -> list[str]:
    ours = found["ours"][key]
    cells = []
    for tool in TOOLS:
        value = found[tool].get(key)
        cells.append(f"{value:.0f} {unit} ({value / ours:.1f} x)" if value is not None else "refused" if found[tool]["reason"] == "refused" else "not run")
    return [*cells, f"{ours:.1f} {unit}" if ours < 100 else f"{ours:.0f} {unit}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the tools' environments are kept")
    parser.add_argument("--out", type=Path, help="the folder for the figures, if not the repository's")
    parser.add_argument("--ours", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ours:
        print(json.dumps(of_ours(given.ours, given.folder)))
        return
    rows, remarks = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        data = Path(place) / "data"
        make_data(data)
        for what, (name, most) in MEASURES.items():
            found = {tool: of_another(tool, what, data, given.folder.resolve(), Path(place) / f"home {tool}") for tool in TOOLS}
            found["ours"] = of_us(what, data, Path(place) / f"home_{what}")
            print(json.dumps({name: found}), file=sys.stderr)
            rows += rows_of(name, most, found)
            remarks += [f"{tool}, {name}: {found[tool]['reason']}." for tool in TOOLS if "reason" in found[tool]]
    columns = ["what", *(f"{tool} {words[0].rpartition('==')[2]}" for tool, words in TOOLS.items()), "ours", "ours at most"]
    title = "The same images and regions in three programs, offscreen, in one run; in brackets, how many times ours."
    settings = {"seed": generated.SEED, "load_of_the_machine_meanwhile": f"{psutil.getloadavg()[0]:.1f}"}
    print(write("other_tools", "Beside other tools", {"tables": [{"title": title, "columns": columns, "rows": rows}], "remarks": remarks}, given.out, **settings))


if __name__ == "__main__":
    main()
