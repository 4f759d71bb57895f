"""System libraries: which are missing, how each system calls them, and what happens where they may not be installed."""

from __future__ import annotations

import subprocess

import pytest

from resources.setup import libraries

LDD = """/x/libqxcb.so:
\tlinux-vdso.so.1 (0x00007fff)
\tlibxcb-icccm.so.4 => not found
\tlibGL.so.1 => /lib/x86_64-linux-gnu/libGL.so.1 (0x00007f)
\tlibxcb-icccm.so.4 => not found
/x/QtGui.abi3.so:
\tlibEGL.so.1 => not found
"""


def test_each_missing_library_is_named_once():
    assert libraries.missing_in(LDD) == ["libEGL.so.1", "libxcb-icccm.so.4"]


# Read off Debian 12 with dpkg -S: every library that Qt's window, its platform plugins and OpenCV ask the system for.
@pytest.mark.parametrize(("library", "package"), [
    ("libGL.so.1", "libgl1"), ("libEGL.so.1", "libegl1"), ("libX11.so.6", "libx11-6"), ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libdbus-1.so.3", "libdbus-1-3"), ("libfontconfig.so.1", "libfontconfig1"), ("libfreetype.so.6", "libfreetype6"),
    ("libglib-2.0.so.0", "libglib2.0-0"), ("libgthread-2.0.so.0", "libglib2.0-0"), ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"), ("libwayland-client.so.0", "libwayland-client0"),
    ("libxcb.so.1", "libxcb1"), ("libxcb-cursor.so.0", "libxcb-cursor0"), ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"), ("libxcb-xkb.so.1", "libxcb-xkb1"), ("libz.so.1", "zlib1g"), ("libzstd.so.1", "libzstd1"),
])
def test_debian_names(library, package):
    assert libraries.debian_package(library) == package


def test_other_systems_are_asked_in_their_own_words():
    assert libraries.packages("dnf", ["libGL.so.1"]) == ["libGL.so.1()(64bit)"]
    assert libraries.packages("apt-get", ["libglib-2.0.so.0", "libgthread-2.0.so.0"]) == ["libglib2.0-0"]
    assert libraries.packages(None, ["libGL.so.1"]) == ["libGL.so.1"]


# What readelf and ldd say where libxcb-cursor0 is not installed.
@pytest.mark.parametrize(("variables", "lacking"), [
    ({"DISPLAY": ":0"}, ["libxcb-cursor.so.0"]), ({"QT_QPA_PLATFORM": "xcb"}, ["libxcb-cursor.so.0"]), ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, []),
    ({"QT_QPA_PLATFORM": "offscreen"}, []), ({"QT_QPA_PLATFORM": "wayland;xcb"}, []), ({"QT_QPA_PLATFORM": "minimal:x=1"}, []), ({}, []),
])  # fmt: skip
def test_only_the_plugins_that_qt_may_take_count(monkeypatch, tmp_path, variables, lacking):
    platforms = tmp_path / "PySide6" / "Qt" / "plugins" / "platforms"
    platforms.mkdir(parents=True)
    for name in ("libqxcb.so", "libqwayland.so", "libqoffscreen.so"):
        (platforms / name).touch()

    def ldd(command, **options):
        said = "\tlibxcb-cursor.so.0 => not found\n" if command[1].endswith("libqxcb.so") else "\tlibz.so.1 => /lib/libz.so.1\n"
        return subprocess.CompletedProcess(command, 0, said)

    monkeypatch.setattr(libraries.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(libraries.subprocess, "run", ldd)
    assert libraries.missing_for_window(tmp_path, variables) == lacking


@pytest.fixture
def system(monkeypatch, tmp_path):
    """A Debian on which libGL and libEGL are missing until apt-get has run; records what is started."""
    state = {"lacking": ["libEGL.so.1", "libGL.so.1"], "ran": []}
    monkeypatch.setattr(libraries, "missing", lambda folder: list(state["lacking"]))
    monkeypatch.setattr(libraries, "find_manager", lambda: "apt-get")
    monkeypatch.setattr(libraries, "privilege", lambda: state["prefix"])

    def run(command, **options):
        state["ran"].append(command)
        if "install" in command and not state.get("offline"):
            state["lacking"] = []
        return subprocess.CompletedProcess(command, 100 if state.get("offline") else 0)

    monkeypatch.setattr(libraries.subprocess, "run", run)
    return state


@pytest.mark.parametrize("prefix", [[], ["sudo", "-n"]], ids=["root", "sudo"])
def test_what_is_missing_is_installed_by_who_may(system, prefix, tmp_path):
    system["prefix"] = prefix
    assert libraries.provide(tmp_path, []) == ([], [])
    update, install = system["ran"]
    assert update[: len(prefix)] == install[: len(prefix)] == prefix
    assert update[-2:] == ["update", "-q"] and install[-2:] == ["libegl1", "libgl1"]


def test_without_the_right_nothing_is_started_and_the_packages_are_named(system, tmp_path):
    system["prefix"] = None
    lacking, tried = libraries.provide(tmp_path, [])
    assert lacking == ["libEGL.so.1", "libGL.so.1"] and tried == [] and system["ran"] == []
    assert "apt-get install libegl1 libgl1" in libraries.advice(lacking)


def test_a_failed_installation_is_survived_and_not_repeated_by_every_start(system, tmp_path):
    system.update(prefix=[], offline=True)
    lacking, tried = libraries.provide(tmp_path, [])
    assert lacking == tried == ["libEGL.so.1", "libGL.so.1"] and len(system["ran"]) == 2
    assert libraries.provide(tmp_path, tried) == (lacking, tried) and len(system["ran"]) == 2


def test_who_got_the_right_in_the_meantime_is_served(system, tmp_path):
    system["prefix"] = None
    tried = libraries.provide(tmp_path, [])[1]
    system["prefix"] = []
    assert libraries.provide(tmp_path, tried) == ([], [])


def test_a_package_manager_that_hangs_is_given_up(monkeypatch, capsys):
    def run(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(libraries.subprocess, "run", run)
    libraries.install("apt-get", ["libgl1"], [])
    assert "gave up" in capsys.readouterr().out


def test_where_the_package_manager_is_unknown_the_libraries_are_named(monkeypatch):
    monkeypatch.setattr(libraries, "find_manager", lambda: None)
    assert "libGL.so.1" in libraries.advice(["libGL.so.1"]) and "None" not in libraries.advice(["libGL.so.1"])
