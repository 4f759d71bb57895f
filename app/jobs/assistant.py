"""The warm worker behind the canvas: asks it for suggestions on the image in view; only the newest question is answered.

Answers come in a thread of their own; whoever draws on a screen hands them on to its own thread.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Sequence

from app import settings
from app.jobs import launchers
from core_models.contract import pipe
from core_models.contract.episode import ImageRef, SupportSet
from core_models.contract.job import Compute, ModelRef

Answer = pipe.Suggestion | pipe.Unanswered
OnAnswer = Callable[[Answer, bytes], None]
LOST = "The worker for suggestions ended unexpectedly; ask again."


class Assistant:
    """One warm worker, started with the first question and again after it died. `on_answer(answer, score map's bytes)` is
    called up to twice for a question, "rough" then "fitted", and never for one that is not the newest any more."""

    def __init__(self, on_answer: OnAnswer, *, command: list[str] | None = None) -> None:
        self._on_answer = on_answer
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._asked = 0
        self._open = False  # whether the newest question still waits for an answer

    def ask(self, image: ImageRef, support: SupportSet, model: ModelRef, compute: Compute) -> int:
        """Asks, instead of whatever was asked before; the question's number, which its answers carry."""
        with self._lock:
            self._asked += 1
            self._open = True
            self._send(pipe.Suggest(self._asked, image, support, model, compute))
            return self._asked

    def fill(self, images: Sequence[ImageRef], model: ModelRef, compute: Compute) -> None:
        """Has the features of these computed and kept, in their order, while nothing else is to be done; no answer comes."""
        with self._lock:
            self._send(pipe.Fill(tuple(images), model, compute), anew=not self._open)

    def free(self) -> None:
        """A batch job begins: the worker lets go of its models and of the GPU's memory."""
        with self._lock:
            if self._alive():
                self._send(pipe.Free(), anew=False)

    def close(self) -> None:
        """Ends the worker; questions still open stay unanswered."""
        with self._lock:
            process, self._process, self._open = self._process, None, False
        if process is None:
            return
        try:
            process.stdin.close()
        except OSError:
            pass  # it ended first
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _send(self, message: pipe.Message, anew: bool = True) -> None:
        """To the worker; where the present one has died, to a new one, or to nobody: a question that is open would be lost with it
        in silence, and who listens to the dead one is about to say so."""
        for _ in range(2):
            if not self._alive():
                if not anew:
                    return
                self._start()
            try:
                pipe.send(self._process.stdin, message)
                return
            except OSError:
                self._process.kill()
                if not anew:
                    return
                self._process.wait()
        raise OSError("the worker for suggestions ends at once")

    def _start(self) -> None:
        log = settings.log_folder() / "assistant.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as errors:
            self._process = subprocess.Popen(
                self._command or launchers.worker_command("--serve"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                cwd=launchers.CHECKOUT, env=launchers.environment(), **launchers.detached(),
            )  # fmt: skip
        launchers.lower_priority(self._process.pid)
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen) -> None:
        try:
            while (got := pipe.receive(process.stdout)) is not None:
                answer, payload = got
                with self._lock:
                    newest = process is self._process and answer.id == self._asked
                    if newest and (isinstance(answer, pipe.Unanswered) or answer.stage == "fitted"):
                        self._open = False
                if newest:
                    self._on_answer(answer, payload)
        except (pipe.PipeError, OSError, ValueError):
            pass  # what it says is not understood: it is ended below, as one that has ended by itself
        process.kill()
        process.wait()
        with self._lock:
            lost = process is self._process and self._open
            self._open = self._open and not lost
            if process is self._process:
                self._process = None  # the next question must not go to one that is just ending
        if lost:
            self._on_answer(pipe.Unanswered(self._asked, LOST), b"")
