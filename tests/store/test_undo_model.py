"""Any order of acts, undos, redos and restarts, against a plain model: a stack of states."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.errors import UserError
from app.store.records import DefectClass, SupportSetRow
from app.workspace import Workspace
from tests.app_fixtures import tables_of
from tests.store.conftest import add_class

NAMES = st.sampled_from("abcdef")


class History(RuleBasedStateMachine):
    """`states` are whole tables; `here` points into them, as an editor's undo does."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = Workspace.create(self.folder / "p", by="tester")
        self.states, self.here = [tables_of(self.workspace)], 0

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.workspace.close()
            shutil.rmtree(self.folder)

    def ids(self) -> dict[str, int]:
        return {row[list(DefectClass.__table__.c.keys()).index("name")]: row[-1] for row in self.states[self.here]["defect_class"]}

    def act(self, operation, *args) -> None:
        self.workspace.do(operation, *args, title="Act")
        state = tables_of(self.workspace)
        if state != self.states[self.here]:
            del self.states[self.here + 1 :]
            self.states.append(state)
            self.here += 1

    @rule(name=NAMES)
    def add(self, name: str) -> None:
        if name not in self.ids():
            self.act(add_class, name)

    @rule(name=NAMES, to=NAMES, cut=st.floats(0, 1))
    def change(self, name: str, to: str, cut: float) -> None:
        if name in self.ids() and to not in self.ids():

            def operation(session) -> None:
                row = session.get(DefectClass, self.ids()[name])
                row.name, row.cut = to, cut

            self.act(operation)

    @rule(name=NAMES)
    def replace(self, name: str) -> None:
        """Removes a class and gives its name to a new one, with a row that refers to it, in one operation."""
        if name in self.ids():

            def operation(session) -> None:
                for row in session.query(SupportSetRow).filter_by(class_id=self.ids()[name]):
                    session.delete(row)
                session.delete(session.get(DefectClass, self.ids()[name]))
                session.flush()
                session.add(SupportSetRow(digest="d", class_id=add_class(session, name), shots=[{"image": 1, "划": [1.5, None]}]))

            self.act(operation)

    @rule()
    def undo(self) -> None:
        if self.here:
            self.workspace.undo()
            self.here -= 1
        else:
            with pytest.raises(UserError):
                self.workspace.undo()

    @rule()
    def redo(self) -> None:
        if self.here + 1 < len(self.states):
            self.workspace.redo()
            self.here += 1
        else:
            with pytest.raises(UserError):
                self.workspace.redo()

    @precondition(lambda self: len(self.states) > 2)
    @rule()
    def restart(self) -> None:
        self.workspace.close()
        self.workspace = Workspace.open(self.folder / "p", writing=True, by="tester")

    @invariant()
    def the_tables_are_the_state(self) -> None:
        if hasattr(self, "workspace"):
            assert tables_of(self.workspace) == self.states[self.here]


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck))
