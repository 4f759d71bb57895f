"""A full disk, for root too: a sentence, the operation taken back whole, all before it kept, and work goes on after."""

from __future__ import annotations

import errno
import json
import sqlite3
import sys

import pytest
from sqlalchemy import event

from app.errors import UserError
from app.workspace import Workspace
from tests.app_fixtures import tables_of
from tests.store.conftest import add_class, class_names

LIMITED = """
import json, resource, sys
from pathlib import Path
import numpy as np
from app.errors import UserError
from app.workspace import Workspace
from tests.store.conftest import add_class, class_names

workspace = Workspace.open(Path(sys.argv[1]), writing=True, by="tester")
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
done, said = [], ""
while not said and len(done) < 500:
    name = f"{len(done)}"
    try:
        workspace.do(lambda s: (add_class(s, name + "a"), add_class(s, name + "b")), title="Add " + "x" * 5_000)
        done.append(name)
    except UserError as fault:
        said = str(fault)
seen = class_names(workspace)
if sys.argv[2] == "goes on":
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    workspace.do(add_class, "after", title="Add")
workspace.close()
print(json.dumps([done, said, seen]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX's")
@pytest.mark.parametrize("then", ["goes on", "closes at once"])
def test_a_limit_on_file_sizes(project, python, then):
    from app.workspace import Workspace

    said, wrong = python(LIMITED, project, then).communicate(timeout=120)
    assert said, wrong
    done, sentence, seen = json.loads(said)
    assert 3 < len(done) < 500 and "full" in sentence
    whole = ["one", *(f"{k}{half}" for k in done for half in "ab")]
    assert seen == whole
    with Workspace.open(project, writing=True, by="tester") as workspace:
        assert class_names(workspace) == whole + (["after"] if then == "goes on" else [])
        workspace.undo()
        workspace.do(add_class, "later", title="Add")


FAULTS = {
    "OSError": OSError(errno.ENOSPC, "No space left on device"),
    "file too big": OSError(errno.EFBIG, "File too large"),
    "sqlite": sqlite3.OperationalError("database or disk is full"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fills_up_in_the_middle_of_an_operation(workspace, fault):
    workspace.do(add_class, "before", title="Add")
    before, history = tables_of(workspace), workspace.history()

    def breaks(session):
        add_class(session, "half")
        raise FAULTS[fault]

    with pytest.raises(UserError, match="full"):
        workspace.do(breaks, title="Add")
    assert tables_of(workspace) == before and workspace.history() == history
    workspace.do(add_class, "after", title="Add")
    assert class_names(workspace) == ["before", "after"]


def test_a_disk_that_fills_up_at_the_commit(workspace):
    workspace.do(add_class, "before", title="Add")

    @event.listens_for(workspace.database._writing, "commit", once=True)
    def fail(_):
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(UserError, match="full"):
        workspace.do(add_class, "half", title="Add")
    workspace.do(add_class, "after", title="Add")
    assert class_names(workspace) == ["before", "after"]
    assert [row["title"] for row in workspace.history()] == ["Add", "Add"]


def test_a_disk_too_full_for_the_holders_name_keeps_nobody_out(project, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("app.store.lock.os.replace", full)
        with pytest.raises(UserError, match="full") as kept:  # kept by a window that shows it: no garbage collector may be needed
            Workspace.open(project, writing=True)
    with Workspace.open(project, writing=True) as workspace:
        assert class_names(workspace) == ["one"]
    assert kept.value


def test_access_refused_in_an_operation_is_said(workspace):
    def breaks(session):
        raise PermissionError(errno.EACCES, "Permission denied", "models/7")

    with pytest.raises(UserError, match="permission to write to models/7"):
        workspace.do(breaks, title="Adopt")
