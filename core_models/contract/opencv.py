"""The one place that imports OpenCV: its wheel sets variables of its own in the process, which would break PySide6 on a display.

What `import cv2` does on Linux (opencv-python 5.0.0.93, `cv2/config-3.py` and `cv2/__init__.py`): it overwrites
QT_QPA_PLATFORM_PLUGIN_PATH with the folder of its own Qt 5 plugin, where Qt 6 then looks for the display's plugin first;
QT_QPA_FONTDIR with a folder that its wheel does not hold; and puts a folder before LD_LIBRARY_PATH. Every process started
afterwards inherits all three. The Qt 5 libraries that come with it are harmless: their names and symbol versions are their own,
and nothing of ours opens an OpenCV window.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import PurePath

TOUCHED = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")

# OpenCV reads both when it is loaded: scans of a line camera are larger than its own bound of 2**30 pixels, and what
# it says of a broken file on stderr stands in our sentence.
MOST_PIXELS = 2**32
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

_before = {name: os.environ[name] for name in TOUCHED if name in os.environ}

import cv2  # noqa: E402


def is_of_opencv(value: str) -> bool:
    """Whether a variable's value is a path that `import cv2` sets: into `cv2/qt`, or beside it to `lib64`."""
    parts = PurePath(value).parts
    return any(pair in (("cv2", "qt"), ("cv2", "..")) for pair in zip(parts, parts[1:], strict=False))


def without_opencv(before: Mapping[str, str]) -> dict[str, str]:
    """Those of the touched variables that were set, and not by OpenCV, when it was imported.

    They may be OpenCV's already: where other code imported it first, or in a process started by a program that did.
    """
    kept = {}
    for name, value in before.items():
        if name == "LD_LIBRARY_PATH":
            value = os.pathsep.join(part for part in value.split(os.pathsep) if part and not is_of_opencv(part))
        if value and not is_of_opencv(value):
            kept[name] = value
    return kept


def restore_environment(before: Mapping[str, str]) -> None:
    """Sets the touched variables back to what they were in `before`, without what OpenCV had put there."""
    for name in TOUCHED:
        os.environ.pop(name, None)
    os.environ.update(without_opencv(before))


restore_environment(_before)

__all__ = ["MOST_PIXELS", "cv2"]
