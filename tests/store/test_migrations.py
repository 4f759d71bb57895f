"""The migration scripts make exactly records.py, on both databases, and bring an older project up to date without loss."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from app.errors import UserError
from app.store import copies, database, migrations
from app.store.records import Base
from app.workspace import Workspace
from tests.store.conftest import add_class, class_names

NEXT = '''
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    # The table is made anew where that is the way to change one: what refers to it must outlive that.
    with op.batch_alter_table("defect_class", recreate="always" if op.get_bind().dialect.name == "sqlite" else "never") as table:
        table.add_column(sa.Column("hint", sa.Text(), nullable=False, server_default="new"))
'''


def test_the_scripts_are_the_schemas_that_the_program_knows():
    found = migrations.scripts()
    assert tuple(s.revision for s in reversed(list(found.walk_revisions()))) == database.SCHEMAS
    assert found.get_heads() == [database.SCHEMAS[-1]]


def test_the_scripts_make_exactly_the_tables_of_records(workspace):
    with workspace.database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_ids_are_never_given_twice_and_references_are_checked_at_the_commit(workspace):
    with workspace.database.reading() as session:
        look = inspect(session.connection())
        keys = [key for table in Base.metadata.tables for key in look.get_foreign_keys(table)]
    assert len(keys) == 20 and all(key["options"]["initially"] == "DEFERRED" for key in keys)
    first = workspace.do(add_class, "a", title="Add")
    workspace.undo()
    assert workspace.do(add_class, "b", title="Add") > first


def test_the_sqlite_tables_are_the_same_text(project):
    """What autogenerate does not compare: AUTOINCREMENT, the checks' wording, the columns' order."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        wanted = _texts(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        made = _texts(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    del made["alembic_version"]
    assert made == wanted and len(wanted) > 20


def _texts(rows) -> dict[str, list[str]]:
    """The statements without their line breaks; what stands in a table's brackets in any order."""
    plain = {name: " ".join(sql.split()) for name, sql in rows}
    return {name: [sql.partition("(")[0], *sorted(re.split(r",\s+(?![^(]*\))", sql.partition("(")[2].rpartition(")")[0].strip()))] for name, sql in plain.items()}


@pytest.fixture
def newer_program(tmp_path, monkeypatch):
    """Makes this program one that knows a schema 0002 with a column more."""

    def upgrade() -> None:
        folder = tmp_path / "scripts"
        shutil.copytree(migrations.FOLDER / "versions", folder / "versions", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "0002_hint.py").write_text(NEXT, encoding="utf-8")
        monkeypatch.setattr(migrations, "FOLDER", folder)
        monkeypatch.setattr(database, "SCHEMAS", ("0001", "0002"))

    return upgrade


def test_an_older_project_is_migrated_by_a_writer_only(tmp_path, database_url, newer_program):
    folder = tmp_path / "p"
    with Workspace.create(folder, database_url, by="tester") as workspace:
        class_id = workspace.do(add_class, "one", title="Add")
        workspace.do(_add_tag, class_id, title="Tag")
    newer_program()
    with pytest.raises(UserError, match="older version"):
        Workspace.open(folder, writing=False)
    with Workspace.open(folder, writing=True, by="tester") as workspace:
        columns = {c["name"] for c in inspect(workspace.database._reading).get_columns("defect_class")}
        assert "hint" in columns and class_names(workspace) == ["one"]
        workspace.undo()
    with Workspace.open(folder, writing=False) as workspace:
        assert class_names(workspace) == ["one"]
    aside = [p for p in copies.listed(folder) if "before-0002-from-0001" in p.name]
    assert len(aside) == (database_url is None) and all(copies.is_good(p) for p in aside)


def _add_tag(session, class_id) -> None:
    """A row that refers to the table that the migration makes anew."""
    from app.store.records import Image, ImageTag, Root

    root = Root(name="r", path=".")
    session.add(root)
    session.flush()
    image = Image(root_id=root.id, path="a.png", sha256="0" * 64, width=1, height=1, channels=1, depth="uint8")
    session.add(image)
    session.flush()
    session.add(ImageTag(image_id=image.id, class_id=class_id, source="person"))


def test_a_migration_that_fails_leaves_the_project_as_it_was(project, newer_program):
    newer_program()
    script = migrations.FOLDER / "versions" / "0002_hint.py"
    script.write_text(NEXT + '    op.execute("INSERT INTO not_there VALUES (1)")\n', encoding="utf-8")
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        before = list(connection.iterdump())
    with pytest.raises(Exception, match="no such table"):
        Workspace.open(project, writing=True)
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        assert list(connection.iterdump()) == before


def test_a_server_holds_one_project_in_a_schema(workspace, database_url, tmp_path):
    if database_url is None:
        assert workspace.database.is_sqlite
        return
    with pytest.raises(UserError, match="holds a project already"):
        Workspace.create(tmp_path / "another", database_url)
    with Workspace.open(workspace.folder, writing=True, by="second") as second:  # several may write on a server
        second.do(add_class, "hers", title="Add")
        workspace.do(add_class, "mine", title="Add")
        assert class_names(workspace) == class_names(second) == ["hers", "mine"]
