"""The copies of a project's database in its folder `backups`: which there are, which are good, which stay."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from app.store import sqlite_file

EVERY_S = 600
KEPT = 10
DAYS = 10
AUTOMATIC = "-auto"
STAMP = "%Y%m%dT%H%M%S%fZ"


def stamp() -> str:
    return datetime.now(UTC).strftime(STAMP)


def time_of(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.stem.split("-")[1], STAMP).replace(tzinfo=UTC)
    except (IndexError, ValueError):  # somebody else's file
        return None


def listed(folder: Path) -> list[Path]:
    """All backups, the newest first."""
    return sorted((p for p in (folder / "backups").glob("project-*.sqlite") if time_of(p)), key=time_of, reverse=True)


def kept(times: list[datetime]) -> set[datetime]:
    """Which of the automatic backups made at these times stay: the newest of each ten minutes, ten of these, and of ten days."""
    slots: dict[int, datetime] = {}
    days: dict[object, datetime] = {}
    for time in sorted(times):
        slots[int(time.timestamp()) // EVERY_S] = time
        days[time.date()] = time
    return {slots[k] for k in sorted(slots)[-KEPT:]} | {days[k] for k in sorted(days)[-DAYS:]}


def thin(folder: Path) -> None:
    """Removes the automatic backups that need not stay, and no other file."""
    automatic = {time_of(p): p for p in listed(folder) if p.stem.endswith(AUTOMATIC)}
    for time in set(automatic) - kept(list(automatic)):
        automatic[time].unlink(missing_ok=True)


def is_good(path: Path) -> bool:
    """Whether every page of a backup is sound."""
    try:
        return sqlite_file.fault_of(path, thorough=True) is None
    except (sqlite3.Error, OSError):
        return False


def newest_good(folder: Path) -> Path | None:
    return next((p for p in listed(folder) if is_good(p)), None)


def way_back(folder: Path) -> str:
    """The hint that every sentence about a damaged or lost database ends with."""
    newest = newest_good(folder)
    if newest is None:
        return f"There is no good backup in {folder / 'backups'}; `defectloop restore PROJECT FILE` takes one from elsewhere."
    return f'The newest good backup is {newest.name}; `defectloop restore "{folder}"` brings it back.'
