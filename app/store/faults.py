"""Errors of the database and the disk, said in sentences: full, damaged, without permission, out of reach, busy."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import PassingError, UserError
from app.store import copies, project_file, sqlite_file

_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
_PG_FULL = "53100"
_PG_BUSY = ("55P03", "40001", "40P01")


def damaged(folder: Path, what: str = "") -> UserError:
    """The database cannot be trusted; nothing is written to it, and the newest good backup is named."""
    said = f" ({what.splitlines()[0]})" if what else ""
    return UserError(f"The project's database {folder / project_file.DATABASE} is damaged{said}; it was left as it is.", copies.way_back(folder))


def full(folder: Path) -> UserError:
    return PassingError(f"The disk took nothing more: it is full, or a limit on file sizes is reached ({folder}).", "Nothing was changed. Make room and try again.")


def denied(place: object) -> UserError:
    return UserError(f"There is no permission to write to {place}.", "Ask for the right to write there, or put the project in a folder of your own.")


def busy() -> UserError:
    return PassingError("Another program is writing to the project's database and does not let go of it.", "Nothing was changed. Close it and try again.")


def _of_sqlite(fault: BaseException, folder: Path) -> UserError | None:
    code = sqlite_file.primary_code(fault)
    if code == sqlite3.SQLITE_FULL or "disk is full" in str(fault) or getattr(fault, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
        return full(folder)
    if code in sqlite_file.DAMAGE:
        return damaged(folder, str(fault))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy()
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return denied(folder)
    if code == sqlite3.SQLITE_IOERR:
        return UserError(f"The disk of {folder} failed to read or write ({fault}).", "Nothing was changed. Check the disk and try again.")
    return None


def _of_server(fault: BaseException) -> UserError | None:
    state = getattr(fault, "sqlstate", None)
    if state == _PG_FULL:
        return PassingError("The database server's disk is full.", "Nothing was changed. Tell whoever runs the server.")
    if state in _PG_BUSY:
        return busy()
    if state is None and type(fault).__name__ == "OperationalError":
        said = str(fault).strip().splitlines() or ["no answer"]
        return UserError(f"The database server does not answer: {said[0]}", "Check the network and the address in project.json, and try again.")
    return None


def sentence_for(fault: BaseException, folder: Path) -> UserError | None:
    """The sentence for an error that a person can mend; None for any other, which is a fault of the program."""
    if isinstance(fault, UserError):
        return fault
    if isinstance(fault, OSError):
        if fault.errno in _FULL:
            return full(folder)
        return denied(fault.filename or folder) if fault.errno in _DENIED else None
    driver = getattr(fault, "orig", None) or fault  # SQLAlchemy wraps what the driver raised
    if isinstance(driver, sqlite3.Error):
        return _of_sqlite(driver, folder)
    return _of_server(driver) if hasattr(driver, "sqlstate") else None


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turns what goes wrong inside into UserError where a person can mend it."""
    try:
        yield
    except Exception as fault:
        said = sentence_for(fault, folder)
        if said is None or said is fault:
            raise
        raise said from fault
