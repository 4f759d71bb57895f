"""Episodes from a project's own labels: which image is asked, by which shots, and which groups are kept aside to choose by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core_models.contract.episode import ImageRef, SupportSet
from core_models.contract.job import LabelledImage, TrainLabel
from core_models.contract.mask import Mask

LEAST_GROUPS = 2  # of a class: one to ask, another to give the shots
LEAST_ASIDE = 3  # kept-aside groups that hold a class, below which the loss chooses and not the IoU
_ASIDE_SHARE = 0.2
_MOST_ASIDE = 24
_MOST_LOOKED_AT = 48
_MOST_SHOTS = 5
_PRESENT_SHOTS = 0.5  # share of the episodes that are asked with the shots the inspector chose


@dataclass(frozen=True)
class Example:
    """One image's mask as an example of a class."""

    image: ImageRef
    group: str
    mask: Mask


@dataclass(frozen=True)
class Question:
    """One image to be segmented for one class, by these examples of other groups. `trains`: it is learnt from, too."""

    image: ImageRef
    label: TrainLabel
    shots: tuple[Example, ...]
    trains: bool = False


class TooFewLabels(ValueError):
    """No class can be learnt from: the sentence says what is missing."""


class ProjectEpisodes:
    """Draws questions from what people hold true. Shots never come from the group of the image that is asked.

    An image that is a shot of a class counts as complete for it: its unmarked pixels are good surface (ignore regions
    apart). Groups that hold a shot always train; of the others a fifth is kept aside.
    """

    def __init__(self, train: Iterable[LabelledImage], supports: Iterable[SupportSet], seed: int) -> None:
        train, supports = list(train), list(supports)
        self.groups = {item.image.id: item.group for item in train}
        self.supports = {s.class_id: self._examples(s) for s in supports}
        shot_images = {(class_id, e.image.id) for class_id, examples in self.supports.items() for e in examples}
        self.labels = {(item.image.id, label.class_id): _as_shot(label) if (label.class_id, item.image.id) in shot_images else label
                       for item in train for label in item.labels}
        for class_id, image_id, label in _unlisted(supports, self.labels):
            self.labels[image_id, class_id] = label
            self.groups.setdefault(image_id, f"shot {image_id}")
        self.images = {item.image.id: item.image for item in train} | {e.image.id: e.image for v in self.supports.values() for e in v}
        self.classes = sorted(c for c in {k[1] for k in self.labels} if len(self._holding(c)) >= LEAST_GROUPS)
        if not self.classes:
            raise TooFewLabels("There are too few labels to learn from: a class must be marked on at least two different parts outside the check "
                               "images. Accept proposals or draw on more images, then run the fine-tune again.")
        self.aside = self._keep_aside(np.random.Generator(np.random.PCG64(seed)))

    def _examples(self, support: SupportSet) -> list[Example]:
        return [Example(s.image, self.groups.get(s.image.id, f"shot {s.image.id}"), s.mask) for s in support.shots]

    def _holding(self, class_id: int) -> list[str]:
        """Groups in which the class is marked, in a fixed order."""
        return sorted({self.groups[i] for (i, c), label in self.labels.items() if c == class_id and label.positive.w})

    def _keep_aside(self, rng: np.random.Generator) -> frozenset[str]:
        """A fifth of the groups that hold each class and of those that hold none; never a group with a shot, and never so
        many that fewer than two are left to train a class on."""
        fixed = {e.group for examples in self.supports.values() for e in examples}
        aside: set[str] = set()
        for class_id in self.classes:
            holding = self._holding(class_id)
            free = [g for g in holding if g not in fixed and g not in aside]
            wanted = round(_ASIDE_SHARE * len(holding)) - sum(g in aside for g in holding)
            wanted = min(wanted, _MOST_ASIDE // len(self.classes), len(holding) - sum(g in aside for g in holding) - LEAST_GROUPS)
            aside |= {free[k] for k in rng.permutation(len(free))[: max(wanted, 0)]}
        marked = {self.groups[i] for (i, _), label in self.labels.items() if label.positive.w}
        bare = sorted(set(self.groups.values()) - marked - fixed)
        return frozenset(aside | {bare[k] for k in rng.permutation(len(bare))[: min(round(_ASIDE_SHARE * len(bare)), _MOST_ASIDE // 2)]})

    @property
    def chooses_by_iou(self) -> bool:
        """Whether enough complete groups are kept aside for an IoU to mean something: where only what was accepted is known,
        a network that marks everything would look best."""
        return any(len(self._complete_aside(c)) >= LEAST_ASIDE for c in self.classes)

    def _complete_aside(self, class_id: int) -> set[str]:
        return {self.groups[i] for (i, c), label in self.labels.items()
                if c == class_id and label.positive.w and label.complete and self.groups[i] in self.aside}

    def drop(self, image_id: int) -> None:
        """Leaves out an image that cannot be read; TooFewLabels when nothing can be learnt without it."""
        self.labels = {k: v for k, v in self.labels.items() if k[0] != image_id}
        self.supports = {c: [e for e in examples if e.image.id != image_id] for c, examples in self.supports.items()}
        self.images.pop(image_id, None)
        self.classes = [c for c in self.classes if len(set(self._holding(c)) - self.aside) >= LEAST_GROUPS]
        if not self.classes:
            raise TooFewLabels("Too few of the labelled images can be read. Find them again with `defectloop locate`, then run the fine-tune again.")

    def draw(self, rng: np.random.Generator) -> Question:
        """The next question to train on: three in five hold the class, the rest are good surface or hold rejected proposals.

        Of those that hold it, at least half are images whose ground is known too (complete ones, and shots): the others say
        nothing against marking everything.
        """
        class_id = self.classes[rng.integers(len(self.classes))]
        mine = [(i, label) for (i, c), label in self.labels.items() if c == class_id and self.groups[i] not in self.aside]
        marked = [m for m in mine if m[1].positive.w]
        empty = [m for m in mine if not m[1].positive.w and (m[1].complete or m[1].negative.w)]
        hard = [m for m in mine if m[1].negative.w]
        whole = [m for m in marked if m[1].complete]
        pool = whole if whole and rng.random() < 0.5 else marked
        if rng.random() >= 0.6 and (empty or hard):
            pool = hard if hard and (not empty or rng.random() < 0.5) else empty
        image_id, label = pool[rng.integers(len(pool))]
        return Question(self.images[image_id], label, self._shots(class_id, self.groups[image_id], rng))

    def _shots(self, class_id: int, group: str, rng: np.random.Generator) -> tuple[Example, ...]:
        present = [e for e in self.supports.get(class_id, []) if e.group != group]
        if present and rng.random() < _PRESENT_SHOTS:
            return tuple(present)
        pool = [Example(self.images[i], self.groups[i], label.positive) for (i, c), label in self.labels.items()
                if c == class_id and label.positive.w and self.groups[i] != group and self.groups[i] not in self.aside]
        pool = pool or present
        count = int(rng.integers(1, min(_MOST_SHOTS, len(pool)) + 1))
        return tuple(pool[k] for k in rng.permutation(len(pool))[:count])

    def to_choose_by(self, rng: np.random.Generator) -> list[Question]:
        """The kept-aside images, each asked with the present shots, where there are some; at most `_MOST_LOOKED_AT` of them,
        two thirds of which hold the class, drawn once. Where too few complete ones are kept aside, the shots stand in for their
        ground, each asked with the others, although they train too."""
        asked = sorted(((key, label) for key, label in self.labels.items() if self.groups[key[0]] in self.aside and key[1] in self.classes), key=lambda a: a[0])
        asked = [asked[k] for k in rng.permutation(len(asked))]
        marked = [a for a in asked if a[1].positive.w][: 2 * _MOST_LOOKED_AT // 3]
        others = [a for a in asked if not a[1].positive.w and (a[1].complete or a[1].negative.w)]
        kept = [Question(self.images[image_id], label, tuple(self.supports.get(class_id, ())) or self._shots(class_id, self.groups[image_id], rng))
                for (image_id, class_id), label in marked + others[: _MOST_LOOKED_AT - len(marked)]]
        return kept + [question for c in self.classes if len(self._complete_aside(c)) < LEAST_ASIDE for question in self._shots_asked(c)]

    def _shots_asked(self, class_id: int) -> list[Question]:
        """Each shot of a class as a question to the others."""
        shots = self.supports.get(class_id, [])
        others = [tuple(e for e in shots if e.group != shot.group) for shot in shots]
        return [Question(shot.image, self.labels[shot.image.id, class_id], by, trains=True) for shot, by in zip(shots, others, strict=True) if by]


def _as_shot(label: TrainLabel) -> TrainLabel:
    return TrainLabel(label.class_id, label.positive, label.negative, label.ignore, True, label.bulk)


def _unlisted(supports: list[SupportSet], labels: dict[tuple[int, int], TrainLabel]) -> list[tuple[int, int, TrainLabel]]:
    """Shots whose labels the training set does not name: (class, image, label)."""
    return [(s.class_id, shot.image.id, TrainLabel(s.class_id, shot.mask, ignore=shot.ignore, complete=True))
            for s in supports for shot in s.shots if (shot.image.id, s.class_id) not in labels]
