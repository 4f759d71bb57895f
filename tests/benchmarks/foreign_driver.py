"""Drives another annotation tool offscreen, in that tool's own environment: `python foreign_driver.py TOOL MEASURE PATH`.

The tool is started by its own main function; where it would begin to wait for events, it is measured instead. Prints one
line of JSON: milliseconds, the process's peak memory, and what the tool said in message boxes. Nothing of DefectLoop is imported.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

SCREEN_PX = (1366, 768)
REPAINTS, IMAGES = 15, 20


def widgets(tool: str):
    """The Qt binding that the tool uses."""
    if tool == "labelme":
        from PyQt5 import QtWidgets
    else:
        from PyQt6 import QtWidgets
    return QtWidgets


class Tool:
    """The tool's window, found from outside."""

    def __init__(self, name: str, app) -> None:
        self.app, self._qt = app, widgets(name)
        there = self.app.allWidgets()
        self.canvas = next(w for w in there if type(w).__name__ == "Canvas")
        (self.window,) = [w for w in self.app.topLevelWidgets() if type(w).__name__ == "MainWindow"]
        self.window.showNormal()
        self.window.resize(*SCREEN_PX)
        owner = self.window if name == "labelme" else next(w for w in there if type(w).__name__ == "LabelingWidget")
        self.load: Callable = owner._load_file if name == "labelme" else owner.load_file
        self.next: Callable = owner._open_next_image if name == "labelme" else owner.open_next_image
        self.pump(1.0)

    def pump(self, seconds: float = 0.0) -> None:
        until = time.perf_counter() + seconds
        while True:
            self.app.processEvents()
            if time.perf_counter() >= until:
                return
            time.sleep(0.01)

    def painted(self) -> None:
        self.pump()
        self.canvas.repaint()


def ms(call: Callable, count: int) -> list[float]:
    found = []
    for _ in range(count):
        begin = time.perf_counter()
        call()
        found.append((time.perf_counter() - begin) * 1000)
    return found


def peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(tool: Tool, what: str, path: str) -> dict:
    if what == "repaint":
        return {"ms": statistics.median(ms(tool.canvas.repaint, REPAINTS)), "regions": len(tool.canvas.shapes)}
    if what == "first_view":
        (taken,) = ms(lambda: (tool.load(path), tool.painted()), 1)
        picture = tool.canvas.pixmap
        shown = picture is not None and not picture.isNull() and picture.width() == 20_000
        return {"ms": taken, "megabytes": peak_mb(), "shown": shown}
    return {"ms": statistics.median(ms(lambda: (tool.next(), tool.painted()), IMAGES))}


def main() -> None:
    name, what, path = sys.argv[1:4]
    opened = sys.argv[4] if what == "first_view" else path  # a small image first: the program is there already
    qt, said = widgets(name), []

    def run(*_: object) -> int:
        found = measure(Tool(name, qt.QApplication.instance()), what, path)
        print(json.dumps(found | {"said": said}), flush=True)
        return 0

    qt.QApplication.exec = qt.QApplication.exec_ = run
    for kind in ("critical", "warning", "information", "question"):
        setattr(qt.QMessageBox, kind, lambda *words, **_: said.append(str(words[-1])))
    if name == "labelme":
        from labelme.__main__ import main as start

        sys.argv = ["labelme", opened]
    else:
        from anylabeling.app import main as start

        sys.argv = ["xanylabeling", "--no-auto-update-check", "--filename", opened]
    start()


if __name__ == "__main__":
    main()
