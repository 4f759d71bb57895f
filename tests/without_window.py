"""Skips the window's tests where Qt's system libraries are missing (DEFECTLOOP_NO_WINDOW, which `make test` sets); hooks for conftest.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NO_WINDOW = bool(os.environ.get("DEFECTLOOP_NO_WINDOW"))
REASON = "system libraries that Qt needs are missing (make test names them)"


class SkippedWindowModule(pytest.Module):
    """A test file of the window on such a machine: counted as skipped, never imported."""

    def collect(self):
        pytest.skip(REASON, allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if NO_WINDOW and parent.config.rootpath / "tests" / "ui" in module_path.parents:
        return SkippedWindowModule.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if NO_WINDOW and ({"qtbot", "qapp"} & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("window")):
            item.add_marker(pytest.mark.skip(reason=REASON))
