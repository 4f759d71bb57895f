"""Looks at image files before they enter a project: which bytes, what size, what they look like. Needs no database."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.operations.likeness import thumbnail
from app.operations.places import absolute
from core_models.contract import image_file
from core_models.contract.image_file import ImageFileError, Probe

SUFFIXES = frozenset(".png .jpg .jpeg .jpe .jfif .tif .tiff .bmp .dib .webp .gif .jp2 .j2k .avif .pgm .ppm .pbm .pnm".split())
_AT_ONCE = 4  # files decoded at the same time, at most: each may be a scan of a gigabyte


@dataclass(frozen=True)
class Scanned:
    """A file that is an image. `path` is absolute; `given` is the folder that the user named (a single file: its parent)."""

    path: Path
    given: Path
    sha256: str
    probe: Probe
    likeness: bytes


@dataclass(frozen=True)
class Refused:
    """A file that is no image, or cannot be read: one sentence why."""

    path: Path
    reason: str


def scan(paths: Iterable[Path | str], recursive: bool = False, without: Collection[Path] = ()) -> Iterator[Scanned | Refused]:
    """Reads every image below `paths` and yields what it found, in the order of the names, as soon as it is known.

    In a folder, files with an image's suffix are looked at (below it too, if `recursive`, but not in the folders
    `without`); a file that is named itself is looked at whatever its name. Each file is read and decoded once, whole:
    so a truncated one is refused here and not later by the model.
    """
    found: dict[Path, Path | Refused] = {}
    for path in map(absolute, paths):
        if path.is_dir():
            for item in image_files(path, recursive, without):
                found.setdefault(item.path if isinstance(item, Refused) else item, item if isinstance(item, Refused) else path)
        else:
            found[path] = path.parent
    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1)) as pool:
        try:
            yield from pool.map(lambda item: item[1] if isinstance(item[1], Refused) else _look(*item), found.items())
        finally:
            pool.shutdown(cancel_futures=True)  # whoever stops listening does not wait for the rest


def image_files(folder: Path, recursive: bool, without: Collection[Path] = ()) -> Iterator[Path | Refused]:
    """The files with an image's suffix in a folder, by name; Refused for a folder that cannot be listed."""
    without = {absolute(p) for p in without}
    faults: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=faults.append):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and Path(here, f) not in without) if recursive else []
        yield from (Path(here, name) for name in sorted(names) if Path(name).suffix.lower() in SUFFIXES)
    yield from (Refused(Path(fault.filename), f"The folder cannot be read: {fault.strerror}.") for fault in faults)


def _look(path: Path, given: Path) -> Scanned | Refused:
    try:
        data = path.read_bytes()
        array, probe = image_file.decode(data, path.name)
        return Scanned(path, given, hashlib.sha256(data).hexdigest(), probe, thumbnail(array))
    except OSError as fault:
        return Refused(path, f"{path.name} cannot be opened: {fault.strerror or fault}.")
    except ImageFileError as fault:
        return Refused(path, str(fault))
    except MemoryError:
        return Refused(path, f"{path.name} is too large for the memory of this machine.")
