"""`defectloop gui`: opens the window, and says in a sentence where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(code: str, **environment: str | None) -> subprocess.CompletedProcess:
    given = {name: value for name, value in {**os.environ, **environment}.items() if value is not None}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("word", ["", "PROJECT"])
def test_it_runs_until_the_window_is_closed(word, toy_of):
    folder = str(toy_of().workspace.folder) if word else ""
    code = (
        "import sys; from PySide6.QtCore import QTimer; from app.ui import run; real = run.MainWindow.show\n"
        "def show(window):\n"
        "    real(window); QTimer.singleShot(1500, lambda: (print('page' if window.page else 'start'), window.close()))\n"
        "run.MainWindow.show = show\n"
        "from app.cli import run as command; print(command(['gui', *sys.argv[1:]]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *([folder] if folder else [])], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.stdout.split() == ["page" if word else "start", "0"], done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_it_says_so():
    done = run("from app.cli import run; print(run(['gui']))", DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert done.stdout.strip() == "1" and "no display" in done.stderr and "Traceback" not in done.stderr


def test_where_qt_cannot_be_loaded_it_names_what_is_missing():
    code = "import sys; sys.modules['PySide6.QtGui'] = None; from app.cli import run; print(run(['gui']))"
    done = run(code)
    assert done.stdout.strip() == "1" and "cannot be loaded" in done.stderr and "Traceback" not in done.stderr
