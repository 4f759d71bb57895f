"""The warm worker behind the canvas: two answers to a question, the newest question first, and no harm when it dies."""

from __future__ import annotations

import io
import queue
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from filelock import FileLock

from app import settings
from app.jobs import launchers
from app.jobs.assistant import Assistant
from core_models import turn
from core_models.contract import pipe
from core_models.contract.card import write_card
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import Compute, ModelRef, Region
from core_models.contract.mask import Mask

IMAGE = ImageRef(3, "图 3.png", "0" * 64, 6, 4)
TOY = [sys.executable, str(Path(__file__).with_name("toy_assistant.py"))]


def support(how: str) -> SupportSet:
    return SupportSet(1, how, (Shot(IMAGE, Mask.from_array(np.eye(4))),))


@pytest.fixture
def answers():
    return queue.Queue()


@pytest.fixture
def assistant(answers):
    made = Assistant(lambda answer, payload: answers.put((answer, payload)), command=TOY)
    yield made
    made.close()


def ask(assistant, how: str = "fast", engine: str = "support_head") -> int:
    return assistant.ask(IMAGE, support(how), ModelRef(1, engine), Compute())


def test_a_question_has_a_rough_and_a_fitted_answer(assistant, answers):
    number = ask(assistant)
    for stage, value in (("rough", 7), ("fitted", 9)):
        answer, payload = answers.get(timeout=20)
        assert (answer.id, answer.stage, answer.image_score, answer.map_shape, answer.cell_px) == (number, stage, 0.5, (4, 6), 2.5)
        assert answer.regions == (Region(Mask(1, 2, 3, 4, b"0<"), 0.75),) and answer.seconds >= 0
        assert payload == bytes([value]) * 24


def test_the_nearest_engine_answers_once(assistant, answers):
    ask(assistant, engine="nearest")
    assert answers.get(timeout=20)[0].stage == "fitted"
    ask(assistant, engine="nearest")
    assert answers.get(timeout=20)[0].id == 2 and answers.empty()


def test_the_newest_question_wins(assistant, answers):
    first = ask(assistant, "slow")
    assert answers.get(timeout=20)[0].id == first
    began = time.monotonic()
    for _ in range(5):
        last = ask(assistant)
    found = [answers.get(timeout=20)[0] for _ in range(2)]
    assert {a.id for a in found} == {last} and time.monotonic() - began < 4, "the stale question was worked on to its end"
    time.sleep(0.2)
    assert answers.empty()


def test_a_fault_is_an_answer_and_the_worker_stays(assistant, answers):
    number = ask(assistant, "broken")
    assert answers.get(timeout=20)[0] == pipe.Unanswered(number, "the shots do not fit")
    pid = assistant.pid
    ask(assistant)
    assert answers.get(timeout=20)[0].stage == "rough" and assistant.pid == pid


def test_too_little_memory_is_a_sentence_and_the_worker_stays(assistant, answers):
    ask(assistant, "large")
    answer, _ = answers.get(timeout=20)
    assert "memory of this computer was not enough" in answer.sentence and answer.sentence.endswith("ask again.")
    ask(assistant)
    assert answers.get(timeout=20)[0].stage == "rough"


def test_a_worker_that_dies_is_said_and_started_again(assistant, answers):
    number = ask(assistant, "deadly")
    assert answers.get(timeout=20)[0] == pipe.Unanswered(number, "The worker for suggestions ended unexpectedly; ask again.")
    ask(assistant)
    assert answers.get(timeout=20)[0].id == number + 1


