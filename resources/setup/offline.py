"""Installs DefectLoop from a bundle, without a network: `python offline.py WHEELS FOLDER`; install.sh and install.bat call it.

The program is copied into FOLDER with an environment of its own. Done again with a newer bundle, it takes the place of the older one;
projects and settings lie elsewhere and are not touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bundle import copy_program  # noqa: E402

START_BAT = '@echo off\nstart "" "%~dp0.venv\\Scripts\\defectloop.exe" gui %*\n'
START_SH = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/.venv/bin/defectloop" gui "$@"\n'


def offline_environment(wheels: Path) -> dict[str, str]:
    """The environment in which pip takes the wheels of a folder and asks nobody else, whatever is configured on this machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    # As a URL: pip takes a blank in a path for the end of it.
    return {**kept, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull}


def write_start(folder: Path) -> Path:
    """The file that opens the window by a double click, or by its name in a terminal."""
    start = folder / ("DefectLoop.bat" if os.name == "nt" else "DefectLoop.sh")
    start.write_text(START_BAT if os.name == "nt" else START_SH, encoding="utf-8", newline="\r\n" if os.name == "nt" else "\n")
    start.chmod(0o755)
    return start


def install(wheels: Path, folder: Path) -> int:
    """Puts the program and its environment into a folder; the exit code."""
    if not any(wheels.glob("*.whl")):
        print(f"There are no wheels in {wheels}: the bundle is incomplete. Copy all of it again.", file=sys.stderr)
        return 1
    program = HERE.parents[1]
    if folder.exists() and any(folder.iterdir()) and not (folder / "resources" / "setup" / "offline.py").exists():
        print(f"{folder} holds something else. Name an empty or a new folder.", file=sys.stderr)
        return 1
    print(f"Installing DefectLoop into {folder}", flush=True)
    if folder != program:
        copy_program(program, folder)
    code = subprocess.run([sys.executable, str(folder / "resources" / "setup"), "install"], cwd=folder, env=offline_environment(wheels)).returncode
    if code == 0:
        print(f"Done. Start the window with: {write_start(folder)}")
    return code


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).expanduser().resolve()))
