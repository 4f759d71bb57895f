"""Starts the workers of queued jobs, reads what they report, and notices when they are cancelled, die or hang.

`poll` is called from a timer or a loop, and does a little each time: nothing here waits. One batch job of a project
computes at a time. A job that was running when we ended is attached to again, by its worker's number and start time.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.errors import UserError
from app.jobs import launchers
from app.jobs.launchers import Process
from app.operations import jobs
from app.store.records import Job
from app.workspace import Workspace
from core_models.contract import job as contract

SILENCE_S = 60.0  # a worker writes a line every 5 s while it gets on
GRACE_S = 10.0  # for a worker to end by itself after `cancel`
_STARTING_S = 10.0
_AT_ONCE = 2**18  # bytes of events in one transaction
_log = logging.getLogger(__name__)


class _Watch:
    """What is known of one running job in this process only."""

    def __init__(self) -> None:
        self.child: subprocess.Popen | None = None
        self.silent_s = 0.0
        self.looked_at = time.monotonic()
        self.cancel_seen: float | None = None

    def look(self, spoke: bool) -> None:
        """Silence is counted in looks of at most a second: a computer that slept has not been listening."""
        now = time.monotonic()
        self.silent_s = 0.0 if spoke else self.silent_s + min(1.0, now - self.looked_at)
        self.looked_at = now


class JobRunner:
    """The jobs of one open project. `before_launch` is called before a worker starts (the assistant then frees the GPU)."""

    def __init__(
        self, workspace: Workspace, *, before_launch: Callable[[], None] = lambda: None, silence_s: float = SILENCE_S, grace_s: float = GRACE_S
    ) -> None:
        self._workspace = workspace
        self._before_launch = before_launch
        self._silence_s, self._grace_s = silence_s, grace_s
        self._watched: dict[int, _Watch] = {}

    def poll(self) -> None:
        """One look at the open jobs: applies what is new, and starts the next where none runs."""
        there = self._open()
        running = [job for job in there if job.state == "running"]
        for job in running:
            self._attend(job)
        if not running and there:
            self._launch(there[0])

    def settle(self) -> None:
        """Applies all that running jobs have written so far, and marks those whose worker is gone; starts nothing."""
        while any(self._attend(job) for job in self._open() if job.state == "running"):
            pass

    def _open(self) -> list[Job]:
        with self._workspace.read() as session:
            return jobs.open_jobs(session)

    def run_until_done(self, job_id: int, on_progress: Callable[[Job], None] = lambda job: None, every_s: float = 0.1) -> Job:
        """Polls until the job has ended; its row then. `on_progress` is called with its row after each look."""
        while True:
            self.poll()
            with self._workspace.read() as session:
                job = jobs.get(session, job_id)
            on_progress(job)
            if job.state not in jobs.OPEN:
                return job
            time.sleep(every_s)

    def cancel(self, job_id: int) -> None:
        """Asks the job to stop; what it did is kept. `poll` ends its worker where it has not stopped after a while."""
        with self._workspace.read() as session:
            job = jobs.get(session, job_id)
        ask_to_stop(self._workspace.folder / job.folder)

    # -- one running job ------------------------------------------------------------------------------------------------

    def _attend(self, job: Job) -> bool:
        """Whether there was something new to read."""
        watch = self._watched.setdefault(job.id, _Watch())
        folder = self._workspace.folder / job.folder
        # The worker's end is looked for first: what it wrote before it ended is then all there to be read.
        process = self._process(job, folder)
        ended = not self._just_begun(job) if process is None else process.is_here and not self._lives(process, watch)
        spoke = self._read(job, folder)
        watch.look(spoke)
        if spoke and self._has_ended(job.id):
            self._forget(job.id, folder)
        elif ended and not spoke:
            state, message = self._how_it_ended(watch, folder)
            if process is None:
                _stop_unknown(folder)
            self._end(job.id, folder, state, message)
        elif watch.silent_s > self._silence_s:
            if process and process.is_here:
                process.kill_tree()
            self._end(job.id, folder, "interrupted", f"The worker gave no sign of life for {self._silence_s:.0f} s and was ended. {jobs.GO_ON}")
        elif process and (folder / contract.CANCEL).exists():
            self._press(process, watch)
        return spoke

    def _process(self, job: Job, folder: Path) -> Process | None:
        if job.pid is not None:
            return Process(job.pid, job.pid_started or 0.0, job.host)
        return Process.of_worker(folder)  # we died between starting it and noting it

    def _just_begun(self, job: Job) -> bool:
        """Whether somebody else may be starting its worker now: on a server the project has several writers, else only us."""
        age_s = (datetime.now(UTC) - datetime.fromisoformat(job.started_at)).total_seconds()
        return not self._workspace.database.is_sqlite and age_s < _STARTING_S

    def _lives(self, process: Process, watch: _Watch) -> bool:
        if watch.child is not None:
            return watch.child.poll() is None
        return process.is_alive()

    def _read(self, job: Job, folder: Path) -> bool:
        """Applies the whole lines that are new, a part at a time; whether there were any."""
        try:
            with open(folder / contract.EVENTS, "rb") as f:
                f.seek(job.events_read)
                part = f.read(_AT_ONCE)
                while part and b"\n" not in part and (more := f.read(_AT_ONCE)):  # one region may be larger than a part
                    part += more
        except FileNotFoundError:
            return False
        part = part[: part.rfind(b"\n") + 1]
        if not part:
            return False
        events = [event for line in part.splitlines() if (event := _parsed(line, folder))]
        read_to = job.events_read + len(part)
        try:
            self._workspace.do(jobs.apply_events, self._workspace.folder, job.id, events, job.events_read, read_to, title="", undoable=False)
        except (UserError, OSError, MemoryError):
            raise
        except Exception as fault:  # a report that cannot be taken over must not keep the project from its other jobs
            _log.exception("job %s", job.id)
            self._workspace.do(jobs.end, job.id, "failed", f"What the worker reported could not be taken over ({fault}).", title="", undoable=False)
        return True

    def _has_ended(self, job_id: int) -> bool:
        with self._workspace.read() as session:
            return jobs.get(session, job_id).state not in jobs.OPEN

    def _how_it_ended(self, watch: _Watch, folder: Path) -> tuple[str, str]:
        if (folder / contract.CANCEL).exists():
            return "cancelled", "Cancelled; what was done is kept."
        code = watch.child.returncode if watch.child else None
        if code == contract.EXIT_UNWRITABLE:
            return "interrupted", f"The worker could not write to the project's folder: the disk may be full. {jobs.GO_ON}"
        if code == contract.EXIT_TAKEN:
            return "interrupted", "Another worker is still at work in this job's folder. Wait until it has ended, then run the same command again."
        if code is None or code < 0 or code == 137:
            return "interrupted", f"The worker was ended by the system, as when the memory is full, or by somebody. {jobs.GO_ON}"
        return "interrupted", f"The worker ended unexpectedly (code {code}). {jobs.GO_ON}"

    def _press(self, process: Process, watch: _Watch) -> None:
        watch.cancel_seen = watch.cancel_seen or time.monotonic()
        if time.monotonic() - watch.cancel_seen > self._grace_s and process.is_here:
            process.kill_tree()

    def _end(self, job_id: int, folder: Path, state: str, message: str) -> None:
        self._workspace.do(jobs.end, job_id, state, message, title="", undoable=False)
        self._forget(job_id, folder)

    def _forget(self, job_id: int, folder: Path) -> None:
        watch = self._watched.pop(job_id, None)
        if watch and watch.child:
            try:
                watch.child.wait(2)  # it has said its last word
            except subprocess.TimeoutExpired:
                _log.warning("the worker of job %s takes long to end", job_id)

    # -- the next one ---------------------------------------------------------------------------------------------------

    def _launch(self, job: Job) -> None:
        folder = self._workspace.folder / job.folder
        if not self._workspace.do(jobs.begin, self._workspace.folder, job.id, launchers.HOST, title="", undoable=False):
            return
        (folder / "worker.json").unlink(missing_ok=True)
        watch = self._watched[job.id] = _Watch()
        self._before_launch()
        try:
            watch.child = launchers.start(launchers.command_line(job.kind, folder), folder)
        except OSError as fault:
            self._end(job.id, folder, "failed", f"The worker could not be started ({fault.strerror or fault}). Check the launcher in the settings.")
            return
        process = Process.of(watch.child.pid)
        self._workspace.do(jobs.launched, job.id, watch.child.pid, process.started if process else 0.0, title="", undoable=False)


def _stop_unknown(job_folder: Path) -> None:
    """A worker that was just being started when we were killed, and has not said its name yet, would compute for nobody."""
    with contextlib.suppress(OSError):
        (job_folder / contract.CANCEL).touch()


def ask_to_stop(job_folder: Path) -> None:
    """The worker, or whoever would start it, finds this file."""
    if not job_folder.is_dir():
        raise UserError("The folder of this job is gone.")
    (job_folder / contract.CANCEL).touch()


def _parsed(line: bytes, folder: Path) -> contract.Event | None:
    try:
        return contract.parse_event(line.decode("utf-8"))
    except (ValueError, KeyError, TypeError) as fault:
        _log.warning("a line in %s could not be read: %s", folder / contract.EVENTS, fault)
        return None
