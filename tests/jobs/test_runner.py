"""Jobs from the queue through a worker's process to the database: all that ends well, and all that does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from sqlalchemy import select

from app import settings
from app.errors import UserError
from app.jobs import batch, launchers, runner
from app.jobs.runner import JobRunner
from app.operations import images, jobs
from app.store.records import Inference, Prediction
from app.workspace import Workspace
from core_models.contract import job as contract
from tests.jobs.toy_worker import AFTER, regions_of


def regions_expected(toy) -> int:
    return sum(len(regions_of(i)) for i in toy.image_ids)


def pending_expected(toy) -> int:
    """Without the two shots, on which nothing is proposed to a person."""
    return sum(len(regions_of(i)) for i in toy.image_ids[2:])


def test_a_job_runs_from_the_queue_to_the_database(toy, toy_jobs):
    seen = []
    job = toy_jobs.runner.run_until_done(toy_jobs.queue(), lambda job: seen.append(job.state))
    assert (job.state, job.done, job.total, job.failed) == ("finished", 8, 8, [])
    assert job.pid and job.pid_started and "running" in seen
    passes = toy.find(select(Inference))
    assert {i.image_id: i.regions for i in passes} == {i: len(regions_of(i)) for i in toy.image_ids}
    assert len(toy.find(select(Prediction))) == regions_expected(toy)
    assert batch.report(toy.workspace, job.id)["proposals"] == pending_expected(toy)
    assert batch.prelabel(toy.workspace, ["scratch"]) is None


def test_a_worker_is_detached_and_of_lower_priority(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.2")
    job = toy_jobs.wait_for(toy_jobs.queue(), lambda job: job.pid and job.done > 0)
    worker = psutil.Process(job.pid)
    assert worker.nice() > psutil.Process().nice() if sys.platform != "win32" else worker.nice() == psutil.BELOW_NORMAL_PRIORITY_CLASS
    assert (worker.environ()["OMP_WAIT_POLICY"], worker.environ()["GOMP_SPINCOUNT"]) == ("PASSIVE", "20000")
    if hasattr(os, "getsid"):
        assert os.getsid(job.pid) != os.getsid(0), "Ctrl+C would reach it"
    if (group := Path("/proc", str(job.pid), "autogroup")).exists():
        assert int(group.read_text(encoding="ascii").split()[-1]) > 0, "its session would weigh as much as the window's"


@pytest.mark.parametrize(
    ("how", "state", "says"),
    [
        ("fail", "failed", "The toy refuses to go on."),
        ("bug", "failed", "inside the worker"),
        ("memory", "failed", "memory"),
        ("full", "failed", "disk is full"),
        ("abort", "interrupted", "Run the same command again"),
        ("hang", "interrupted", "no sign of life"),
    ],
)
def test_what_was_done_before_a_fault_is_kept_and_the_rest_goes_on(toy, toy_jobs, monkeypatch, how, state, says):
    monkeypatch.setenv("TOY", how)
    toy_jobs.runner._silence_s = 4.0 if how == "hang" else 30.0
    job = toy_jobs.run()
    assert (job.state, job.done) == (state, AFTER) and says in job.message
    with pytest.raises(UserError, match=says):
        batch.report(toy.workspace, job.id)
    assert not psutil.pid_exists(job.pid) or psutil.Process(job.pid).status() == psutil.STATUS_ZOMBIE
    assert len(toy.find(select(Inference))) == AFTER
    monkeypatch.setenv("TOY", "finish")
    rest = toy_jobs.run()
    assert (rest.state, rest.done, rest.total) == ("finished", 8 - AFTER, 8 - AFTER)
    assert len(toy.find(select(Prediction))) == regions_expected(toy)
    assert toy_jobs.get(job.id).state == state


def test_a_fault_of_the_program_leaves_its_trace_in_the_log(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY", "bug")
    job = toy_jobs.run()
    assert "a fault of the body" in (toy.workspace.folder / job.folder / "log.txt").read_text(encoding="utf-8")


def test_missing_and_changed_images_are_listed_and_keep_nothing_back(toy, toy_jobs):
    toy.files[3].unlink()
    toy.files[5].write_bytes(toy.files[4].read_bytes())
    job = toy_jobs.run()
    assert (job.state, job.done, job.total) == ("finished", 8, 8)
    assert [f["image"] for f in job.failed] == [toy.files[3].name, toy.files[5].name]
    with toy.workspace.read() as session:
        assert jobs.listed(session)[-1]["failed"] == [{"image": f["image"], "reason": f["reason"]} for f in job.failed]
    again = toy_jobs.run()
    assert (again.state, again.total, len(again.failed)) == ("finished", 2, 2)


def test_images_taken_out_of_the_project_are_not_done(toy, toy_jobs):
    def remove(session):
        images.remove(session, [session.get(images.Image, toy.image_ids[7])])

    toy.do(remove)
    assert toy_jobs.run().total == 7


def test_limit_takes_the_next_ones(toy, toy_jobs):
    assert toy_jobs.run(limit=3).total == 3
    assert toy_jobs.run(limit=3).total == 3
    assert toy_jobs.run(limit=3).total == 2


def test_a_cancelled_job_keeps_what_it_did_and_resumes(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    job_id = toy_jobs.queue()
    toy_jobs.wait_for(job_id, lambda job: job.done >= 2)
    toy_jobs.runner.cancel(job_id)
    job = toy_jobs.run(job_id)
    assert job.state == "cancelled" and 2 <= job.done < 8
    assert batch.report(toy.workspace, job_id)["state"] == "cancelled"
    monkeypatch.setenv("TOY_STEP_S", "0")
    rest = toy_jobs.run(batch.resume(toy.workspace, job_id))
    assert (rest.state, rest.done) == ("finished", 8 - job.done)
    assert len(toy.find(select(Prediction))) == regions_expected(toy)
    with pytest.raises(UserError, match="Nothing of job"):
        batch.resume(toy.workspace, job_id)


def test_a_worker_that_does_not_heed_cancel_is_ended(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY", "hang")
    toy_jobs.runner._silence_s = 1000
    job_id = toy_jobs.queue()
    pid = toy_jobs.wait_for(job_id, lambda job: job.done == AFTER).pid
    toy_jobs.runner.cancel(job_id)
    assert toy_jobs.run(job_id).state == "cancelled"
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_job_can_be_cancelled_before_it_begins(toy, toy_jobs):
    job_id = toy_jobs.queue()
    batch.ask_to_stop(toy.workspace, job_id)
    job = toy_jobs.run(job_id)
    assert (job.state, job.pid, job.done) == ("cancelled", None, 0)
    with pytest.raises(UserError, match="cancelled already"):
        batch.ask_to_stop(toy.workspace, job_id)


def test_cancel_works_beside_the_process_that_holds_the_project(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.5")
    job_id = toy_jobs.queue()
    toy_jobs.wait_for(job_id, lambda job: job.done >= 1)
    with Workspace.open(toy.workspace.folder, writing=False) as beside:
        batch.ask_to_stop(beside, job_id)
    assert toy_jobs.run(job_id).state == "cancelled"


def test_a_worker_that_cannot_be_started_is_said(toy, toy_jobs):
    settings.save(settings.Settings(launchers={"default": ["no such program", "{job}"]}))
    job = toy_jobs.run()
    assert job.state == "failed" and "could not be started" in job.message


def test_the_settings_say_how_a_worker_is_started(toy, toy_jobs, monkeypatch):
    words = launchers.worker_command("{job}")
    monkeypatch.setattr(launchers, "worker_command", lambda *words: ["no such program"])
    settings.save(settings.Settings(launchers={"prelabel": words, "default": ["no such program"]}))
    assert toy_jobs.run().state == "finished"


def test_a_worker_that_does_not_even_beat_is_ended(toy, toy_jobs, monkeypatch):
    """As native code that keeps the interpreter's lock: here the whole process is stopped."""
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    job_id = toy_jobs.queue()
    pid = toy_jobs.wait_for(job_id, lambda job: job.done >= 1).pid
    psutil.Process(pid).suspend()
    toy_jobs.runner._silence_s = 1.0
    job = toy_jobs.run(job_id)
    assert job.state == "interrupted" and "no sign of life" in job.message
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "win32", reason="there a killed process looks as one that ended")
def test_a_worker_that_the_system_killed_for_its_memory_is_said(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.1")
    job_id = toy_jobs.queue()
    psutil.Process(toy_jobs.wait_for(job_id, lambda job: job.done >= 1).pid).kill()
    job = toy_jobs.run(job_id)
    assert job.state == "interrupted" and "as when the memory is full" in job.message and "Run the same command again" in job.message
    monkeypatch.setenv("TOY_STEP_S", "0")
    rest = toy_jobs.run()
    assert (rest.state, rest.done) == ("finished", 8 - job.done)
    assert len(toy.find(select(Prediction))) == regions_expected(toy)


def test_a_computer_that_slept_has_not_been_listening(monkeypatch):
    times = iter([1000.0, 1000.5, 1001.0, 4601.0])
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: next(times)))
    watch = runner._Watch()
    for _ in range(3):
        watch.look(spoke=False)
    assert watch.silent_s == 2.0


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
def test_a_disk_that_is_full_for_the_worker_is_said(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY", "limit")
    job = toy_jobs.run()
    assert (job.state, job.done) == ("interrupted", AFTER) and "disk may be full" in job.message
    monkeypatch.setenv("TOY", "finish")
    assert toy_jobs.run().state == "finished"
    assert len(toy.find(select(Prediction))) == regions_expected(toy)


def test_two_processes_that_look_after_the_same_jobs_count_once(toy, toy_jobs, monkeypatch):
    """As two commands on one project on a server."""
    monkeypatch.setenv("TOY_STEP_S", "0.03")
    job_id, other = toy_jobs.queue(), JobRunner(toy.workspace)
    while toy_jobs.get(job_id).state in jobs.OPEN:
        toy_jobs.runner.poll()
        other.poll()
    assert toy_jobs.get(job_id).state == "finished" and len(toy.find(select(Prediction))) == regions_expected(toy)


def test_jobs_are_in_the_history_and_closed_to_undo(toy, toy_jobs):
    job = toy_jobs.run()
    first = toy.workspace.history(1)[0]
    assert first["title"] == f"Job {job.id}: proposals on 8 of 8 images" and first["kind"] == "job"
    with pytest.raises(UserError, match="cannot be taken back"):
        toy.workspace.take_back(first["id"])


def test_the_assistant_is_told_before_a_worker_starts(toy, toy_jobs):
    told = []
    toy_jobs.runner._before_launch = lambda: told.append(toy_jobs.runner._watched[1].child)
    toy_jobs.run()
    assert told == [None]


def test_a_report_that_cannot_be_taken_over_fails_its_job_only(toy, toy_jobs, monkeypatch):
    job_id = toy_jobs.queue()
    folder = toy.workspace.folder / toy_jobs.get(job_id).folder
    toy.do(jobs.begin, toy.workspace.folder, job_id, "here", undoable=False)
    (folder / "events.jsonl").write_text("no event\n" + '{"event": "progress", "done": null, "total": null, "message": ""}\n', encoding="utf-8")
    toy_jobs.runner.poll()
    assert toy_jobs.get(job_id).state == "failed"
    assert toy_jobs.run().state == "finished"


def test_a_worker_of_which_nobody_knows_does_not_compute_for_nothing(toy, toy_jobs):
    """The program was killed when it had just started a worker, which had not said its name yet: the job is given up."""
    job_id = toy_jobs.queue()
    folder = toy.workspace.folder / toy_jobs.get(job_id).folder
    toy.do(jobs.begin, toy.workspace.folder, job_id, launchers.HOST, undoable=False)
    toy_jobs.runner.poll()
    if toy.workspace.database.is_sqlite:
        assert toy_jobs.get(job_id).state == "interrupted"
        subprocess.run(launchers.worker_command(str(folder)), check=True, timeout=60)
        assert '"cancelled"' in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1]
        assert toy_jobs.run().state == "finished"
        assert len(toy.find(select(Prediction))) == regions_expected(toy)


