"""The regions of a run as columns, so that a hundred thousand of them are counted in a millisecond at each key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from app.store.review_queue import Proposed
from app.ui.review.crops import Key
from app.ui.review.handles import Scores

_GONE, _PENDING, _ACCEPTED, _REJECTED = range(4)
_CODES = {"": _PENDING, "accepted": _ACCEPTED, "corrected": _ACCEPTED, "rejected": _REJECTED}


class Book:
    """Class, score and state of each region that was ever noted; one that is gone keeps its line."""

    def __init__(self, keys: list[Key], class_ids: np.ndarray, scores: np.ndarray, check: np.ndarray, state: np.ndarray) -> None:
        self._keys, self._line = keys, {key: k for k, key in enumerate(keys)}
        self._class_ids, self._scores, self._check, self._state = class_ids, scores, check, state

    @classmethod
    def of(cls, rows: Mapping[Key, Proposed], marks: Mapping[Key, str]) -> Book:
        columns = [np.array([row[k] for row in rows.values()], kind) for k, kind in ((2, np.int64), (8, np.float64), (12, bool))]
        return cls(list(rows), *columns, np.array([_CODES[marks.get(key, "")] for key in rows], np.int8))

    def note(self, told: Iterable[tuple[Key, Proposed | None, str]]) -> None:
        """(key, its row or None where it is gone, its mark): new ones are added."""
        new = []
        for key, row, mark in told:
            line = self._line.get(key)
            if line is not None:
                self._state[line] = _GONE if row is None else _CODES[mark]
            elif row is not None:
                new.append((key, row, _CODES[mark]))
        if new:
            for key, _, _ in new:
                self._line[key] = len(self._keys)
                self._keys.append(key)
            self._class_ids = np.append(self._class_ids, [row.class_id for _, row, _ in new])
            self._scores = np.append(self._scores, [row.score for _, row, _ in new])
            self._check = np.append(self._check, [row.check for _, row, _ in new])
            self._state = np.append(self._state, np.array([code for _, _, code in new], np.int8))

    def count(self, class_id: int) -> int:
        """How many of a class wait."""
        return int(np.count_nonzero((self._class_ids == class_id) & (self._state == _PENDING)))

    def scores(self, class_id: int) -> Scores:
        of_class = self._class_ids == class_id
        return Scores(*(np.sort(self._scores[of_class & (self._state == code)]) for code in (_PENDING, _ACCEPTED, _REJECTED)))

    def waiting(self, class_id: int, low: float, high: float) -> tuple[Key, ...]:
        """Those of a class that wait, with a score from low to below high; check images apart."""
        wanted = (self._class_ids == class_id) & (self._state == _PENDING) & ~self._check & (self._scores >= low) & (self._scores < high)
        return tuple(self._keys[k] for k in np.flatnonzero(wanted).tolist())
