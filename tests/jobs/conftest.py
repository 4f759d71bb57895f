"""A toy project whose jobs are run by a toy worker, in a process of its own as the real ones."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.jobs import batch, launchers
from app.jobs.runner import JobRunner
from app.operations import jobs
from app.store.records import Job
from tests.toy_project import Toy, make_toy

WORKER = Path(__file__).with_name("toy_worker.py")


class ToyJobs:
    """A runner of toy workers, and what the tests ask of it."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.runner = JobRunner(toy.workspace, silence_s=30.0, grace_s=1.0)

    def queue(self, **options) -> int:
        job_id = batch.prelabel(self.toy.workspace, ["scratch"], **options)
        assert job_id is not None
        return job_id

    def run(self, job_id: int | None = None, **options) -> Job:
        return self.runner.run_until_done(self.queue(**options) if job_id is None else job_id, every_s=0.02)

    def get(self, job_id: int) -> Job:
        with self.toy.workspace.read() as session:
            return jobs.get(session, job_id)

    def wait_for(self, job_id: int, holds: Callable[[Job], bool], seconds: float = 20) -> Job:
        """Polls until `holds(job)`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.runner.poll()
            if holds(job := self.get(job_id)):
                return job
            time.sleep(0.01)
        raise AssertionError(f"the job is {job.state} with {job.done} of {job.total} after {seconds} s")


@pytest.fixture(autouse=True)
def toy_workers(monkeypatch) -> None:
    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, str(WORKER), *words])


@pytest.fixture
def toy(workspace, make_image_file) -> Toy:
    return make_toy(workspace, make_image_file, count=8)


@pytest.fixture
def toy_jobs(toy):
    yield ToyJobs(toy)
    with toy.workspace.read() as session:
        left = [job.pid for job in jobs.open_jobs(session) if job.pid]
    for pid in left:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()
