"""What the window and its warm worker say to each other over a binary pipe: one JSON header and some bytes a message.

A message is the header's length and the payload's (two big-endian 32-bit numbers), the header, and the payload.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import BinaryIO

from core_models.contract import job
from core_models.contract.episode import ImageRef, SupportSet

_LENGTHS = struct.Struct(">II")
_LONGEST_HEADER = 2**28  # a support set with masks of noise stays far below


class PipeError(Exception):
    """The other side sent something that is no message."""


@dataclass(frozen=True)
class Suggest:
    """Propose regions of the support set's class on one image; answered by up to two `Suggestion`s, or `Unanswered`."""

    id: int
    image: ImageRef
    support: SupportSet
    model: job.ModelRef
    compute: job.Compute = job.Compute()


@dataclass(frozen=True)
class Free:
    """A batch job begins: let go of models and of the GPU's memory; they are loaded again when asked for."""


@dataclass(frozen=True)
class Fill:
    """Whenever there is nothing else to do: compute and keep the features of these images, in this order and instead of those
    of an earlier `Fill`. Nothing is answered."""

    images: tuple[ImageRef, ...]
    model: job.ModelRef
    compute: job.Compute = job.Compute()


@dataclass(frozen=True)
class Suggestion:
    """stage: rough (by comparison alone, at once) or fitted (the model asked for). The payload is the score map, uint8, of
    map_shape (rows, columns); each of its cells covers cell_px x cell_px pixels of the image, from its upper left corner."""

    id: int
    stage: str
    image_score: float
    regions: tuple[job.Region, ...]
    map_shape: tuple[int, ...]
    cell_px: float
    seconds: float


@dataclass(frozen=True)
class Unanswered:
    id: int
    sentence: str


Message = Suggest | Free | Fill | Suggestion | Unanswered
_KINDS = {c.__name__: c for c in (Suggest, Free, Fill, Suggestion, Unanswered)}


def send(stream: BinaryIO, message: Message, payload: bytes = b"") -> None:
    header = json.dumps({"message": type(message).__name__, **job.to_json(message)}, ensure_ascii=False).encode("utf-8")
    stream.write(_LENGTHS.pack(len(header), len(payload)) + header + payload)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Message, bytes] | None:
    """The next message and its payload; None where the other side has closed the pipe; PipeError where it is no message."""
    lengths = _whole(stream, _LENGTHS.size)
    if lengths is None:
        return None
    header_length, payload_length = _LENGTHS.unpack(lengths)
    if header_length > _LONGEST_HEADER:
        raise PipeError("what came over the pipe is no message")
    header, payload = _whole(stream, header_length), _whole(stream, payload_length)
    if header is None or payload is None:
        return None
    try:
        js = json.loads(header)
        return job.from_json(_KINDS[js.pop("message")], js), payload
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise PipeError(f"what came over the pipe is no message: {fault!r}") from fault


def _whole(stream: BinaryIO, length: int) -> bytes | None:
    """Exactly so many bytes, None where the pipe ends before."""
    parts = []
    while length:
        part = stream.read(length)
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
