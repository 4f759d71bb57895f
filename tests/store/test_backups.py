"""Backups when they are due, what is kept of them, and the way back from one."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.errors import UserError
from app.store import backups, copies, sqlite_file
from app.workspace import Workspace
from tests.store.conftest import add_class, class_names


def test_a_copy_is_made_on_closing_only_after_a_change(project):
    first = copies.listed(project)
    assert len(first) == 1 and copies.is_good(first[0])
    Workspace.open(project, writing=True).close()
    Workspace.open(project, writing=False).close()
    assert copies.listed(project) == first


def test_a_copy_holds_what_was_committed_last(project):
    with Workspace.open(project, writing=True) as workspace:
        workspace.do(add_class, "two", title="Add")
        asked = backups.backup(workspace.database, project)
        workspace.do(add_class, "three", title="Add")
    newest = copies.listed(project)[0]
    for path, names in ((asked, ["one", "two"]), (newest, ["one", "two", "three"])):
        with sqlite_file.look(path) as connection:
            assert [n for (n,) in connection.execute("SELECT name FROM defect_class ORDER BY id")] == names


def test_a_copy_can_be_made_beside_a_writer(project):
    with Workspace.open(project, writing=True) as writer, Workspace.open(project, writing=False) as reader:
        writer.do(add_class, "two", title="Add")
        made = backups.backup(reader.database, project)
    assert copies.is_good(made) and not list((project / "backups").glob("*.partial*"))


def test_while_something_changes_a_copy_is_made_every_ten_minutes(project, monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("app.workspace.time", clock)
    made: list[int] = []
    monkeypatch.setattr(backups, "backup", lambda *_, automatic: made.append(now))
    now = 1000
    with Workspace.open(project, writing=True) as workspace:
        for now in (1000, 1599, 1600, 2199, 2200, 9000):
            workspace.do(add_class, f"at {now}", title="Add")
            workspace.history()
        assert made == [1600, 2200, 9000]
    assert made == [1600, 2200, 9000]  # nothing has changed since the last one


def test_of_automatic_copies_ten_stay_and_one_a_day():
    start = datetime(2026, 11, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=4 * k) for k in range(14 * 24 * 15)]  # two weeks, every four minutes
    kept = sorted(copies.kept(times))
    last = times[-1]
    assert len(kept) == 19 and kept[-1] == last  # the newest day's own is one of the ten
    assert all(last - t < timedelta(minutes=100) for t in kept[-10:])
    assert [t.date() for t in kept[:9]] == [last.date() - timedelta(days=9 - k) for k in range(9)]
    assert all(t + timedelta(minutes=4) >= datetime.combine(t.date() + timedelta(days=1), datetime.min.time(), UTC) for t in kept[:9])


def test_thinning_spares_what_was_asked_for(project):
    folder = project / "backups"
    good = copies.listed(project)[0].read_bytes()
    for k in range(12):
        (folder / f"project-20260101T00{k:02d}00000000Z-auto.sqlite").write_bytes(good)
    (folder / "project-20200101T000000000000Z.sqlite").write_bytes(good)
    (folder / "notes.sqlite").write_bytes(b"somebody else's")
    copies.thin(project)
    left = {p.name for p in folder.iterdir()}
    assert "project-20200101T000000000000Z.sqlite" in left and "notes.sqlite" in left
    assert sum("20260101" in name for name in left) == 2  # two slots of ten minutes


def test_restoring_brings_all_back_and_keeps_what_was_there(project):
    path = project / "project.sqlite"
    broken = b"\xff" * path.stat().st_size
    path.write_bytes(broken)
    (project / "project.sqlite-wal").write_bytes(b"a log of another time")
    used = backups.restore(project)
    assert used == copies.listed(project)[0]
    with Workspace.open(project, writing=True, by="tester") as workspace:
        assert class_names(workspace) == ["one"]
        assert workspace.undo() == "Add class one"
    aside = {p.name[-4:]: p.read_bytes() for p in project.glob("project.replaced-*")}
    assert aside == {"lite": broken, "-wal": b"a log of another time"}


def test_restoring_a_lost_database(project):
    (project / "project.sqlite").unlink()
    backups.restore(project)
    with Workspace.open(project, writing=False) as workspace:
        assert class_names(workspace) == ["one"]


def test_a_named_backup_is_restored_and_a_bad_one_refused(project, tmp_path):
    with Workspace.open(project, writing=True) as workspace:
        old = backups.backup(workspace.database, project)
        workspace.do(add_class, "two", title="Add")
    (tmp_path / "bad.sqlite").write_bytes(old.read_bytes()[:3000])
    before = (project / "project.sqlite").read_bytes()
    for bad in (tmp_path / "bad.sqlite", tmp_path / "none.sqlite", project):
        with pytest.raises(UserError, match="no sound backup"):
            backups.restore(project, bad)
    assert (project / "project.sqlite").read_bytes() == before
    assert backups.restore(project, old) == old
    with Workspace.open(project, writing=False) as workspace:
        assert class_names(workspace) == ["one"]


def test_restoring_waits_for_nobody(project, tmp_path):
    with Workspace.open(project, writing=True, by="Ada"), pytest.raises(UserError, match="Ada holds it"):
        backups.restore(project)
    with pytest.raises(UserError, match="no project"):
        backups.restore(tmp_path / "nothing")
    for path in copies.listed(project):
        path.unlink()
    with pytest.raises(UserError, match="no good backup"):
        backups.restore(project)


def test_a_backup_that_fails_on_closing_is_said_and_takes_nothing_along(project, monkeypatch, caplog):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sqlite_file, "copy_into", fail)
    with caplog.at_level(logging.WARNING), Workspace.open(project, writing=True) as workspace:
        workspace.do(add_class, "two", title="Add")
    assert "is saved, but its backup failed" in caplog.text
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one", "two"]


def test_half_a_backup_is_not_left_on_a_full_disk(project, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sqlite_file, "sync", full)
    before = sorted((project / "backups").iterdir())
    with Workspace.open(project, writing=False) as workspace, pytest.raises(UserError, match="full"):
        backups.backup(workspace.database, project)
    assert sorted((project / "backups").iterdir()) == before


def test_a_server_makes_its_own_backups(workspace):
    if workspace.database.is_sqlite:
        assert backups.backup(workspace.database, workspace.folder).exists()
        return
    with pytest.raises(UserError, match="own backups"):
        backups.backup(workspace.database, workspace.folder)
    with pytest.raises(UserError, match="own backups"):
        backups.restore(workspace.folder)
