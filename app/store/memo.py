"""What was worked out from the project stays known until the project changes: for what many reads need, and each would work out anew."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

Value = TypeVar("Value")
_MEMO, _VERSION = "memo", "data_version"


def attach(session: Session) -> None:
    """Gives a reading session on SQLite what its connection knows, as far as nobody has written since, be it another process."""
    connection = session.connection()
    # Asked inside the session's transaction: it is the version of what the session sees.
    (version,) = connection.exec_driver_sql("PRAGMA data_version").one()
    if connection.info.get(_VERSION) != version:
        connection.info[_VERSION], connection.info[_MEMO] = version, {}
    session.info[_MEMO] = connection.info[_MEMO]


def remembered(session: Session, key: Hashable, work: Callable[[], Value]) -> Value:
    """work(), or what it gave for that key before. The value must be plain (no record), and is not to be changed.

    A session that writes, and one on a server, works it out each time.
    """
    memo = session.info.get(_MEMO)
    if memo is None:
        return work()
    if key not in memo:
        memo[key] = work()
    return memo[key]
