"""The pictures of the documentation can be made: a scene of each kind, in both looks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage


@pytest.mark.slow
def test_pictures_are_taken_in_both_looks(tmp_path):
    words = [sys.executable, "-m", "tests.screenshots", "start", "empty", "--out", str(tmp_path)]
    subprocess.run(words, check=True, cwd=Path(__file__).parents[2], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    taken = {path.stem: QImage(str(path)) for path in tmp_path.iterdir()}
    assert set(taken) == {"start-dark-en", "start-light-zh_CN", "empty-dark-en", "empty-light-zh_CN"}
    assert all((picture.width(), picture.height()) == (1366, 768) for picture in taken.values())
    dark, light = (taken[f"start-{look}"].pixelColor(4, 760).lightness() for look in ("dark-en", "light-zh_CN"))
    assert dark < 60 and light > 200
