"""OpenCV's import must leave no trace that PySide6, or a process started later, could stumble over."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from core_models.contract.opencv import TOUCHED, without_opencv

GUARDED = "from core_models.contract.opencv import cv2"
QT = "from PySide6.QtWidgets import QApplication; app = QApplication([]); app.processEvents()"
REPORT = f"""
import json, os, cv2
print(json.dumps({{name: os.environ.get(name) for name in {TOUCHED!r}}} | {{"works": bool(cv2.add(1, 1)[0][0] == 2.0)}}))
"""
QT_REPORT = "from PySide6.QtCore import QCoreApplication; assert app.platformName() == 'offscreen'; assert not any('cv2' in p for p in app.libraryPaths())"


def run(*lines: str, **variables: str) -> dict:
    """What a fresh Python says of the touched variables after `lines`; `variables` are set in it from the start."""
    given = {name: value for name, value in os.environ.items() if name not in TOUCHED}
    code = "\n".join([*lines, REPORT])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**given, **variables}, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


UNTOUCHED = dict.fromkeys(TOUCHED) | {"works": True}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="OpenCV's wheel sets these variables on Linux only")
def test_the_fault_is_real():
    """Without the guard a variable of Qt's is set: the day this fails, the guard has nothing left to do."""
    from core_models.contract.opencv import cv2

    if cv2.version.headless:
        pytest.skip("the build without windows sets no variables of Qt's")
    assert "cv2" in run("import cv2")["QT_QPA_PLATFORM_PLUGIN_PATH"]


def test_nothing_is_left_behind():
    assert run(GUARDED) == UNTOUCHED


def test_nothing_is_left_behind_after_a_foreign_import():
    assert run("import cv2", GUARDED) == UNTOUCHED


def test_what_the_user_set_stays():
    own = {"QT_QPA_PLATFORM_PLUGIN_PATH": "/opt/my plugins", "QT_QPA_FONTDIR": "/opt/fonts", "LD_LIBRARY_PATH": "/opt/lib"}
    assert run(GUARDED, **own) == own | {"works": True}


def test_what_a_parent_process_inherited_from_opencv_goes():
    site = "/somewhere/site-packages/cv2"
    inherited = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": f"{site}/qt/plugins",
        "QT_QPA_FONTDIR": f"{site}/qt/fonts",
        "LD_LIBRARY_PATH": f"{site}/../../lib64:/opt/lib",
    }
    assert run(GUARDED, **inherited) == UNTOUCHED | {"LD_LIBRARY_PATH": "/opt/lib"}


@pytest.mark.window
@pytest.mark.parametrize("order", [(GUARDED, QT), (QT, GUARDED), ("import cv2", GUARDED, QT)], ids=["opencv first", "qt first", "unguarded first"])
def test_a_window_opens_whichever_comes_first(order):
    """The variables that PySide6 sets for itself are not among the touched ones, and its plugins are its own."""
    assert run(*order, QT_REPORT, QT_QPA_PLATFORM="offscreen") == UNTOUCHED


def test_a_path_that_only_resembles_opencv_stays():
    assert without_opencv({"QT_QPA_FONTDIR": "/opt/cv2 fonts/qt"}) == {"QT_QPA_FONTDIR": "/opt/cv2 fonts/qt"}
