"""`make bundle`: one folder to carry to a machine without a network: all wheels, the program, install scripts and the first page to read.

It serves machines with the system and the Python (3.x) that it was made with. install.sh and install.bat only look for that Python;
what they do with it is in offline.py.
"""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import environment
from environment import ROOT, SetupError, pinned

# What the program needs to run; without it no folder is one.
PROGRAM = ("app", "core_models", "data", "resources", "docs", "main.py", "pyproject.toml", "constraints.txt", "LICENSE", "README.md", "CHANGELOG.md")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
# Put in the place of the full OpenCV where its system libraries are missing (environment.use_headless_opencv).
_IN_PLACE = ("opencv-python-headless",)
# What builds the editable install.
_BUILD = ("setuptools",)

INSTALL_SH = """#!/bin/sh
# Installs DefectLoop from this folder, without a network:  sh install.sh [FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for python in python{version} python3 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != ({major}, {minor}))' 2>/dev/null; then
        exec "$python" "$here/program/resources/setup/offline.py" "$here/wheels" "${{1:-$HOME/DefectLoop}}"
    fi
done
echo "DefectLoop needs Python {version} here, and it was not found. Install it and run this again." >&2
exit 1
"""
INSTALL_BAT = """@echo off
rem Installs DefectLoop from this folder, without a network:  install.bat [FOLDER]
setlocal
set "HERE=%~dp0"
set "FOLDER=%~1"
if "%FOLDER%"=="" set "FOLDER=%LOCALAPPDATA%\\DefectLoop"
py -{version} -c "import sys" >nul 2>&1
if errorlevel 1 (
    echo DefectLoop needs Python {version} here, and it was not found. Install it with its launcher "py" and run this again.
    pause
    exit /b 1
)
py -{version} "%HERE%program\\resources\\setup\\offline.py" "%HERE%wheels" "%FOLDER%"
set "CODE=%ERRORLEVEL%"
pause
exit /b %CODE%
"""


def _project() -> dict:
    import tomllib  # not in a Python that is too old, which is told so elsewhere

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements() -> list[str]:
    """What the program asks for, and what the installation itself needs."""
    project = _project()
    return [*project["dependencies"], *(pinned(name) for name in (*_IN_PLACE, *_BUILD))]


def name() -> str:
    """The bundle's folder: what it holds and for which machines."""
    major, minor = environment.version_of(environment.venv_python())[:2]
    return f"defectloop-{_project()['version']}-{platform.system().lower()}-{platform.machine().lower()}-python{major}.{minor}"


def make(out: Path, torch: str) -> Path:
    """Writes the bundle's folder into `out` and returns it; `torch` is "cpu" or "default". What is there of it already is used again."""
    folder = out / name()
    if not (ROOT / "docs" / "first_page.html").is_file():
        raise SetupError("The checkout is incomplete: docs/first_page.html is missing. Fetch it again.")
    folder.mkdir(parents=True, exist_ok=True)
    copy_program(ROOT, folder / "program")
    shutil.copyfile(ROOT / "docs" / "first_page.html", folder / "first_page.html")
    write_scripts(folder)
    fetch_wheels(folder / "wheels", torch)
    return folder


def fetch_wheels(wheels: Path, torch: str) -> None:
    """The wheels of everything, in the versions of constraints.txt, for the Python of the environment."""
    wheels.mkdir(exist_ok=True)
    if torch == "cpu" and environment.reachable(f"{environment.CPU_INDEX}/torch/"):
        small = [pinned("torch"), pinned("torchvision")]
        environment.pip("download", "--no-deps", "--index-url", environment.CPU_INDEX, "--dest", str(wheels), *small)
    # A build for the CPU that lies there counts as newer than the plain one, and is taken.
    if not environment.pip("wheel", "--wheel-dir", str(wheels), "--find-links", wheels.as_uri(), "-c", "constraints.txt", *requirements()):
        raise SetupError("pip could not fetch every wheel (its message is above). Once the package registry can be reached, run this again: it goes on from here.")


def copy_program(root: Path, to: Path) -> None:
    """The program as it stands, in the place of what is there; an environment beside it stays."""
    for part in PROGRAM:
        source, target = root / part, to / part
        if target.is_dir():
            shutil.rmtree(target)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_LEFT_OUT)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def write_scripts(folder: Path) -> None:
    major, minor = environment.version_of(environment.venv_python())[:2]
    words = {"version": f"{major}.{minor}", "major": major, "minor": minor}
    script = folder / "install.sh"
    script.write_text(INSTALL_SH.format(**words), encoding="utf-8", newline="\n")
    script.chmod(0o755)
    (folder / "install.bat").write_text(INSTALL_BAT.format(**words), encoding="ascii", newline="\r\n")
