"""An open project: do() writes by an operation, read() reads, undo() and redo() go back and forth in what is on record."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import settings
from app.errors import UserError
from app.store import backups, changes, copies, database, faults, project_file
from app.store.changes import Change
from app.store.lock import ProjectLock
from app.store.records import ChangeRow

Value = TypeVar("Value")
_log = logging.getLogger(__name__)


class Workspace:
    """A project that is open, for writing by one process at a time (SQLite) or for reading beside that one.

    folder: the project's, absolute. by: who writes. listeners: called with the Change after each commit, in the thread
    that called do(). Use it as a context manager, or call close().
    """

    def __init__(self, folder: Path, store: database.Database, by: str, lock: ProjectLock | None, *, writing: bool) -> None:
        self.folder = folder
        self.by = by
        self.database = store
        self.writing = writing
        self.listeners: list[Callable[[Change], None]] = []
        self._lock = lock
        self._turn = threading.Lock()
        self._changed = False
        self._backed_up = time.monotonic()

    @classmethod
    def create(cls, folder: Path, url: str | None = None, *, by: str | None = None) -> Workspace:
        """Makes a new project, opened for writing: in folder/project.sqlite, or in the empty PostgreSQL database at `url`.

        The URL is kept in project.json as it is given, a password in it included. UserError where there is a project.
        """
        folder = Path(folder).absolute()
        with faults.translated(folder):
            if folder.exists() and not folder.is_dir():
                raise UserError(f"{folder} is a file, not a folder.", "Name a new folder for the project.")
            if project_file.exists(folder):
                raise UserError(f"There is a project in {folder} already.", "Name another folder, or go on with that project.")
            folder.mkdir(parents=True, exist_ok=True)
            by = by or settings.user_name()
            lock = cls._locked(folder, by) if not url else None
            try:
                database.create(folder, url)
            finally:
                if lock:
                    lock.release()
        return cls.open(folder, writing=True, by=by)

    @classmethod
    def open(cls, folder: Path, *, writing: bool, by: str | None = None) -> Workspace:
        """Opens a project. UserError: there is none, it is damaged, newer than the program, or somebody else is writing."""
        folder = Path(folder).absolute()
        by = by or settings.user_name()
        with faults.translated(folder):
            lock = cls._locked(folder, by) if writing and project_file.exists(folder) and not project_file.read_url(folder) else None
            try:
                return cls(folder, database.open_(folder, writing=writing), by, lock, writing=writing)
            except BaseException:
                if lock:
                    lock.release()
                raise

    @staticmethod
    def _locked(folder: Path, by: str) -> ProjectLock:
        lock = ProjectLock(folder)
        lock.acquire(by)
        return lock

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Backs up what changed and lets go of the project; harmless when it is closed already."""
        with self._turn:
            if self._changed:
                self._back_up()
            self.database.close()
            if self._lock:
                self._lock.release()

    # -- writing -------------------------------------------------------------------------------------------------------

    def do(self, operation: Callable[..., Value], *args: Any, title: str, undoable: bool = True, **kwargs: Any) -> Value:
        """Runs operation(session, *args, **kwargs) in one transaction; its value. An exception takes all of it back.

        session.info has "by", who acts, and "folder", the project's. The rows that an undoable operation touches are put on record under `title`, in
        the same transaction; one that touches nothing leaves no record. With undoable=False nothing is recorded (an
        operation may call changes.note).
        """
        result: list[Value] = []

        def act(session: Session) -> Change | None:
            capture = changes.Capture(session, recording=undoable)
            result.append(operation(session, *args, **kwargs))
            session.flush()
            rows = capture.rows() if undoable else []
            capture.stop()
            row = changes.record(session, title, "do", self.by, rows) if rows else None
            return None if undoable and row is None else capture.change(row and row.id, title)

        self._write(act)
        return result[0]

    def undo(self) -> str:
        """Takes this person's last change back; its title. UserError: there is none, or it was written over since."""
        return self._step(lambda session: changes.last_done(session, self.by), "undo", "There is nothing to take back.")

    def redo(self) -> str:
        """Does again what undo took back last; its title. UserError: there is nothing, or it was written over since."""
        return self._step(lambda session: changes.last_undone(session, self.by), "redo", "There is nothing to do again.")

    def take_back(self, change_id: int) -> str:
        """Takes one change out of the order back, as a change of its own that undo reverts; the change's title."""

        def find(session: Session) -> ChangeRow:
            found = session.get(ChangeRow, change_id)
            if found is None:
                raise UserError(f"There is no change {change_id}.", "`defectloop history` lists them.")
            if found.kind == "job":
                raise UserError(f'"{found.title}" is the result of a job, which cannot be taken back.')
            if found.kind == "undo" or found.undone_by is not None:
                raise UserError(f'"{found.title}" is taken back already.')
            return found

        return self._step(find, "do", "")

    def _step(self, find: Callable[[Session], ChangeRow | None], kind: str, nothing: str) -> str:
        titles: list[str] = []

        def act(session: Session) -> Change:
            target = find(session)
            if target is None:
                raise UserError(nothing)
            titles.append(target.title)
            return changes.revert(session, target, kind, self.by)

        try:
            self._write(act)
        except IntegrityError as fault:  # a row made since refers to what would go, or has taken its place
            raise changes.conflict(titles[0]) from fault
        return titles[0]

    def _write(self, act: Callable[[Session], Change | None]) -> None:
        if not self.writing:
            raise UserError("The project is open for reading only.", "Close the program that writes to it, and open it again.")
        with self._turn:
            with faults.translated(self.folder), self.database.writing() as session:
                session.info["by"], session.info["folder"] = self.by, self.folder
                change = act(session)
            self._changed = True
            if time.monotonic() - self._backed_up >= copies.EVERY_S:
                self._back_up()
        if change:
            for listener in list(self.listeners):
                listener(change)

    def _back_up(self) -> None:
        """A backup that fails must not take along what is already committed: it is said, and tried again later."""
        self._backed_up, self._changed = time.monotonic(), False
        if not self.database.is_sqlite:
            return
        try:
            backups.backup(self.database, self.folder, automatic=True)
        except (OSError, sqlite3.Error, UserError) as fault:
            self._changed = True
            _log.warning("%s is saved, but its backup failed: %s", self.folder, fault)

    # -- reading -------------------------------------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the project and cannot write; its records are not to be changed."""
        with faults.translated(self.folder), self.database.reading() as session:
            session.info["by"], session.info["folder"] = self.by, self.folder
            yield session

    def history(self, limit: int = 50) -> list[dict]:
        """The newest changes first: id, at, by, title, kind (do, undo, redo, job), undone, reverts, open (to be taken back)."""
        with self.read() as session:
            return changes.listed(session, limit)
