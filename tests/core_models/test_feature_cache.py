"""The feature cache: what comes back is what went in or nothing, and the folder keeps to its bound."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import torch

from core_models.inference import feature_cache
from core_models.inference.feature_cache import FeatureCache, feature_key


def levels(value: float = 1.0, side: int = 32) -> dict[int, torch.Tensor]:
    return {s: torch.full((32, side // s, side // s), value, dtype=torch.float16) for s in (4, 8, 16)}


SIZE = sum(level.nbytes for level in levels().values())


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, 10 * SIZE)
    cache.store("ab1", levels(2.5))
    found = FeatureCache(tmp_path, 10 * SIZE).load("ab1")
    assert found.keys() == {4, 8, 16}
    assert all(torch.equal(found[s], level) for s, level in levels(2.5).items())
    assert cache.load("ab2") is None


@pytest.mark.parametrize("damage", [
    lambda b: b[: len(b) // 2],
    lambda b: b"",
    lambda b: b[:-2] + bytes([b[-2] ^ 1, b[-1]]),
    lambda b: b"\xff" * 64 + b[64:],
    lambda b: b + b"\0\0",
])
def test_a_damaged_file_counts_as_none_and_goes(tmp_path: Path, damage) -> None:
    cache = FeatureCache(tmp_path, 10 * SIZE)
    cache.store("ab1", levels())
    path = cache.path("ab1")
    path.write_bytes(damage(path.read_bytes()))
    assert cache.load("ab1") is None
    assert not path.exists()
    cache.store("ab1", levels(3))
    assert float(cache.load("ab1")[4][0, 0, 0]) == 3


def test_the_least_recently_used_go_first_and_pinned_ones_stay(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, 4 * SIZE + 4)
    for k in range(4):
        cache.store(f"a{k}", levels(k))
        then = time.time() - 100 + k
        os.utime(cache.path(f"a{k}"), (then, then))
    cache.pin(["a0"])
    assert cache.load("a1") is not None  # used again: younger than a2 and a3
    cache.store("a4", levels(4))
    assert {k for k in range(5) if cache.path(f"a{k}").exists()} == {0, 1, 4}
    cache.unpin(["a0"])
    assert sum(p.stat().st_size for p in tmp_path.rglob("*.features")) < 4.5 * SIZE


def test_what_is_larger_than_the_bound_is_not_kept(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, SIZE - 1)
    cache.store("ab1", levels())
    assert cache.load("ab1") is None and not list(tmp_path.rglob("*.features"))


def test_a_full_disk_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FeatureCache(tmp_path, 10 * SIZE)

    def full(*_args, **_kwargs) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.store("ab1", levels())
    assert cache.load("ab1") is None
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    """As in a home without write permission: features are computed each time."""
    (tmp_path / "file").touch()
    cache = FeatureCache(tmp_path / "file" / "features", 10 * SIZE)
    cache.store("ab1", levels())
    cache.pin(["ab1"])
    assert cache.load("ab1") is None


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "ab" / "ab1.77.part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    FeatureCache(tmp_path, SIZE)
    assert left.exists(), "it may belong to a process at work"
    os.utime(left, (1, 1))
    FeatureCache(tmp_path, SIZE)
    assert not left.exists()


def test_the_key_depends_on_bytes_weights_view_and_part() -> None:
    keys = {feature_key("a", "w", 384), feature_key("b", "w", 384), feature_key("a", "v", 384), feature_key("a", "w", 512), feature_key("a", "w", 384, "turn 1")}
    assert len(keys) == 5


def test_a_file_evicted_while_it_is_opened_counts_as_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FeatureCache(tmp_path, 6 * SIZE)
    cache.store("a1", levels(1))

    class _Gone:
        """safe_open opens the file twice, the second time by torch, whose complaint is a RuntimeError."""

        def __init__(self, path: Path, framework: str) -> None:
            raise RuntimeError(f"unable to open file <{path}> in read-only mode: No such file or directory (2)")

    monkeypatch.setattr(feature_cache, "safe_open", _Gone)
    assert cache.load("a1") is None


def _write_and_read(folder: str, worker: int) -> int:
    cache = FeatureCache(Path(folder), 6 * SIZE)
    wrong = 0
    for k in range(30):
        key = f"k{k % 9}"
        found = cache.load(key)
        wrong += found is not None and float(found[8][0, 0, 0]) != k % 9
        cache.store(key, levels(k % 9))
    return wrong


def test_processes_share_the_folder(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        assert list(pool.map(_write_and_read, [str(tmp_path)] * 2, range(2))) == [0, 0]
