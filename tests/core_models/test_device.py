"""When a device's memory is not enough: smaller batches first, the CPU then, and it is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core_models.inference import features
from core_models.inference.device import Device, halving, pick
from core_models.inference.features import Extractor


def too_large(limit: int):
    calls = []

    def run(items: list) -> list:
        calls.append(len(items))
        if len(items) > limit:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return [item * 10 for item in items]

    return run, calls


def test_batches_are_halved_until_they_fit_and_keep_their_order() -> None:
    run, calls = too_large(3)
    said: list[str] = []
    assert halving(run, list(range(10)), said.append) == [k * 10 for k in range(10)]
    assert max(calls) == 10 and all("memory" in text for text in said) and said


def test_what_does_not_fit_alone_is_the_callers_affair() -> None:
    run, _ = too_large(0)
    with pytest.raises(torch.OutOfMemoryError):
        halving(run, [1, 2], lambda text: None)


def test_other_faults_are_not_swallowed() -> None:
    def broken(items: list) -> list:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes"):
        halving(broken, [1, 2, 3], lambda text: None)


def test_the_cpu_takes_over_when_one_image_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    extractor = Extractor(Device("cpu", None, 0, "CPU"), notice=said.append)
    wanted = extractor.windows([np.zeros((32, 32), np.float32) + 0.5, np.ones((32, 48), np.float32)])
    pretended = Extractor(Device("cuda", torch.float16, 2**20, "pretended"), notice=said.append) if torch.cuda.is_available() else extractor
    pretended.device = Device("cuda", torch.float16, 2**20, "pretended")
    run, real = 0, extractor._run

    def out_of_memory_on_the_gpu(windows: list) -> list:
        nonlocal run
        run += 1
        if pretended.device.kind == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(windows)

    monkeypatch.setattr(pretended, "_run", out_of_memory_on_the_gpu)
    monkeypatch.setattr(features, "pick", lambda wanted: Device("cpu", None, 0, "CPU"))
    found = pretended.windows([np.zeros((32, 32), np.float32) + 0.5, np.ones((32, 48), np.float32)])
    assert run > 2 and pretended.device.kind == "cpu" and "CPU" in said[-1]
    assert all(torch.equal(found[k][s], wanted[k][s]) for k in range(2) for s in (4, 8, 16))


def test_equal_sizes_go_through_together_as_memory_allows() -> None:
    extractor = Extractor(Device("cpu", None, 3 * 32 * 32, "CPU"))
    windows = [np.zeros(shape, np.float32) for shape in [(32, 32)] * 4 + [(32, 48)] + [(32, 32)]]
    assert [len(batch) for batch in extractor._batches(windows)] == [3, 1, 1, 1]
    extractor.device = Device("cpu", None, 0, "CPU")
    assert [len(batch) for batch in extractor._batches(windows)] == [1] * 6


def test_a_wish_for_a_gpu_is_answered_in_words() -> None:
    device = pick("cuda")
    assert device.kind == ("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.cuda.is_available() or "No GPU" in device.notice
    assert pick("cpu").kind == "cpu" and pick("cpu").notice == ""
