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
TITLED = "app/cli"  # speaks English to a terminal, but what it calls its changes stands in the history
# Tools of the makers of the bundled weights, and the benchmark of the engines, which speaks to a terminal only.
_LEFT_OUT = (
    *(f"core_models/training/{name}.py" for name in ("backbone", "development", "episodic", "folds", "laterals", "operating")),
    "core_models/evaluation/benchmark/", "app/jobs/benchmark.py",
)  # fmt: skip
# What is said to developers, or to a terminal only; and what is translated where it stands.
_UNSHOWN = {
    "tr", "translate", "RuntimeError", "NotImplementedError", "SystemExit", "AssertionError", "PipeError", "print", "ArgumentParser",
    "add_argument", "text", "compile",
}  # fmt: skip
_LOGS = {"debug", "info", "warning", "error", "exception"}
# Calls whose arguments of these places are shown though they may be no whole sentences: errors and hints, what a job is at, an entry of
# the history, what an error calls the place of a fault.
_PHRASES = {
    "UserError": (0, 1), "PassingError": (0, 1), "refusal": (0, 1), "CardError": (0,), "MaskError": (0,), "ImageFileError": (0,),
    "UnreadableImage": (0,), "BodyError": (0,), "SourceError": (0,), "Failed": (0,), "Progress": (2,), "Started": (1,), "note": (1,),
    "expect": (2,), "field": (3,), "class_name": (1,), "_shape": (1,),
}  # fmt: skip
# How other sentences call a field of a file (app/exchange/documents.py) and a version (core_models/evaluation/compare.py), and how far
# a fine-tune says it is.
_OWN = ("“{0}” of {1}", "version {0}", "step {0} of {1}", "step {0}, minute {1} of {2}", "{0} (on the CPU, for the GPU's memory was not enough)")
_PHRASE_NAMES = {"message", "title", "reason", "sentence", "notice", "where", "here", "_NAMES"}
# Errors whose text becomes the end of a sentence that begins with where the fault is.
_TAILS = {"OutlineError"}
_LEAST_LETTERS = 8


def templates(root: Path = ROOT) -> list[str]:
    """Every template of the sources, each once, in the order of the alphabet."""
    found = set(_OWN)
    for source in SOURCES:
        path = root / source
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if not file.relative_to(root).as_posix().startswith(_LEFT_OUT) and "migrations" not in file.parts:
                found.update(_of_tree(ast.parse(file.read_text(encoding="utf-8"))))
    for file in sorted((root / TITLED).rglob("*.py")):
        found.update(_titles(ast.parse(file.read_text(encoding="utf-8"))))
    # A sentence may begin with where the fault is (app/exchange/documents.py).
    return sorted(found | {text[0].upper() + text[1:] for text in found if re.match(r"(image|annotation|shape) \{", text)})


def read_catalogue() -> list[str]:
    return CATALOGUE.read_text(encoding="utf-8").splitlines()


def write_catalogue() -> None:
    CATALOGUE.write_text("".join(f"{template}\n" for template in templates()), encoding="utf-8", newline="\n")


def _of_tree(tree: ast.Module) -> Iterator[str]:
    def visit(node: ast.AST, phrase: bool) -> Iterator[str]:
        if isinstance(node, ast.Call) and _is_unshown(node):
            return
        if isinstance(node, ast.Call) and _name_of(node) in _TAILS and (tail := _template(node.args[0])):
            yield _numbered(f"{{0}} {tail}.")
            return
        text = _template(node)
        if text is not None:
            sentences = split(text)
            yield from sentences if phrase else filter(_is_sentence, sentences)
            parts = _inner(node)
        else:
            parts = list(ast.iter_child_nodes(node))
        for part in parts:
            yield from visit(part, part in _phrases(node) or (phrase and isinstance(node, (ast.IfExp, ast.BoolOp, ast.Dict))))

    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and id(node.value) in docstrings:
            node.value = ast.Constant(None)
    yield from visit(tree, False)


def _titles(tree: ast.Module) -> Iterator[str]:
    """The templates of what is given as `title`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "title":
            for choice in _choices(node.value):
                if text := _template(choice):
                    yield from split(text)


def _choices(node: ast.AST) -> list[ast.AST]:
    """What an expression may come to: either side of an `if`, any value of a dictionary that is looked into."""
    if isinstance(node, ast.IfExp):
        return [*_choices(node.body), *_choices(node.orelse)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
        return [choice for value in node.value.values for choice in _choices(value)]
    return [node]


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _is_unshown(call: ast.Call) -> bool:
    name = _name_of(call)
    on_log = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and "log" in call.func.value.id
    return name in _UNSHOWN or (on_log and name in _LOGS)


def _phrases(node: ast.AST) -> list[ast.AST]:
    """The children of a node that are shown however short they are."""
    if isinstance(node, ast.Call):
        return [node.args[place] for place in _PHRASES.get(_name_of(node), ()) if place < len(node.args)]
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
