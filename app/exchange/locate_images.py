"""Finds, for each labelled image of a file, the image of the project that is meant; writes nothing.

The order: the sha256 key that our exports write; else, where the file lies beside the labels, its bytes (an image that the
project does not have is registered from there); only where no file lies there, its path below a root of the project, then a
file name that is unique in the project and fits in size. Of several images with equal bytes the one with the same
name is taken, and each by one labelled file only: two labelled files with equal bytes stay two images.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.documents import refusal
from app.exchange.incoming import Entry
from app.operations import images
from app.operations.scanning import Scanned
from app.store.records import Image
from core_models.contract import image_file


@dataclass(frozen=True)
class Place:
    """Where the labels of an entry belong: an image of the project, or a file that is to become one, and its size."""

    image_id: int | None
    scanned: Scanned | None
    height: int
    width: int


@dataclass(frozen=True)
class _Row:
    """An image of the project, as the search needs it. `file`: its place on the disk; `current`: those are its bytes."""

    id: int
    path: str
    sha256: str
    width: int
    height: int
    file: str
    current: bool


def locate(session: Session, entries: Sequence[Entry], base: Path, *, register: bool = True) -> list[Place | None]:
    """The place of each entry, in their order. `base`: the folder that new images are stored relative to.

    register: whether files beside the labels may become images; without it the answer for what the project does not
    have is None. UserError where an image is not found, cannot be read, or two entries mean the same one.
    """
    search = _Search(session, entries)
    search.by_key()
    search.by_bytes()
    fresh = _scan(search.lying_there(), base) if register else {}
    search.by_name()
    places: list[Place | None] = []
    for entry, row in zip(entries, search.found, strict=True):
        if row is not None:
            places.append(Place(row.id, None, row.height, row.width))
        elif entry.file in fresh:
            scanned = fresh[entry.file]
            places.append(Place(None, scanned, scanned.probe.height, scanned.probe.width))
        elif register:
            raise refusal(search.why_not(entry))
        else:
            places.append(None)
    _check_sizes(entries, places)
    return places


class _Search:
    """The images of the project and which labelled file each was given to."""

    def __init__(self, session: Session, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.found: list[_Row | None] = [None] * len(entries)
        self._taken: set[int] = set()
        self._digests: dict[Path, str] = {}
        self._same_bytes: dict[str, list[_Row]] = defaultdict(list)
        self._path: dict[str, list[_Row]] = defaultdict(list)
        self._name: dict[str, list[_Row]] = defaultdict(list)
        for row in _rows(session):
            self._same_bytes[row.sha256].append(row)
            if row.current:
                for text in {row.path, _stem(row.path)}:
                    self._path[text].append(row)
                    self._name[PurePosixPath(text).name].append(row)

    def by_key(self) -> None:
        self._share_out({k: self._same_bytes[e.sha256] for k, e in enumerate(self.entries) if e.sha256 in self._same_bytes})

    def by_bytes(self) -> None:
        beside = {}
        for k, entry in enumerate(self.entries):
            if self.found[k] is None and entry.file is not None:
                try:
                    self._digests[entry.file] = image_file.sha256(entry.file)
                except image_file.ImageFileError as fault:
                    raise refusal(str(fault)) from fault
                beside[k] = self._same_bytes.get(self._digests[entry.file], [])
        self._share_out(beside)

    def lying_there(self) -> list[Path]:
        """The files beside the labels that are no image of the project."""
        return [e.file for e, row in zip(self.entries, self.found, strict=True) if row is None and e.file is not None]

    def by_name(self) -> None:
        """For entries without a file: the path below a root first, for all of them; then the file name."""
        for step in (self._at_path, self._of_name):
            for k, entry in enumerate(self.entries):
                if self.found[k] is None and entry.file is None and (row := step(entry)):
                    self._take(k, row)

    def _at_path(self, entry: Entry) -> _Row | None:
        for name in (entry.name, *entry.other_names):
            rows = [r for r in self._path.get(name, ()) if entry.any_suffix or r.path == name]
            fitting = [r for r in rows if _fits(entry, r)] if len(rows) > 1 else rows
            free = [r for r in fitting if r.id not in self._taken] if len(fitting) > 1 else fitting
            if len(free) == 1:
                return free[0]
        return None

    def _of_name(self, entry: Entry) -> _Row | None:
        name = PurePosixPath(entry.name).name
        rows = [r for r in self._name.get(name, ()) if entry.any_suffix or PurePosixPath(r.path).name == name]
        return rows[0] if len(rows) == 1 and _fits(entry, rows[0]) else None

    def _share_out(self, pools: dict[int, list[_Row]]) -> None:
        """Gives each entry one of the images with its bytes: best likeness of names first, no image twice."""
        for likeness in (_is_same_file, _is_same_path, _is_same_name, _is_any):
            for k, pool in pools.items():
                if self.found[k] is None:
                    fit = (r for r in pool if r.id not in self._taken and likeness(self.entries[k], r))
                    if row := max(fit, key=lambda r: (r.current, -r.id), default=None):
                        self._take(k, row)

    def _take(self, k: int, row: _Row) -> None:
        if row.id in self._taken:
            raise refusal(f"{self.entries[k].where} and another entry speak of the same image, {row.path}.")
        self._taken.add(row.id)
        self.found[k] = row

    def why_not(self, entry: Entry) -> str:
        name = PurePosixPath(entry.name).name
        rows = [r for r in self._name.get(name, ()) if entry.any_suffix or PurePosixPath(r.path).name == name]
        if len(rows) > 1:
            return f"{entry.where} names the image “{entry.name}”: {len(rows)} images of the project have that name, and no file lies beside the labels."
        if rows:
            return f"{entry.where} names the image “{entry.name}”, but the project's {rows[0].path} has another size ({rows[0].width} x {rows[0].height})."
        return f"{entry.where} names the image “{entry.name}”, which is neither beside the labels nor in the project."


def _rows(session: Session) -> Iterable[_Row]:
    folders = images.roots(session)
    columns = select(Image.id, Image.root_id, Image.path, Image.sha256, Image.width, Image.height, Image.state)
    for r in session.execute(columns.where(Image.removed.is_(False)).order_by(Image.id)):
        yield _Row(r.id, r.path, r.sha256, r.width, r.height, _normal(folders[r.root_id] / r.path), r.state != images.CHANGED)


def _normal(path: Path) -> str:
    return os.path.normcase(os.path.abspath(path))


def _stem(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()


def _is_same_file(entry: Entry, row: _Row) -> bool:
    return entry.file is not None and _normal(entry.file) == row.file


def _is_same_path(entry: Entry, row: _Row) -> bool:
    return any(row.path == name or entry.any_suffix and _stem(row.path) == name for name in (entry.name, *entry.other_names))


def _is_same_name(entry: Entry, row: _Row) -> bool:
    name, mine = PurePosixPath(row.path).name, PurePosixPath(entry.name).name
    return name == mine or entry.any_suffix and _stem(name) == mine


_is_any: Callable[[Entry, _Row], bool] = lambda entry, row: True  # noqa: E731


def _fits(entry: Entry, row: _Row) -> bool:
    """Whether the sizes agree; a file that states none fits nothing."""
    return (entry.width, entry.height) == (row.width, row.height)


def _scan(files: list[Path], base: Path) -> dict[Path, Scanned]:
    fresh = {}
    for item in images.scan(files):
        if isinstance(item, images.Refused):
            raise refusal(item.reason)
        fresh[item.path] = replace(item, given=base)
    return {file: fresh[Path(os.path.abspath(file))] for file in files}


def _check_sizes(entries: Sequence[Entry], places: Sequence[Place | None]) -> None:
    for entry, place in zip(entries, places, strict=True):
        if place is None or entry.width is None or (entry.width, entry.height) == (place.width, place.height):
            continue
        raise refusal(
            f"{entry.where}: the labels are for an image of {entry.width} x {entry.height} pixels, {entry.name} has {place.width} x {place.height}.",
            "Images are taken upright, as their EXIF data asks.",
        )
