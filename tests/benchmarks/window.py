"""What the window costs on this machine, offscreen: `python -m tests.benchmarks.window [--only NAME...] [--out FOLDER]`.

The whole window is driven, by key and mouse events, each measure in a process of its own with a home folder of its own.
Beside the time on the clock stands processor time: the first is what a person waits, the second is not moved by what else
the machine does. The projects are generated: links to a few image files under as many names as are asked for.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.benchmarks import acts, generated
from tests.benchmarks.common import CHECKOUT, write
from tests.benchmarks.driven import SCREEN_PX, Driven
from tests.benchmarks.gui_meter import Meter

GROWTH_MB = 8  # what an allocator moves about: less than 4 kB for each change
RUNS = 5
KEPT = 5  # one image more than the canvas keeps: from then on it has taken the memory it goes on with
WARM, CHANGES, LOOK_EVERY = 1_000, 2_000, 100  # the first fill the caches of pictures
COLUMNS = ["what", "measured", "at most", "holds", "processor time", "remark"]

# -- the measures, each in a process of its own -------------------------------------------------------------------------------

START = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.ui.main_window import MainWindow

real = MainWindow.paintEvent

def paint(window, event):
    real(window, event)
    MainWindow.paintEvent = real
    QTimer.singleShot(0, painted)  # after the widgets in it, which are painted in the same pass

def painted():
    print(time.time(), time.process_time(), flush=True)
    QApplication.closeAllWindows()

MainWindow.paintEvent = paint
from app.cli import run
sys.exit(run(['gui', *sys.argv[1:]]))
"""


