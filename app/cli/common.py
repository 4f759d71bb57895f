"""What all commands share: their options, how a project is opened, and how an answer is printed."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:  # the window is painted before it needs the database, which takes longer to import than all else
    from app.workspace import Workspace

ProjectFolder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value on stdout.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it (your name on this computer unless given).", show_default=False)]
ClassNames = Annotated[list[str], typer.Option("--class", metavar="NAME", help="A defect class; can be given several times.", show_default=False)]
Devices = StrEnum("Devices", ["auto", "cpu", "cuda"])
Device = Annotated[Devices, typer.Option("--device", help="Where to compute.")]

app = typer.Typer(
    name="defectloop",
    help="Draw a few defect masks, have the rest proposed, review, improve the model, export.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _of_several() -> None:
    """Where one command alone is registered, its name is still asked for: typer would take it for an argument otherwise."""


def command(name: str) -> Callable:
    """Registers a function as the command `name`.

    The function returns (value, text): the value is what `--json` prints, the text is for people.
    """

    def register(function: Callable[..., tuple[Any, str]]) -> Callable:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            value, text = function(*args, **kwargs)
            say(json.dumps(value, ensure_ascii=False) if kwargs.get("as_json") else text)

        app.command(name)(run)
        return function

    return register


def say(text: str) -> None:
    """Prints on stdout whatever signs the terminal knows (those that it does not are replaced)."""
    if text:
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding))


def reading(project: Path) -> Workspace:
    """The project opened for reading, which works beside an open window or a running command."""
    from app.workspace import Workspace

    return Workspace.open(project, writing=False)


def writing(project: Path, by: str = "") -> Workspace:
    """The project opened for writing; UserError that names the holder where somebody else is writing."""
    from app.workspace import Workspace

    return Workspace.open(project, writing=True, by=by or None)


def show_progress(done: int, total: int, message: str = "") -> None:
    """One line on stderr that overwrites itself; nothing where stderr is no terminal."""
    if sys.stderr.isatty():
        share = f"{done}/{total} " if total else ""
        print(f"\r\033[K{share}{message}", end="", file=sys.stderr, flush=True)


def end_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def plural(count: int, word: str, many: str = "") -> str:
    """`3 images`, `1 image`."""
    return f"{count} {word if count == 1 else many or word + 's'}"


def table(rows: list[list[object]], head: list[str]) -> str:
    """Plain columns, two spaces apart, numbers to the right."""
    text = [[("" if v is None else str(v)) for v in row] for row in rows]
    widths = [max(len(head[k]), *(len(row[k]) for row in text)) if text else len(head[k]) for k in range(len(head))]
    right = [bool(rows) and all(isinstance(row[k], (int, float)) for row in rows) for k in range(len(head))]
    lines = [head, *text]
    return "\n".join("  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)).rstrip() for line in lines)
