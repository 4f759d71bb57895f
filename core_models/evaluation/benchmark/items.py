"""What a benchmark is made of: images with the mask of one class, and pools of them with their folds."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core_models.contract import image_file
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.mask import Mask

EXACT, ABOVE = "== 255", "> 127"  # rules by which a grey mask becomes a defect


class BenchmarkError(Exception):
    """A benchmark cannot be run as it was asked for: one sentence for a person, with a way out."""


class NotThere(BenchmarkError):
    """The data are not at hand: what wants them is not run, and the tables say so."""


@dataclass(frozen=True)
class Item:
    """One image of one class. `mask` None: a clean image. `values` are the mask's values that mean the class; where there are
    none, `rule` says which grey values do. `name` is unique in a pool; images of one `group` show the same thing."""

    name: str
    image: Path
    mask: Path | None
    group: str
    values: tuple[int, ...] = ()
    rule: str = EXACT

    def truth(self) -> np.ndarray:
        """Where the class is (h, w), boolean; BenchmarkError where the mask cannot be read or has another size than the image."""
        height, width = shape_of(self.image)
        if self.mask is None:
            return np.zeros((height, width), bool)
        try:
            mask = image_file.read(self.mask)
        except image_file.ImageFileError as fault:
            raise BenchmarkError(f"{fault} Put the data folder back from its source.") from fault
        mask = mask[..., 0] if mask.ndim == 3 else mask
        if mask.shape != (height, width):
            raise BenchmarkError(f"{self.mask.name} is {mask.shape[1]} x {mask.shape[0]} px and its image {width} x {height} px. Put the data folder back from its source.")
        if self.values:
            return np.isin(mask, self.values)
        return mask == 255 if self.rule == EXACT else mask > 127

    def share(self) -> float:
        """How much of the image the class covers, 0..1."""
        return _share(self)

    def ref(self) -> ImageRef:
        height, width = shape_of(self.image)
        return ImageRef(0, str(self.image), _digest(self.image), width, height)


@functools.cache
def shape_of(path: Path) -> tuple[int, int]:
    """Height and width of an image file in px; BenchmarkError where it cannot be read."""
    try:
        seen = image_file.probe(path)
    except image_file.ImageFileError as fault:
        raise BenchmarkError(f"{fault} Put the data folder back from its source.") from fault
    return seen.height, seen.width


@functools.cache
def _digest(path: Path) -> str:
    return image_file.sha256(path)


@functools.cache
def _share(item: Item) -> float:
    return float(item.truth().mean())


def support_set(class_name: str, items: list[Item]) -> SupportSet:
    """The items as the shots of one class."""
    return SupportSet(1, class_name, tuple(Shot(item.ref(), Mask.from_array(item.truth())) for item in items))


@dataclass(frozen=True)
class Pool:
    """Classes with their images, clean images by class, and folds: names of the classes that are tested, by the fold's name.

    `sets` says which surface each class is of; `notes` are sentences on how the data were read.
    """

    classes: dict[str, tuple[Item, ...]]
    clean: dict[str, tuple[Item, ...]]
    folds: dict[str, tuple[str, ...]]
    sets: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def base(self, fold: str) -> tuple[str, ...]:
        """The classes that a fold does not test."""
        return tuple(name for name in self.classes if name not in self.folds[fold])

    def apart(self, fold: str) -> Pool:
        """The same without those images of base classes that share a group with one of the fold's: they would show what is tested."""
        tested = {(self.sets.get(name), item.group) for name in self.folds[fold] for item in self.classes[name]}
        kept = {name: tuple(i for i in items if name in self.folds[fold] or (self.sets.get(name), i.group) not in tested) for name, items in self.classes.items()}
        return replace(self, classes=kept)

    def by_name(self) -> dict[str, dict[str, Item]]:
        """Class -> name -> item; the clean images of a class among them."""
        return {name: {i.name: i for i in (*items, *self.clean.get(name, ()))} for name, items in self.classes.items()}


def usable(items: tuple[Item, ...]) -> list[Item]:
    """The items that can be shots: an empty mask shows no defect, a full one no good surface."""
    return [item for item in items if 0 < item.share() < 1]
