"""Whether somebody else has written to a project that is open for reading."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.store import sqlite_file
from app.store.changes import Change
from app.store.records import Base

ANYTHING = Change(None, "", frozenset(Base.metadata.tables), frozenset())  # what listeners are told: look at all of it again


class Watch:
    """Asks SQLite's own count of foreign commits, on a connection of its own. To be used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._seen: int | None = None

    def changed(self) -> bool:
        """Whether there was a commit since the last call; False the first time, and while the file cannot be read."""
        try:
            if self._connection is None:
                self._connection = sqlite_file.reader(self._path)
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            self.close()
            return False
        before, self._seen = self._seen, version
        return before is not None and before != version

    def close(self) -> None:
        """Lets go of the file; a later call begins anew."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._seen = None
