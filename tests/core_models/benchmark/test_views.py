"""Views of training images: image and mask go together, in the eight fixed ones and in those that are drawn each time."""

import numpy as np
import pytest
import torch

from core_models.evaluation.benchmark.items import Pool
from core_models.evaluation.benchmark.raw_cache import VIEWS, squeezed
from core_models.evaluation.benchmark.trained import Augmented, Images
from core_models.evaluation.benchmark.items import Item
from core_models.inference.shot_views import turned
from core_models.contract import image_file
from tests.core_models.benchmark import toy_data


class Seen:
    """Stands for the cache: a level is the view itself."""

    side, keeps = 48, True

    def get(self, item, view):
        return {4: torch.from_numpy(squeezed(turned(image_file.read(item.image), view), 48))}

    def levels_of(self, views):
        return [{4: torch.from_numpy(view)} for view in views]


class Unkept(Seen):
    """The same where nothing is kept."""

    keeps, get = False, None


@pytest.fixture
def pool(tmp_path):
    items = []
    for k in range(3):
        image, where = toy_data.picture(np.random.default_rng(k), (40, 56), 250)
        toy_data.save(tmp_path / f"{k}.png", image if k else np.stack([image] * 3, 2))
        toy_data.save(tmp_path / f"{k}m.png", where.astype(np.uint8))
        items.append(Item(f"{k}", tmp_path / f"{k}.png", tmp_path / f"{k}m.png", f"{k}", (1,)))
    return Pool({"a": tuple(items)}, {}, {})


@pytest.mark.parametrize(("kind", "cache"), [(Images, Seen), (Images, Unkept), (Augmented, Seen), (Augmented, Unkept)])
def test_the_mask_lies_on_the_defect_in_every_view(pool, kind, cache):
    images = kind(pool, ["a"], cache())
    for number in range(3):
        for view in range(VIEWS):
            seen = images.levels([(number, view)])[0][4].numpy()
            bright, mask = (seen if seen.ndim == 2 else seen[..., 0]) > 0.65, images.mask(number, view).numpy()
            assert mask.shape == (48, 48) and (bright & (mask == 1)).sum() >= 0.8 * max(bright.sum(), (mask == 1).sum()) > 0


def test_drawn_views_differ_and_come_again(pool):
    images = Augmented(pool, ["a"], Seen())
    seen = [level[4].numpy().tobytes() for level in images.levels([(1, view) for view in range(20)])]
    assert len(set(seen)) == 20 and seen[7] == images.levels([(1, 7)])[0][4].numpy().tobytes()
    masks = torch.stack([images.mask(1, view) for view in range(20)])
    assert set(masks.unique().tolist()) == {-1.0, 0.0, 1.0}


def test_a_defect_thinner_than_a_pixel_of_the_view_keeps_some(tmp_path):
    where = np.zeros((480, 640), np.uint8)
    where[100, :] = 1
    toy_data.save(tmp_path / "i.png", where * 255)
    toy_data.save(tmp_path / "m.png", where)
    images = Images(Pool({"a": (Item("i", tmp_path / "i.png", tmp_path / "m.png", "i", (1,)),)}, {}, {}), ["a"], Seen())
    assert images.mask(0, 0).sum() == 48
