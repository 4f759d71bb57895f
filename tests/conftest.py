"""What every test shares: few threads, no display, and a plain skip where the window cannot be or the real data is absent."""

from __future__ import annotations

import os
from pathlib import Path

# Before numpy, torch or Qt are imported: they read these once.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"  # whoever runs the tests, the window speaks English in them unless a test says otherwise
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from tests.app_fixtures import check_undo, database_url, make_image_file, workspace  # noqa: E402, F401
from tests.without_window import pytest_collection_modifyitems, pytest_pycollect_makemodule  # noqa: E402, F401

settings.register_profile("any machine", deadline=None)  # a busy one is no fault of the test
settings.load_profile("any machine")
TESTS = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets: DEFECTLOOP_DATA, or shared/data beside the checkout; the test is skipped without it."""
    named = os.environ.get("DEFECTLOOP_DATA")
    folder = Path(named) if named else TESTS.parents[1] / "shared" / "data"
    if not (folder / "README.md").is_file():
        pytest.skip("the real data sets are not here (DEFECTLOOP_DATA names their folder)")
    return folder


@pytest.fixture(autouse=True)
def _own_user_folders(tmp_path_factory, monkeypatch) -> None:
    """Settings and caches of the person who runs the tests have no part in them, and are left alone."""
    monkeypatch.setenv("DEFECTLOOP_HOME", str(tmp_path_factory.mktemp("home")))
