"""Finds the sentences that reach a person from below the window, where Qt's tr() is not: errors, hints and what jobs say.

They are English in the sources, partly kept in the database, and translated when they are shown (app/ui/sentences.py). An f-string
becomes templates, one a sentence, with a number for each part that is filled in: "Version {0} was retired."
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path(__file__).with_name("sentences.txt")
SOURCES = (
    "app/errors.py", "app/settings.py", "app/workspace.py", "app/store", "app/operations", "app/exchange", "app/jobs", "app/ui/adding.py",
    "core_models/contract", "core_models/inference", "core_models/training", "core_models/evaluation", "core_models/models/registry.py",
    "core_models/turn.py", "core_models/serve.py", "core_models/weights.py", "core_models/worker.py",
)  # fmt: skip
# Tools of the makers of the bundled weights.
_LEFT_OUT = tuple(f"core_models/training/{name}.py" for name in ("backbone", "development", "episodic", "laterals"))
# What is said to developers, or to a terminal only; and what is translated where it stands.
_UNSHOWN = {"tr", "translate", "RuntimeError", "NotImplementedError", "SystemExit", "AssertionError", "print", "ArgumentParser", "add_argument", "text", "compile", "PipeError"}
_LOGS = {"debug", "info", "warning", "error", "exception"}
# Calls whose argument of this place is shown though it may be no whole sentence: what a job is at, an entry of the history, a title.
_PHRASES = {"Progress": (2,), "Started": (1,), "note": (1,), "SourceError": (0,), "Failed": (0,), "UserError": (0, 1), "CardError": (0,)}
# How another sentence calls a version (core_models/evaluation/compare.py), and how far a fine-tune says it is.
_OWN = ("version {0}", "step {0} of {1}", "step {0}, minute {1} of {2}", "{0} (on the CPU, for the GPU's memory was not enough)")
_PHRASE_NAMES = {"message", "title", "reason", "sentence", "notice"}
_LEAST_LETTERS = 8


def templates(root: Path = ROOT) -> list[str]:
    """Every template of the sources, each once, in the order of the alphabet."""
    found = set(_OWN)
    for source in SOURCES:
        path = root / source
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if file.relative_to(root).as_posix() not in _LEFT_OUT and "migrations" not in file.parts:
                found.update(_of_tree(ast.parse(file.read_text(encoding="utf-8"))))
    return sorted(found)


def read_catalogue() -> list[str]:
    return CATALOGUE.read_text(encoding="utf-8").splitlines()


def write_catalogue() -> None:
    CATALOGUE.write_text("".join(f"{template}\n" for template in templates()), encoding="utf-8", newline="\n")


def _of_tree(tree: ast.Module) -> Iterator[str]:
    def visit(node: ast.AST, phrase: bool) -> Iterator[str]:
        if isinstance(node, ast.Call) and _is_unshown(node):
            return
        text = _template(node)
        if text is not None:
            sentences = split(text)
            yield from sentences if phrase else filter(_is_sentence, sentences)
            parts = _inner(node)
        else:
            parts = list(ast.iter_child_nodes(node))
        for part in parts:
            yield from visit(part, part in _phrases(node) or (phrase and isinstance(node, (ast.IfExp, ast.BoolOp))))

    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and id(node.value) in docstrings:
            node.value = ast.Constant(None)
    yield from visit(tree, False)


def _is_unshown(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    on_log = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and "log" in call.func.value.id
    return name in _UNSHOWN or (on_log and name in _LOGS)


def _phrases(node: ast.AST) -> list[ast.AST]:
    """The children of a node that are shown however short they are."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        return [node.args[place] for place in _PHRASES.get(name, ()) if place < len(node.args)]
    if isinstance(node, ast.keyword):
        return [node.value] if node.arg in _PHRASE_NAMES else []
    if isinstance(node, ast.Assign):
        names = {getattr(target, "attr", getattr(target, "id", "")) for target in node.targets}
        return [node.value] if names & _PHRASE_NAMES else []
    return []


def _template(node: ast.AST) -> str | None:
    """The template that a string expression makes, or None where it is none."""
    if isinstance(node, ast.Constant):
        return node.value.replace("{", "{{").replace("}", "}}") if isinstance(node.value, str) else None
    parts = _parts(node)
    if not any(isinstance(part, str) for part in parts) or len(parts) < 2 and isinstance(node, ast.BinOp):
        return None
    text, number = "", 0
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
        else:
            text += f"{{{number}}}"
            number += 1
    return text


def _parts(node: ast.AST) -> list[str | ast.AST]:
    """Literal text and expressions of an f-string, or of strings put together by +."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [part for value in node.values for part in ([value.value] if isinstance(value, ast.Constant) else [value.value])]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _parts(node.left), _parts(node.right)
        if any(isinstance(part, str) for part in (*left, *right)):
            return [*left, *right]
    return [node]


def split(text: str) -> list[str]:
    """The sentences of a template, each with its parts numbered from 0; what is nothing but filled in is no sentence of ours."""
    apart = re.split(r"(?<=[.!?]) (?=[A-Z`\"“{])", re.sub(r"^(\{\d+\} )+(?=[A-Z][a-z])", "", text.strip()))
    return [_numbered(part) for part in apart if _letters(part) >= 4]


def _numbered(text: str) -> str:
    count = iter(range(99))
    return re.sub(r"(?<!\{)\{\d+\}", lambda _: f"{{{next(count)}}}", text)


def _inner(node: ast.AST) -> list[ast.AST]:
    return [part for part in _parts(node) if isinstance(part, ast.AST) and part is not node]


def _letters(text: str) -> int:
    return len(re.findall(r"[A-Za-z]", re.sub(r"\{\d+\}", "", text)))


def _is_sentence(text: str) -> bool:
    if re.fullmatch(r"[A-Z][a-z]+\.", text):
        return True
    return bool(re.match(r"[A-Z\"`{]", text) and text.rstrip('"`)').endswith(".") and " " in text.strip() and _letters(text) >= _LEAST_LETTERS)
