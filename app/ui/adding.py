"""Makes a project of a folder of images, or adds more: generators of steps, for a thread of the pool.

What needs the database is imported there too: it takes a while, and the start page has no use for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app import settings
from app.errors import UserError

if TYPE_CHECKING:
    from app.operations import images


@dataclass(frozen=True)
class Looked:
    """Files that are images, and those that are not, with their reasons."""

    found: list[images.Scanned]
    refused: list[images.Refused]


def look(paths: Iterable[Path], project_folder: Path | None = None) -> Generator[int, None, Looked]:
    """Reads every image file in these files and folders, the folders below them too; yields how many it has looked at.

    UserError where none of them is an image.
    """
    from app.operations import images

    without = [project_folder / name for name in ("jobs", "models", "backups")] if project_folder else []
    looked = Looked([], [])
    for one in images.scan(paths, recursive=True, without=without):
        (looked.refused if isinstance(one, images.Refused) else looked.found).append(one)
        yield len(looked.found) + len(looked.refused)
    if not looked.found:
        reasons = " ".join(r.reason for r in looked.refused[:2])
        raise UserError(f"None of these files is an image. {reasons}".rstrip(), "PNG, JPEG, TIFF, BMP and WebP files are read.")
    return looked


def new_project(paths: Sequence[Path]) -> Generator[int, None, Path]:
    """A project of its own for these images, which stay where they lie; its folder. Nothing is made where none is an image."""
    from app.operations.models import free_folder

    looked = yield from look(paths)
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    return _made(free_folder(settings.projects_folder() / (first.name or "images")), looked.found)


def sample_project() -> Generator[int, None, Path]:
    """The sample project's folder; its pictures and itself are made the first time."""
    from data import sample

    folder = settings.data_folder() / "sample-project"
    if (folder / "project.json").exists():
        return folder
    sample.make_sample(settings.sample_folder())
    looked = yield from look([settings.sample_folder() / "images"])
    return _made(folder, looked.found)


def empty_project(folder: Path) -> Path:
    """A new project without images."""
    return _made(folder, [])


def _made(folder: Path, found: list[images.Scanned]) -> Path:
    from app.operations import models
    from app.workspace import Workspace

    with Workspace.create(folder) as workspace:
        workspace.do(models.ensure_bundled, title="", undoable=False)
        if found:
            workspace.do(register, workspace.folder, found, title=f"Add {len(found)} images")
    return folder


def register(session, folder: Path, found: list[images.Scanned]) -> tuple[int, int]:
    """images.register as an operation whose value outlives its session: (added, known already)."""
    from app.operations import images

    made = images.register(session, folder, found)
    return len(made.added), len(made.known)
