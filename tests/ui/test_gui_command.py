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


OPEN_AND_CLOSE = """
import sys, time
from PySide6.QtCore import QTimer
from app.ui import run
from app.cli import run as command
real, patience_s = run.MainWindow.show, float(sys.argv[1])

def show(window):
    real(window)
    began, timer = time.monotonic(), QTimer(window, interval=50)

    def look():
        if window.page or time.monotonic() - began > patience_s:
            timer.stop()
            print(window.page.context.workspace.folder.name.split()[0] if window.page else 'start')
            window.close()

    timer.timeout.connect(look)
    timer.start()

run.MainWindow.show = show
print(command(['gui', *sys.argv[2:]]))
"""


@pytest.mark.parametrize("how", ["start", "project", "sample"])
def test_it_runs_until_the_window_is_closed(how, toy_of):
    words = {"start": [], "project": [str(toy_of().workspace.folder)], "sample": ["--sample"]}[how]
    patience = "1" if how == "start" else "100"
    done = subprocess.run([sys.executable, "-c", OPEN_AND_CLOSE, patience, *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=150)
    name = {"start": "start", "project": "project", "sample": "sample-project"}[how]
    assert done.stdout.split() == [name, "0"], done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_it_says_so():
    done = run("from app.cli import run; print(run(['gui']))", DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert done.stdout.strip() == "1" and "no display" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring these libraries along")
def test_a_library_that_qt_lacks_is_named_with_its_package_before_anything_aborts(tmp_path):
    fakes = {"ldd": "echo '\tlibxcb-cursor.so.0 => not found'", "apt-get": "exit 0"}
    for name, text in fakes.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    code = "import sys; from app.cli import run; print(run(['gui'])); print('PySide6' in sys.modules)"
    done = run(code, DISPLAY=":77", WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert done.stdout.split() == ["1", "False"] and "Traceback" not in done.stderr
    assert "libxcb-cursor.so.0" in done.stderr and "apt-get install libxcb-cursor0" in done.stderr


def test_where_qt_cannot_be_loaded_it_names_what_is_missing():
    code = "import sys; sys.modules['PySide6.QtGui'] = None; from app.cli import run; print(run(['gui']))"
    done = run(code)
    assert done.stdout.strip() == "1" and "cannot be loaded" in done.stderr and "Traceback" not in done.stderr


def test_the_command_comes_as_far_as_the_window_without_the_database():
    """The window is painted at once: what a project needs is imported when one is opened."""
    done = run("import sys; import app.cli.window, app.ui.run; print(sorted({'torch', 'sqlalchemy', 'numpy', 'cv2'} & set(sys.modules)))")
    assert done.stdout.strip() == "[]", done.stderr
