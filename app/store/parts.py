"""Many ids in few statements: SQLite refuses a statement with too many variables (999 before its version 3.32)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

AT_ONCE = 500  # leaves room for what a statement names beside them

_T = TypeVar("_T")


def in_parts(ids: Iterable[_T]) -> Iterator[list[_T]]:
    """The ids (or what has one each) in their order, AT_ONCE of them at a time; nothing where there are none."""
    ids = list(ids)
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
