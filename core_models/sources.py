"""Which code a result comes from: named beside what is kept of it, so that a result of other code is known as one."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from pathlib import Path

from core_models.models import registry

ROOT = Path(__file__).resolve().parent


def of_engine(engine: str) -> list[Path]:
    """The file of an engine, and those of core_models.models that it takes something from."""
    own = ROOT / "models" / "segmentation" / f"{registry.engine(engine).build.__module__.rpartition('.')[2]}.py"
    return [own, *taken_from(own)]


def taken_from(file: Path) -> list[Path]:
    """The files of core_models.models that a file imports from, and those that they do; those that describe what a model is are left out."""
    found: set[Path] = set()
    left = [file]
    while left:
        imports = [n for n in ast.walk(ast.parse(left.pop().read_text(encoding="utf-8"))) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("core_models.models")]
        names = {name for n in imports for name in (n.module, *(f"{n.module}.{alias.name}" for alias in n.names))}
        new = {ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in names} - found - {file}
        left += [f for f in new if f.is_file() and f.stem not in ("base", "registry", "backbone")]
        found |= set(left)
    return sorted(found)


def digest(files: Iterable[Path]) -> str:
    """The sha256 of the files' bytes, one after another."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()
