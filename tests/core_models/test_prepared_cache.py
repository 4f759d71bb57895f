"""What was learnt from shots, kept on the disk: any number type comes back, damage and other facts are not trusted."""

import pytest
import torch

from core_models.inference import prepared_cache
from core_models.inference.prepared_cache import PreparedCache


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16])
def test_tensors_come_back_in_their_own_type(tmp_path, kind):
    cache = PreparedCache(tmp_path / "prepared")
    cache.store("k", {"bank": torch.arange(12.0).reshape(3, 4).to(kind), "one": torch.tensor(2.0)}, {"cut": 0.5})
    tensors, facts = cache.load("k")
    assert tensors["bank"].dtype is kind and torch.equal(tensors["bank"].float(), torch.arange(12.0).reshape(3, 4))
    assert float(tensors["one"]) == 2.0 and facts == {"cut": 0.5}


def test_a_damaged_file_is_learnt_again(tmp_path):
    cache = PreparedCache(tmp_path)
    cache.store("k", {"bank": torch.ones(64)}, {"cut": 0.5})
    (path,) = tmp_path.glob("*.prepared")
    raw = bytearray(path.read_bytes())
    raw[-3] ^= 255
    path.write_bytes(bytes(raw))
    assert cache.load("k") is None
    assert cache.load("other") is None


def test_a_full_disk_is_no_fault(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prepared_cache.os, "replace", full)
    cache = PreparedCache(tmp_path)
    cache.store("k", {"bank": torch.ones(64)}, {"cut": 0.5})
    assert cache.load("k") is None and not list(tmp_path.iterdir())
