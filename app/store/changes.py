"""Row changes of an operation: captured from the session, written back in reverse, kept as the project's history.

Undo is data: no operation has undo code of its own. A captured row is [table, id, before, after], each side a dictionary
of columns or None for a row that was not there; of a changed row, only the columns that changed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, bindparam, delete, event, func, insert, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from app.errors import UserError
from app.store.parts import in_parts
from app.store.records import Base, ChangeRow, Image, Inference, Prediction

MOST_STEPS = 2_000
MOST_BYTES = 256 * 2**20
_TOUCHED = "touched images"

Row = list  # [table, id, before, after]
Columns = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What listeners are told: the change's id (None when it is not on record), its title, tables and images touched."""

    id: int | None
    title: str
    tables: frozenset[str]
    image_ids: frozenset[int]


# -- rows as JSON ------------------------------------------------------------------------------------------------------


def _encoded(table: Table, row: Any) -> Columns:
    return {c.name: _text(v) if isinstance(c.type, LargeBinary) else v for c, v in zip(table.columns, row, strict=True)}


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _decoded(table: Table, columns: Columns) -> Columns:
    binary = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
    return {name: base64.b64decode(v) if name in binary and v is not None else v for name, v in columns.items()}


def _present(connection: Connection, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Columns]:
    """The rows under these (table, id) as they stand now; those that are not there are left out."""
    found: dict[tuple[str, int], Columns] = {}
    by_table: dict[str, list[int]] = {}
    for name, id_ in keys:
        by_table.setdefault(name, []).append(id_)
    for name, ids in by_table.items():
        table = Base.metadata.tables[name]
        place = table.c.keys().index("id")
        for part in in_parts(ids):
            for row in connection.execute(select(table).where(table.c.id.in_(part))):
                found[name, row[place]] = _encoded(table, row)
    return found


# -- capture -----------------------------------------------------------------------------------------------------------


