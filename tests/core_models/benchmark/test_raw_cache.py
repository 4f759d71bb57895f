"""The cache of raw stages: what it gives is what would be computed, whatever becomes of its disk."""

import errno
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core_models.contract import image_file
from core_models.evaluation.benchmark import raw_cache
from core_models.evaluation.benchmark.items import Item
from core_models.evaluation.benchmark.raw_cache import MEAN, RawCache, squeezed
from core_models.inference.device import Device
from core_models.inference.shot_views import turned
from tests.core_models.benchmark import toy_data

CPU = Device("cpu", None, 0, "CPU")


class Stages(nn.Module):
    """Stands for a backbone: each level is the view averaged over the level's cells; it counts how often it is asked."""

    asked = 0

    def stages(self, x):
        self.asked += 1
        return {s: F.avg_pool2d(x, s) for s in (4, 8, 16)}


@pytest.fixture
def items(tmp_path):
    rng, found = np.random.default_rng(0), []
    for k in range(3):
        image, where = toy_data.picture(rng, (40, 56), 200)
        toy_data.save(tmp_path / f"图{k}.png", image)
        toy_data.save(tmp_path / f"图{k}_mask.png", where.astype(np.uint8))
        found.append(Item(f"{k}", tmp_path / f"图{k}.png", tmp_path / f"图{k}_mask.png", f"{k}", (1,)))
    return found


def cache_in(folder, **more):
    told = []
    cache = RawCache(folder, Stages(), "0" * 64, CPU, (8, 16), 32, notice=told.append, **more)
    return cache, told


def network_input(image):
    """As ImageNet networks were trained: values in 0..1, less the mean, divided by the deviation."""
    values = np.stack([squeezed(image, 32)] * 3)
    return torch.from_numpy(((values - np.array(MEAN)[:, None, None]) / np.array([0.229, 0.224, 0.225])[:, None, None]).astype(np.float32))[None]


def assert_right(cache, item, view):
    x = network_input(turned(image_file.read(item.image), view))
    for stride, level in cache.get(item, view).items():
        assert level.dtype == torch.float16 and torch.allclose(level.float(), F.avg_pool2d(x, stride)[0], atol=2e-3)


def test_all_views_come_from_the_disk_as_they_were_computed(tmp_path, items):
    cache, told = cache_in(tmp_path / "缓存")
    cache.fill({items[0]: 8, items[1]: 1})
    asked = cache.network.asked
    for view in range(8):
        assert_right(cache, items[0], view)
    assert_right(cache, items[1], 0)
    assert cache.network.asked == asked and not told
    assert_right(cache, items[1], 5)  # not kept: computed
    assert cache.network.asked == asked + 1


def test_levels_are_given_out_scaled_and_kept_as_they_are(tmp_path, items):
    cache, _ = cache_in(tmp_path / "c")
    cache.fill({items[0]: 1})
    plain, computed = cache.get(items[0], 0), cache.get(items[1], 0)
    cache.scale = {8: 4.0, 16: 0.5}
    for item, was in ((items[0], plain), (items[1], computed)):
        assert all(torch.equal(level, was[s] * cache.scale[s]) for s, level in cache.get(item, 0).items())
    other, _ = cache_in(tmp_path / "c")
    assert all(torch.equal(level, plain[s]) for s, level in other.get(items[0], 0).items())


def test_views_are_eight_different_ones(tmp_path, items):
    cache, _ = cache_in(tmp_path / "c")
    seen = {cache.get(items[0], view)[8].numpy().tobytes() for view in range(8)}
    assert len(seen) == 8


def test_the_size_said_before_is_the_size_on_the_disk(tmp_path, items):
    cache, _ = cache_in(tmp_path / "c")
    cache.fill(dict.fromkeys(items, 8))
    said, there = cache.bytes_of(3, 8), sum(p.stat().st_size for p in cache.folder.iterdir())
    assert said <= there <= said + 3 * 256


def test_its_bound_holds_and_what_is_not_wanted_makes_room(tmp_path, items):
    one = cache_in(tmp_path / "c")[0].bytes_of(1, 8)
    cache, told = cache_in(tmp_path / "c", limit_bytes=one + 1000)
    cache.fill({items[0]: 8})
    cache.fill({items[1]: 8})
    assert len(list(cache.folder.iterdir())) == 1 and not told
    cache.fill({items[1]: 8, items[2]: 8})
    assert sum(p.stat().st_size for p in cache.folder.iterdir()) <= one + 1000
    assert len(told) == 1 and "computed each time" in told[0]
    for item in items:
        assert_right(cache, item, 3)


def test_a_full_disk_ends_in_a_sentence_and_goes_on_without_the_cache(tmp_path, items, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    cache, told = cache_in(tmp_path / "c")
    monkeypatch.setattr(raw_cache.np, "save", full)
    cache.fill(dict.fromkeys(items, 8))
    assert len(told) == 1 and "The disk of" in told[0] and not list(cache.folder.iterdir())
    assert_right(cache, items[2], 6)


def test_some_of_the_disk_is_left_to_others(tmp_path, items, monkeypatch):
    cache, told = cache_in(tmp_path / "c")
    monkeypatch.setattr(raw_cache.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    cache.fill({items[0]: 8})
    assert len(told) == 1 and not list(cache.folder.iterdir())


@pytest.mark.parametrize("left", [0, 60, 200])
def test_a_file_that_was_cut_short_is_computed_anew(tmp_path, items, left):
    cache, _ = cache_in(tmp_path / "c")
    cache.fill({items[0]: 8})
    (path,) = cache.folder.iterdir()
    path.write_bytes(path.read_bytes()[:left])
    assert_right(cache, items[0], 2)
    cache.fill({items[0]: 8})
    assert path.stat().st_size > 200


def test_it_is_deleted_after_the_run(tmp_path, items):
    cache, _ = cache_in(tmp_path / "c")
    cache.fill({items[0]: 1})
    cache.clear()
    assert not cache.folder.exists()
    assert_right(cache, items[0], 0)


def test_images_of_sixteen_bits_are_brought_to_the_same_range():
    image = np.random.default_rng(1).integers(0, 4096, (32, 32)).astype(np.uint16)
    values = squeezed(image, 32)
    assert values.dtype == np.float32 and values.min() == 0 and values.max() == 1
