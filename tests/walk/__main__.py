"""`python -m tests.walk --data FOLDER --out docs/walk`: walks the loop under a virtual display and writes pictures and counts."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLASS, _CLEAN, _SEED = "crack", 114, 7


@contextmanager
def display(size: str = "1366x768") -> Iterator[str]:
    """A virtual display of its own; its name."""
    read, write = os.pipe()
    words = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    given.add_argument("--out", type=Path, required=True, help="where the pictures go")
    given.add_argument("--until", default="", help="stop after this step")
    given.add_argument("--sharp", action="store_true", help="show the surfaces as they are (for looking at, not for passing on)")
    args = given.parse_args()
    for program in ("Xvfb", "xdotool"):
        if not shutil.which(program):
            print(f"The walk needs {program}: apt install xvfb xdotool", file=sys.stderr)
            return 1
    with display() as name, tempfile.TemporaryDirectory(prefix="walk-") as home:
        os.environ.update(DISPLAY=name, QT_QPA_PLATFORM="xcb", DEFECTLOOP_HOME=home, QT_SCALE_FACTOR="1")
        return walk(args, Path(home))


def walk(args: argparse.Namespace, home: Path) -> int:
    from app.ui.main_window import MainWindow, application
    from tests.walk import inspector, pictures
    from tests.walk.hand import Hand
    from tests.walk.steps import Walk

    if not args.sharp:
        pictures.make_surfaces_coarse()
    parts = inspector.one_class(args.data / "magnetic_tile", home / "Line 3", _CLASS, _CLEAN, _SEED)
    app = application()
    window = MainWindow()
    window.setGeometry(0, 0, 1366, 768)
    window.show()
    going = Walk(window, Hand(), pictures.Album(args.out), parts, _CLASS)
    failed = []

    def steps() -> None:
        try:
            for step in (going.start, going.mark_shots, going.prelabel, going.review, going.check, going.confirm_clean, going.improve, going.use_and_roll_back, going.export):
                step()
                print(f"{step.__name__}: {going.hand.actions} actions, {going.hand.idle_s:.1f} s idle {going.hand.waits}", flush=True)
                if step.__name__ == args.until:
                    break
        except Exception:
            failed.append(traceback.format_exc())
            going.hand.see(lambda: window.grab().save(str(args.out / "failed.png")))
        going.hand.see(app.quit)

    threading.Thread(target=steps, daemon=True).start()
    app.exec()
    window.close()
    print("".join(failed), file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
