"""Whether somebody holds a project, seen without touching its lock."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

from app.store.lock import HOLDER, ProjectLock


def test_it_seems_held_while_somebody_holds_it(tmp_path):
    lock, watching = ProjectLock(tmp_path), ProjectLock(tmp_path)
    assert not watching.seems_held
    lock.acquire("holder 甲")
    assert watching.seems_held
    lock.release()
    assert not watching.seems_held


def test_a_dead_holder_holds_nothing_and_one_elsewhere_may_live(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for host, seems_held in ((socket.gethostname(), False), ("another machine", True)):
        (tmp_path / HOLDER).write_text(json.dumps({"by": "x", "pid": ended.pid, "host": host, "since": ""}), encoding="utf-8")
        assert ProjectLock(tmp_path).seems_held == seems_held
    (tmp_path / HOLDER).write_text("{", encoding="utf-8")  # just being written
    assert ProjectLock(tmp_path).seems_held
