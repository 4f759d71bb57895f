"""The warm worker behind the canvas: answers suggestions over its pipe, the newest request first, until the pipe is closed.

While nobody asks and no batch job computes, it fills the cache with the features of images that will be asked about.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, BinaryIO

from core_models import turn
from core_models.contract import pipe
from core_models.contract.card import own_backbone
from core_models.contract.episode import ImageRef
from core_models.contract.job import Compute, ModelRef
from core_models.contract.score_map import scale_of

# The engines that answer within a second, one on images whose view is not too large and on the backbone that ships, the other on any, from
# the shots as they lie, unturned.
ROUGH, PLAIN, PLAINLY = "in_context", "nearest", {"orientations": 1}
_ROUGH_PX = 1_600_000
_KEPT = 3  # models in memory
_REST_S = 0.5  # between two looks whether a batch job still computes


class Engines:
    """The real models; those on the same backbone share the features of images."""

    def __init__(self) -> None:
        self._stores: dict[tuple[Compute, str], Any] = {}

    def load(self, model: ModelRef, compute: Compute) -> Any:
        """An inference.predictor.Predictor."""
        from core_models.inference.predictor import Predictor

        return Predictor(model, compute, store=self._store(model, compute))

    def fill(self, fill: pipe.Fill) -> bool:
        """Keeps the features of the images that have none yet; False where the cache has no room for more."""
        store = self._store(fill.model, fill.compute)
        return all(store.fill(image) for image in fill.images)

    def _store(self, model: ModelRef, compute: Compute) -> Any:
        from core_models.inference.features import FeatureStore

        key = compute, own_backbone(model.folder)
        if key not in self._stores:
            self._stores[key] = FeatureStore(compute, backbone=key[1])
        return self._stores[key]

    def cell_px(self, image: ImageRef) -> float:
        """Pixels of the image along a side of a cell of its score map."""
        return 4 / scale_of(image.width, image.height)

    def free(self) -> None:
        self._stores.clear()
        torch = sys.modules.get("torch")
        if torch is not None and torch.cuda.is_available():
            torch.cuda.empty_cache()


class _Inbox:
    """The newest request; one that nobody has begun is dropped when a newer one comes. And what is to be filled, image by image."""

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._request: pipe.Suggest | None = None
        self._fills: deque[pipe.Fill] = deque()
        self._free = False
        self._ended = False

    def put(self, message: pipe.Message) -> None:
        with self._there:
            if isinstance(message, pipe.Suggest):
                self._request = message
            elif isinstance(message, pipe.Fill):
                self._fills = deque(replace(message, images=(image,)) for image in message.images)
            elif isinstance(message, pipe.Free):
                self._free = True
            self._there.notify()

    def end(self) -> None:
        with self._there:
            self._ended, self._request = True, None
            self._there.notify()

    def waits(self) -> bool:
        """Whether something newer than what is being answered has come (or nobody listens any more)."""
        return self._request is not None or self._ended

    def take(self) -> pipe.Message | None:
        """What to do next; waits for it. None at the end."""
        with self._there:
            self._there.wait_for(lambda: self._urgent() or self._fills)
            if self._ended:
                return None
            if self._free:
                self._free = False
                return pipe.Free()
            if self._request is None:
                return self._fills.popleft()
            request, self._request = self._request, None
            return request

    def put_back(self, fill: pipe.Fill, rest_s: float = 0.0) -> None:
        """What could not be filled is tried again after so many seconds, or as soon as something else has been done."""
        with self._there:
            self._fills.appendleft(fill)
            self._there.wait_for(self._urgent, rest_s)

    def drop_fills(self) -> None:
        with self._there:
            self._fills.clear()

    def _urgent(self) -> bool:
        return self._request is not None or self._free or self._ended


class _Models:
    """The models used last, loaded once."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._kept: OrderedDict[str, Any] = OrderedDict()

    def get(self, model: ModelRef, compute: Compute) -> Any:
        key = repr((model, compute))
        if key not in self._kept:
            self._kept[key] = self.engines.load(model, compute)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def free(self) -> None:
        self._kept.clear()
        self.engines.free()


def serve(incoming: BinaryIO, outgoing: BinaryIO, engines: Engines, on_end: Callable[[], None] = lambda: None) -> None:
    """Answers until `incoming` ends. `on_end` is called in the reading thread then, however busy this one is."""
    inbox, models = _Inbox(), _Models(engines)
    threading.Thread(target=_read, args=(incoming, inbox, on_end), daemon=True).start()
    while (message := inbox.take()) is not None:
        if isinstance(message, pipe.Free):
            models.free()
            continue
        turn.watch(inbox.waits)
        if isinstance(message, pipe.Fill):
            _fill(message, inbox, engines)
            continue
        try:
            with turn.first():
                _answer(message, models, outgoing)
        except turn.Stop:
            continue
        except BrokenPipeError:
            return
        except Exception as fault:
            traceback.print_exc()
            pipe.send(outgoing, pipe.Unanswered(message.id, _sentence(fault)))


def _sentence(fault: Exception) -> str:
    if isinstance(fault, MemoryError):
        return "The memory of this computer was not enough for an answer. Close other programs, then ask again."
    return str(fault) or type(fault).__name__


def _read(incoming: BinaryIO, inbox: _Inbox, on_end: Callable[[], None]) -> None:
    try:
        while (got := pipe.receive(incoming)) is not None:
            inbox.put(got[0])
    except (pipe.PipeError, OSError):
        traceback.print_exc()
    inbox.end()
    on_end()


def _fill(fill: pipe.Fill, inbox: _Inbox, engines: Engines) -> None:
    """Features of one image, unless a batch job computes; a question that comes meanwhile goes first."""
    try:
        with turn.spare() as spare:
            room = not spare or engines.fill(fill)
    except turn.Stop:
        inbox.put_back(fill)
        return
    except Exception:
        traceback.print_exc()
        room = False
    if not room:
        inbox.drop_fills()
    elif not spare:
        inbox.put_back(fill, _REST_S)


def rough(request: pipe.Suggest) -> ModelRef:
    """The model of the first answer to a question."""
    backbone, image = own_backbone(request.model.folder), request.image
    if not backbone and image.width * image.height * scale_of(image.width, image.height) ** 2 <= _ROUGH_PX:
        return ModelRef(0, ROUGH)
    return ModelRef(0, PLAIN, backbone, PLAINLY)


def _answer(request: pipe.Suggest, models: _Models, outgoing: BinaryIO) -> None:
    began = time.monotonic()
    stages = [("fitted", request.model)]
    if request.model.engine not in (ROUGH, PLAIN):
        stages.insert(0, ("rough", rough(request)))
    for stage, model in stages:
        predictor = models.get(model, request.compute)
        prepared = predictor.prepare(request.support)
        turn.pause()
        scores = predictor.score(request.image, prepared)
        image_score, regions = predictor.regions(scores, prepared)
        turn.pause()
        cells = tuple(scores.map.shape), models.engines.cell_px(request.image)
        found = pipe.Suggestion(request.id, stage, float(image_score), tuple(regions), *cells, time.monotonic() - began)
        pipe.send(outgoing, found, scores.map.tobytes())


def own_pipe() -> BinaryIO:
    """Our standard output for messages alone: what libraries print goes to standard error from now on."""
    outgoing = os.fdopen(os.dup(1), "wb")
    sys.stdout.flush()
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for stream in (sys.stdin, outgoing):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    return outgoing


def main() -> int:
    """Serves with the real models; ends with our parent, whose end closes our standard input."""
    serve(sys.stdin.buffer, own_pipe(), Engines(), on_end=lambda: os._exit(0))
    return 0
