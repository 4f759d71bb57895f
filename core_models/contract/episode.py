"""Shots, support sets and episodes: what both sides of the process boundary say when they speak of few-shot learning."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from core_models.contract.mask import Mask


@dataclass(frozen=True)
class ImageRef:
    """One image file as a worker needs it: where it lies (absolute), which bytes it must have, its upright size in pixels."""

    id: int
    path: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Shot:
    """One image as an example of one class: the union of that class's regions there, and what is to be ignored."""

    image: ImageRef
    mask: Mask
    ignore: Mask = Mask.EMPTY


@dataclass(frozen=True)
class SupportSet:
    """The shots of one class as they were at one moment. Order does not matter to the digest."""

    class_id: int
    class_name: str
    shots: tuple[Shot, ...]
    digest: str = field(default="")

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", support_digest(self.shots))


def support_digest(shots: tuple[Shot, ...]) -> str:
    """Names a support set by the bytes of its images and masks (sha256, hexadecimal, 32 signs)."""
    parts = sorted(repr((s.image.sha256, s.mask.box, s.mask.rle, s.ignore.box, s.ignore.rle)) for s in shots)
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:32]
