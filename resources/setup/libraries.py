"""Finds the system libraries that Qt and OpenCV lack on this Linux, and installs them where that is allowed; standard library only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

# What the window loads. A theme or input plugin that lacks a library of its own is left out by Qt without harm.
USED = (
    "PySide6/QtCore.abi3.so",
    "PySide6/QtGui.abi3.so",
    "PySide6/QtWidgets.abi3.so",
    "PySide6/QtTest.abi3.so",
    "PySide6/Qt/plugins/platforms/libqxcb.so",
    "PySide6/Qt/plugins/platforms/libqwayland.so",
    "PySide6/Qt/plugins/platforms/libqoffscreen.so",
    "cv2/cv2*.so",
)
# Packages that Debian does not name after their library.
DEBIAN_NAMES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
}


def missing_in(ldd_output: str) -> list[str]:
    """The library names that `ldd` did not find, each once, sorted."""
    return sorted(set(re.findall(r"^\s*(\S+) => not found", ldd_output, re.M)))


def missing(site_packages: Path) -> list[str]:
    """The system libraries that the installed Qt and OpenCV need and the system lacks."""
    return _missing_for([path for pattern in USED for path in site_packages.glob(pattern)])


def missing_for_window(site_packages: Path, variables: Mapping[str, str]) -> list[str]:
    """What Qt's platform plugin lacks on this display, for which Qt would end the process; nothing where one that it may take is whole.

    variables: the environment, which says which plugins Qt tries.
    """
    named = [name.partition(":")[0] for name in variables.get("QT_QPA_PLATFORM", "").split(";") if name]
    tried = named or [name for name, display in (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY")) if variables.get(display)]
    lacking: list[str] = []
    for name in tried:
        lacking = _missing_for([path for path in (site_packages / "PySide6/Qt/plugins/platforms" / f"libq{name}.so",) if path.is_file()])
        if not lacking:
            return []
    return lacking


def _missing_for(files: list[Path]) -> list[str]:
    if not files or not shutil.which("ldd"):
        return []
    # One bad file makes ldd end with 1; what it says of the others still counts.
    return missing_in(subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, encoding="utf-8", errors="replace").stdout)


def debian_package(library: str) -> str:
    """Debian's package of a shared library, by its policy 8.1: name and version, a dash between two digits, all in lower case."""
    if library in DEBIAN_NAMES:
        return DEBIAN_NAMES[library]
    name, _, version = library.partition(".so.")
    dash = "-" if name[-1:].isdigit() else ""
    return f"{name}{dash}{version}".lower().replace("_", "-")


def packages(manager: str | None, libraries: list[str]) -> list[str]:
    """What to ask the package manager for: Debian's package names, RPM's "provides", elsewhere the library names."""
    if manager == "apt-get":
        return sorted({debian_package(name) for name in libraries})
    if manager == "dnf":
        return [f"{name}()(64bit)" for name in libraries]
    return libraries


def find_manager() -> str | None:
    return next((name for name in ("apt-get", "dnf") if shutil.which(name)), None)


def privilege() -> list[str] | None:
    """The words before a command that runs it as root: none for root, sudo where it asks no password; None where neither may."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def commands(manager: str, names: list[str]) -> list[list[str]]:
    """The command lines that install `names`. Short waits, so that a machine without a network is not held up."""
    if manager == "dnf":
        return [["dnf", "install", "-y", *names]]
    patience = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=60"]
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *patience]
    return [[*apt, "update", "-q"], [*apt, "install", "-q", "-y", "--no-install-recommends", *names]]


def install(manager: str, names: list[str], prefix: list[str]) -> None:
    """Runs the package manager; a failure shows in its output and in what is still missing afterwards."""
    for command in commands(manager, names):
        try:
            subprocess.run([*prefix, *command], stdin=subprocess.DEVNULL, timeout=600)
        except (OSError, subprocess.TimeoutExpired) as fault:
            print(f"{manager} gave up: {fault}", flush=True)


def provide(site_packages: Path, tried_before: list[str]) -> tuple[list[str], list[str]]:
    """Installs what is missing where that may be done; returns what is still missing, and what was tried in vain.

    What was tried in vain last time (`tried_before`) is not tried again by every start, which would each wait for the network.
    """
    lacking = missing(site_packages)
    if not lacking or lacking == tried_before:
        return lacking, lacking
    manager, prefix = find_manager(), privilege()
    if manager is None or prefix is None:
        return lacking, []
    names = packages(manager, lacking)
    print(f"Installing system libraries for the window: {' '.join(names)}", flush=True)
    install(manager, names, prefix)
    lacking = missing(site_packages)
    return lacking, lacking


def advice(lacking: list[str]) -> str:
    """A sentence that names what is missing and the command that brings it."""
    return f"System libraries that the window needs are missing: {', '.join(lacking)}. {way_out(lacking)}"


def way_out(lacking: list[str]) -> str:
    """The sentence with the command that brings what is missing."""
    manager = find_manager()
    names = " ".join(f"'{name}'" if "(" in name else name for name in packages(manager, lacking))
    how = f"{manager} install {names}" if manager else f"your package manager (the libraries are {names})"
    return f"An administrator can install them with: {how}"
