"""`defectloop gui`: the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import command
from app.errors import UserError


@command("gui")
def gui(
    project: Annotated[Path | None, typer.Argument(metavar="[PROJECT]", help="The project's folder; the start page without it.", show_default=False)] = None,
    sample: Annotated[bool, typer.Option("--sample", help="The sample project, which is made the first time.")] = False,
) -> tuple[int, str]:
    """Opens the window, on a project or on the start page."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UserError("There is no display here, which the window needs.", "The other commands work without one.")
    try:
        from app.ui.run import main
    except ImportError as fault:  # a system library that Qt is linked against
        raise UserError(f"The window cannot be loaded: {fault}.", "`make setup` names the system's package that is missing.") from fault
    if code := main(project, sample=sample):
        raise typer.Exit(code)
    return 0, ""
