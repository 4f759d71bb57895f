"""The card of a model folder: what the model is, and the checksum of every file in it, so that no altered weights are used.

A model folder holds `card.json` (plain JSON) and the files that the card lists under "files". Nothing in it is ever
executed or unpickled; a file that is missing, altered or not listed makes the whole folder unfit for use.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

CARD = "card.json"
BACKBONE = "backbone"  # a card's "kind" where the folder holds a backbone and no model
TOGETHER = "together_with"  # of a version: the engine that it answers together with
SHARE = "share"  # of such a version: how much of the answer is its own, between 0 and 1
FETCHED = ("resnet18", "resnet34", "resnet50", "resnet101")  # the backbones whose weights torchvision can fetch
_WAY_OUT = "Choose another version, or put the folder back from a copy."


class CardError(Exception):
    """A model folder that must not be used: one sentence on why, and a way out."""


def read_card(folder: Path) -> dict:
    """The card of a model folder; CardError where there is none, or it is no card."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CardError(f"The model folder {folder} has no {CARD}. {_WAY_OUT}") from None
    except (OSError, ValueError) as fault:
        raise CardError(f"{folder / CARD} cannot be read ({fault}). {_WAY_OUT}") from None
    files = card.get("files") if isinstance(card, dict) else None
    if not isinstance(files, dict) or not files:
        raise CardError(f"{folder / CARD} lists no files with their checksums. {_WAY_OUT}")
    return card


def own_backbone(folder: str) -> str:
    """A version's folder where it is the version's own backbone; "" where the version reads the backbone that ships.

    CardError where the folder has no card.
    """
    return folder if folder and read_card(Path(folder)).get("kind") == BACKBONE else ""


def check_folder(folder: Path) -> dict:
    """Checks every file of a model folder against its card and returns the card.

    CardError where a file is missing, altered (sha256) or not listed. Reads every file once: about 1 s per GB.
    """
    card = read_card(folder)
    there = _files(folder)
    missing, foreign = sorted(card["files"].keys() - there.keys()), sorted(there.keys() - card["files"].keys())
    if missing:
        raise CardError(f"The model folder {folder} lacks {', '.join(missing[:3])}. {_WAY_OUT}")
    if foreign:
        raise CardError(f"The model folder {folder} holds {', '.join(foreign[:3])}, which does not belong to the model. Take it out of there, or choose another version.")
    for name, path in there.items():
        if card["files"][name] != _sha256(path):
            raise CardError(f"{name} in the model folder {folder} was altered after it was made, so the model is not used. {_WAY_OUT}")
    return card


def write_card(folder: Path, card: dict) -> dict:
    """Writes `card` with "files", {name: sha256} of every file of the folder; whole or not at all. Returns what was written."""
    card = {**card, "files": {name: _sha256(path) for name, path in _files(folder).items()}}
    part = folder / (CARD + ".part")
    part.write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / CARD)
    return card


def _sha256(path: Path) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    """Every file under the folder but the card itself, by its path with `/`."""
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path for name, path in found.items() if name not in (CARD, CARD + ".part")}
