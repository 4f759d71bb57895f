"""What `make run` and `make test` start, with a window, without a display and without Qt's libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resources.setup import __main__ as commands

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    """A checkout with a window, on a Linux with a display where Qt starts."""
    (tmp_path / "app" / "ui").mkdir(parents=True)
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    monkeypatch.setattr(commands.sys, "platform", "linux")
    monkeypatch.setattr(commands, "window_works", lambda platform=None: True)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DEFECTLOOP_REQUIRE_WINDOW", raising=False)
    monkeypatch.delenv("DEFECTLOOP_NO_WINDOW", raising=False)
    return tmp_path


def test_run_opens_the_window(checkout):
    assert commands.run_words() == ["main.py", "gui", "--sample"]


def test_run_shows_the_demonstration_before_there_is_a_window(checkout):
    (checkout / "app" / "ui").rmdir()
    assert commands.run_words() == ["main.py", "demo"]


def test_run_shows_the_demonstration_without_a_display(checkout, monkeypatch, capsys):
    monkeypatch.delenv("DISPLAY")
    assert commands.run_words() == ["main.py", "demo"]
    assert "no display" in capsys.readouterr().err


def test_run_shows_the_demonstration_where_qt_does_not_start(checkout, monkeypatch):
    monkeypatch.setattr(commands, "window_works", lambda platform=None: False)
    assert commands.run_words() == ["main.py", "demo"]


def test_test_runs_everything_where_qt_starts(checkout):
    assert "no:pytest-qt" not in commands.test_words() and "DEFECTLOOP_NO_WINDOW" not in os.environ


def test_test_counts_the_window_as_skipped_where_qt_does_not_start(checkout, monkeypatch):
    monkeypatch.setenv("DEFECTLOOP_NO_WINDOW", "")
    monkeypatch.setattr(commands, "window_works", lambda platform=None: False)
    assert commands.test_words()[-2:] == ["-p", "no:pytest-qt"]
    assert os.environ["DEFECTLOOP_NO_WINDOW"] == "1"


def test_ci_skips_nothing_for_want_of_a_library(checkout, monkeypatch):
    monkeypatch.setattr(commands, "window_works", lambda platform=None: False)
    monkeypatch.setenv("DEFECTLOOP_REQUIRE_WINDOW", "1")
    with pytest.raises(commands.SetupError, match="may not be skipped"):
        commands.test_words()


def test_benchmark_asks_for_its_data(monkeypatch, tmp_path):
    monkeypatch.delenv("DATA", raising=False)
    with pytest.raises(commands.SetupError, match="make benchmark DATA="):
        commands.benchmark_words()
    monkeypatch.setenv("DATA", str(tmp_path / "真 data"))
    assert commands.benchmark_words()[-1] == str(tmp_path / "真 data")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["run", "twice"]])
def test_wrong_usage(words, capsys):
    assert commands.main(words) == 2
    assert "run|test|benchmark|screenshots|setup" in capsys.readouterr().err


def test_a_fault_that_the_user_can_mend_is_one_sentence(monkeypatch, capsys):
    def refuse(command):
        raise commands.SetupError("Install Python.")

    monkeypatch.setattr(commands, "set_up", refuse)
    assert commands.main(["test"]) == 1
    assert capsys.readouterr().err == "Install Python.\n"


def test_window_tests_are_skipped_and_counted_without_qt(tmp_path):
    """A whole run of pytest as on a machine where Qt cannot be loaded: nothing aborts, each kind of window test is skipped."""
    tests = tmp_path / "tests"
    (tests / "ui").mkdir(parents=True)
    shutil.copy(TESTS / "without_window.py", tests / "conftest.py")
    shutil.copy(TESTS.parent / "pyproject.toml", tmp_path)
    (tests / "ui" / "test_file.py").write_text("raise ImportError('libEGL.so.1')\n")
    (tests / "test_other.py").write_text(
        "import pytest\ndef test_fixture(qtbot): pass\n@pytest.mark.window\ndef test_marked(): assert False\ndef test_plain(): pass\n"
    )
    given = {**os.environ, "DEFECTLOOP_NO_WINDOW": "1"}
    given = {name: value for name, value in given.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:pytest-qt", "-p", "no:cacheprovider", "-rs"],
        cwd=tmp_path, env=given, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )
    assert done.returncode == 0 and "1 passed, 3 skipped" in done.stdout, done.stdout + done.stderr
    assert "system libraries that Qt needs are missing" in done.stdout
