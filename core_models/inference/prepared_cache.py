"""What was learnt from shots, on the disk: the same shots asked again cost nothing."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

_MOST = 400  # files; the least recently used go first


class PreparedCache:
    """Tensors and a few facts by key, one small file each; a damaged one counts as none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> tuple[dict[str, Tensor], dict] | None:
        path = self.folder / (key + ".prepared")
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # a safe_open is no dictionary
            facts = json.loads(metadata["facts"])
        except (SafetensorError, OSError, ValueError, KeyError):
            return None
        if metadata.get("crc32") != _checksum(tensors, metadata["facts"]):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return tensors, facts

    def store(self, key: str, tensors: dict[str, Tensor], facts: dict) -> None:
        """Keeps them, unless the disk is full or read-only."""
        tensors = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
        text = json.dumps(facts)
        part = self.folder / f"{key}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            save_file(tensors, part, metadata={"facts": text, "crc32": _checksum(tensors, text)})
            os.replace(part, self.folder / (key + ".prepared"))
            self._trim()
        except (OSError, SafetensorError):
            with contextlib.suppress(OSError):
                part.unlink()

    def _trim(self) -> None:
        files = list(self.folder.glob("*.prepared"))
        for path in sorted(files, key=lambda p: p.stat().st_mtime)[:-_MOST]:
            with contextlib.suppress(OSError):
                path.unlink()


def _checksum(tensors: dict[str, Tensor], text: str) -> str:
    value = zlib.crc32(text.encode("utf-8"))
    for name, tensor in sorted(tensors.items()):
        value = zlib.crc32(name.encode(), zlib.crc32(tensor.reshape(-1).view(torch.uint8).numpy(), value))
    return f"{value:08x}"
