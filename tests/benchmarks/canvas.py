"""What the canvas costs on this machine, offscreen: `python -m tests.benchmarks.canvas`.

Each measure runs in a process of its own, so that one's memory is not the other's. Beside the time on the clock stands the
processor time of the window's thread: the first is what a person waits, the second is not moved by what else runs here.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil

from tests.benchmarks.common import CHECKOUT, write

SEED = 20261121
SCREEN_PX = (1280, 800)
COLUMNS = ["what", "at most", "median", "99th percentile", "processor time, median", "processor time, 99th percentile"]


def canvas():
    """A canvas on an offscreen screen."""
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    from app.ui.canvas.view import CanvasView

    view = CanvasView()
    view.application = app  # as long as the canvas lives
    view.resize(*SCREEN_PX)
    view.show()
    app.processEvents()
    return view


def surface(height: int, width: int, dtype: str = "uint8") -> np.ndarray:
    """A grey surface: soft texture with a sensor's noise, as flat steel looks to a line camera."""
    from core_models.contract.opencv import cv2

    rng = np.random.default_rng(SEED)
    texture = cv2.GaussianBlur(rng.standard_normal((1024, 1024)).astype(np.float32), (0, 0), 6) * 120
    tile = 120 + texture + rng.normal(0, 2, texture.shape)
    scale = np.iinfo(dtype).max / 255
    return np.tile((np.clip(tile, 0, 255) * scale).astype(dtype), (-(-height // 1024), -(-width // 1024)))[:height, :width]


def regions(count: int, side: int, least: int, most: int) -> list:
    """Discs of `least` to `most` pixels across, a third of them proposals with a score."""
    from app.ui.canvas.compose import Shown
    from core_models.contract.mask import Mask

    rng = np.random.default_rng(SEED)
    out = []
    for k in range(count):
        r = int(rng.integers(least, most)) // 2
        y, x = np.ogrid[-r : r + 1, -r : r + 1]
        at = rng.integers(0, side - 2 * r - 1, 2)
        kind = "annotation" if k % 3 else "proposal"
        out.append(Shown((kind, k), Mask.from_array(x * x + y * y <= r * r, *at.tolist()), (230, 159, 0), kind, 0.5 if kind == "proposal" else None))
    return out


def file_of(image: np.ndarray, folder: Path) -> Path:
    from core_models.contract.opencv import cv2

    folder.mkdir(exist_ok=True)
    path = folder / f"{image.shape[1]}x{image.shape[0]}_{image.dtype}.png"
    cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tofile(path)
    return path


def shown(view, path: Path) -> float:
    """Seconds from asking for an image to its pixels on the screen."""
    done = []
    view.loaded.connect(lambda: done.append(view.viewport().repaint()))
    begin = time.perf_counter()
    view.show_image(path)
    while not done and time.perf_counter() - begin < 60:
        view.application.processEvents()
        time.sleep(0.0005)
    seconds = time.perf_counter() - begin
    view.loaded.disconnect()
    if not done:
        raise RuntimeError(f"{path.name} was not shown.")
    return seconds


def settle(view) -> None:
    """Waits until nothing is read any more."""
    while view._loader._tasks:
        view.application.processEvents()
        time.sleep(0.001)


def times(call: Callable[[], object], count: int) -> dict[str, float]:
    """Milliseconds of a call, on the clock and of this thread's processor time."""
    clock, work = [], []
    for _ in range(count):
        a, b = time.perf_counter(), time.thread_time()
        call()
        clock.append((time.perf_counter() - a) * 1000)
        work.append((time.thread_time() - b) * 1000)
    found = {}
    for name, values in (("clock", clock), ("work", work)):
        found |= {f"{name} median": float(np.median(values)), f"{name} 99": float(np.percentile(values, 99))}
    return found


def repaint(folder: Path) -> dict:
    view = canvas()
    shown(view, file_of(surface(2048, 2048), folder))
    many = regions(1000, 2048, 16, 80)
    view.show_regions(many)
    view.viewport().repaint()
    found = {"repaint, 1,000 regions on 2,048 x 2,048": times(view.viewport().repaint, 300) | {"most": "5 ms"}}

    def anew() -> None:
        view.show_regions([])
        view.show_regions(many)
        view.viewport().repaint()

    strength = itertools.cycle((0.3, 0.4))

    def stronger() -> None:
        view.set_overlay(next(strength), False)
        view.viewport().repaint()

    turn = itertools.cycle((many[1:], many))

    def one_more() -> None:
        view.show_regions(next(turn))
        view.viewport().repaint()

    window = itertools.cycle((200, 255))

    def brighter() -> None:
        view.set_window(0, next(window))
        view.viewport().repaint()

    def panned() -> None:
        view._pan(5, 3)
        view.viewport().repaint()

    found["the same, all regions composed anew"] = times(anew, 30)
    found["the same, other strength of the fills"] = times(stronger, 30)
    found["the same, one region comes or goes"] = times(one_more, 60)
    found["the same, window and level dragged"] = times(brighter, 60)
    view.show_heat(hot(2048))
    found["the same, with the heat map, window and level dragged"] = times(brighter, 60)
    view.show_heat(None)
    view.zoom_by(4)
    found["the same, moved by a few pixels at 4 times the size"] = times(panned, 60)
    return found


def hot(side: int):
    """A heat map of an image of that side."""
    from app.ui.canvas import heat

    scores = np.random.default_rng(SEED).integers(0, 255, (side // 4, side // 4), np.uint8)
    return heat.Heat(scores, side, side, heat.table((112, 0, 30), (255, 68, 104)))


def stroke(folder: Path) -> dict:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from app.ui.canvas.compose import Window
    from app.ui.canvas.pyramid import Pyramid

    view = canvas()
    view._show(Pyramid(surface(16_000, 16_000)), Window(0, 255))
    view.show_regions(regions(300, 16_000, 100, 800))
    view.set_brush(200)
    window, found, fitted = view.viewport(), {}, view.zoom
    for tool, name, zoom in (("brush", "the whole image in view", fitted), ("brush", "at 1:1", 1.0), ("brush", "at 8:1", 8.0), ("eraser", "erasing, the whole image in view", fitted)):
        view.set_tool(tool)
        view.zoom_by(zoom / view.zoom)
        window.repaint()
        rng = np.random.default_rng(SEED)
        at, way = np.array([640.0, 400.0]), 0.0

        def move() -> None:
            nonlocal at, way
            way += rng.normal(0, 0.3)  # noqa: B023
            there = at + 6 * np.array([np.cos(way), np.sin(way)])
            at = np.clip(there, (280, 60), (1000, 740))  # on the image, also where the whole of it is in view
            way += 2.0 * (at != there).any()
            QTest.mouseMove(window, QPoint(*at.astype(int).tolist()))
            view.application.processEvents()

        QTest.mousePress(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(640, 400))
        found[f"stroke on 16,000 x 16,000, 400-px brush, 300 regions, {name}: event to repaint"] = times(move, 400) | {"most": "8 ms (99th percentile)"}
        release = times(lambda: QTest.mouseRelease(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(*at.astype(int).tolist())), 1)  # noqa: B023
        found[f"its end, {name}: 400 moves become a mask"] = release | {"most": "50 ms"}
        view.clear_draft()
    return found


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    told = Path("/proc/self/status")
    if told.exists():  # the system's own count (getrusage) begins with what the parent held when it made this process
        return next(int(line.split()[1]) * 1024 for line in told.read_text().splitlines() if line.startswith("VmHWM"))
    return psutil.Process().memory_info().peak_wset


def first_view(folder: Path, dtype: str = "uint8", noise: str = "") -> dict:
    path = folder / f"20000x4096_{dtype}{noise and '_noise'}.png"
    view = canvas()
    seconds = shown(view, path)
    settle(view)  # its other levels count to the memory
    peak = _peak()
    name = f"first view of 20,000 x 4,096, {np.dtype(dtype).itemsize * 8} bits{noise}"
    return {name: {"clock median": seconds * 1000, "most": "700 ms" if dtype == "uint8" and not noise else None}, f"{name}: peak memory": {"megabytes": peak / 1e6, "most": "500 MB"}}


def first_view_16(folder: Path) -> dict:
    return first_view(folder, "uint16")


def first_view_noise(folder: Path) -> dict:
    """The other surfaces repeat every 1,024 px, which makes their files small and quick to unpack; a sensor's noise never does."""
    return first_view(folder, noise=", noise that never repeats")


def next_image(folder: Path) -> dict:
    view = canvas()
    small = [file_of(np.roll(surface(512, 512), k), folder).rename(folder / f"small_{k}.png") for k in range(4)]
    shown(view, small[0])
    view.prefetch(small[1:])
    settle(view)
    paths = iter(small[1:])
    found = {"next image, 512 x 512, prefetched": times(lambda: shown(view, next(paths)), 3) | {"most": "10 ms"}}
    large = file_of(surface(4096, 4096), folder)
    found["next image, 4,096 x 4,096, cold"] = {"clock median": shown(view, large) * 1000, "most": "150 ms"}
    settle(view)
    return found


def long_session(folder: Path, repaints: int = 20_000, changes: int = 2_000) -> dict:
    """What is used up while a person works all day; the first tenth of it fills caches, and is not counted."""
    from PySide6.QtCore import QCoreApplication, QEvent, QPoint
    from PySide6.QtTest import QTest

    view = canvas()
    paths = [file_of(np.roll(surface(512, 512), k), folder).rename(folder / f"day_{k}.png") for k in range(12)]
    view.set_tool("brush")

    def paint(count: int) -> None:
        for k in range(count):
            QTest.mouseMove(view.viewport(), QPoint(50 + k % 900, 100 + k % 7))
            if k % 10 == 0:
                view.zoom_by(1.1 if k % 20 else 1 / 1.1)
            view.viewport().repaint()

    def leaf(count: int) -> None:
        for k in range(count):
            shown(view, paths[k % len(paths)])
            view.show_regions(marked)
            # Without an event loop of its own, what asked to be deleted would stay.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    marked = regions(60, 512, 16, 80)
    found = {}
    for what, work, count in ((f"{repaints:,} repaints", paint, repaints), (f"{changes:,} image changes", leaf, changes)):
        leaf(1)
        view.focus_region(marked[0].key)
        work(count // 10)
        gc.collect()
        before, none = psutil.Process().memory_info().rss, sys.getrefcount(None)
        work(count)
        gc.collect()
        found[f"{what}: growth of memory"] = {"megabytes": max(0, psutil.Process().memory_info().rss - before) / 1e6, "most": "none, 20 MB of the allocator's own apart"}
        # From 3.12 on None is immortal and cannot be used up.
        found[f"{what}: references to None lost"] = {"number": max(0, none - sys.getrefcount(None)) if sys.version_info < (3, 12) else 0, "most": "1,000"}
    return found


MEASURES = {f.__name__: f for f in (repaint, stroke, first_view, first_view_16, first_view_noise, next_image, long_session)}


def alone(name: str, folder: Path) -> dict:
    """Runs one measure in a process of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.canvas", name, str(folder)], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=CHECKOUT
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def row(what: str, values: dict) -> list:
    """A line of the table."""
    if "megabytes" in values:
        return [what, values["most"], f"{values['megabytes']:.0f} MB", None, None, None]
    if "number" in values:
        return [what, values["most"], f"{values['number']:,}", None, None, None]
    figures = [None if (value := values.get(name)) is None else f"{value:.1f} ms" for name in ("clock median", "clock 99", "work median", "work 99")]
    return [what, values.get("most"), *figures]


def main() -> None:
    if len(sys.argv) == 3:
        print(json.dumps(MEASURES[sys.argv[1]](Path(sys.argv[2]))))
        return
    found: dict = {}
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("uint8", "uint16"):  # made here: the memory it takes is not the window's
            file_of(surface(4096, 20_000, dtype), Path(folder))
        noise = np.random.default_rng(SEED).normal(0, 2, (4096, 20_000)).astype(np.int16)
        once = np.clip(surface(4096, 20_000).astype(np.int16) + noise, 0, 255).astype(np.uint8)
        file_of(once, Path(folder, "once")).rename(Path(folder, "20000x4096_uint8_noise.png"))
        for name in MEASURES:
            found |= alone(name, Path(folder))
    table = {"title": "The canvas, offscreen.", "columns": COLUMNS, "rows": [row(what, values) for what, values in found.items()]}
    load = f"{psutil.getloadavg()[0]:.1f}"
    print(write("canvas", "Canvas", {"tables": [table]}, seed=SEED, screen_px="{} x {}".format(*SCREEN_PX), load_of_the_machine_meanwhile=load))


if __name__ == "__main__":
    main()
