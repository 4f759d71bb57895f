"""The process that computes: runs one job folder, or answers the canvas over a pipe. It knows no database and no window.

    python -m core_models.worker JOBFOLDER      runs the job of JOBFOLDER/spec.json
    python -m core_models.worker --serve        answers requests on stdin until it is closed (core_models/serve.py)
    python -m core_models.worker --describe     the engines and their parameters, as JSON
    python -m core_models.worker --probe        what this machine computes with, as JSON

A worker shows that it lives by a line every 5 s, but only while its body shows life too (an event, or `turn.pause`): a body
that hangs, or native code that keeps the interpreter's lock, makes it fall silent, and whoever reads its lines ends it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from core_models import turn
from core_models.contract import job as contract
from core_models.contract.card import CardError
from core_models.contract.job import Cancelled, Event, Failed, Finished, ItemFailed, Predicted, Progress, Spec

Body = Callable[[Spec, Path], Generator[Event, None, None]]

BEAT_S = 5.0
PATIENCE_S = 300.0  # of a body without any sign of life
_ENDS = (Finished, Cancelled, Failed)


class _Events:
    """events.jsonl: whole lines only, from the body and from the heart beat."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0)
        self._lock = threading.Lock()
        self.last = Progress(0, 0)
        self._cut_torn_line(path)

    def _cut_torn_line(self, path: Path) -> None:
        """What a killed worker left of its last line goes; readers take whole lines only, so nobody has read it."""
        size = path.stat().st_size
        with open(path, "rb") as f:
            while size:
                start = max(0, size - 2**16)
                f.seek(start)
                end = f.read(size - start).rfind(b"\n")
                if end >= 0:
                    size = start + end + 1
                    break
                size = start
        self._file.truncate(size)

    def write(self, event: Event) -> None:
        if isinstance(event, Progress):
            self.last = event
        line = contract.event_line(event).encode("utf-8")
        with self._lock:
            while line:
                line = line[self._file.write(line) :]

    def beat(self, ended: threading.Event, every_s: float, patience_s: float) -> None:
        while not ended.wait(every_s):
            if turn.silent_for() < patience_s:
                self.write(self.last)


class _Count:
    """How many images of a pre-labelling are through: for all of their classes, or failed."""

    def __init__(self, spec: Spec) -> None:
        self.left = {item.image.id: set(item.class_ids) for item in getattr(spec, "items", ())}
        self.total, self.done = len(self.left), 0

    def after(self, event: Event) -> bool:
        """Whether an image is through with this event."""
        if not isinstance(event, (Predicted, ItemFailed)) or event.image_id not in self.left:
            return False
        classes = self.left[event.image_id]
        classes -= {event.class_id} if isinstance(event, Predicted) else set(classes)
        if classes:
            return False
        del self.left[event.image_id]
        self.done += 1
        return True


def run_job(folder: Path, body: Body | None = None, beat_s: float = BEAT_S, patience_s: float = PATIENCE_S) -> int:
    """Runs the job of a folder to its end event; the exit code. `body` is the production one of the spec's kind unless given."""
    lock = FileLock(folder / "worker.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return contract.EXIT_TAKEN
    me = {"pid": os.getpid(), "started": psutil.Process().create_time(), "host": socket.gethostname()}
    ended = threading.Event()
    try:
        (folder / "worker.json").write_text(json.dumps(me), encoding="utf-8")
        events = _Events(folder / contract.EVENTS)
        turn.watch((folder / contract.CANCEL).exists)
        threading.Thread(target=events.beat, args=(ended, beat_s, patience_s), daemon=True).start()
        end = _guarded(folder, body, events)
        events.write(end)
    except OSError:
        _log_trace()
        return contract.EXIT_UNWRITABLE
    finally:
        ended.set()
    return 1 if isinstance(end, Failed) else 0


def _guarded(folder: Path, body: Body | None, events: _Events) -> Event:
    """The end event of the job, whatever happens in its body."""
    try:
        spec = contract.read_spec(folder)
        events.write(Progress(0, len(getattr(spec, "items", ())), "starting"))
        turn.begin_batch(lambda: events.write(replace(events.last, message="waiting until another job on this computer has ended")))
        return _drive((body or _body_of(spec.kind))(spec, folder), _Count(spec), events)
    except turn.Stop:
        return Cancelled()
    except (turn.BodyError, CardError) as fault:
        return Failed(str(fault))
    except Exception as fault:
        _log_trace()
        return Failed(_sentence(fault))


def _log_trace() -> None:
    """To log.txt, unless the disk takes nothing more."""
    with contextlib.suppress(OSError):
        traceback.print_exc()


def _body_of(kind: str) -> Body:
    if kind == "prelabel":
        from core_models.inference import prelabel as module
    elif kind == "finetune":
        from core_models.training import fine_tune as module
    else:
        from core_models.evaluation import compare as module
    return module.run


def _drive(body: Generator[Event, None, None], count: _Count, events: _Events) -> Event:
    """Writes what the body yields, with the count of images; its end event."""
    while True:
        try:
            event = body.throw(turn.Stop()) if turn.told_to_stop() else next(body)
        except StopIteration:
            return Finished()
        turn.show_life()
        if isinstance(event, _ENDS):
            return event
        if isinstance(event, Progress) and count.total:
            event = Progress(count.done, count.total, event.message)
        if event != events.last:
            events.write(event)
        if count.after(event):
            events.write(Progress(count.done, count.total))


def _sentence(fault: Exception) -> str:
    said = str(fault)
    if isinstance(fault, MemoryError) or type(fault).__name__ == "OutOfMemoryError" or "allocate memory" in said or "not enough memory" in said:
        return "The memory of this computer was not enough. Close other programs, or use --device cpu or smaller images, and run the same command again."
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return "The disk is full. Make room and run the same command again; what was done is kept."
    if isinstance(fault, PermissionError):
        return f"There is no permission to use {fault.filename or 'a file'}. Ask for the right to read and write there, and run the same command again."
    return f"Something went wrong inside the worker ({type(fault).__name__}: {said[:200]}). The details are in log.txt of the job's folder."


def _probe() -> dict:
    import torch

    there = torch.cuda.is_available()
    return {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cuda_device": torch.cuda.get_device_name(0) if there else None,
        "cuda_memory_bytes": torch.cuda.get_device_properties(0).total_memory if there else 0,
    }


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if words[0] == "--serve":
        from core_models import serve

        return serve.main()
    if words[0] == "--describe":
        from core_models.models import registry

        print(json.dumps(registry.describe(), ensure_ascii=False))
        return 0
    if words[0] == "--probe":
        print(json.dumps(_probe()))
        return 0
    return run_job(Path(words[0]))


def leave(code: int) -> None:
    """Ends the process at once: a library that hangs while it is taken down must not keep a finished job's process."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