class Capture:
    """Listens to one session and knows, when it is done, every mapped row that it added, changed or removed.

    With `recording`, the rows' columns are kept too, and statements that change rows past the session are refused, since
    no event tells of them (RuntimeError: a fault of the program).
    """

    def __init__(self, session: Session, *, recording: bool) -> None:
        self._session = session
        self._recording = recording
        self._before: dict[tuple[str, int], Columns | None] = {}
        self._past_us: set[str] = set()
        for name, listener in self._listeners():
            event.listen(session, name, listener)

    def _listeners(self) -> list[tuple[str, Any]]:
        return [("before_flush", self._note_before), ("after_flush", self._note_new), ("do_orm_execute", self._guard)]

    def stop(self) -> None:
        for name, listener in self._listeners():
            event.remove(self._session, name, listener)

    def _note_before(self, session: Session, *_: object) -> None:
        changed = [o for o in session.dirty if session.is_modified(o)] + list(session.deleted)
        keys = sorted({_key(o) for o in changed} - self._before.keys())
        present = _present(session.connection(), keys) if self._recording else {}
        for key in keys:
            self._before[key] = present.get(key)

    def _note_new(self, session: Session, *_: object) -> None:
        for key in sorted(_key(o) for o in session.new):
            self._before.setdefault(key, None)

    def _guard(self, state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            if self._recording:
                raise RuntimeError("an operation that can be undone changes mapped objects, never rows by a statement")
            self._past_us.add(getattr(state.statement.table, "name", ""))

    def rows(self) -> list[Row]:
        """The rows that differ now from what they were, in the order in which they were touched first."""
        present = _present(self._session.connection(), self._before)
        rows = []
        for key, before in self._before.items():
            after = present.get(key)
            if before is not None and after is not None:
                names = [n for n in after if after[n] != before[n]]
                before, after = {n: before[n] for n in names}, {n: after[n] for n in names}
            if before or after:
                rows.append([*key, before, after])
        return rows

    def change(self, id_: int | None, title: str) -> Change:
        made = describe(self._session, id_, title, self._before, self._past_us)
        told = self._session.info.get(_TOUCHED)
        return replace(made, image_ids=made.image_ids | told) if told else made


def touch(session: Session, image_ids: Iterable[int]) -> None:
    """Tells the Change which images statements change, which go past the session; all of them or none must be told."""
    session.info.setdefault(_TOUCHED, set()).update(image_ids)


def _key(record: Base) -> tuple[str, int]:
    return record.__table__.name, record.id


def describe(session: Session, id_: int | None, title: str, keys: Iterable[tuple[str, int]], past_us: Iterable[str] = (), rows: list[Row] = ()) -> Change:
    """The Change of these (table, id); rows that are gone are looked up in `rows`."""
    keys = set(keys)
    images = {id_ for name, id_ in keys if name == Image.__tablename__}
    inferences: set[int] = set()
    tables = Base.metadata.tables
    for name, ids in _by_table(keys).items():
        column = next((tables[name].c[c] for c in ("image_id", "inference_id") if c in tables[name].c), None)
        if column is None:
            continue
        found = {v for part in in_parts(ids) for v in session.connection().scalars(select(column).where(tables[name].c.id.in_(part)).distinct())}
        (images if column.name == "image_id" else inferences).update(found)
    for name, _, before, after in rows:
        for columns in (before or {}, after or {}):
            if name != Prediction.__tablename__ and columns.get("image_id") is not None:
                images.add(columns["image_id"])
    for part in in_parts(inferences):
        images |= set(session.connection().scalars(select(Inference.image_id).where(Inference.id.in_(part))))
    return Change(id_, title, frozenset({name for name, _ in keys} | {n for n in past_us if n}), frozenset(images))


def _by_table(keys: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {}
    for name, id_ in keys:
        out.setdefault(name, []).append(id_)
    return out


# -- the way back --------------------------------------------------------------------------------------------------------


def inverse(rows: list[Row]) -> list[Row]:
    return [[name, id_, after, before] for name, id_, before, after in reversed(rows)]


def apply(session: Session, rows: list[Row], title: str) -> None:
    """Brings rows from their `before` to their `after`; UserError where one no longer stands as `before` says."""
    connection = session.connection()
    _check(connection, rows, title)
    tables = Base.metadata.tables
    # What goes makes room first (unique columns); references are checked at the commit, so parents may come last.
    for name, ids in _by_table((r[0], r[1]) for r in rows if r[3] is None).items():
        for part in in_parts(ids):
            connection.execute(delete(tables[name]).where(tables[name].c.id.in_(part)))
    changed = [r for r in rows if r[2] is not None and r[3] is not None]
    for (name, columns), group in groupby(changed, key=lambda r: (r[0], tuple(r[3]))):
        table = tables[name]
        statement = update(table).where(table.c.id == bindparam("_id")).values({c: bindparam(f"_{c}") for c in columns})
        connection.execute(statement, [{"_id": r[1], **{f"_{c}": v for c, v in _decoded(table, r[3]).items()}} for r in group])
    for name, group in groupby((r for r in rows if r[2] is None and r[3] is not None), key=lambda r: r[0]):
        connection.execute(insert(tables[name]), [_decoded(tables[name], r[3]) for r in group])


def _check(connection: Connection, rows: list[Row], title: str) -> None:
    for name, _, before, after in rows:
        if name not in Base.metadata.tables or {*(before or ()), *(after or ())} - set(Base.metadata.tables[name].c.keys()):
            raise UserError(f'"{title}" cannot be taken back: an older version of the program recorded it.')
    present = _present(connection, [(r[0], r[1]) for r in rows])
    for name, id_, before, _ in rows:
        now = present.get((name, id_))
        if (now is None) != (before is None) or (before and any(now[c] != v for c, v in before.items())):
            raise conflict(title)


def conflict(title: str) -> UserError:
    return UserError(f'"{title}" cannot be taken back or done again: what it touched was changed since.', "Take the later change back first (defectloop history lists them).")


# -- history -------------------------------------------------------------------------------------------------------------


def record(session: Session, title: str, kind: str, by: str, rows: list[Row], reverts: int | None = None) -> ChangeRow:
    """Writes a change beside what it describes, in the same transaction; folds old ones past the bounds."""
    size = len(json.dumps(rows)) if rows else 0
    row = ChangeRow(title=title, kind=kind, by=by, rows=rows or None, size=size, reverts=reverts)
    session.add(row)
    session.flush()
    fold(session)
    return row


def note(session: Session, title: str) -> ChangeRow:
    """Puts a job's doing into the history, closed to undo; for operations that run with undoable=False."""
    return record(session, title, "job", session.info["by"], [])


def fold(session: Session) -> None:
    """Drops the row images of the oldest changes past 2,000 steps or 256 MB; the account of them and the newest stay."""
    kept = ChangeRow.size > 0
    steps, total = session.execute(select(func.count(), func.coalesce(func.sum(ChangeRow.size), 0)).where(kept)).one()
    if steps <= MOST_STEPS and total <= MOST_BYTES:
        return
    oldest = session.execute(select(ChangeRow.id, ChangeRow.size).where(kept).order_by(ChangeRow.id)).all()
    gone = []
    for id_, size in oldest[:-1]:
        if steps <= MOST_STEPS and total <= MOST_BYTES:
            break
        gone.append(id_)
        steps, total = steps - 1, total - size
    for part in in_parts(gone):
        table = ChangeRow.__table__
        session.connection().execute(update(table).where(table.c.id.in_(part)).values(rows=None, size=0))


def last_done(session: Session, by: str) -> ChangeRow | None:
    """What undo takes back: the newest change of this person that stands."""
    wanted = (ChangeRow.by == by, ChangeRow.kind.in_(("do", "redo")), ChangeRow.undone_by.is_(None))
    return session.scalars(select(ChangeRow).where(*wanted).order_by(ChangeRow.id.desc()).limit(1)).first()


def last_undone(session: Session, by: str) -> ChangeRow | None:
    """What redo reverts: the newest undo of this person that stands, unless something new was done after it."""
    wanted = (ChangeRow.by == by, ChangeRow.kind == "undo", ChangeRow.undone_by.is_(None))
    found = session.scalars(select(ChangeRow).where(*wanted).order_by(ChangeRow.id.desc()).limit(1)).first()
    if found is None:
        return None
    newer = select(ChangeRow.id).where(ChangeRow.by == by, ChangeRow.kind == "do", ChangeRow.id > found.id).limit(1)
    return None if session.scalars(newer).first() is not None else found


def revert(session: Session, target: ChangeRow, kind: str, by: str) -> Change:
    """Takes `target` back as a new change of `kind` (undo, redo, or do for a single one taken out of the order)."""
    if not target.rows:
        raise UserError(f'"{target.title}" lies too far back to be taken back: only the account of it is kept.')
    rows = inverse(target.rows)
    apply(session, rows, target.title)
    title = f"Take back: {target.title}" if kind == "do" else target.title
    made = record(session, title, kind, by, rows, reverts=target.id)
    target.undone_by = made.id
    _mark_taken_back(session, target, made)
    session.flush()
    return describe(session, made.id, title, [(r[0], r[1]) for r in rows], rows=rows)


def _mark_taken_back(session: Session, target: ChangeRow, made: ChangeRow) -> None:
    """Where the change behind an undo or redo was itself a taking back, the change that it took back stands again or falls."""
    origin = target
    while origin.kind != "do" and origin.reverts:
        origin = session.get(ChangeRow, origin.reverts)
    if origin.kind == "do" and origin.reverts and made.kind != "do":
        session.get(ChangeRow, origin.reverts).undone_by = made.id if made.kind == "redo" else None


def history(session: Session, limit: int) -> list[dict]:
    """The newest changes first: id, at, by, title, kind, undone (whether it was taken back), reverts, open (whether it can be taken back)."""
    columns = (ChangeRow.id, ChangeRow.at, ChangeRow.by, ChangeRow.title, ChangeRow.kind, ChangeRow.undone_by, ChangeRow.reverts, ChangeRow.size)
    return [
        {
            "id": r.id, "at": r.at, "by": r.by, "title": r.title, "kind": r.kind, "undone": r.undone_by is not None, "reverts": r.reverts,
            "open": r.kind in ("do", "redo") and r.undone_by is None and r.size > 0,
        }
        for r in session.execute(select(*columns).order_by(ChangeRow.id.desc()).limit(limit))
    ]  # fmt: skip


def listed(session: Session, limit: int) -> list[dict]:
    """`history`, with what an undo or redo did in the title."""
    prefix = {"undo": "Undo: ", "redo": "Redo: "}
    return [{**row, "title": prefix.get(row["kind"], "") + row["title"]} for row in history(session, limit)]
