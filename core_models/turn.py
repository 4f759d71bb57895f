"""Between two tiles or two training steps: a sign of life, a look at `cancel`, and the assistant goes first.

A job's body calls `pause()` there. Two processes that compute on the same cores slow each other down twentyfold, so one
batch job at a time holds the file lock `compute.lock` in a folder of the user's, and lets go of it while somebody holds
`assistant.lock`. One that waits for its turn holds `wanted.lock`. The system releases both when their process ends, however it ends. Outside of a worker nothing happens.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

FOLDER_VARIABLE = "DEFECTLOOP_TURN"  # set by the launcher: the folder of the locks; without it nobody waits
_LOOK_S = 0.02
_PATIENCE_S = 0.3  # the assistant waits no longer than this for a batch job in the middle of a step
_STALE_S = 300.0  # whoever holds the turn and shows no life for so long is not waited for


class Stop(Exception):
    """Raised once by `pause`, and thrown in at a `yield`, when the work is not wanted any more."""


class BodyError(Exception):
    """The job cannot go on: one sentence for the user."""


class _Turn:
    """What this process knows of its turn."""

    def __init__(self) -> None:
        self.alive_at = time.monotonic()
        self.stopped: Callable[[], bool] = lambda: False
        self.told = False
        self.compute: FileLock | None = None
        self.assistant: FileLock | None = None
        self.wanted: FileLock | None = None
        self.marked_at = 0.0
        self.given_up = False  # on an assistant that hangs


_turn = _Turn()


def pause() -> float:
    """Call it every 0.02 to 2 s of computing. Returns the seconds waited for the assistant; raises Stop once when told to stop."""
    show_life()
    if told_to_stop():
        raise Stop
    return _give_way() if _turn.compute else 0.0


def watch(stopped: Callable[[], bool]) -> None:
    """From now on `pause` raises Stop, once, when `stopped()` holds."""
    _turn.stopped, _turn.told = stopped, False
    show_life()


def told_to_stop() -> bool:
    """Whether Stop is due now; True once only, and the caller raises it."""
    if _turn.told or not _turn.stopped():
        return False
    _turn.told = True
    return True


def show_life() -> None:
    _turn.alive_at = time.monotonic()


def silent_for() -> float:
    """Seconds since the last sign of life of the body."""
    return time.monotonic() - _turn.alive_at


def begin_batch(on_wait: Callable[[], None] = lambda: None) -> None:
    """Waits until no other batch job of this user computes here, then holds the turn until the process ends.

    `on_wait` is called once where there is something to wait for. Raises Stop when told to stop meanwhile.
    """
    _turn.compute, _turn.assistant, _turn.wanted = _lock("compute.lock"), _lock("assistant.lock"), _lock("wanted.lock")
    if _turn.compute:
        _take_turn(on_wait)


def _lock(name: str) -> FileLock | None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return FileLock(Path(folder) / name, poll_interval=_LOOK_S)


def _take_turn(on_wait: Callable[[], None] = lambda: None) -> None:
    try:
        _wait_for_turn(on_wait)
    finally:
        _turn.wanted.release(force=True)


def _wait_for_turn(on_wait: Callable[[], None]) -> None:
    while not _free(_turn.compute, keep=True):
        on_wait()
        on_wait = show_life
        # Little work between which the turn is let go for a moment only (`spare`) stops for whoever holds this lock.
        _free(_turn.wanted, keep=True)
        if told_to_stop():
            raise Stop
        if time.time() - _file_time(_turn.compute) > _STALE_S:
            return
        time.sleep(10 * _LOOK_S)
    _mark()


def _give_way() -> float:
    """Lets the assistant compute if it wants to; the seconds waited. One that takes far too long is not waited for again."""
    now = time.monotonic()
    if now - _turn.marked_at > 1:
        _mark()
    if _free(_turn.assistant):
        _turn.given_up = False
        return 0.0
    if _turn.given_up:
        return 0.0
    _turn.compute.release(force=True)
    while not _free(_turn.assistant):
        if told_to_stop():
            raise Stop
        if time.monotonic() - now > _STALE_S:
            _turn.given_up = True
            break
        show_life()
        time.sleep(_LOOK_S)
    _take_turn()
    show_life()
    return time.monotonic() - now


def _mark() -> None:
    """Shows those who wait for the turn that its holder lives."""
    _turn.marked_at = time.monotonic()
    with contextlib.suppress(OSError):
        os.utime(_turn.compute.lock_file)


def _file_time(lock: FileLock) -> float:
    try:
        return os.stat(lock.lock_file).st_mtime
    except OSError:
        return time.time()


def _free(lock: FileLock, keep: bool = False) -> bool:
    """Whether nobody holds the lock; with `keep` we do from then on."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    if not keep:
        lock.release()
    return True


@contextlib.contextmanager
def spare() -> Iterator[bool]:
    """Around a little work that nobody waits for: whether no batch job computes, or waits to, now. One that begins waits for its end."""
    compute, wanted = _lock("compute.lock"), _lock("wanted.lock")
    there = compute is None or (_free(wanted) and _free(compute, keep=True))
    try:
        yield there
    finally:
        if compute is not None and there:
            compute.release(force=True)


@contextlib.contextmanager
def first() -> Iterator[None]:
    """Around an answer of the assistant: batch jobs wait meanwhile."""
    wanted, compute = _lock("assistant.lock"), _lock("compute.lock")
    if wanted is None or compute is None:
        yield
        return
    with wanted:
        with contextlib.suppress(Timeout):
            compute.acquire(timeout=_PATIENCE_S)
        try:
            yield
        finally:
            compute.release(force=True)
