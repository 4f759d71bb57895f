"""Generated episodes: the same from the same seed, with masks that mean something."""

import numpy as np
import pytest

from data.surfaces.episode import draw_episode


@pytest.fixture(scope="module")
def episodes():
    return [draw_episode(seed, size=128, max_shots=3) for seed in range(40)]


def test_shapes_and_types(episodes):
    for episode in episodes:
        shots = len(episode.support_images)
        assert 1 <= shots <= 3
        assert episode.support_images.shape == episode.support_masks.shape == (shots, 128, 128)
        assert episode.query_images.shape == episode.query_masks.shape == (4, 128, 128)
        assert episode.support_images.dtype == episode.query_images.dtype == np.uint8
        assert episode.support_masks.dtype == episode.query_masks.dtype == bool


def test_same_seed_same_episode_other_seed_another():
    one, two, other = draw_episode(7, 96, 2), draw_episode(7, 96, 2), draw_episode(8, 96, 2)
    assert np.array_equal(one.query_images, two.query_images) and np.array_equal(one.support_masks, two.support_masks)
    assert not np.array_equal(one.query_images, other.query_images)


def test_half_of_the_queries_are_clean(episodes):
    assert {int((~episode.query_masks.any((1, 2))).sum()) for episode in episodes} == {2}


def test_supports_show_the_class(episodes):
    assert all(mask.any() for episode in episodes for mask in episode.support_masks)


def test_masks_cover_from_specks_to_half_the_image(episodes):
    areas = np.array([mask.sum() for episode in episodes for mask in episode.query_masks if mask.any()])
    assert areas.min() >= 5 and areas.max() <= 0.7 * 128 * 128
    assert np.quantile(areas, 0.1) < 150 and np.quantile(areas, 0.9) > 800


def test_many_kinds_and_families(episodes):
    assert len({episode.kind for episode in episodes}) >= 6
    assert len({episode.family for episode in episodes}) >= 6