@pytest.mark.parametrize("message", ["fill", "free"])
def test_a_worker_that_dies_is_said_even_where_another_message_meets_it_first(assistant, answers, tmp_path, monkeypatch, message):
    """What is sent before anybody noticed starts no new worker that would know nothing of the open question."""
    number = ask(assistant, "slow")
    assert answers.get(timeout=20)[0].stage == "rough"
    process, noticed = assistant._process, threading.Event()
    wait = process.wait
    monkeypatch.setattr(process, "wait", lambda *asked: (noticed.wait(20), wait(*asked))[1])
    psutil.Process(process.pid).kill()
    while process.poll() is None:
        time.sleep(0.01)
    if message == "fill":
        fill(assistant, tmp_path, [4])
    else:
        monkeypatch.setattr(Assistant, "_alive", lambda self: self._process is not None)  # it dies between the look and the message
        assistant.free()
    noticed.set()
    assert answers.get(timeout=20)[0] == pipe.Unanswered(number, "The worker for suggestions ended unexpectedly; ask again.")


def test_models_are_loaded_again_after_they_were_let_go(assistant, answers):
    assistant.free()  # nothing to free yet: no worker is started for it
    assert assistant.pid is None
    for _ in range(2):
        ask(assistant)
        assert [answers.get(timeout=20)[0].stage for _ in range(2)] == ["rough", "fitted"]
        assistant.free()


def fill(assistant, folder: Path, ids) -> None:
    assistant.fill([replace(IMAGE, id=k) for k in ids], ModelRef(1, "support_head"), Compute(cache_folder=str(folder)))


def filled(folder: Path, count: int, seconds: float = 20.0) -> list[int]:
    """The images that were filled, once there are so many."""
    ended, path = time.monotonic() + seconds, folder / "filled.txt"
    while time.monotonic() < ended and (not path.exists() or len(path.read_text().split()) < count):
        time.sleep(0.02)
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_idle_it_fills_the_cache_in_the_order_it_was_given(assistant, tmp_path):
    fill(assistant, tmp_path, [4, 2, 7])
    assert filled(tmp_path, 3) == [4, 2, 7]


def test_a_question_goes_before_the_filling_which_goes_on_afterwards(assistant, answers, tmp_path):
    fill(assistant, tmp_path, range(8))
    assert filled(tmp_path, 1)[0] == 0
    number = ask(assistant)
    assert [answers.get(timeout=20)[0].id for _ in range(2)] == [number, number]
    assert len(filled(tmp_path, 0)) < 8, "the question waited for the filling's end"
    assert filled(tmp_path, 8) == list(range(8))


def test_newer_images_are_filled_instead_of_older_ones(assistant, tmp_path):
    fill(assistant, tmp_path, range(50))
    filled(tmp_path, 1)
    fill(assistant, tmp_path, [60, 61])
    deadline = time.monotonic() + 20
    while filled(tmp_path, 0)[-1] != 61 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert filled(tmp_path, 0)[-2:] == [60, 61] and len(filled(tmp_path, 0)) < 50


def test_filling_ends_where_there_is_no_room(assistant, answers, tmp_path):
    fill(assistant, tmp_path, [1, 95, 2])
    assert filled(tmp_path, 1) == [1]
    time.sleep(0.6)
    assert filled(tmp_path, 0) == [1]
    ask(assistant)
    assert answers.get(timeout=20)[0].stage == "rough"


def test_filling_waits_for_a_batch_job(assistant, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "cache_folder", lambda: tmp_path)
    turns = Path(launchers.environment()[turn.FOLDER_VARIABLE])
    turns.mkdir(parents=True, exist_ok=True)
    with FileLock(turns / "compute.lock"):
        fill(assistant, tmp_path, [3])
        assert filled(tmp_path, 1, 1.5) == []
    assert filled(tmp_path, 1) == [3]


def test_a_batch_job_need_not_wait_for_the_filling_of_a_whole_folder(assistant, tmp_path, monkeypatch):
    """Between two images the filling lets go of the turn for a moment only: who waits for it must be seen."""
    monkeypatch.setattr(settings, "cache_folder", lambda: tmp_path)
    monkeypatch.setenv(turn.FOLDER_VARIABLE, launchers.environment()[turn.FOLDER_VARIABLE])
    monkeypatch.setattr(turn, "_turn", turn._Turn())
    fill(assistant, tmp_path, range(60))
    begun = len(filled(tmp_path, 1))
    turn.begin_batch()
    try:
        assert len(filled(tmp_path, 0)) <= begun + 4
    finally:
        turn._turn.compute.release(force=True)
    assert len(filled(tmp_path, begun + 6)) >= begun + 6, "it does not go on afterwards"


