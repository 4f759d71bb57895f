"""The import rules of docs/architecture.md, checked by machine, each with a proof that its check can fail."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = ("app", "core_models", "data", "resources", "tests", "main.py")
OPENCV_GUARD = Path("core_models/contract/opencv.py")
# What the files of core_models.contract may import beside numpy, our own contract and the standard library.
CONTRACT_EXTRAS = {
    OPENCV_GUARD: {"cv2"},
    Path("core_models/contract/image_file.py"): {"cv2", "tifffile", "imagecodecs"},
}
# One import for each contract that it must refuse: where it stands and what it says.
VIOLATIONS = {
    "layers-app": ("app/store/wrong.py", "import app.workspace"),
    "layers-core-models": ("core_models/data/wrong.py", "import core_models.inference"),
    "core-models-alone": ("core_models/inference/wrong.py", "from sqlalchemy import select"),
    "app-contract-only": ("app/jobs/wrong.py", "from core_models import worker"),
    "contract-numpy-only": ("core_models/contract/wrong.py", "import core_models.weights"),
    "models-tensors-only": ("core_models/models/wrong.py", "import json"),
    "qt-in-ui-only": ("app/exchange/wrong.py", "from PySide6.QtGui import QImage"),
    "torch-in-core-models-only": ("app/ui/wrong.py", "def later():\n    import torch"),
    "sqlalchemy-places": ("app/jobs/wrong.py", "import sqlalchemy.orm"),
    "panels-apart": ("app/ui/panels/wrong.py", "from app.ui.panels import gallery"),
}
# Imports that the same contracts must let pass.
ALLOWED = {
    "app/cli.py": "import app.ui.run, app.jobs, app.workspace, core_models.contract, data.sample",
    "data/sample.py": "import numpy, core_models.contract.mask",
    "app/ui/run.py": "import PySide6.QtWidgets",
    "app/workspace.py": "import sqlalchemy.orm, app.store, app.errors",
    "app/operations/classes.py": "import sqlalchemy, app.store.records, core_models.contract.mask",
    "app/store/records.py": "import sqlalchemy, alembic",
    "core_models/contract/mask.py": "import json, numpy",
    "core_models/models/blocks.py": "import math, torch, torchvision",
    "core_models/inference/tiling.py": "import torch, core_models.contract.mask, core_models.weights, core_models.models.blocks",
    "core_models/worker.py": "import core_models.training, core_models.inference.tiling",
}
PACKAGES = (
    "app", "app/store", "app/operations", "app/exchange", "app/jobs", "app/ui", "app/ui/panels", "data",
    "core_models", *(f"core_models/{name}" for name in ("contract", "models", "data", "inference", "training", "evaluation")),
)
MODULES = ("app/settings.py", "app/errors.py", "app/ui/panels/gallery.py", "core_models/weights.py")


def lint(folder: Path, *words: str) -> subprocess.CompletedProcess:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    given = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", *words], cwd=folder, env=given, capture_output=True, text=True, encoding="utf-8", timeout=120
    )


def sources(*tops: str) -> Iterator[tuple[Path, ast.AST]]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")) if (ROOT / top).is_dir() else [ROOT / top]:
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """The top-level names of all that a file imports, within functions too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("import_module", "__import__"):
            names |= {str(word.value).partition(".")[0] for word in node.args if isinstance(word, ast.Constant)}
    return names


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A project of our shape with nothing in it but imports that the rules allow."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
    for name in [*(f"{package}/__init__.py" for package in PACKAGES), *MODULES]:
        (tmp_path / name).touch()
    for name, line in ALLOWED.items():
        (tmp_path / name).write_text(line + "\n", encoding="utf-8")
    return tmp_path


def test_every_contract_holds():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_has_its_violation():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == set(VIOLATIONS)


def test_the_contracts_let_the_design_pass(skeleton):
    done = lint(skeleton)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_contract_refuses_its_violation(contract, skeleton):
    name, line = VIOLATIONS[contract]
    (skeleton / name).write_text(line + "\n", encoding="utf-8")
    done = lint(skeleton, "--contract", contract)
    assert done.returncode == 1 and "0 kept, 1 broken" in done.stdout, done.stdout + done.stderr


def test_opencv_is_imported_in_one_place_only():
    found = {path for path, tree in sources(*CODE) if "cv2" in imported(tree)}
    assert found == {OPENCV_GUARD}


def test_opencv_opens_no_window():
    """Its windows are Qt 5's; beside PySide6 in one process they end badly."""
    windows = {"imshow", "namedWindow", "waitKey", "startWindowThread", "createTrackbar", "selectROI"}
    found = {
        f"{path}:{node.lineno}"
        for path, tree in sources(*CODE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in windows and isinstance(node.value, ast.Name) and node.value.id == "cv2"
    }
    assert not found


def test_the_contract_needs_numpy_only():
    own = sys.stdlib_module_names | {"numpy", "core_models"}
    foreign = {path: imported(tree) - own - CONTRACT_EXTRAS.get(path, set()) for path, tree in sources("core_models/contract")}
    assert not {path: names for path, names in foreign.items() if names}


@pytest.mark.parametrize("package", ["core_models", "core_models/contract"])
def test_importing_the_package_alone_runs_nothing(package):
    assert (ROOT / package / "__init__.py").read_text(encoding="utf-8") == ""


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_command_line_starts_without_torch_and_qt():
    """Its help needs every command's module; none of them may bring a model or the window into this process."""
    heavy = "print(code, sorted({'torch', 'torchvision', 'PySide6'} & set(sys.modules)))"
    said = python(f"import sys; from app.cli import run; code = run(['--help']); {heavy}")
    assert "prelabel" in said and said.splitlines()[-1] == "0 []"


def test_core_models_runs_without_qt_and_database():
    """Every module of it is imported with those packages shut out, as on a machine of a cluster that lacks them."""
    count = python(
        "import sys, pkgutil, importlib\n"
        "for name in ('PySide6', 'shiboken6', 'sqlalchemy', 'alembic'): sys.modules[name] = None\n"
        "import core_models\n"
        "names = [found.name for found in pkgutil.walk_packages(core_models.__path__, 'core_models.')]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )
    assert int(count) >= len(list((ROOT / "core_models/contract").glob("[!_]*.py")))


def test_the_linter_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