@pytest.fixture
def bystander():
    """A process that lives and does nothing."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def begun(toy, toy_jobs, pid: int, started: float) -> int:
    """A job that another command began, with that worker."""
    job_id = toy_jobs.queue()
    toy.do(jobs.begin, toy.workspace.folder, job_id, launchers.HOST, undoable=False)
    toy.do(jobs.launched, job_id, pid, started, undoable=False)
    return job_id


def test_another_process_with_the_number_of_a_worker_is_not_taken_for_it(toy, toy_jobs, bystander):
    """As after the computer was started anew."""
    job_id = begun(toy, toy_jobs, bystander.pid, psutil.Process(bystander.pid).create_time() - 3600)
    toy_jobs.runner.poll()
    assert toy_jobs.get(job_id).state == "interrupted" and bystander.poll() is None


def test_a_line_that_is_being_written_is_read_when_it_is_whole(toy, toy_jobs, bystander):
    job_id = begun(toy, toy_jobs, bystander.pid, psutil.Process(bystander.pid).create_time())
    lines = [contract.event_line(contract.Progress(k, 8)) for k in (1, 2)]
    events = toy.workspace.folder / toy_jobs.get(job_id).folder / "events.jsonl"
    for text, done in ((lines[0] + lines[1][:9], 1), (lines[1][9:], 2)):
        with events.open("a", encoding="utf-8") as f:
            f.write(text)
        toy_jobs.runner.poll()
        assert toy_jobs.get(job_id).done == done


def test_one_job_at_a_time_and_what_others_did_meanwhile_is_left_out(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.05")
    first = toy_jobs.queue(limit=4)
    second = toy_jobs.queue()
    assert second != first and toy_jobs.queue() == second
    job = toy_jobs.run(second)
    assert (job.state, job.total, job.done) == ("finished", 4, 4)
    assert toy_jobs.get(first).state == "finished"
    assert len(toy.find(select(Prediction))) == regions_expected(toy)


def test_the_same_request_attaches_to_the_job_at_work(toy, toy_jobs, monkeypatch):
    monkeypatch.setenv("TOY_STEP_S", "0.05")
    job_id = toy_jobs.queue()
    toy_jobs.wait_for(job_id, lambda job: job.done >= 2)
    assert batch.prelabel(toy.workspace, ["scratch"]) == job_id


def test_redo_keeps_what_was_decided(toy, toy_jobs):
    from app.operations import review

    toy_jobs.run()

    def decide(session):
        pending = review.select_pending(session)
        review.accept(session, pending[:2])
        review.reject(session, pending[2:3])
        return [p.id for p in pending[:3]]

    decided = toy.do(decide)
    job = toy_jobs.run(redo=True)
    assert (job.state, job.total) == ("finished", 8)
    found = {p.id: p.decision for p in toy.find(select(Prediction))}
    assert [found[i] for i in decided] == ["accepted", "accepted", "rejected"]
    # Each decided region is proposed again by the toy, and says nothing new.
    assert sorted(found.values()) == sorted(["accepted"] * 2 + ["rejected"] + ["agrees"] * (3 + 4) + ["pending"] * (pending_expected(toy) - 3))
    assert len(toy.find(select(Inference))) == 8


def test_an_interrupted_redo_goes_on_where_it_stopped(toy, toy_jobs, monkeypatch):
    toy_jobs.run()
    monkeypatch.setenv("TOY", "abort")
    assert toy_jobs.run(redo=True).state == "interrupted"
    monkeypatch.setenv("TOY", "finish")
    rest = toy_jobs.run(redo=True)
    assert (rest.state, rest.total) == ("finished", 8 - AFTER)
    assert toy_jobs.run(redo=True).total == 8


def test_a_job_whose_folder_is_gone_keeps_nothing_back(toy, toy_jobs):
    lost = toy_jobs.queue()
    shutil.rmtree(toy.workspace.folder / toy_jobs.get(lost).folder)
    job = toy_jobs.run()
    assert job.id != lost and job.state == "finished"
    assert toy_jobs.get(lost).state == "failed" and "folder of this job is gone" in toy_jobs.get(lost).message


def test_queueing_refuses_what_cannot_work(toy, toy_jobs):
    from app.operations import classes

    with pytest.raises(UserError, match="no class nothing"):
        batch.prelabel(toy.workspace, ["nothing"])
    toy.do(lambda session: classes.add(session, "bare") and None)
    with pytest.raises(UserError, match="has no shots"):
        batch.prelabel(toy.workspace, ["bare"])
    with pytest.raises(UserError, match="no engine wizard"):
        batch.prelabel(toy.workspace, ["scratch"], engine="wizard")
    toy.files[0].unlink()
    with pytest.raises(UserError, match="missing on the disk"):
        batch.prelabel(toy.workspace, ["scratch"])
    with pytest.raises(UserError, match="There is no job 99"):
        batch.resume(toy.workspace, 99)
    with toy.workspace.read() as session:
        assert jobs.listed(session) == []


def test_an_engine_that_is_named_becomes_the_active_one(toy, toy_jobs):
    from app.operations import models

    toy_jobs.run()
    before = toy.active_id()
    first = toy.decisions(before)
    assert first.count("pending") == pending_expected(toy) and set(first) == {"pending", "agrees"}
    toy_jobs.run(engine="nearest")
    with toy.workspace.read() as session:
        assert models.active(session).engine == "nearest"
    assert "pending" not in toy.decisions(before)
    assert batch.prelabel(toy.workspace, ["scratch"], engine="support_head") is None
    assert toy.active_id() == before and toy.decisions(before) == first
