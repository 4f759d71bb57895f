"""The set-up's own decisions: when to install again, which torch, which Python."""

from __future__ import annotations

import os
import sys

import pytest

from resources.setup import environment
from resources.setup.environment import SetupError, digest, pinned, read_stamp, torch_choice, write_stamp


@pytest.fixture
def root(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("torch==2.15.0\nopencv-python-headless==5.0.0.93\nopencv-python==5.0.0.93\n")
    return tmp_path


def test_the_same_state_needs_no_second_installation(root):
    assert digest(root, (3, 11, 2), "cpu", ["test"]) == digest(root, (3, 11, 2), "cpu", ["test"])


@pytest.mark.parametrize("change", [
    lambda root: digest(root, (3, 12, 0), "cpu", ["test"]),
    lambda root: digest(root, (3, 11, 2), "default", ["test"]),
    lambda root: digest(root, (3, 11, 2), "cpu", ["postgres", "test"]),
    lambda root: (root / "pyproject.toml").write_text("[project] \n") and digest(root, (3, 11, 2), "cpu", ["test"]),
    lambda root: (root / "constraints.txt").write_text("torch==2.16.0\n") and digest(root, (3, 11, 2), "cpu", ["test"]),
    lambda root: digest(root.rename(root.parent / "moved"), (3, 11, 2), "cpu", ["test"]),
], ids=["python", "torch", "extras", "pyproject", "constraints", "folder"])
def test_whatever_matters_asks_for_a_new_installation(root, change):
    before = digest(root, (3, 11, 2), "cpu", ["test"])
    assert change(root) != before


@pytest.mark.parametrize(("asked", "before", "taken"), [
    (None, None, "default"), ("", "cpu", "cpu"), (None, "default", "default"), ("cpu", "default", "cpu"), ("default", "cpu", "default"),
    (None, "nonsense", "default"),
])
def test_without_a_word_the_installed_torch_stays(asked, before, taken):
    assert torch_choice(asked, before) == taken


def test_an_unknown_torch_is_refused_with_the_choices():
    with pytest.raises(SetupError, match="TORCH=cpu"):
        torch_choice("cuda", None)


def test_a_pin_is_found_by_its_whole_name(root):
    assert pinned("opencv-python", root) == "opencv-python==5.0.0.93"
    with pytest.raises(SetupError, match=r"constraints\.txt"):
        pinned("opencv", root)


def test_every_dependency_is_pinned():
    import tomllib

    from packaging.requirements import Requirement

    project = tomllib.loads((environment.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for part in (project["dependencies"], *project["optional-dependencies"].values()) for line in part]
    for requirement in asked:
        assert pinned(requirement.name).partition("==")[2] in requirement.specifier
    assert "PySide6_Essentials==6.11.1" in project["dependencies"]
    assert pinned("opencv-python").partition("==")[2] == pinned("opencv-python-headless").partition("==")[2]


def test_a_stamp_comes_back_and_a_broken_one_counts_as_none(tmp_path):
    path = tmp_path / "stamp.json"
    assert read_stamp(path) == {}
    write_stamp({"digest": "d", "torch": "cpu"}, path)
    assert read_stamp(path) == {"digest": "d", "torch": "cpu"}
    for text in ("{", "[]", ""):
        path.write_text(text)
        assert read_stamp(path) == {}


def test_a_python_that_is_too_old_is_passed_over(monkeypatch):
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(environment, "version_of", lambda python: (3, 12, 1) if str(python).endswith("python3.12") else (3, 9, 2))
    assert environment.find_python() == "/usr/bin/python3.12"
    monkeypatch.setattr(environment, "version_of", lambda python: (3, 9, 2))
    with pytest.raises(SetupError, match=r"3\.11"):
        environment.find_python()


def test_version_of_something_that_is_no_python(tmp_path):
    assert environment.version_of(tmp_path / "nothing") == ()
    assert environment.version_of(sys.executable) == sys.version_info[:3]


def test_a_working_environment_stays_and_a_broken_one_is_made_again(tmp_path, monkeypatch):
    folder = tmp_path / "空 间" / ".venv"
    monkeypatch.setattr(environment, "VENV", folder)
    monkeypatch.setattr(environment, "venv_python", lambda: folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    environment.make_venv(environment.find_python())
    kept = folder / "kept"
    kept.touch()
    environment.make_venv(environment.find_python())
    assert kept.exists()
    environment.venv_python().unlink()
    environment.make_venv(environment.find_python())
    assert not kept.exists() and environment.version_of(environment.venv_python()) == sys.version_info[:3]


def test_another_installations_packages_do_not_leak_in(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "https://registry.example/simple")
    given = environment.clean_environment()
    assert "PYTHONPATH" not in given and given["PIP_INDEX_URL"] == "https://registry.example/simple"


def test_the_small_torch_is_tried_again_when_its_index_could_not_be_had(tmp_path, monkeypatch):
    stamp, tries = tmp_path / "stamp.json", []
    for name, value in {
        "STAMP": stamp, "find_python": lambda: "python", "make_venv": lambda base: None, "version_of": lambda python: (3, 11, 2),
        "installed": lambda name: "2.15.0+cpu" if len(tries) > 1 else "2.15.0", "pip": lambda *words: True,
        "install_cpu_torch": lambda: tries.append("tried"), "read_stamp": lambda: read_stamp(stamp), "write_stamp": lambda value: write_stamp(value, stamp),
    }.items():  # fmt: skip
        monkeypatch.setattr(environment, name, value)
    environment.update("cpu", {"test"})
    assert read_stamp(stamp)["torch"] == "default"
    environment.update(None, {"test"})
    assert len(tries) == 1, "a plain run has nothing to do"
    for _ in range(2):
        environment.update("cpu", {"test"})
        assert len(tries) == 2 and read_stamp(stamp)["torch"] == "cpu"
