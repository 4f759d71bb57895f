"""Makes `.venv` beside the sources and keeps it in step with pyproject.toml and constraints.txt; standard library only."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "defectloop-setup.json"
MINIMUM = (3, 11)
CANDIDATES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH_CHOICES = ("default", "cpu")


class SetupError(Exception):
    """A fault that the user can mend; its text is a whole sentence with the way out."""


def clean_environment() -> dict[str, str]:
    """The environment without the variables by which another Python installation would leak into ours."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def ask(python: str | Path, code: str) -> str | None:
    """What `code` prints when `python` runs it, or None where it cannot."""
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, encoding="utf-8", env=clean_environment(), timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def version_of(python: str | Path) -> tuple[int, ...]:
    """(major, minor, micro), or () where `python` does not run."""
    text = ask(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])")
    return tuple(int(part) for part in text.split(".")) if text else ()


def find_python() -> str:
    """The first Python that is new enough: the one that runs this, then those on the PATH by name."""
    # Inside an activated .venv, sys.executable is the very environment that is to be made or mended.
    own = getattr(sys, "_base_executable", None) or sys.executable
    for candidate in (own, *(shutil.which(name) for name in CANDIDATES)):
        if candidate and version_of(candidate) >= MINIMUM:
            return candidate
    raise SetupError("DefectLoop needs Python 3.11 or newer, and none was found. Install one (Debian: apt-get install python3 python3-venv) and run this again.")


def venv_python(venv: Path = VENV) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv(base: str) -> None:
    """Makes `.venv` where there is none that works; a broken one is replaced."""
    if ask(venv_python(), "import pip") is not None and version_of(venv_python()) >= MINIMUM:
        return
    print(f"Making the environment {VENV.name} with {base}", flush=True)
    if subprocess.run([base, "-m", "venv", "--clear", str(VENV)], env=clean_environment()).returncode:
        raise SetupError("Python's venv module could not make the environment (its message is above). On Debian and Ubuntu, install python3-venv and run this again.")


def torch_choice(asked: str | None, before: str | None) -> str:
    """Which build of torch to install: what is asked for, else what is there already, else the registry's plain one.

    `asked` is the variable TORCH; anything but "cpu", "default" or nothing is refused.
    """
    if not asked:
        return before if before in TORCH_CHOICES else "default"
    if asked not in TORCH_CHOICES:
        raise SetupError(f"TORCH={asked} is not known: use TORCH=cpu for the small build without CUDA, TORCH=default for the plain one, or leave it out.")
    return asked


def digest(root: Path, python_version: tuple[int, ...], torch: str, extras: list[str]) -> str:
    """Changes whenever the environment has to be installed again; the root is in it as an editable install names its path."""
    state = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        state.update((root / name).read_bytes() + b"\0")
    state.update(json.dumps([str(root), list(python_version), torch, extras]).encode())
    return state.hexdigest()


def read_stamp(path: Path = STAMP) -> dict:
    """What the last set-up that came to its end wrote; empty where there was none."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict, path: Path = STAMP) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(part, path)


def pinned(name: str, root: Path = ROOT) -> str:
    """The requirement `name==version` as constraints.txt has it."""
    found = re.search(rf"^{re.escape(name)}==\S+", (root / "constraints.txt").read_text(encoding="utf-8"), re.M | re.I)
    if not found:
        raise SetupError(f"constraints.txt has no version for {name}: the checkout is incomplete, fetch it again.")
    return found.group(0)


def pip(*words: str) -> bool:
    """Runs pip in the environment with the user's own configuration; True when it succeeded."""
    command = [str(venv_python()), "-m", "pip", *words, "--disable-pip-version-check"]
    return subprocess.run(command, cwd=ROOT, env=clean_environment()).returncode == 0


def reachable(url: str, seconds: float = 10) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.status == 200
    except (OSError, ValueError):
        return False


def installed(name: str) -> str:
    """The version of a package in the environment, or nothing where it is not there."""
    return ask(venv_python(), f"from importlib.metadata import version; print(version({name!r}))") or ""


def install_cpu_torch() -> None:
    """The small builds from PyTorch's own index; where they cannot be had, says so and leaves it to the plain install."""
    print(f"TORCH=cpu: taking torch and torchvision from {CPU_INDEX}", flush=True)
    # Without dependencies: those come from the user's registry, in the versions of constraints.txt.
    wanted = [pinned("torch"), pinned("torchvision")]
    if not reachable(f"{CPU_INDEX}/torch/"):
        print("That index cannot be reached from here: going on with the registry's plain torch, which brings CUDA on Linux (several GB).", flush=True)
    elif not pip("install", "--no-deps", "--index-url", CPU_INDEX, *wanted):
        print(f"That index does not give {' and '.join(wanted)}: going on with the registry's plain torch.", flush=True)


def update(asked_torch: str | None, extras: set[str]) -> None:
    """Brings `.venv` in step; does nothing, quickly, where nothing has changed since the last time.

    Extras asked for once stay, so that a plain run after a test run has nothing to do.
    """
    make_venv(find_python())
    before = read_stamp()
    torch = torch_choice(asked_torch, before.get("torch"))
    wanted = sorted(extras | set(before.get("extras", ())))
    now = digest(ROOT, version_of(venv_python()), torch, wanted)
    if before.get("digest") == now:
        return
    STAMP.unlink(missing_ok=True)
    if installed("opencv-python-headless"):
        # Both builds own the same files: the full one is tried again in an empty place.
        pip("uninstall", "--yes", "opencv-python", "opencv-python-headless")
    if torch == "cpu" and "+cpu" not in installed("torch"):
        install_cpu_torch()
    elif torch == "default" and before.get("torch") == "cpu":
        # pip takes 2.x+cpu for 2.x and would leave it in place.
        pip("uninstall", "--yes", "torch", "torchvision")
    if not pip("install", "-c", "constraints.txt", "-e", f".[{','.join(wanted)}]" if wanted else "."):
        raise SetupError("pip could not install everything (its message is above). Once the package registry can be reached, run this again: it goes on from here.")
    if torch == "cpu" and "+cpu" not in installed("torch"):
        torch = "default"  # the index could not be had: asked for again, it is tried again
    write_stamp({"digest": digest(ROOT, version_of(venv_python()), torch, wanted), "torch": torch, "extras": wanted})


def use_headless_opencv() -> bool:
    """Puts OpenCV's build without a window of its own, of the same version, in the place of the full one; True when it imports."""
    version = pinned("opencv-python").partition("==")[2]
    print("OpenCV cannot load its window libraries here: installing opencv-python-headless, which needs none, in its place.", flush=True)
    pip("uninstall", "--yes", "opencv-python", "opencv-python-headless")
    return pip("install", "-c", "constraints.txt", "--no-deps", f"opencv-python-headless=={version}") and opencv_imports()


def opencv_imports() -> bool:
    return ask(venv_python(), "import cv2") is not None
