"""A reader learns that the holder of the project has written."""

from __future__ import annotations

from app.operations import classes
from app.store.watch import Watch
from app.workspace import Workspace


def test_each_commit_of_another_is_told_once(tmp_path):
    with Workspace.create(tmp_path / "钢", by="holder") as holder:
        watch = Watch(holder.database.path)
        assert not watch.changed() and not watch.changed()
        holder.do(classes.add, "scratch", title="Add")
        assert watch.changed() and not watch.changed()
        watch.close()
        holder.do(classes.add, "dent", title="Add")
        assert not watch.changed(), "it begins anew"
        watch.close()


def test_a_file_that_is_gone_tells_nothing(tmp_path):
    watch = Watch(tmp_path / "none.sqlite")
    assert not watch.changed() and not watch.changed()
    watch.close()
