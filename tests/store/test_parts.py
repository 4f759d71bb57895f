"""Ids in parts: all of them, once, in their order, no part larger than a statement may be."""

from __future__ import annotations

import sqlite3

import pytest

from app.store.parts import AT_ONCE, in_parts


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_every_id_comes_once_and_in_order(count):
    parts = list(in_parts(iter(range(count))))
    assert [k for part in parts for k in part] == list(range(count))
    assert all(0 < len(part) <= AT_ONCE for part in parts)


def test_an_old_sqlite_takes_what_it_refuses_as_a_whole():
    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    def ask(ids: list[int]) -> None:
        connection.execute(f"select 1 where 1 in ({','.join('?' * len(ids))}) and 'name' = ?", [*ids, "name"])

    ids = list(range(5_000))
    with pytest.raises(sqlite3.OperationalError, match="too many SQL variables"):
        ask(ids)
    for part in in_parts(ids):
        ask(part)
