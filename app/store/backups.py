"""Backs the project's SQLite database up into its folder `backups`, and puts a backup in the database's place.

Automatic copies are thinned: of each ten minutes the newest stays, ten of these, and the newest of each of ten days.
Copies that a person asked for are never removed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import UserError
from app.store import copies, faults, project_file, sqlite_file
from app.store.lock import ProjectLock

if TYPE_CHECKING:
    from app.store.database import Database

_ON_SERVER = "This project's database lies on a server, which makes its own backups."


def backup(database: Database, folder: Path, *, automatic: bool = False, note: str = "") -> Path:
    """Copies the database as it stands into `folder`/backups, beside a writer too; the copy's path.

    UserError on a database server, and where the copy cannot be written.
    """
    if database.path is None:
        raise UserError(_ON_SERVER, "Ask whoever runs the server, or use pg_dump.")
    where = folder / "backups"
    ending = copies.AUTOMATIC if automatic else (f"-{note}" if note else "")
    with faults.translated(folder):
        where.mkdir(exist_ok=True)
        target = where / f"project-{copies.stamp()}{ending}.sqlite"
        sqlite_file.copy_into(database.path, target)
        if automatic:
            copies.thin(folder)
    return target


def restore(folder: Path, file: Path | None = None) -> Path:
    """Puts a backup (the newest good one unless `file` is given) in the database's place; the backup's path.

    The database that was there is moved aside beside it with its log, never deleted. UserError without a good backup,
    or while somebody writes.
    """
    folder = Path(folder).absolute()
    if not folder.is_dir():
        raise UserError(f"There is no project in {folder}.")
    with faults.translated(folder):
        if project_file.read_url(folder):
            raise UserError(_ON_SERVER, "Ask whoever runs the server to restore it.")
        used = Path(file).absolute() if file else copies.newest_good(folder)
        if used is None:
            raise UserError(f"There is no good backup in {folder / 'backups'}.", "Name a backup from elsewhere: defectloop restore PROJECT FILE")
        if not used.is_file() or not copies.is_good(used):
            raise UserError(f"{used} is no sound backup of a project.", "Without a file's name, the newest good backup is restored.")
        lock = ProjectLock(folder)
        lock.acquire("restore")
        try:
            _replace(folder / project_file.DATABASE, used)
        finally:
            lock.release()
    return used


def _replace(database: Path, used: Path) -> None:
    fresh = sqlite_file.side_file(database, ".restored")
    fresh.unlink(missing_ok=True)
    shutil.copyfile(used, fresh)
    sqlite_file.set_wal(fresh)
    sqlite_file.sync(fresh)
    aside = database.with_name(f"project.replaced-{copies.stamp()}.sqlite")
    # The log goes first: a log that stayed would be read into the backup.
    for ending in (*sqlite_file.SIDE_FILES, ""):
        old = sqlite_file.side_file(database, ending)
        if old.exists():
            os.replace(old, sqlite_file.side_file(aside, ending))
    os.replace(fresh, database)
