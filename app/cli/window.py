"""`defectloop gui`: the window."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import settings
from app.cli.common import command
from app.errors import UserError


def _check_libraries() -> None:
    """UserError that names what Qt's platform plugin lacks: Qt itself would end the process without a word on the way out."""
    # The set-up knows the libraries and their packages; it lies beside the program and is no package of it.
    spec = importlib.util.spec_from_file_location("setup_libraries", settings.resources_folder() / "setup" / "libraries.py")
    libraries = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(libraries)
    qt = importlib.util.find_spec("PySide6")
    lacking = libraries.missing_for_window(Path(qt.origin).parents[1], os.environ) if qt and qt.origin else []
    if lacking:
        raise UserError(f"The window needs system libraries that are missing here: {', '.join(lacking)}.", libraries.way_out(lacking))


@command("gui")
def gui(
    project: Annotated[Path | None, typer.Argument(metavar="[PROJECT]", help="The project's folder; the start page without it.", show_default=False)] = None,
    sample: Annotated[bool, typer.Option("--sample", help="The sample project, which is made the first time.")] = False,
) -> tuple[int, str]:
    """Opens the window, on a project or on the start page."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise UserError("There is no display here, which the window needs.", "The other commands work without one.")
    if sys.platform.startswith("linux"):
        _check_libraries()
    try:
        from app.ui.run import main
    except ImportError as fault:  # a system library that Qt is linked against
        raise UserError(f"The window cannot be loaded: {fault}.", "`make setup` names the system's package that is missing.") from fault
    if code := main(project, sample=sample):
        raise typer.Exit(code)
    return 0, ""
