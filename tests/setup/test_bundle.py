"""The bundle for a plant without a network: what is in it, what its scripts say, and an installation from it with no registry reachable."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from resources.setup import bundle, environment, offline

ROOT = Path(__file__).resolve().parents[2]
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def pips(monkeypatch):
    """What pip is asked to do, in place of doing it."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(bundle.environment, "pip", lambda *words: asked.append(words) or True)
    monkeypatch.setattr(bundle.environment, "version_of", lambda python: sys.version_info[:3])
    monkeypatch.setattr(bundle.environment, "reachable", lambda url: True)
    return asked


@pytest.fixture
def made(tmp_path, pips):
    return bundle.make(tmp_path / "包 裹", "default")


def test_it_holds_the_program_the_scripts_and_the_first_page(made):
    assert {path.name for path in made.iterdir()} == {"program", "wheels", "install.sh", "install.bat", "first_page.html"}
    assert made.name.endswith(f"python{PYTHON}")
    for part in bundle.PROGRAM:
        assert (made / "program" / part).exists()
    for needed in ("weights", "icons", "translations", "setup/offline.py"):
        assert (made / "program" / "resources" / needed).exists()
    assert not list(made.rglob("__pycache__")) and not (made / "program" / "tests").exists()


def test_made_again_it_takes_the_place_of_what_was_there(made, tmp_path, pips):
    old = made / "program" / "app" / "old.py"
    old.touch()
    bundle.make(tmp_path / "包 裹", "default")
    assert not old.exists()


def test_every_dependency_is_asked_for_in_its_pinned_version(made, pips):
    (words,) = pips
    asked = set(words[words.index("constraints.txt") + 1 :])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["dependencies"]) < asked and any(word.startswith("opencv-python-headless==") for word in asked)
    assert "-c" in words and str(made / "wheels") in words


def test_the_small_torch_is_taken_where_its_index_is_there(tmp_path, pips, monkeypatch):
    bundle.make(tmp_path / "a", "cpu")
    assert [words[0] for words in pips] == ["download", "wheel"] and any(word.startswith("torch==") for word in pips[0])
    pips.clear()
    monkeypatch.setattr(bundle.environment, "reachable", lambda url: False)
    bundle.make(tmp_path / "b", "cpu")
    assert [words[0] for words in pips] == ["wheel"]


def test_without_the_registry_it_says_what_to_do(tmp_path, monkeypatch, pips):
    monkeypatch.setattr(bundle.environment, "pip", lambda *words: False)
    with pytest.raises(bundle.SetupError, match="run this again"):
        bundle.make(tmp_path, "default")


def test_the_script_for_windows_names_what_is_there(made):
    """It was never run: its text and its paths are looked at."""
    raw = (made / "install.bat").read_bytes()
    text = raw.decode("ascii")
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10 and text.startswith("@echo off\r\n")
    paths = re.findall(r'"%HERE%([^"]+)"', text)
    assert paths == ["program\\resources\\setup\\offline.py", "wheels"]
    assert all((made / path.replace("\\", "/")).exists() for path in paths)
    assert f"py -{PYTHON} " in text and "{" not in text and 'set "FOLDER=%LOCALAPPDATA%\\DefectLoop"' in text
    assert text.rstrip().endswith("exit /b %CODE%")


@pytest.mark.skipif(os.name == "nt", reason="a script of the shell")
def test_the_script_for_linux_finds_the_right_python_or_says_which(made, tmp_path):
    (made / "program" / "resources" / "setup" / "offline.py").write_text("import sys; print(sys.argv[1:])")
    done = subprocess.run([made / "install.sh", tmp_path / "装 here"], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
    assert done.stdout.strip() == str([str(made / "wheels"), str(tmp_path / "装 here")]), done.stderr
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    alone = subprocess.run([made / "install.sh"], capture_output=True, text=True, env={"PATH": str(tools), "HOME": str(tmp_path)})
    assert alone.returncode == 1 and f"needs Python {PYTHON}" in alone.stderr


def test_pip_is_shown_the_wheels_and_nobody_else(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_INDEX_URL", "https://registry.example/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://registry.example/simple")
    given = offline.offline_environment(tmp_path / "包 裹")
    assert {name for name in given if name.startswith("PIP_")} == {"PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"}
    assert given["PIP_FIND_LINKS"].startswith("file:") and " " not in given["PIP_FIND_LINKS"]


def test_an_incomplete_bundle_and_a_foreign_folder_are_refused(tmp_path, capsys):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    assert offline.install(wheels, tmp_path / "new") == 1 and "incomplete" in capsys.readouterr().err
    (wheels / "a.whl").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letters.txt").touch()
    assert offline.install(wheels, tmp_path / "full") == 1 and "something else" in capsys.readouterr().err
    assert not (tmp_path / "new").exists() and [p.name for p in (tmp_path / "full").iterdir()] == ["letters.txt"]


def test_the_program_is_copied_and_started_anew_beside_its_environment(tmp_path, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(offline.subprocess, "run", lambda words, **how: ran.append((words, how)) or subprocess.CompletedProcess(words, 0))
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "a.whl").touch()
    target = tmp_path / "装 here"
    for _ in range(2):
        assert offline.install(tmp_path / "wheels", target) == 0
        (target / ".venv").mkdir(exist_ok=True)
    assert ran[0][0][1:] == [str(target / "resources" / "setup"), "install"] and ran[0][1]["env"]["PIP_NO_INDEX"] == "1"
    start = target / ("DefectLoop.bat" if os.name == "nt" else "DefectLoop.sh")
    assert start.exists() and str(start) in capsys.readouterr().out


def test_the_first_page_is_there_in_both_languages_and_needs_nothing_else():
    page = (ROOT / "docs" / "first_page.html").read_text(encoding="utf-8")
    assert 'id="en"' in page and 'lang="zh-CN"' in page and not re.search(r"(src|href)=\"(?!#)", page)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_it_installs_with_no_registry_reachable(tmp_path):
    """A real bundle (DEFECTLOOP_BUNDLE names one; else it is made, some GB), installed in a new environment, and the program run."""
    named = os.environ.get("DEFECTLOOP_BUNDLE")
    folder = Path(named) if named else bundle.make(tmp_path / "包 裹", environment.read_stamp().get("torch", "default"))
    closed = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "DEFECTLOOP_HOME": str(tmp_path / "home")}
    target = tmp_path / "装 here"
    subprocess.run([folder / "install.sh", target], env=closed, check=True)
    done = subprocess.run([target / ".venv" / "bin" / "defectloop", "doctor"], env=closed, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
