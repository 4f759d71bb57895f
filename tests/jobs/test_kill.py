"""The application killed with -9 at any moment: workers go on, the next command attaches, and nothing counts twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from app.jobs import batch
from app.jobs.runner import JobRunner
from app.operations import jobs
from app.store.records import Inference, Job, Prediction
from app.workspace import Workspace
from tests.jobs.toy_worker import regions_of
from tests.toy_project import make_toy

COMMAND = Path(__file__).with_name("toy_command.py")
COUNT = 60


@pytest.fixture
def project(tmp_path, make_image_file):
    """A closed project with images to pre-label: its folder and the ids of its images."""
    with Workspace.create(tmp_path / "project", by="tester") as workspace:
        toy = make_toy(workspace, make_image_file, count=COUNT)
    return workspace.folder, toy.image_ids


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, str(COMMAND), str(folder)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def listed(folder: Path) -> list[dict]:
    with Workspace.open(folder, writing=False) as workspace, workspace.read() as session:
        return jobs.listed(session)


def open_jobs(folder: Path) -> list[dict]:
    return [job for job in listed(folder) if job["state"] in jobs.OPEN]


def end_workers(folder: Path) -> None:
    for job in open_jobs(folder):
        if job["pid"] and psutil.pid_exists(job["pid"]):
            psutil.Process(job["pid"]).kill()


def wait_until(holds, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def assert_whole(folder: Path, image_ids: list[int]) -> None:
    """One inference an image, each with its regions once; no job is left hanging; jobs have counted each image once."""
    with Workspace.open(folder, writing=False) as workspace, workspace.read() as session:
        passes = {i.image_id: i for i in session.scalars(select(Inference))}
        counted = select(Prediction.inference_id, func.count()).group_by(Prediction.inference_id)
        found = {row[0]: row[1] for row in session.execute(counted)}
        states = [(j.state, j.done, j.total) for j in session.scalars(select(Job))]
    assert sorted(passes) == sorted(image_ids)
    assert {i: found.get(passes[i].id, 0) for i in image_ids} == {i: len(regions_of(i)) for i in image_ids}
    assert {state for state, _, _ in states} <= {"finished", "interrupted"}
    assert sum(done for _, done, _ in states) == len(image_ids)


def until_launched(folder: Path, command: subprocess.Popen) -> None:
    wait_until(lambda: any(j["pid"] for j in open_jobs(folder)) or command.poll() is not None)


def test_killed_at_any_moment_nothing_is_lost_or_counted_twice(project, monkeypatch):
    folder, image_ids = project
    monkeypatch.setenv("TOY_STEP_S", "0.04")
    moments, alive_after = random.Random(5), 0
    for number in range(7):
        command = start(folder)
        if number:
            until_launched(folder, command)
        time.sleep(moments.uniform(0, 0.3))
        if number == 3:
            end_workers(folder)
        command.kill()
        command.communicate()
        alive_after += sum(psutil.pid_exists(j["pid"]) for j in open_jobs(folder) if j["pid"])
    assert alive_after, "no worker outlived its command"
    monkeypatch.setenv("TOY_STEP_S", "0")
    last = start(folder)
    said, _ = last.communicate(timeout=60)
    assert last.returncode == 0, said
    if not said.strip():  # it attached to a job that was stopped on its way
        assert start(folder).wait(60) == 0
    assert_whole(folder, image_ids)


def test_the_next_command_attaches_to_the_worker_of_a_killed_one(project, monkeypatch, toy_workers):
    folder, image_ids = project
    monkeypatch.setenv("TOY_STEP_S", "0.03")
    command = start(folder)
    wait_until(lambda: any(j["done"] >= 5 for j in listed(folder)))
    command.kill()
    command.communicate()
    (left,) = listed(folder)
    worker = psutil.Process(left["pid"])
    worker.suspend()  # else it might be through before the next command looks
    assert left["state"] == "running"
    with Workspace.open(folder, writing=True) as workspace:
        job_id = batch.prelabel(workspace, ["scratch"])
        assert job_id == left["id"]
        worker.resume()
        job = JobRunner(workspace).run_until_done(job_id)
    assert (job.state, job.pid, job.done) == ("finished", left["pid"], COUNT)
    assert_whole(folder, image_ids)


def test_a_worker_that_was_not_noted_yet_is_known_by_its_own_word(project, monkeypatch, toy_workers):
    """Ended between starting the worker and noting its number."""
    folder, image_ids = project
    monkeypatch.setenv("TOY_STEP_S", "0.02")

    def ended(*_):
        raise MemoryError

    with Workspace.open(folder, writing=True) as workspace:
        job_id = batch.prelabel(workspace, ["scratch"])
        with monkeypatch.context() as patched, pytest.raises(MemoryError):
            patched.setattr(jobs, "launched", ended)
            JobRunner(workspace).poll()
        wait_until((folder / "jobs" / str(job_id) / "worker.json").exists)
        job = JobRunner(workspace).run_until_done(job_id, every_s=0.002)
    assert (job.state, job.pid, job.done) == ("finished", None, COUNT)
    assert_whole(folder, image_ids)


def test_events_and_their_offset_are_one_transaction(project, monkeypatch, toy_workers):
    """Ended between writing the results and the end of the transaction, the same events are applied at the next look, once."""
    folder, image_ids = project
    whole, asked = jobs.proposals.receive, []

    def interrupted(*args):
        whole(*args)
        asked.append(1)
        if len(asked) % 2:
            raise MemoryError

    monkeypatch.setattr(jobs.proposals, "receive", interrupted)
    with Workspace.open(folder, writing=True) as workspace:
        runner = JobRunner(workspace)
        job_id = batch.prelabel(workspace, ["scratch"])
        for _ in range(500):
            try:
                if runner.run_until_done(job_id).state == "finished":
                    break
            except MemoryError:
                continue
    assert len(asked) > 1
    assert_whole(folder, image_ids)
