"""Model folders: weights.safetensors in half precision beside the card.json that names and guards it."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from core_models.contract.card import CardError, check_folder, write_card

WEIGHTS = "weights.safetensors"
BUNDLED = Path(__file__).resolve().parents[1] / "resources" / "weights"


def save_folder(folder: Path, state: dict[str, Tensor], card: dict) -> dict:
    """Writes a model folder and gives back its card with the checksums.

    Arrays of two dimensions and more are stored in half precision; norms and biases, which are small and may lie outside
    its range, in single. The weights are on the disk before the card that names them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name, value in state.items():
        value = value.detach().cpu()
        if value.is_floating_point():
            value = value.half() if value.ndim > 1 else value.float()
        tensors[name] = value.contiguous()
    part = folder / (WEIGHTS + ".part")
    save_file(tensors, part)
    part.replace(folder / WEIGHTS)
    return write_card(folder, card)


def load_folder(folder: Path) -> tuple[dict[str, Tensor], dict]:
    """State dict in single precision (on the CPU) and card; CardError where anything is missing, foreign or altered."""
    card = check_folder(folder)
    if WEIGHTS not in card["files"]:
        raise CardError(f"The model folder {folder} holds no {WEIGHTS}.")
    try:
        state = load_file(folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise CardError(f"{WEIGHTS} in {folder} cannot be read.") from error
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in state.items()}, card


def checksum(card: dict) -> str:
    """What a model folder's weights are known by: the sha256 of their file."""
    return card["files"][WEIGHTS]
