"""Schema steps by Alembic, run from code: no ini file, no env.py, no command line of its own."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.store.records import Base

FOLDER = Path(__file__).resolve().parent


def scripts(folder: Path | None = None) -> ScriptDirectory:
    return ScriptDirectory(str(folder or FOLDER))


def migrate(connection: Connection) -> None:
    """Brings the database to the newest schema inside the connection's transaction."""
    found = scripts()
    context = EnvironmentContext(Config(), found, fn=lambda revision, _: found._upgrade_revs("head", revision), destination_rev="head")
    with context:
        # SQLite can take schema changes back as well; Alembic supposes that it cannot.
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
        context.run_migrations()
