"""The project's database: made, opened, checked, migrated; the only place that tells SQLite and PostgreSQL apart."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app.errors import UserError
from app.store import backups, copies, faults, memo, project_file, sqlite_file
from app.store.project_file import DATABASE
from app.store.records import Project

SCHEMAS = ("0001",)  # all that this program knows, the oldest first; one migration script each
BUSY_MS = 5_000  # how long an operation waits for a foreign program that writes to the file
NETWORK = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "afs", "ncpfs", "fuse.sshfs", "davfs", "fuse.davfs2"}
_ASK_FOR_SERVER = "Keep the project on a disk of this computer, or use a PostgreSQL server: defectloop new PROJECT --url postgresql://..."


class Database:
    """Engines on an existing database. `path` is the SQLite file, or None on a server."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.path = None if url else folder / DATABASE
        if self.path is None:
            self._reading, self._writing = _server_engines(url)
        else:
            self._reading, self._writing = _file_engines(self.path)

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and cannot write."""
        with Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            event.listen(session, "before_flush", _refuse_flush)
            if self.is_sqlite:
                memo.attach(session)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one transaction that keeps other writers out; committed at the end, rolled back on any error."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        # The writer last: only the last connection of all can put the log into the file and remove it.
        self._reading.dispose()
        self._writing.dispose()


def _refuse_flush(*_: object) -> None:
    raise RuntimeError("records that were read are not to be changed: write by Workspace.do")


# -- engines ---------------------------------------------------------------------------------------------------------


def _file_engines(path: Path) -> tuple[Engine, Engine]:
    url = URL.create("sqlite", database=str(path))
    reading = create_engine(url, creator=lambda: sqlite_file.reader(path), poolclass=QueuePool)
    writing = create_engine(url, creator=lambda: _writer(path), poolclass=QueuePool)
    event.listen(reading, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    event.listen(writing, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return reading, writing


def _writer(path: Path, *, foreign_keys: bool = True) -> sqlite3.Connection:
    connection = sqlite_file.connect(path, "rw")
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise UserError("SQLite's write-ahead log does not work in this folder, as on network drives.", _ASK_FOR_SERVER)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    except BaseException:
        connection.close()
        raise
    return connection


def _server_engines(url: str) -> tuple[Engine, Engine]:
    base = create_engine(server_url(url), pool_pre_ping=True, connect_args={"connect_timeout": 10})
    writing = base.execution_options(isolation_level="READ COMMITTED")
    event.listen(writing, "begin", _take_turn)
    # One snapshot for the whole session, as SQLite gives it.
    return base.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), writing


def _take_turn(connection) -> None:
    """One operation at a time in this project, as BEGIN IMMEDIATE does it: what an undo checks stays so until it commits."""
    connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('defectloop ' || current_schema()))")


def server_url(text_: str) -> URL:
    """The URL of a PostgreSQL database with its driver; UserError for any other."""
    try:
        url = make_url(text_)
    except ArgumentError as fault:
        raise UserError(f"{text_} is no database URL.", "It looks like postgresql://user@server/database.") from fault
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise UserError(f"Databases of the kind {url.get_backend_name()} are not supported.", "Give a PostgreSQL URL, or none for a file in the project's folder.")
    url = url.set(drivername="postgresql+psycopg")
    try:
        url.get_dialect().import_dbapi()
    except (ImportError, NoSuchModuleError) as fault:
        raise UserError("The driver for PostgreSQL is not installed.", "pip install 'psycopg[binary]'") from fault
    return url


# -- making and opening ------------------------------------------------------------------------------------------------


def create(folder: Path, url: str | None) -> None:
    """Makes the empty database of a new project, then project.json, which makes the folder a project."""
    with faults.translated(folder):
        if url:
            _create_on_server(url, folder.name)
        else:
            _refuse_network(folder)
            _create_file(folder / DATABASE, folder.name)
        project_file.write(folder, url)


def _create_file(path: Path, name: str) -> None:
    fresh = sqlite_file.side_file(path, ".new")
    for leftover in (fresh, *(sqlite_file.side_file(fresh, e) for e in sqlite_file.SIDE_FILES)):
        leftover.unlink(missing_ok=True)
    sqlite3.connect(fresh).close()
    _, engine = _file_engines(fresh)
    try:
        _fill(engine, name)
    finally:
        engine.dispose()
    sqlite_file.sync(fresh)
    os.replace(fresh, path)


def _create_on_server(url: str, name: str) -> None:
    _, engine = _server_engines(url)
    try:
        if inspect(engine).has_table("alembic_version"):
            raise UserError("This database holds a project already.", "Give an empty database, or open the project by its folder.")
        _fill(engine, name)
    finally:
        engine.dispose()


def _fill(engine: Engine, name: str) -> None:
    from app.store.migrations import migrate

    with engine.begin() as connection:
        migrate(connection)
        with Session(connection) as session:
            session.add(Project(name=name, settings={}))
            session.flush()


def open_(folder: Path, *, writing: bool) -> Database:
    """The database of a project, checked; brought to the present schema when it is opened for writing.

    UserError when there is none, when it is damaged (nothing is written then), newer than this program, or, for reading,
    older.
    """
    if not project_file.exists(folder):
        raise UserError(f"There is no project in {folder}.", f'`defectloop new "{folder}"` makes one.')
    with faults.translated(folder):
        url = project_file.read_url(folder)
        database = None
        if url is None:
            found = _checked_file(folder, thorough=writing)
        else:
            database = Database(folder, url)
            found = _schema_on_server(database)
        if found not in SCHEMAS:
            raise project_file.newer(folder)
        if found != SCHEMAS[-1]:
            if not writing:
                raise UserError("This project was made by an older version of the program.", "Any command that writes brings it up to date; close it elsewhere first.")
            _migrate(folder, url, found)
        return database or Database(folder, None)


def _checked_file(folder: Path, *, thorough: bool) -> str:
    path = folder / DATABASE
    if not path.exists():
        raise UserError(f"The project's database {path} is missing.", copies.way_back(folder))
    if thorough:
        _refuse_network(folder)
    wrong = sqlite_file.fault_of(path, thorough=thorough)
    if wrong:
        raise faults.damaged(folder, wrong)
    return sqlite_file.schema_of(path)


def _schema_on_server(database: Database) -> str:
    with database.reading() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            raise UserError("The database on the server holds no project.", "Check the address in project.json.")
        return session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def _migrate(folder: Path, url: str | None, found: str) -> None:
    """Brings the database to the present schema in one transaction; a copy of the old one is kept among the backups."""
    from app.store.migrations import migrate

    if url:
        _, engine = _server_engines(url)
    else:
        path = folder / DATABASE
        database = Database(folder, None)
        try:
            backups.backup(database, folder, note=f"before-{SCHEMAS[-1]}-from-{found}")
        finally:
            database.close()
        # SQLite changes a table by making it anew; references to it must not be followed meanwhile.
        engine = create_engine(URL.create("sqlite", database=str(path)), creator=lambda: _writer(path, foreign_keys=False), poolclass=QueuePool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            migrate(connection)
            if not url and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"the migration left a reference to nothing: {tuple(broken)}")
    finally:
        engine.dispose()


def _refuse_network(folder: Path) -> None:
    """UserError where the folder lies on a network drive: there two computers would not see each other's log."""
    import psutil

    text_ = str(folder.resolve())
    if text_.startswith("\\\\"):
        raise UserError(f"{folder} lies on a network drive, where the project's file would not be safe.", _ASK_FOR_SERVER)
    parts = [p for p in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(p.mountpoint)]
    part = max(parts, key=lambda p: len(p.mountpoint), default=None)
    if part and (part.fstype.lower() in NETWORK or "remote" in part.opts.split(",")):
        raise UserError(f"{folder} lies on a network drive ({part.fstype}), where the project's file would not be safe.", _ASK_FOR_SERVER)


def project_row(session: Session) -> Project:
    return session.execute(select(Project).order_by(Project.id)).scalars().first()
