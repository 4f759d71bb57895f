"""Resume points of a training: tensors as safetensors, the rest as JSON; never a pickle, never half a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

_STATE = "state.json"


def save(folder: Path, tensors: dict[str, Tensor], values: dict) -> None:
    """Writes a resume point; the one before stays valid until this one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"tensors-{values['step']}.safetensors"
    part = folder / (name + ".part")
    save_file({k: v.detach().cpu().contiguous() for k, v in tensors.items()}, part)
    digest = _sha256(part)
    part.replace(folder / name)
    text = folder / (_STATE + ".part")
    text.write_text(json.dumps({**values, "tensors": name, "sha256": digest}), encoding="utf-8")
    text.replace(folder / _STATE)
    for old in folder.glob("tensors-*"):
        if old.name != name:
            old.unlink(missing_ok=True)


def load(folder: Path) -> tuple[dict[str, Tensor], dict] | None:
    """The newest whole resume point, or None where there is none that can be used."""
    try:
        values = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        path = folder / values["tensors"]
        if path.parent != folder or _sha256(path) != values["sha256"]:
            return None
        return load_file(path), values
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def clear(folder: Path) -> None:
    """Removes the resume point, once the training it belongs to has ended."""
    for path in folder.glob("*"):
        path.unlink(missing_ok=True)
    if folder.exists():
        folder.rmdir()


def optimizer_tensors(optimizer: torch.optim.Optimizer, names: list[str]) -> dict[str, Tensor]:
    """An optimizer's moments by the names of its parameters, in their order."""
    out = {}
    for name, parameter in zip(names, _parameters(optimizer), strict=True):
        for key, value in optimizer.state.get(parameter, {}).items():
            out[f"optimizer.{key}.{name}"] = torch.as_tensor(value)
    return out


def restore_optimizer(optimizer: torch.optim.Optimizer, names: list[str], tensors: dict[str, Tensor]) -> None:
    """Puts the moments of `optimizer_tensors` back."""
    for name, parameter in zip(names, _parameters(optimizer), strict=True):
        state = {k.split(".")[1]: v for k, v in tensors.items() if k.startswith("optimizer.") and k.split(".", 2)[2] == name}
        if state:
            # AdamW counts its steps on the CPU; the moments of a single number belong beside it as any other's.
            optimizer.state[parameter] = {k: v.to("cpu" if k == "step" else parameter.device) for k, v in state.items()}


def learner_tensors(net: nn.Module, optimizer: torch.optim.Optimizer, names: list[str]) -> dict[str, Tensor]:
    """A network's weights, its optimizer's moments and the state of torch's generator."""
    return {**{f"net.{k}": v for k, v in net.state_dict().items()}, "torch_rng": torch.get_rng_state(), **optimizer_tensors(optimizer, names)}


def restore_learner(net: nn.Module, optimizer: torch.optim.Optimizer, names: list[str], tensors: dict[str, Tensor]) -> None:
    """Puts back what `learner_tensors` gave."""
    net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith("net.")})
    restore_optimizer(optimizer, names, tensors)
    torch.set_rng_state(tensors["torch_rng"])


def rng_state(rng: np.random.Generator) -> dict:
    """State of a numpy generator (PCG64) as JSON values."""
    return rng.bit_generator.state


def restore_rng(state: dict) -> np.random.Generator:
    rng = np.random.Generator(np.random.PCG64())
    rng.bit_generator.state = state
    return rng


def _parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
