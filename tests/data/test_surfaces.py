"""Pictures with defects: each kind is there, is seen, and lies where its mask says."""

import json
from pathlib import Path

import numpy as np
import pytest

from core_models.contract.opencv import cv2
from data.surfaces.canvas import Canvas
from data.surfaces.classes import KINDS, DefectClass, draw_defect_class, sibling
from data.surfaces.defects import add_defect
from data.surfaces.episode import draw_episode
from data.surfaces.image import draw_image, draw_surface
from data.surfaces.marks import jitter
from data.surfaces.texture import RECIPES

GOLDEN = Path(__file__).with_name("golden_episodes.json")


def _rng(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def digest(seed: int) -> list[list[int]]:
    """Mean grey of 16 x 16 blocks of an episode's pictures and, in thousandths, of its masks."""
    episode = draw_episode(seed, 96, 2)
    images = np.concatenate([episode.support_images, episode.query_images]).astype(float)
    masks = np.concatenate([episode.support_masks, episode.query_masks]).astype(float) * 255
    return [np.rint(stack.reshape(len(stack), 6, 16, 6, 16).mean((2, 4))).astype(int).ravel().tolist() for stack in (images, masks)]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_same_picture_on_every_system(seed):
    """Within one grey level, but for rare blocks where rounding turned a pixel's neighbour or JPEG chose otherwise."""
    for got, kept in zip(digest(seed), json.loads(GOLDEN.read_text(encoding="utf-8"))[str(seed)], strict=True):
        apart = np.abs(np.subtract(got, kept))
        assert np.quantile(apart, 0.98) <= 1 and apart.max() <= 8


@pytest.mark.parametrize("kind", KINDS)
def test_the_change_lies_in_the_mask(kind):
    """On an even surface most of what a defect changes lies within 3 px of its mask, and hardly anything far from it."""
    family = "woven" if kind == "structure" else "rolled"
    inside, found = [], 0
    for seed in range(12):
        rng = _rng(seed)
        surface = draw_surface(rng, 160, 160, family=family)
        canvas = Canvas(rng, 160, 160, surface.layers, surface.light)
        before = canvas.value()
        cls = draw_defect_class(rng, 160, kind)
        drawn = add_defect(rng, DefectClass(**{**vars(cls), "halo": 0.0}), canvas)
        if drawn is None:
            assert np.array_equal(canvas.value(), before)
            continue
        found += 1
        mask = np.zeros((160, 160), np.uint8)
        mask[drawn[0]] = drawn[1]
        change = np.abs(canvas.value() - before)
        near = cv2.dilate(mask, np.ones((7, 7), np.uint8)) > 0
        inside.append(float(change[near].sum() / change.sum()))
        assert change[mask > 0].mean() > 4 * change[~near].mean()
    assert found >= 9
    assert np.median(inside) > 0.85


@pytest.mark.parametrize("family", RECIPES)
def test_each_family_makes_a_picture_with_contrast(family):
    rng = _rng(3)
    image = draw_image(rng, 120, 150, draw_surface(rng, 120, 150, family=family), []).image
    assert image.shape == (120, 150) and image.dtype == np.uint8
    assert 10 < image.mean() < 245 and image.std() > 1.0


def test_colour_and_sixteen_bits():
    rng = _rng(5)
    classes = [(draw_defect_class(rng, 96, "patch"), 2), (draw_defect_class(rng, 96, "scratch"), 0)]
    colour = draw_image(rng, 96, 130, draw_surface(rng, 96, 130, colour=True), classes)
    assert colour.image.shape == (96, 130, 3) and colour.image.dtype == np.uint8
    assert colour.masks[0].any() and not colour.masks[1].any() and colour.masks[1].shape == (96, 130)
    deep = draw_image(rng, 96, 130, draw_surface(rng, 96, 130, bits=12), classes).image
    assert deep.dtype == np.uint16 and 255 < deep.max() <= 4095


def test_without_distractors_there_are_none():
    rng = _rng(11)
    surface = draw_surface(rng, 100, 100, family="smooth")
    while not surface.distractors:
        surface = draw_surface(rng, 100, 100, family="smooth")
    assert not np.array_equal(draw_image(_rng(1), 100, 100, surface, []).image, draw_image(_rng(1), 100, 100, surface, [], distractors=False).image)


def test_classes_are_narrow_and_siblings_differ():
    rng = _rng(2)
    for _ in range(200):
        cls = draw_defect_class(rng, 200)
        assert 4.5 <= cls.size[0] <= cls.size[1] <= 290
        other = sibling(rng, cls)
        assert other is None or (other.kind == cls.kind and (other.tone != cls.tone or other.angle != cls.angle))


def test_all_kinds_are_drawn():
    rng = _rng(4)
    assert {draw_defect_class(rng).kind for _ in range(600)} == set(KINDS)


def test_a_persons_mask_is_near_the_truth():
    mask = np.zeros((80, 80), bool)
    mask[20:50, 25:60] = True
    mask[70:74, 5:9] = True
    rng = _rng(0)
    assert np.array_equal(jitter(rng, mask, 0, 0.0), mask)
    wide = jitter(rng, mask, 3, 2.0)
    assert wide.sum() > mask.sum() and not (wide & ~cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)).any()
    forgotten = jitter(rng, mask, 0, 0.0, forget=1.0)
    assert forgotten.sum() == 30 * 35
