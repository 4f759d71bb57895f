"""A folder that is written whole or not at all: files grow under a temporary name and are renamed when all of them are there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from app.errors import UserError

_PIECE = 1 << 20  # bytes copied at a time


class SourceError(Exception):
    """A file that was to be copied cannot be read, or is no longer what it was."""


class Staging:
    """A context manager: what was written in it lies under `out` after `commit()`, and nothing of it otherwise."""

    def __init__(self, out: Path) -> None:
        self.out = Path(out)
        self._files: list[str] = []

    def __enter__(self) -> Staging:
        if self.out.exists() and not self.out.is_dir():
            raise UserError(f"{self.out} is a file.", "Name a folder to write to.")
        self._made = [p for p in (self.out, *self.out.parents) if not p.exists()]
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            # Inside the folder itself, and so on the same disk: a rename is all that is left to do at the end.
            self._folder = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=self.out))
        except OSError:
            self._remove_made()
            raise
        return self

    def __exit__(self, *fault: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._remove_made()

    def _remove_made(self) -> None:
        """Folders that were made for nothing go again; one that holds something stays."""
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:
                return

    @contextmanager
    def open(self, name: str) -> Iterator[TextIO]:
        """A text file to write, by its path below the folder."""
        with self._path(name).open("w", encoding="utf-8", newline="\n") as file:
            yield file

    def write(self, name: str, data: bytes) -> None:
        self._path(name).write_bytes(data)

    def copy(self, name: str, source: Path, sha256: str) -> None:
        """Copies a file that must have these bytes; SourceError where it is gone or has others now."""
        target = self._path(name)
        try:
            digest = _copied(source, target)
            if digest != sha256:
                raise SourceError(f"{source.name} has changed since it was added")
        except SourceError:
            target.unlink(missing_ok=True)
            self._files.remove(name)
            raise

    def _path(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._files.append(name)
        return path

    def is_free(self, pattern: str) -> bool:
        """Whether nothing of that name lies in the folder from before."""
        return not any(self.out.glob(pattern))

    def commit(self, replaceable: str = "") -> None:
        """Puts all files in their place, in the order in which they were begun. `replaceable`: the one name that may be there.

        A file that is there already with the same bytes stays; UserError where one has others.
        """
        new = [name for name in self._files if not (self.out / name).exists()]
        for name in set(self._files) - set(new) - {replaceable}:
            if not _same(self._folder / name, self.out / name):
                raise UserError(f"{self.out / name} is there already and holds something else.", "Name an empty folder to write to.")
        placed = []
        try:
            for name in [*new, *({replaceable} & set(self._files) - set(new))]:
                (self.out / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(self._folder / name, self.out / name)
                placed.append(name)
        except OSError:
            for name in set(placed) & set(new):
                (self.out / name).unlink(missing_ok=True)
            raise


def _copied(source: Path, target: Path) -> str:
    """Copies a file; its sha256. SourceError where it cannot be read, OSError where the copy cannot be written."""
    digest = hashlib.sha256()
    try:
        reading = source.open("rb")
    except OSError as fault:
        raise SourceError(f"{source.name} cannot be opened") from fault
    with reading, target.open("wb") as writing:
        while piece := _read(reading, source):
            digest.update(piece)
            writing.write(piece)
    return digest.hexdigest()


def _read(file: BinaryIO, source: Path) -> bytes:
    try:
        return file.read(_PIECE)
    except OSError as fault:
        raise SourceError(f"{source.name} cannot be read") from fault


def _same(a: Path, b: Path) -> bool:
    if not b.is_file() or a.stat().st_size != b.stat().st_size:
        return False
    with a.open("rb") as one, b.open("rb") as other:
        return hashlib.file_digest(one, "sha256").digest() == hashlib.file_digest(other, "sha256").digest()
