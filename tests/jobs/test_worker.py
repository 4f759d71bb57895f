"""The worker's own rules, without a database: whole lines, one worker a folder, signs of life, cancelling, turns."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from core_models import turn, worker
from core_models.contract import job as contract
from core_models.contract.card import CardError
from core_models.contract.episode import ImageRef
from core_models.contract.job import Cancelled, Failed, Finished, Item, ItemFailed, ModelRef, Predicted, PrelabelSpec, Progress, Started


@pytest.fixture
def folder(tmp_path) -> Path:
    images = [ImageRef(k, f"{k}.png", "0" * 64, 10, 10) for k in (1, 2, 3)]
    contract.write_spec(tmp_path, PrelabelSpec(ModelRef(1, "toy"), (), tuple(Item(i, (5, 6)) for i in images)))
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch):
    """run(body, **options) -> exit code and events; each run as in a fresh process."""
    monkeypatch.delenv(turn.FOLDER_VARIABLE, raising=False)

    def run(body, **options):
        monkeypatch.setattr(turn, "_turn", turn._Turn())
        code = worker.run_job(folder, body, **options)
        return code, events_of(folder)

    return run


def events_of(folder: Path) -> list:
    return [contract.parse_event(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def pass_of(image: int, class_: int) -> Predicted:
    return Predicted(image, class_, 0.5, ())


def test_images_are_counted_when_all_their_classes_are_through(run):
    def body(spec, folder):
        yield Started("cpu")
        yield pass_of(1, 5)
        yield pass_of(2, 5)
        yield pass_of(1, 6)
        yield ItemFailed(3, "图 3.png is torn")
        yield Progress(77, 77, "nearly done")
        yield pass_of(2, 6)

    code, events = run(body)
    counts = [(e.done, e.total) for e in events if isinstance(e, Progress)]
    assert code == 0 and counts[0] == (0, 3) and counts[-1] == (3, 3)
    assert [d for d, _ in counts] == [0, 1, 2, 2, 3] and events[-1] == Finished()
    assert ItemFailed(3, "图 3.png is torn") in events


def test_a_torn_line_goes_before_new_ones_come(run, folder):
    (folder / "events.jsonl").write_bytes(contract.event_line(Started("cpu")).encode() + b'{"event": "progr')
    _, events = run(lambda spec, folder: (e for e in [Finished({"a": 1})]))
    assert events[0] == Started("cpu") and events[-1] == Finished({"a": 1})


def test_one_worker_a_folder(run, folder):
    with FileLock(folder / "worker.lock"):
        assert worker.run_job(folder, lambda spec, folder: iter([])) == contract.EXIT_TAKEN
    assert not (folder / "events.jsonl").exists()


def test_what_comes_after_the_end_is_not_written(run):
    _, events = run(lambda spec, folder: (e for e in [Failed("no"), pass_of(1, 5)]))
    assert events[-1] == Failed("no")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (MemoryError(), "memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory"), "memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), "memory"),
        (OSError(28, "No space left on device"), "disk is full"),
        (PermissionError(13, "Permission denied", "scores/3_5.part"), "no permission to use scores/3_5.part"),
        (turn.BodyError("No image could be read."), "No image could be read."),
        (CardError("The model folder lacks weights. Choose another version."), "The model folder lacks weights. Choose another version."),
        (KeyError("x"), "log.txt"),
    ],
)
def test_faults_are_sentences(run, fault, says):
    def body(spec, folder):
        yield pass_of(1, 5)
        raise fault

    code, events = run(body)
    assert code == 1 and isinstance(events[-1], Failed) and says in events[-1].sentence
    assert ("inside the worker" in events[-1].sentence) == isinstance(fault, KeyError), "only a fault of the program is said to be one"


def test_a_spec_that_cannot_be_read_is_said(folder):
    (folder / "spec.json").write_text("{", encoding="utf-8")
    assert worker.run_job(folder) == 1
    assert isinstance(events_of(folder)[-1], Failed)


def test_cancel_reaches_a_body_at_a_yield_or_a_pause(run, folder):
    caught = []

    def at_a_yield(spec, folder):
        (folder / "cancel").touch()
        try:
            yield pass_of(1, 5)
        except turn.Stop:
            caught.append("yield")
            turn.pause()  # told once: what is kept is saved without another interruption
            yield Cancelled({"folder": "model"})

    def at_a_pause(spec, folder):
        (folder / "cancel").touch()
        turn.pause()
        yield pass_of(1, 5)

    assert run(at_a_yield)[1][-1] == Cancelled({"folder": "model"}) and caught == ["yield"]
    (folder / "cancel").unlink()
    _, events = run(at_a_pause)
    assert events[-1] == Cancelled() and sum(isinstance(e, Predicted) for e in events) == 1


def test_it_beats_only_while_its_body_shows_life(run):
    """Ten beats' time of work without an event: with pauses there are beats to the end, without them they stop."""

    def working(spec, folder):
        for _ in range(20):
            time.sleep(0.05)
            turn.pause()
        yield Finished()

    def hanging(spec, folder):
        time.sleep(1.0)
        yield Finished()

    alive = len(run(working, beat_s=0.1, patience_s=0.3)[1])
    both = len(run(hanging, beat_s=0.1, patience_s=0.3)[1])  # appended to the same file
    assert alive >= 6 and both - alive <= 5


