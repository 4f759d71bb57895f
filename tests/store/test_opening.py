"""Opening what is damaged, missing, newer, held, forbidden or on a network drive: a sentence, and not one byte written."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from sqlalchemy import delete, select

from app.errors import UserError
from app.store import database, sqlite_file
from app.store.lock import ProjectLock
from app.store.records import DefectClass
from app.workspace import Workspace
from tests.store.conftest import ROOT, add_class, class_names

DAMAGES = {
    "half of it overwritten": lambda raw: raw[:100] + b"\xff" * (len(raw) // 2) + raw[100 + len(raw) // 2 :],
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "something else": lambda raw: "kein Datensatz 不是".encode() * 100,
    "its header lost": lambda raw: b"\0" * 16 + raw[16:],
}


def bytes_beside(folder: Path) -> dict[str, bytes]:
    """Database and log as they lie on the disk; not the -shm file, which holds no data."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name.startswith("project.sqlite") and not p.name.endswith("-shm")}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("writing", [False, True])
def test_a_damaged_database_is_left_as_it_is_and_the_way_back_named(project, damage, writing):
    path = project / "project.sqlite"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    before = bytes_beside(project)
    newest = sorted((project / "backups").iterdir())[-1].name
    with pytest.raises(UserError) as said:
        Workspace.open(project, writing=writing).close()
    assert "damaged" in str(said.value) and newest in str(said.value) and "defectloop restore" in str(said.value)
    assert bytes_beside(project) == before


def test_the_newest_backup_is_named_only_if_it_is_good(project):
    good = sorted((project / "backups").iterdir())[-1]
    (project / "backups" / "project-20991231T000000000000Z.sqlite").write_bytes(good.read_bytes()[:5000])
    path = project / "project.sqlite"
    path.write_bytes(b"")
    with pytest.raises(UserError, match=good.name):
        Workspace.open(project, writing=True)
    good.unlink()
    with pytest.raises(UserError, match="no good backup"):
        Workspace.open(project, writing=True)