def start(folder: Path) -> dict:
    """From the start of the process to the first paint of all that the window shows, the command line's part included."""
    found = []
    for _ in range(RUNS):
        begin = time.time()
        done = subprocess.run([sys.executable, "-c", START], cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", timeout=120)
        if done.returncode:
            raise RuntimeError(done.stderr)
        at, work = map(float, done.stdout.split()[-2:])
        found.append({"seconds": at - begin, "work": work})
    return {"start to the first painted window": best(found) | {"most": 1.5}}


def timed(call: Callable[[], object], work_of: Callable[[], float] = time.process_time) -> dict[str, float]:
    """Seconds of a call on the clock, and of processor time: the process's, or by time.thread_time the window's thread's."""
    clock, work = time.perf_counter(), work_of()
    call()
    return {"seconds": time.perf_counter() - clock, "work": work_of() - work}


def best(found: list[dict]) -> dict:
    """The median on the clock, and the least processor time."""
    return {"seconds": statistics.median(f["seconds"] for f in found), "work": min(f["work"] for f in found), "runs": len(found)}


def held(meter: Meter) -> dict:
    """The longest call on the GUI thread, as a line of the table."""
    call = meter.longest(1)[0]
    return {"seconds": call.clock_ms / 1000, "work": call.work_ms / 1000, "most": 0.05, "remark": f"{call.receiver}, {call.event}"}


def gallery(folder: Path, count: int, most: float) -> dict:
    driven = Driven()
    found = timed(lambda: driven.open(folder / f"{count}" / "project"))
    longest_call = held(driven.application.meter)
    driven.settle()
    closing = timed(driven.close)
    name = f"project of {count:,} images to a usable gallery"
    return {name: found | {"most": most}, f"{name}: longest call on the GUI thread meanwhile": longest_call, f"the window with {count:,} images closed": closing}


def gallery_10000(folder: Path) -> dict:
    return gallery(folder, 10_000, 1.0)


def gallery_100000(folder: Path) -> dict:
    return gallery(folder, 100_000, 2.0)


def next_image(folder: Path) -> dict:
    """The right arrow, until the next image is painted: read ahead, and never read before."""
    from PySide6.QtCore import Qt

    driven = Driven()
    driven.open(folder / "10000" / "project")
    driven.shown()
    ahead, cold = [], []

    def step() -> None:
        driven.key(Qt.Key.Key_Right)
        driven.shown()

    for _ in range(30):
        driven.settle()
        ahead.append(timed(step, time.thread_time))
    driven.open(folder / "large" / "project")
    driven.shown()
    ids = [row.id for row in driven.page.gallery.view.rows]
    for k in range(KEPT + 2 * RUNS):
        driven.settle()

        def jump() -> None:
            driven.page.context.select_image(ids[17 * (k + 1) % len(ids)])  # noqa: B023  # never beside one that was shown just before
            driven.shown()

        cold.append(timed(jump))
    driven.close()
    return {"next image, 512 x 512, prefetched": best(ahead) | {"most": 0.010}, "next image, 4,096 x 4,096, cold": best(cold[KEPT:]) | {"most": 0.150}}


def memory(folder: Path) -> dict:
    """What the process holds with 10,000 images, and what 2,000 changes of the image add to it, once its caches are full."""
    from PySide6.QtCore import Qt

    driven = Driven()
    driven.open(folder / "10000" / "project")
    megabytes, objects = [], []
    for k in range(1, WARM + CHANGES + 1):
        driven.key(Qt.Key.Key_Right)
        driven.shown()
        if k >= WARM and k % LOOK_EVERY == 0:
            driven.settle()
            gc.collect()
            objects.append(len(gc.get_objects()))
            megabytes.append(resident_mb())
    peak = max(megabytes)
    driven.close()
    # Single looks differ by what the threads just read; the ends are medians of several.
    ends = [statistics.median(found[part]) for found in (megabytes, objects) for part in (slice(0, 6), slice(-6, None))]
    remark = f"{ends[3] - ends[2]:+.0f} of {ends[2]:,.0f} Python objects"
    return {
        "memory of the window with 10,000 images": {"megabytes": peak, "most": 400},
        f"its growth over {CHANGES:,} changes of the image": {"megabytes": ends[1] - ends[0], "most": GROWTH_MB, "remark": remark},
    }


def resident_mb() -> float:
    """What the process holds, after the allocator has given back what is free."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss / 1e6


def longest(folder: Path) -> dict:
    """A short walk through the window with 10,000 images: the longest call on its thread for each thing done."""
    driven = Driven()
    meter, found = driven.application.meter, {}
    driven.open(folder / "10000" / "project")
    driven.shown()
    driven.settle()
    for name, act in acts.ACTS.items():
        meter.clear()
        meter.begin(name)
        act(driven)
        driven.settle()
        driven.live(1.5)  # what it left to timers
        driven.settle()
        found[f"longest call on the GUI thread: {name}"] = held(meter)
    driven.close()
    return found


def suggestion(folder: Path) -> dict:
    """From the end of a stroke until the image in view shows what the model finds there, roughly and fitted: a stroke on each of three images.

    The worker is started as the first stroke begins, as by a hand; that stroke takes two seconds.
    """
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    driven, bare = Driven(), folder / "bare"
    shutil.rmtree(bare, ignore_errors=True)  # of another time: there the images are marked
    driven.open(generated.bare(bare, 20))
    driven.shown()
    driven.settle()
    page, canvas, answers = driven.page, driven.page.canvas.viewport(), {}
    page.context.select_class(page.classes.rows[0].id)
    page.suggestions._heard.connect(lambda answer: answers.setdefault(answer.stage, time.perf_counter()))
    waits: dict[str, list[float]] = {"rough": [], "fitted": []}
    for k in range(3):
        at, begin = canvas.rect().center(), time.perf_counter()
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        while not k and time.perf_counter() - begin < 2:
            QTest.mouseMove(canvas, at + QPoint(int(30 * (time.perf_counter() - begin)), 5))
            driven.pump()
        answers.clear()
        end = time.perf_counter()
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at + QPoint(60, 20))
        driven.until(lambda: "fitted" in answers)
        for stage, found in waits.items():
            found.append(answers[stage] - end)
        driven.key(Qt.Key.Key_Right)
        driven.shown()
        driven.settle()
    driven.close()
    name = "from a stroke to the suggestion on the image in view"
    return {f"{name}: {stage}": {"seconds": max(found), "most": most, "remark": "longest of three"} for (stage, found), most in zip(waits.items(), (1.0, 25.0), strict=True)}


MEASURES = {f.__name__: f for f in (start, gallery_10000, gallery_100000, next_image, memory, longest, suggestion)}
NEEDS = {"gallery_10000": ["10000"], "gallery_100000": ["100000"], "next_image": ["10000", "large"], "memory": ["10000"], "longest": ["10000"]}
PROJECTS = {"10000": (10_000, 512, 512), "100000": (100_000, 512, 512), "large": (40, 4096, 4096)}

# -- all of them -----------------------------------------------------------------------------------------------------------


def alone(name: str, folder: Path) -> dict:
    """Runs one measure in a process of its own, as for a person who starts the program for the first time."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DEFECTLOOP_HOME": str(folder / f"home_{name}"), "PYTHONUTF8": "1"}
    words = [sys.executable, "-m", "tests.benchmarks.window", "--alone", name, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=CHECKOUT)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def row(what: str, values: dict) -> list:
    """A line of the table."""
    in_bytes = "megabytes" in values
    value = values["megabytes" if in_bytes else "seconds"]
    text = (lambda v: f"{v:.0f} MB") if in_bytes else (lambda v: f"{v:.2f} s" if v >= 0.2 else f"{v * 1000:.1f} ms")
    most = values.get("most")
    holds = None if most is None else "yes" if value <= most else "**no**"
    remark = values.get("remark") or (f"median of {values['runs']}; least processor time" if "runs" in values else None)
    return [what, text(value), None if most is None else text(most), holds, text(values["work"]) if "work" in values else None, remark]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="some of the measures")
    parser.add_argument("--out", type=Path, help="the folder for the figures, if not the repository's")
    parser.add_argument("--projects", type=Path, help="a folder to keep the generated projects in, for the next time")
    parser.add_argument("--alone", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(MEASURES[given.alone[0]](Path(given.alone[1]))))
        return
    found: dict = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = (given.projects or Path(place)).resolve()
        for name in sorted({need for measure in given.only for need in NEEDS.get(measure, ())}):
            if not (folder / name).exists():
                generated.project(folder / name, *PROJECTS[name])
        for name in given.only:
            figures = alone(name, folder)
            print(json.dumps(figures, indent=1), file=sys.stderr)
            found |= figures
    rows = [row(what, values) for what, values in found.items()]
    table = {"title": "The window, offscreen, by key and mouse events.", "columns": COLUMNS, "rows": rows}
    settings = {"seed": generated.SEED, "screen_px": "{} x {}".format(*SCREEN_PX), "load_of_the_machine_meanwhile": f"{psutil.getloadavg()[0]:.1f}"}
    print(write("window", "Window", {"tables": [table]}, given.out, **settings))


if __name__ == "__main__":
    main()
