"""The project lock: one process at a time writes to a project, and another one is told who that is."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from app.errors import UserError
from app.store.records import now

LOCK, HOLDER = "project.lock", "project.lock.json"


class ProjectLock:
    """A lock of the operating system on `project.lock`, which it releases itself when the process dies, however.

    Who holds it stands beside it in `project.lock.json`, not in it: Windows lets nobody read a locked file. What that
    file says counts only while the lock is held.
    """

    def __init__(self, folder: Path) -> None:
        self._holder = folder / HOLDER
        # Of the process, not of a thread: the window takes it in one thread and gives it back in another.
        self._lock = FileLock(folder / LOCK, thread_local=False)

    def acquire(self, by: str) -> None:
        """Takes the lock for `by` at once; UserError that names the holder where somebody else has it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout as fault:
            raise UserError(self._held(), "Close it there and try again; commands that only read work beside it.") from fault
        try:
            fresh = self._holder.with_name(self._holder.name + ".new")
            fresh.write_text(json.dumps({"by": by, "pid": os.getpid(), "host": socket.gethostname(), "since": now()}, ensure_ascii=False), encoding="utf-8")
            os.replace(fresh, self._holder)
        except BaseException:
            self._lock.release()
            raise

    def _held(self) -> str:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            by, pid, host, since = (holder[key] for key in ("by", "pid", "host", "since"))
            return f"This project is open for writing already: {by} holds it (process {pid} on {host}, since {since})."
        except (OSError, ValueError, KeyError, TypeError):  # the holder is just writing its name
            return "This project is open for writing already: another process holds it."

    @property
    def seems_held(self) -> bool:
        """Whether somebody has a name beside it, and lives as far as can be seen. The lock itself is left alone: whoever tries it has it for
        a moment, in which nobody else can open the project."""
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            return holder["host"] != socket.gethostname() or psutil.pid_exists(int(holder["pid"]))
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError):
            return True  # the holder is just writing its name

    def release(self) -> None:
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()
