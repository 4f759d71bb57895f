"""An SQLite file, seen from outside: opened for looking without writing a byte to it, checked, copied.

Kept apart from SQLAlchemy because a damaged database has to be looked at, and put back, without an engine.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
SIDE_FILES = ("-wal", "-shm", "-journal")


def primary_code(fault: BaseException) -> int:
    """SQLite's primary result code of an error, 0 where it carries none."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in `mode`: rwc, rw, ro, or immutable (no lock, no side files; only while nobody writes)."""
    text = path.resolve().as_posix()
    options = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    uri = f"file://{'' if text.startswith('/') else '/'}{quote(text)}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False)


def side_file(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def has_pending_log(path: Path) -> bool:
    """Whether a write-ahead log lies beside the database: a holder is at work, or one was killed."""
    log = side_file(path, "-wal")
    return log.exists() and log.stat().st_size > 0


def look(path: Path) -> sqlite3.Connection:
    """A connection that cannot write to the database or its log.

    With a log, the read-only mode reads through it (and rebuilds the -shm file, which holds no data); without one the
    file is opened as immutable, so that nothing at all appears beside it.
    """
    return connect(path, "ro" if has_pending_log(path) else "immutable")


def reader(path: Path) -> sqlite3.Connection:
    """A read-only connection beside a writer; where the folder does not let SQLite make its -shm file, as immutable."""
    connection = connect(path, "ro")
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as fault:
        connection.close()
        if primary_code(fault) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or has_pending_log(path):
            raise
        connection = connect(path, "immutable")
    return connection


def fault_of(path: Path, *, thorough: bool) -> str | None:
    """What is wrong with the database, in SQLite's words; None when it is sound. Writes nothing.

    The quick look reads the schema; the thorough one every page. sqlite3.Error for what is no damage (no access).
    """
    try:
        return _fault_of(path, thorough)
    except sqlite3.DatabaseError as fault:
        if primary_code(fault) not in DAMAGE:
            raise
        first = str(fault)
    if not has_pending_log(path):
        return first
    try:  # a writer may have begun between our two looks: then the file alone is not the whole database
        return _fault_of(path, thorough)
    except sqlite3.DatabaseError as fault:
        if primary_code(fault) not in DAMAGE:
            raise
        return str(fault)


def _fault_of(path: Path, thorough: bool) -> str | None:
    with closing(look(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            return "it holds no project"
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if thorough:
            (first,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if first != "ok":
                return first
    return None


def schema_of(path: Path) -> str:
    """The schema version that a sound database was written with."""
    with closing(look(path)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else ""


def copy_into(path: Path, target: Path) -> None:
    """A sound and compact copy of the database as it stands now, written beside `target` first; its log included."""
    fresh = target.with_name(target.name + ".partial")
    fresh.unlink(missing_ok=True)
    try:
        with closing(reader(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(fresh),))
        set_wal(fresh)
        sync(fresh)
        os.replace(fresh, target)
    finally:
        for leftover in (fresh, *(side_file(fresh, e) for e in SIDE_FILES)):
            leftover.unlink(missing_ok=True)


def set_wal(path: Path) -> None:
    """Writes into the file that it works with a write-ahead log, so that opening it later need not."""
    with closing(connect(path, "rw")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def sync(path: Path) -> None:
    """Waits until the file's bytes are on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
