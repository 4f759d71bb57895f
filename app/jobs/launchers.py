"""Command lines of workers, and how a worker is started so that it outlives us, stays in the background and is found again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from app import settings
from app.errors import UserError
from core_models.contract.job import LOG

CHECKOUT = Path(__file__).resolve().parents[2]
_SAME_START_S = 2.0  # a process's start is known to a clock tick, and shifts a little when the system's clock is set
_LOWER = 19  # steps down in priority, where the system counts so: from 10 the window's thread waited for a core for up to 0.1 s
HOST = socket.gethostname()


def worker_command(*words: str) -> list[str]:
    return [sys.executable, "-m", "core_models.worker", *words]


def command_line(kind: str, job_folder: Path) -> list[str]:
    """That of a job's worker: this computer's, or the one in the settings for this kind of job (or "default")."""
    launchers = settings.load().launchers
    words = launchers.get(kind) or launchers.get("default") or worker_command("{job}")
    return [word.replace("{job}", str(job_folder)) for word in words]


def environment() -> dict[str, str]:
    """What a worker sees: threads that sleep while they wait, UTF-8, and the folder where workers take turns.

    Between two small steps of one computation a thread waits some hundred microseconds awake, where the library knows how (GNU's): falling
    asleep a thousand times an image takes half of a pre-labelling's time.
    """
    return {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "20000", "PYTHONUTF8": "1", "DEFECTLOOP_TURN": str(settings.cache_folder() / "turn")}


def start(command: list[str], job_folder: Path) -> subprocess.Popen:
    """Starts a worker that goes on when we end, however we end; what it prints goes to log.txt of the job's folder."""
    with open(job_folder / LOG, "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=CHECKOUT, env=environment(), **detached())
    lower_priority(process.pid)
    return process


def detached() -> dict:
    """Ctrl+C in our console, and the console's end, must not reach the worker."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True}


def lower_priority(pid: int) -> None:
    """Lets the window and other programs go first."""
    try:
        psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _LOWER)
        # Linux weighs sessions first, as long as they are grouped: one of its own is as heavy as the window's, whatever its processes are.
        if (group := Path("/proc", str(pid), "autogroup")).exists() and os.getsid(pid) == pid:
            group.write_text(str(_LOWER), encoding="ascii")
    except (psutil.Error, OSError):
        pass  # it ended already, or is not ours (a launcher of another user's): it runs all the same


@dataclass(frozen=True)
class Process:
    """A process by what tells it apart from a later one with the same number."""

    pid: int
    started: float
    host: str

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process of that number on this computer, None where it is gone."""
        try:
            return cls(pid, psutil.Process(pid).create_time(), HOST)
        except psutil.Error:
            return None

    @classmethod
    def of_worker(cls, job_folder: Path) -> Process | None:
        """The worker that wrote its name into the folder: we may have ended before we could note it."""
        try:
            said = json.loads((job_folder / "worker.json").read_text(encoding="utf-8"))
            return cls(int(said["pid"]), float(said["started"]), str(said["host"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def is_here(self) -> bool:
        return self.host == HOST

    def is_alive(self) -> bool:
        """Whether it still runs; one that ended and was not yet waited for (a zombie) does not. For processes of this computer."""
        try:
            found = psutil.Process(self.pid)
            return abs(found.create_time() - self.started) < _SAME_START_S and found.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def kill_tree(self) -> None:
        """Ends the process and all that it started, at once."""
        if not self.is_alive():
            return
        try:
            found = psutil.Process(self.pid)
            tree = [*found.children(recursive=True), found]
        except psutil.Error:
            return
        for one in tree:
            try:
                one.kill()
            except psutil.Error:
                pass  # gone meanwhile
        psutil.wait_procs(tree, timeout=5)


def ask_worker(word: str, timeout_s: float = 120) -> dict | list:
    """What `python -m core_models.worker --word` prints; OSError where it does not start or gives no answer."""
    try:
        done = subprocess.run(
            worker_command(f"--{word}"), stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
            cwd=CHECKOUT, env=environment(), timeout=timeout_s,
        )  # fmt: skip
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise OSError(f"no answer within {timeout_s:.0f} s") from None
    except ValueError:
        raise OSError((done.stderr.strip().splitlines() or ["it said nothing"])[-1]) from None


def backbone_command(name: str, out: Path) -> list[str]:
    return [sys.executable, "-m", "core_models.training.backbone", "--torchvision", name, "--out", str(out)]


def make_backbone(name: str, out: Path, said: Callable[[str], None]) -> None:
    """Makes the folder `out` of a backbone (card.FETCHED); `said` is told how far the process is. UserError where it fails."""
    last = ""
    with subprocess.Popen(
        backbone_command(name, out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        errors="replace", cwd=CHECKOUT, env=environment(),
    ) as process:  # fmt: skip
        try:
            for line in process.stderr:  # progress that overwrites itself comes line by line too
                last = line.strip() or last
                said(last)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise UserError(last if process.returncode == 1 else f"The backbone could not be made: its process was ended ({process.returncode}).")


def probe() -> dict:
    """What this machine computes with: torch, threads, cuda_device (None without an NVIDIA GPU), cuda_memory_bytes."""
    return ask_worker("probe")


def describe() -> list:
    """The engines and their parameters."""
    return ask_worker("describe")
