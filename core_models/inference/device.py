"""Where to compute: the device and number type that are asked for or there, and what to do when its memory is not enough."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

_BYTES_PER_PX = 1400  # of a view while the backbone runs on it, in half precision: the widest maps that live at once, doubled
_SHARE = 0.5  # of the free memory that a batch may take: other processes use the same device
_MOST_PX = 2**25


@dataclass(frozen=True)
class Device:
    """`half` is the number type of fast products, or None; `batch_px` how many px of views go through the backbone at once."""

    kind: str
    half: torch.dtype | None
    batch_px: int
    name: str
    notice: str = ""

    @property
    def torch(self) -> torch.device:
        return torch.device(self.kind)

    @contextlib.contextmanager
    def fast(self) -> Iterator[None]:
        """Convolutions and products in half precision where the device is faster in it; sums and norms stay in single."""
        with torch.autocast(self.kind, self.half or torch.bfloat16, enabled=self.half is not None):
            yield

    @contextlib.contextmanager
    def learning(self) -> Iterator[None]:
        """As `fast`, where gradients are taken: only bfloat16 has room for small ones, in float16 they would vanish."""
        with torch.autocast(self.kind, torch.bfloat16, enabled=self.half is torch.bfloat16):
            yield


def pick(wanted: str = "auto") -> Device:
    """The device for "auto", "cpu" or "cuda". Where a GPU is asked for and there is none, the CPU with a notice."""
    if wanted in ("auto", "cuda") and torch.cuda.is_available():
        free, _ = torch.cuda.mem_get_info()
        half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return Device("cuda", half, max(2**18, min(_MOST_PX, int(free * _SHARE / _BYTES_PER_PX))), torch.cuda.get_device_name(0))
    notice = "No GPU can be used here, so the CPU does the work." if wanted == "cuda" else ""
    return Device("cpu", torch.bfloat16 if _fast_bfloat16() else None, 0, "CPU", notice)


def _fast_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 matrices in hardware; elsewhere bfloat16 is slower than single precision."""
    asks = [getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")]
    return torch.backends.mkldnn.is_available() and any(ask is not None and ask() for ask in asks)


def is_out_of_memory(fault: BaseException) -> bool:
    """Whether a fault means that a device's memory was not enough."""
    return isinstance(fault, torch.OutOfMemoryError) or (isinstance(fault, RuntimeError) and "out of memory" in str(fault).lower())


def halving(run: Callable[[list], list], items: list, notice: Callable[[str], None]) -> list:
    """`run(items)` in batches that fit: where memory runs out the batch is halved, down to one item. What does not fit alone
    raises the fault, for the caller to go on with the CPU."""
    try:
        return run(items)
    except (torch.OutOfMemoryError, RuntimeError) as fault:
        if not is_out_of_memory(fault) or len(items) == 1:
            raise
        notice(f"The GPU's memory was not enough for {len(items)} images at once: going on with {len(items) // 2}.")
    # Outside of the handler: the fault's traceback would keep the batch's memory.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    middle = len(items) // 2
    return halving(run, items[:middle], notice) + halving(run, items[middle:], notice)