# -- turns ------------------------------------------------------------------------------------------------------------

HOLDER = "import sys, time; sys.path.insert(0, sys.argv[1])\nfrom core_models import turn\nturn.begin_batch()\nprint('has it', flush=True)\ntime.sleep(60)"


@pytest.fixture
def turns(tmp_path, monkeypatch):
    monkeypatch.setenv(turn.FOLDER_VARIABLE, str(tmp_path / "turn"))
    monkeypatch.setattr(turn, "_turn", turn._Turn())
    yield tmp_path / "turn"
    if turn._turn.compute:
        turn._turn.compute.release(force=True)


def test_a_pause_costs_next_to_nothing(turns):
    turn.begin_batch()
    began = time.perf_counter()
    for _ in range(500):
        assert turn.pause() == 0.0
    assert (time.perf_counter() - began) / 500 < 1e-3


def test_a_batch_job_waits_for_the_assistant(turns):
    turn.begin_batch()
    answered = threading.Event()

    def answer():
        with turn.first():
            time.sleep(0.3)
            answered.set()

    thread = threading.Thread(target=answer)
    thread.start()
    waited = 0.0
    while not answered.is_set() or thread.is_alive():
        waited += turn.pause()
        time.sleep(0.01)
    assert 0.2 < waited < 3


def test_an_assistant_that_hangs_is_not_waited_for_for_ever(turns, monkeypatch):
    monkeypatch.setattr(turn, "_STALE_S", 0.3)
    turn.begin_batch()
    with FileLock(turns / "assistant.lock"):
        assert 0.2 < turn.pause() < 3
        assert turn.pause() == 0.0, "it waits once, not at every step"
    turn.pause()
    with FileLock(turns / "assistant.lock"):
        assert turn.pause() > 0.2, "one that came back is given way to again"


def test_a_job_that_waits_for_the_assistant_can_be_cancelled(turns):
    turn.begin_batch()
    began = time.monotonic()
    turn.watch(lambda: time.monotonic() - began > 0.2)
    with FileLock(turns / "assistant.lock"), pytest.raises(turn.Stop):
        turn.pause()


def test_the_assistant_does_not_wait_long_for_a_batch_job_in_the_middle_of_a_step(turns):
    turn.begin_batch()
    began = time.monotonic()
    with turn.first():
        assert time.monotonic() - began < 2


def test_one_batch_job_at_a_time_and_a_killed_one_lets_go(turns):
    root = str(Path(worker.__file__).resolve().parents[1])
    other = subprocess.Popen([sys.executable, "-c", HOLDER, root], stdout=subprocess.PIPE)
    assert other.stdout.readline().strip() == b"has it"
    waited = []
    threading.Timer(0.3, other.kill).start()
    began = time.monotonic()
    turn.begin_batch(lambda: waited.append(1))
    assert waited == [1] and time.monotonic() - began > 0.2
    other.communicate()


def test_a_job_that_waits_for_its_turn_can_be_cancelled(turns, run, folder, monkeypatch):
    monkeypatch.setenv(turn.FOLDER_VARIABLE, str(turns))
    turns.mkdir()
    with FileLock(turns / "compute.lock"):
        threading.Timer(0.3, (folder / "cancel").touch).start()
        monkeypatch.setattr(turn, "_turn", turn._Turn())
        assert worker.run_job(folder, lambda spec, folder: (e for e in [pass_of(1, 5)])) == 0
    said = events_of(folder)
    assert said[-1] == Cancelled() and "another job on this computer" in said[-2].message


def test_nobody_waits_for_a_holder_that_shows_no_life(turns, monkeypatch):
    turns.mkdir()
    held = FileLock(turns / "compute.lock")
    with held:
        os.utime(held.lock_file, (time.time() - 1000, time.time() - 1000))
        began = time.monotonic()
        turn.begin_batch()
        assert time.monotonic() - began < 5


def test_the_worker_says_what_it_computes_with(monkeypatch):
    from app.jobs import launchers

    monkeypatch.setattr(launchers, "worker_command", lambda *words: [sys.executable, "-m", "core_models.worker", *words])
    said = launchers.probe()
    assert said["torch"] and said["threads"] >= 1 and "cuda_device" in said