def test_damage_where_the_quick_look_does_not_reach_is_found_on_reading(project):
    with Workspace.open(project, writing=True) as workspace:
        for k in range(300):
            workspace.do(add_class, f"class {k} " + "x" * 150, title="Add")
    path = project / "project.sqlite"
    with closing(sqlite_file.look(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'defect_class'").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(raw)
    with pytest.raises(UserError, match="damaged"):
        Workspace.open(project, writing=True)
    with Workspace.open(project, writing=False) as workspace, pytest.raises(UserError, match="damaged.*restore"), workspace.read() as session:
        session.scalars(select(DefectClass)).all()
    assert path.read_bytes() == raw


def killed_with_a_log(project, python, name: str = "two") -> None:
    """A holder dies without closing: its last class is in the log only."""
    process = python(
        "import os, sys; from pathlib import Path; from app.workspace import Workspace; from tests.store.conftest import add_class\n"
        "workspace = Workspace.open(Path(sys.argv[1]), writing=True)\n"
        "workspace.do(add_class, sys.argv[2], title='Add two')\n"
        "os._exit(9)",
        project,
        name,
    )
    process.communicate(timeout=60)
    assert process.returncode == 9 and (project / "project.sqlite-wal").stat().st_size > 0


def test_reading_after_a_kill_writes_to_neither_database_nor_log(project, python):
    killed_with_a_log(project, python)
    before = bytes_beside(project)
    with Workspace.open(project, writing=False) as workspace:
        assert class_names(workspace) == ["one", "two"]
    assert bytes_beside(project) == before
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one", "two"]


@pytest.mark.parametrize("writing", [False, True])
def test_a_kill_while_the_log_goes_into_the_file_is_no_damage(project, python, writing):
    """A page of the database is the log's already, and those that it names are in the log only."""
    killed_with_a_log(project, python, "two " + "x" * 20_000)
    path = project / "project.sqlite"
    log = (project / "project.sqlite-wal").read_bytes()
    frames = {int.from_bytes(log[at : at + 4], "big"): log[at + 24 : at + 24 + 4096] for at in range(32, len(log), 24 + 4096)}
    with closing(sqlite_file.look(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'defect_class'").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(root - 1) * 4096 : root * 4096] = frames[root]
    path.write_bytes(raw)
    with Workspace.open(project, writing=writing) as workspace:
        assert [name[:4].strip() for name in class_names(workspace)] == ["one", "two"]


@pytest.mark.parametrize("writing", [False, True])
def test_damage_under_a_log_is_left_as_it_is_too(project, python, writing):
    killed_with_a_log(project, python)
    path = project / "project.sqlite"
    path.write_bytes(b"\xff" * path.stat().st_size)
    before = bytes_beside(project)
    with pytest.raises(UserError, match="damaged.*restore"):
        Workspace.open(project, writing=writing)
    assert bytes_beside(project) == before


def test_a_log_deleted_by_hand_costs_at_most_what_was_in_it(project, python):
    killed_with_a_log(project, python)
    for ending in ("-wal", "-shm"):
        (project / f"project.sqlite{ending}").unlink()
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one"]


def test_reading_leaves_the_database_alone_and_no_lock(project):
    before = (project / "project.sqlite").read_bytes()
    with Workspace.open(project, writing=False) as workspace:
        with pytest.raises(UserError, match="reading only"):
            workspace.do(add_class, "x", title="Add")
        assert class_names(workspace) == ["one"]
    assert (project / "project.sqlite").read_bytes() == before
    assert not (project / "project.lock.json").exists()


def test_a_read_sees_one_state_and_cannot_write(workspace):
    workspace.do(add_class, "a", title="Add")
    with workspace.read() as session:
        first = session.scalars(select(DefectClass.name)).all()
        workspace.do(add_class, "b", title="Add")
        assert session.scalars(select(DefectClass.name)).all() == first == ["a"]
    with pytest.raises(RuntimeError, match="not to be changed"), workspace.read() as session:
        add_class(session, "c")
    with pytest.raises(Exception, match="permission|read-only"), workspace.read() as session:
        session.execute(delete(DefectClass))
    assert class_names(workspace) == ["a", "b"]


def test_a_second_writer_is_told_who_holds_the_project(project, python):
    with Workspace.open(project, writing=True, by="Ada 李") as holder:
        with pytest.raises(UserError, match=f"Ada 李 holds it .process {os.getpid()} on "):
            Workspace.open(project, writing=True)
        process = python(
            "import sys; from pathlib import Path; from app.workspace import Workspace\ntry: Workspace.open(Path(sys.argv[1]), writing=True)\nexcept Exception as fault: print(type(fault).__name__, fault)",
            project,
        )
        said, _ = process.communicate(timeout=60)
        assert said.startswith("UserError") and "Ada 李 holds it" in said
        with Workspace.open(project, writing=False) as reader:
            holder.do(add_class, "two", title="Add")
            assert class_names(reader) == ["one", "two"]
    Workspace.open(project, writing=True).close()


def test_two_do_not_make_the_same_project(tmp_path):
    (tmp_path / "p").mkdir()
    lock = ProjectLock(tmp_path / "p")
    lock.acquire("Ada")
    with pytest.raises(UserError, match="Ada holds it"):
        Workspace.create(tmp_path / "p")
    lock.release()
    Workspace.create(tmp_path / "p").close()


def test_the_lock_of_a_killed_holder_is_free(project, python):
    process = python(
        "import sys, time; from pathlib import Path; from app.workspace import Workspace\nw = Workspace.open(Path(sys.argv[1]), writing=True)\nprint('open', flush=True)\ntime.sleep(60)",
        project,
    )
    assert process.stdout.readline() == "open\n"
    with pytest.raises(UserError, match=f"process {process.pid} "):
        Workspace.open(project, writing=True)
    process.kill()
    process.wait(timeout=20)
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one"]


def test_a_failed_opening_lets_go_of_the_lock(project):
    raw = (project / "project.sqlite").read_bytes()
    (project / "project.sqlite").write_bytes(b"")
    with pytest.raises(UserError, match="damaged") as kept:  # a window keeps it to show it: no garbage collector may be needed
        Workspace.open(project, writing=True)
    (project / "project.sqlite").write_bytes(raw)
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one"]
    assert kept.value


def test_a_project_of_a_newer_version_is_not_touched(project):
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = bytes_beside(project)
    for writing in (False, True):
        with pytest.raises(UserError, match="newer version"):
            Workspace.open(project, writing=writing)
    assert bytes_beside(project) == before


@pytest.mark.parametrize(("text", "says"), [('{"format": 2, "url": null}', "newer version"), ("{", "cannot be understood"), ("[]", "cannot be understood"), ('{"format": 1, "url": 5}', "no text")])
def test_project_json_of_a_newer_version_or_damaged(project, text, says):
    (project / "project.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        Workspace.open(project, writing=True)


def test_a_lost_project_json_or_database(project):
    (project / "project.json").unlink()
    Workspace.open(project, writing=True).close()
    (project / "project.json").write_text(json.dumps({"format": 1, "url": None}), encoding="utf-8")
    (project / "project.sqlite").unlink()
    with pytest.raises(UserError, match="missing.*defectloop restore"):
        Workspace.open(project, writing=False)


def test_no_project_there_or_one_already(project, tmp_path):
    with pytest.raises(UserError, match="There is no project.*defectloop new"):
        Workspace.open(tmp_path / "nothing", writing=True)
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(UserError, match="already"):
        Workspace.create(project)
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="is a file"):
        Workspace.create(tmp_path / "file")


def test_creating_goes_on_where_an_earlier_one_was_killed(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "project.sqlite.new").write_bytes(b"half of it")
    with Workspace.create(tmp_path / "p") as workspace:
        assert class_names(workspace) == []
    assert not (tmp_path / "p" / "project.sqlite.new").exists()


@pytest.mark.parametrize(("url", "says"), [("nonsense", "no database URL"), ("sqlite:///x.db", "not supported"), ("mysql://a/b", "not supported")])
def test_urls_that_are_none_of_ours(tmp_path, url, says):
    with pytest.raises(UserError, match=says):
        Workspace.create(tmp_path / "p", url)


def test_a_server_that_does_not_answer(tmp_path):
    with pytest.raises(UserError, match="server does not answer"):
        Workspace.create(tmp_path / "p", "postgresql://nobody@127.0.0.1:1/none")
    (tmp_path / "p" / "project.json").write_text('{"format": 1, "url": "postgresql://nobody@127.0.0.1:1/none"}', encoding="utf-8")
    with pytest.raises(UserError, match="server does not answer"):
        Workspace.open(tmp_path / "p", writing=False)


def test_a_network_drive_is_refused_with_the_way_out(project, tmp_path, monkeypatch):
    drive = SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4", opts="rw")
    root = SimpleNamespace(mountpoint="/", fstype="ext4", opts="rw")
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: [root, drive])
    for act in (lambda: Workspace.create(tmp_path / "new"), lambda: Workspace.open(project, writing=True)):
        with pytest.raises(UserError, match="network drive.*PostgreSQL"):
            act()
    with Workspace.open(project, writing=False) as workspace:
        assert class_names(workspace) == ["one"]


def test_a_refused_log_is_refused_with_the_way_out(project, monkeypatch):
    class Refusing(sqlite3.Connection):
        def execute(self, statement, *rest):
            return super().execute("PRAGMA user_version" if "journal_mode" in statement else statement, *rest)

    monkeypatch.setattr(database.sqlite_file, "connect", lambda path, mode: sqlite3.connect(path, factory=Refusing, isolation_level=None))
    with pytest.raises(UserError, match="network drives.*PostgreSQL"):
        database._writer(project / "project.sqlite")


def test_an_operation_keeps_foreign_programs_out_from_its_first_read_on(project):
    """Else what it read, an undo's conflict check for one, may no longer hold when it writes."""
    with closing(sqlite3.connect(project / "project.sqlite", timeout=0, isolation_level=None)) as foreign, Workspace.open(project, writing=True) as workspace:

        def act(session) -> int:
            read = len(session.scalars(select(DefectClass)).all())
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                foreign.execute("UPDATE defect_class SET cut = 0.1")
            return read

        assert workspace.do(act, title="Only reads") == 1


def test_a_foreign_program_that_does_not_let_go_is_said(project, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 50)
    with Workspace.open(project, writing=True) as workspace:
        with closing(sqlite3.connect(project / "project.sqlite", isolation_level=None)) as foreign:
            foreign.execute("BEGIN IMMEDIATE")
            with pytest.raises(UserError, match="Another program"):
                workspace.do(add_class, "two", title="Add")
            foreign.execute("ROLLBACK")
        workspace.do(add_class, "three", title="Add")
        assert class_names(workspace) == ["one", "three"]


@pytest.mark.skipif(sys.platform == "win32", reason="permission bits are POSIX's")
def test_a_folder_without_write_permission(python):
    """As a user that may not write (root may always): reading works, writing and making one end with a sentence."""
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        with Workspace.create(top / "p") as workspace:
            workspace.do(add_class, "one", title="Add")
        for path in [top, *top.rglob("*")]:
            path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH | (0o111 if path.is_dir() else 0))
        code = (
            "import os, sys; from pathlib import Path; from app.workspace import Workspace; from tests.store.conftest import class_names\n"
            "import psutil, sqlalchemy.dialects.sqlite, app.store.migrations  # before the interpreter's own files may be out of reach\n"
            "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "p = Path(sys.argv[1])\n"
            "with Workspace.open(p, writing=False, by='x') as w: print(class_names(w))\n"
            "for act in (lambda: Workspace.open(p, writing=True, by='x'), lambda: Workspace.create(p.parent / 'new', by='x')):\n"
            "    try: act()\n"
            "    except Exception as fault: print(type(fault).__name__, fault)\n"
        )
        process = python(code, top / "p", cwd=ROOT)
        said, wrong = process.communicate(timeout=60)
        for path in [top, *top.rglob("*")]:
            path.chmod(0o755)
        lines = said.splitlines()
        assert lines[:1] == ["['one']"], wrong
        assert len(lines) == 3 and all(line.startswith("UserError There is no permission to write") for line in lines[1:]), said
        assert sorted(p.name for p in (top / "p").iterdir()) == ["backups", "project.json", "project.lock", "project.sqlite"]
