"""The table of formats: for each its reader, its writer and what it loses; and the doors that the window and the command line use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from app.errors import UserError
from app.exchange import apply as application
from app.exchange import coco, labelme, masks
from app.exchange.apply import apply
from app.exchange.incoming import Document, Incoming
from app.exchange.selection import ExportOptions, OutImage, Selection, select_for_export
from app.exchange.staging import SourceError, Staging
from app.workspace import Workspace

__all__ = ["FORMATS", "ExportOptions", "Format", "Step", "apply", "export", "read", "read_document", "recognised"]


@dataclass(frozen=True)
class Format:
    """read: a path -> what its files state; write: yields the number of images done; loses: a sentence, "" for nothing."""

    read: Callable[[Path], Document]
    write: Callable[[Selection, Staging], Iterator[int]]
    loses: str = ""
    replaceable: str = ""  # the one file of ours that a later export may take the place of


FORMATS = {
    "coco": Format(coco.read, coco.write, replaceable=coco.FILE),
    "labelme": Format(labelme.read, labelme.write),
    "masks": Format(masks.read, masks.write, "Where regions of several classes share pixels, the smaller one has them; regions that touch become one."),
}


@dataclass
class Step:
    """How far an export is, in images; summary on the last step: {regions, images, left_out, notes}."""

    done: int
    total: int
    summary: dict = field(default_factory=dict)


def recognised(path: Path) -> str | None:
    """The format that a file or folder looks like, by names and first signs alone; None where it looks like none."""
    try:
        if path.is_dir():
            if (path / "masks").is_dir():
                return "masks"
            file = path / coco.FILE if (path / coco.FILE).is_file() else next(path.glob("*.json"), None)
        else:
            file = path if path.suffix.lower() == ".json" else None
        if file is None:
            return None
        with file.open("rb") as start:
            head = start.read(100_000)
    except OSError:
        return None
    return "labelme" if b'"shapes"' in head else "coco"


def read_document(format: str, path: Path) -> Document:
    """What the label file or folder `path` states. UserError where it is not of the format, or has a fault."""
    path = Path(path)
    if not path.exists():
        raise UserError(f"There is no {path}.", "Name the file or folder of the labels.")
    try:
        return FORMATS[format].read(path)
    except OSError as fault:
        raise UserError(f"{path} cannot be read: {fault.strerror or fault}.") from fault


def read(workspace: Workspace, format: str, path: Path) -> Incoming:
    """Reads and checks an import whole; nothing is written. UserError with the first fault."""
    path = Path(path)
    document = read_document(format, path)
    base = path / "images" if format == "masks" else path if path.is_dir() else path.parent
    with workspace.read() as session:
        return application.check(session, workspace.folder, document, base.absolute())


def export(session: Session, project_folder: Path, format: str, out: Path, options: ExportOptions) -> Iterator[Step]:
    """Writes a data set to the folder `out`, all of it or nothing; yields steps, the last one with the summary.

    UserError for classes or a version that are not there, and where the folder cannot be written.
    """
    kind = FORMATS[format]
    chosen = select_for_export(session, options)
    copying = options.images == "copy"
    total = len(chosen.images) * (1 + copying)
    try:
        with Staging(Path(out)) as staging:
            if copying:
                yield from (Step(done, total) for done in _copy(chosen, staging))
            before = total - len(chosen.images)
            yield from (Step(before + done, total) for done in kind.write(chosen, staging))
            staging.commit(kind.replaceable if _is_ours(staging.out / kind.replaceable) else "")
    except OSError as fault:
        raise UserError(f"The export could not be written to {out}: {fault.strerror or fault}.", "Nothing was left there; make room, or choose another folder.") from fault
    notes = chosen.notes + _notes(chosen)
    yield Step(total, total, {"regions": chosen.written, "images": len(chosen.images), "left_out": chosen.left_out, "notes": notes})


def _is_ours(file: Path) -> bool:
    """Whether a file was written by an export of ours, by its first signs."""
    try:
        with file.open("rb") as start:
            return b'"generator": "DefectLoop"' in start.read(400)
    except OSError:
        return False


def _copy(chosen: Selection, staging: Staging) -> Iterator[int]:
    """Copies the images; one that is gone, or has other bytes now, leaves the selection and is named."""
    gone: list[tuple[OutImage, str]] = []
    for done, image in enumerate(chosen.images, 1):
        try:
            staging.copy(image.file_name, image.source, image.sha256)
        except SourceError as fault:
            gone.append((image, str(fault)))
        yield done
    if gone:
        lost = {image.id for image, _ in gone}
        chosen.images = [image for image in chosen.images if image.id not in lost]
        chosen.notes.append(f"Images left out because they could not be copied: {len(gone)} ({gone[0][1]}).")


def _notes(chosen: Selection) -> list[str]:
    if not chosen.class_names:
        return ["The project has no class yet."]
    if not chosen.images:
        return ["Nothing was exported."]
    return []