def test_it_lets_the_window_go_first(assistant):
    ask(assistant)
    worker = psutil.Process(assistant.pid)
    assert worker.nice() > psutil.Process().nice() if sys.platform != "win32" else worker.nice() == psutil.BELOW_NORMAL_PRIORITY_CLASS
    if (group := Path("/proc", str(assistant.pid), "autogroup")).exists():
        assert group.read_text(encoding="ascii") != Path("/proc/self/autogroup").read_text(encoding="ascii"), "it weighs as much as the window"


def test_it_ends_with_its_parent_whatever_it_does(assistant, answers):
    ask(assistant)
    assert [answers.get(timeout=20)[0].stage for _ in range(2)] == ["rough", "fitted"]  # it has started
    ask(assistant, "stuck")
    worker = psutil.Process(assistant.pid)
    time.sleep(0.5)
    began = time.monotonic()
    assistant.close()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    assert time.monotonic() - began < 1.9, "it had to be killed"
    assert answers.empty()


def test_messages_survive_the_pipe():
    stream = io.BytesIO()
    messages = [
        (pipe.Suggest(7, IMAGE, support("划痕"), ModelRef(2, "a", "b", {"steps": 3}), Compute("cpu")), b""),
        (pipe.Suggestion(7, "rough", 0.25, (Region(Mask(1, 2, 3, 4, b"0<"), 0.5),), (2, 3), 4.0, 0.1), bytes(6)),
        (pipe.Fill((IMAGE, replace(IMAGE, id=4)), ModelRef(2, "a"), Compute("cpu")), b""),
        (pipe.Free(), b""),
        (pipe.Unanswered(8, "no"), b"\n\0"),
    ]
    for message, payload in messages:
        pipe.send(stream, message, payload)
    stream.seek(0)
    assert [pipe.receive(stream) for _ in messages] == messages and pipe.receive(stream) is None
    torn = stream.getvalue()[: len(stream.getvalue()) - 1]
    half = io.BytesIO(torn)
    assert [pipe.receive(half) for _ in messages] == [*messages[:-1], None], "the other side died in the middle of a message"


@pytest.mark.parametrize("header", [b"{", b"[]", b'{"message": "Open"}', b'{"message": "Free", "more": 1}'])
def test_what_is_no_message_is_refused(header):
    with pytest.raises(pipe.PipeError):
        pipe.receive(io.BytesIO(len(header).to_bytes(4, "big") + bytes(4) + header))
    with pytest.raises(pipe.PipeError):
        pipe.receive(io.BytesIO(b"\xff" * 100))


@pytest.mark.parametrize(("width", "height", "kind", "engine"), [
    (200, 200, "", "in_context"),
    (1600, 1000, "segment", "in_context"),
    (1600, 1001, "segment", "nearest"),  # too large for the other within a second
    (200, 200, "backbone", "nearest"),  # knows no backbone but the one that ships
])
def test_the_rough_answer_s_model_is_one_that_ships_and_answers_in_time(tmp_path, width, height, kind, engine):
    from core_models import serve
    from core_models.models import registry

    if kind:
        (tmp_path / "weights.safetensors").write_bytes(b"some")
        write_card(tmp_path, {"kind": kind})
    model = ModelRef(3, "support_head", str(tmp_path) if kind else "")
    found = serve.rough(pipe.Suggest(1, ImageRef(1, "a.png", "0" * 64, width, height), SupportSet(1, "scratch", ()), model))
    assert (found.version_id, found.engine, found.folder) == (0, engine, str(tmp_path) if kind == "backbone" else "")
    assert registry.create(found.engine, found.params).orientations == 1

