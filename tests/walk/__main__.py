"""`python -m tests.walk --data FOLDER`: walks the loop on tiles and on line scans under a virtual display, and writes docs/walk.md with the
pictures of every step, the actions and the seconds. It needs Xvfb and xdotool. With --look FOLDER the pictures go there, sharp, and nothing
is written."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.walk import account

if TYPE_CHECKING:  # it needs the window, which the process that only starts the walks has no use for
    from tests.walk.steps import Walk

_CLASS, _CLEAN, _SEED = "crack", 150, 7
WALKS = {"tiles": ("magnetic_tile", "Line 3", 5, 0.0), "scans": ("aitex_fabric", "Loom 2", 1, 75.0)}  # data, name, shots, stop the fine-tune after


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
    given.add_argument("--look", type=Path, help="only look: the pictures go here, with the surfaces as they are")
    given.add_argument("--only", choices=WALKS, help="one of the walks")
    given.add_argument("--alone", type=Path, help=argparse.SUPPRESS)  # in a process of its own: where its account goes
    args = given.parse_args()
    if args.alone:
        return walk(args)
    for program in ("Xvfb", "xdotool"):
        if not shutil.which(program):
            print(f"The walk needs {program}: apt install xvfb xdotool", file=sys.stderr)
            return 1
    told = {}
    for which in [args.only] if args.only else WALKS:
        with display() as name, tempfile.TemporaryDirectory(prefix="walk-") as home:
            own = {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "DEFECTLOOP_HOME": home, "QT_SCALE_FACTOR": "1"}
            words = [sys.executable, "-m", "tests.walk", *sys.argv[1:], "--only", which, "--alone", str(Path(home) / "account.json")]
            if subprocess.run(words, env={**os.environ, **own}).returncode:
                return 1
            told[which] = json.loads((Path(home) / "account.json").read_text(encoding="utf-8"))
    if not args.look and not args.only:
        account.write(told)
    return 0


def _account(going: Walk) -> dict:
    """What a walk that has ended has seen."""
    parts = going.parts
    return {
        "images": len(parts.truth), "defective": len(parts.defective()), "pictures": going.album.steps, "waits": going.hand.waits, "clean": going.clean,
        "fine_tune_s": going.fine_tune_s, "said": going.said,
    }  # fmt: skip


def walk(args: argparse.Namespace) -> int:
    """One of the walks, in this process."""
    from app.ui.main_window import MainWindow, application
    from tests.benchmarks.gui_meter import MeteredApplication
    from tests.walk import inspector, pictures
    from tests.walk.hand import Hand
    from tests.walk.steps import Walk

    data, name, shots, stop_after_s = WALKS[args.only]
    home = Path(os.environ["DEFECTLOOP_HOME"])
    if args.look is None:
        pictures.make_surfaces_coarse()
    folder = home / name
    parts = inspector.line_scans(args.data / data, folder) if args.only == "scans" else inspector.one_class(args.data / data, folder, _CLASS, _CLEAN, _SEED)
    class_name = "flaw" if args.only == "scans" else _CLASS
    meter = MeteredApplication().meter
    meter.left_out.add("_Eyes")
    app = application()
    window = MainWindow()
    window.setGeometry(0, 0, 1366, 768)
    window.show()
    going = Walk(window, Hand(), pictures.Album((args.look or account.PICTURES) / args.only), parts, class_name, shots, stop_after_s)
    told, failed = [], []

    def steps() -> None:
        hand = going.hand
        hand.see(meter.clear)  # the window is there: what its making takes is measured elsewhere
        try:
            for step in (
                going.start, going.mark_shots, going.prelabel, going.review, going.check, going.confirm_clean, going.improve, going.use_and_roll_back, going.export,
            ):  # fmt: skip
                before, idle, began = hand.actions, hand.idle_s, time.monotonic()
                hand.see(lambda step=step: meter.begin(step.__name__))
                step()
                took = round(time.monotonic() - began, 1)
                told.append({"step": step.__name__, "actions": hand.actions - before, "seconds": took, "idle_s": round(hand.idle_s - idle, 1)})
                print(told[-1], flush=True)
        except Exception:
            failed.append(traceback.format_exc())
            hand.see(lambda: window.grab().save(str(going.album.folder / "failed.png")))
        hand.see(app.quit)

    threading.Thread(target=steps, daemon=True).start()
    app.exec()
    longest = [{"ms": round(h.clock_ms), "work_ms": round(h.work_ms), "step": h.doing, "to": h.receiver, "event": h.event} for h in meter.longest(8)]
    window.close()
    print("".join(failed), *longest, sep="\n", file=sys.stderr)
    value = {"name": name, "shots": shots, "steps": told, "longest": longest} | _account(going)
    args.alone.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
