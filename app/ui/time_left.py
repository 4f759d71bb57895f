"""How long a job will still take, from how fast it got on while it was watched."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

STAGES = ("reading", "step", "learning", "comparing", "waiting")
_BEFORE_ALL = "reading"  # the training is still to come then: when this stage ends says nothing of the job
_SURE_AFTER_S = 3.0  # before that, a rate is a guess


class TimeLeft:
    """Told how far a stage of a job is, it knows when the stage will end. A stage is over when its share falls, or another one begins."""

    def __init__(self) -> None:
        self._stage: str | None = None
        self._begun_s = self._first = self._share = self._now_s = 0.0

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

    @property
    def minutes(self) -> int | None:
        """Whole minutes, 0 for less than one; None while it cannot be told."""
        seconds = None if self._stage == _BEFORE_ALL else self.seconds
        return None if seconds is None else 0 if seconds < 60 else round(seconds / 60)

    @property
    def words(self) -> str:
        """The same in words, "" while it cannot be told."""
        if self.minutes is None:
            return ""
        if not self.minutes:
            return QCoreApplication.translate("TimeLeft", "less than a minute left")
        return QCoreApplication.translate("TimeLeft", "about {n} min left").format(n=self.minutes)

    @property
    def few_words(self) -> str:
        """The same where there is little room."""
        if self.minutes is None:
            return ""
        return QCoreApplication.translate("TimeLeft", "{n} min left").format(n=self.minutes or "< 1")


def stage_of(message: str) -> str:
    """Which stage of its work a worker is at, read from how its line begins; "" for none that is known."""
    return next((word for word in STAGES if message.startswith(word)), "")
