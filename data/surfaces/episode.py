"""Few-shot episodes without end: a new defect class on a new surface each, for networks that learn from marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.surfaces.classes import DefectClass, draw_defect_class, sibling
from data.surfaces.image import Surface, draw_image, draw_surface, is_regular, vary
from data.surfaces.marks import as_drawn
from data.surfaces.noise import Generator


@dataclass(frozen=True)
class Episode:
    """k marked pictures of one class and q more to find it in: uint8 (k, h, w) with bool masks as a person would draw them,
    uint8 (q, h, w) with exact ones. `kind` and `family` name the damage and the material."""

    support_images: np.ndarray
    support_masks: np.ndarray
    query_images: np.ndarray
    query_masks: np.ndarray
    kind: str
    family: str


def _classes(rng: Generator, surface: Surface, size: int) -> tuple[DefectClass, list[DefectClass]]:
    """The class of the episode and up to two others that are none of its business."""

    def suited() -> DefectClass:
        while True:
            cls = draw_defect_class(rng, size)
            if cls.kind == "structure" and not is_regular(surface):
                continue
            if cls.kind == "blur" and sum(layer.amplitude for layer in surface.layers if layer.wavelength < 8) < 0.08:
                continue
            return cls

    target = suited()
    others = [(sibling(rng, target) if rng.random() < 0.25 else None) or suited()
              for _ in range(int(rng.choice([0, 1, 2], p=[0.35, 0.4, 0.25])))]
    return target, others


def _picture(rng: Generator, surface: Surface, size: int, target: DefectClass, others: list[DefectClass],
             wanted: bool) -> tuple[np.ndarray, np.ndarray]:
    """One picture and the target's mask; when the class is wanted, a few tries, the later ones without distractors."""
    for attempt in range(4):
        count = int(rng.integers(target.count[0], target.count[1] + 1)) if wanted else 0
        painted = [(other, int(rng.integers(1, max(other.count[1], 1) + 1))) for other in others if rng.random() < 0.5]
        sample = draw_image(rng, size, size, vary(rng, surface), [(target, count), *painted], distractors=attempt < 2)
        if sample.masks[0].any() or not wanted:
            break
    return sample.image, sample.masks[0]


def draw_episode(seed: int, size: int = 200, max_shots: int = 10, queries: int = 4) -> Episode:
    """The episode of this seed: 1 to `max_shots` support pictures and `queries` others, half of which lack the class.

    Two thirds of the episodes stay on one surface, the rest change it from picture to picture, mostly within its family. No
    support mask is empty. Deterministic but for the last bit of floating-point arithmetic: two systems give the same pictures
    to one grey level, but for rare pixels.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    shots = int(rng.integers(1, max_shots + 1))
    wanted = [True] * shots + [bool(w) for w in rng.permutation(np.arange(queries) % 2 == 0)]
    while True:
        surface = draw_surface(rng, size, size)
        target, others = _classes(rng, surface, size)
        images, masks = _pictures(rng, surface, size, target, others, wanted)
        if len(images) == len(wanted):
            break
    drawn = as_drawn(rng, masks[:shots])
    return Episode(np.stack(images[:shots]), np.stack(drawn), np.stack(images[shots:]), np.stack(masks[shots:]), target.kind, surface.family)


def _pictures(rng: Generator, surface: Surface, size: int, target: DefectClass, others: list[DefectClass],
              wanted: list[bool]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The pictures and masks of an episode; fewer than wanted when the class cannot be seen on these surfaces."""
    changing = rng.random() < 1 / 3 and target.kind != "structure"
    family = surface.family if rng.random() < 0.6 else None
    images, masks = [], []
    for want in wanted:
        here = draw_surface(rng, size, size, family=family) if changing else surface
        image, mask = _picture(rng, here, size, target, others, want)
        if want and not mask.any():
            break
        images.append(image)
        masks.append(mask)
    return images, masks
