"""How long a job will still take, from how fast it got on while it was watched."""

from __future__ import annotations

_SURE_AFTER_S = 3.0  # before that, a rate is a guess


class TimeLeft:
    """Told how far a stage of a job is, it knows when the stage will end. A stage is over when its share falls, or another one begins."""

    def __init__(self) -> None:
        self._stage, self._begun_s, self._first, self._share, self._now_s = "", 0.0, 0.0, 0.0, 0.0

    def note(self, stage: str, share: float, now_s: float) -> None:
        """The stage is done to this share (0 to 1) at a time in seconds of a clock that never goes back."""
        if stage != self._stage or share < self._share:
            self._stage, self._begun_s, self._first = stage, now_s, share
        self._share, self._now_s = share, now_s

    @property
    def seconds(self) -> float | None:
        """None while it cannot be told."""
        spent, done = self._now_s - self._begun_s, self._share - self._first
        if spent < _SURE_AFTER_S or done <= 0:
            return None
        return spent / done * (1 - self._share)
