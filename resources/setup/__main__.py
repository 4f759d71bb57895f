"""`python3 resources/setup run|test|benchmark|screenshots|setup|bundle|install`: sets the project up, then does what was asked; the Makefile calls it."""

from __future__ import annotations

import os
import subprocess
import sys

import bundle
import environment
import libraries
from environment import ROOT, SetupError, ask, clean_environment, venv_python

QT_PROBE = "from PySide6 import QtGui, QtTest; from PySide6.QtWidgets import QApplication; QApplication([])"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def window_works(platform: str | None = None) -> bool:
    """Whether Qt starts on `platform`, or on the display of this desktop. Asked of a process of its own: Qt aborts where it cannot."""
    given = {"QT_QPA_PLATFORM": platform} if platform else {}
    try:
        done = subprocess.run([str(venv_python()), "-c", QT_PROBE], env={**clean_environment(), **given}, capture_output=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def set_up(command: str) -> None:
    """The environment, then the system libraries, then an OpenCV that loads."""
    if command == "install":
        environment.update(None, set())
    else:
        environment.update(os.environ.get("TORCH"), {"test"} | ({"postgres"} if os.environ.get("TEST_DATABASE_URL") else set()))
    if sys.platform.startswith("linux"):
        stamp = environment.read_stamp()
        site_packages = ask(venv_python(), "import sysconfig; print(sysconfig.get_path('platlib'))")
        before = stamp.get("tried", [])
        if command == "install":  # where there is no network, no package manager is asked
            lacking, tried = libraries.missing(environment.Path(site_packages)), before
        else:
            lacking, tried = libraries.provide(environment.Path(site_packages), [] if command == "setup" else before)
        if lacking:
            say(libraries.advice(lacking))
        if tried != before:
            environment.write_stamp({**stamp, "tried": tried})
    if not environment.opencv_imports() and not environment.use_headless_opencv():
        raise SetupError("OpenCV cannot be loaded on this system, and DefectLoop reads images with it. Install the libraries named above and run this again.")


def has_display() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_words() -> list[str]:
    """The window on the sample project where there is a display and a window; else the whole loop as a demonstration."""
    if not (ROOT / "app" / "ui").is_dir():
        return ["main.py", "demo"]
    if not has_display():
        say("There is no display here: running the demonstration instead of the window.")
        return ["main.py", "demo"]
    if not window_works():
        say("Qt cannot open a window here: running the demonstration instead of the window.")
        return ["main.py", "demo"]
    return ["main.py", "gui", "--sample"]


def test_words() -> list[str]:
    """pytest's command line; without Qt's libraries the window's tests are skipped, unless DEFECTLOOP_REQUIRE_WINDOW forbids it."""
    workers = str(min(4, os.cpu_count() or 1))
    words = ["-m", "pytest", "-n", workers, "--dist", "loadfile", "-rfEs"]
    if window_works("offscreen"):
        return words
    if os.environ.get("DEFECTLOOP_REQUIRE_WINDOW"):
        raise SetupError("The window's tests may not be skipped here (DEFECTLOOP_REQUIRE_WINDOW is set), and Qt does not start: see the libraries named above.")
    say("Qt does not start here: the window's tests are counted as skipped.")
    os.environ["DEFECTLOOP_NO_WINDOW"] = "1"
    # Where Qt does not load, the plugin would end the whole run before the first test.
    return [*words, "-p", "no:pytest-qt"]


def benchmark_words() -> list[str]:
    folder = os.environ.get("DATA")
    if not folder:
        raise SetupError("Say where the data sets lie: make benchmark DATA=FOLDER")
    return ["-m", "tests.benchmarks", "--data", os.path.abspath(folder)]


def screenshot_words() -> list[str]:
    return ["-m", "tests.screenshots"]


WORDS = {"run": run_words, "test": test_words, "benchmark": benchmark_words, "screenshots": screenshot_words}
SETUPS = ("setup", "bundle", "install")


def finish(command: str) -> None:
    """What is left to do or to say where nothing is started."""
    if command == "bundle":
        out = environment.Path(os.environ.get("OUT") or ROOT / "dist").resolve()
        print(f"The bundle is in {bundle.make(out, environment.read_stamp().get('torch', 'default'))}")
    else:
        print(f"Ready: the command defectloop lies in {venv_python().parent}")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in (*WORDS, *SETUPS):
        say(f"usage: python3 resources/setup {'|'.join((*WORDS, *SETUPS))}")
        return 2
    try:
        set_up(arguments[0])
        if arguments[0] in SETUPS:
            finish(arguments[0])
            return 0
        return subprocess.run([str(venv_python()), *WORDS[arguments[0]]()], cwd=ROOT, env=clean_environment()).returncode
    except SetupError as fault:
        say(str(fault))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
