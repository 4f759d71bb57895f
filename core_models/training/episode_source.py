"""Training episodes as features: each is drawn from its seed, put through the frozen backbone once, and kept on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core_models.contract.opencv import cv2
from core_models.inference.features import Extractor
from core_models.inference.view import normalised, planes, resized
from core_models.models.blocks import resize
from core_models.models.segmentation.strip_steel import StripSteel
from data.permissive import deeppcb_masks
from data.surfaces.episode import draw_episode

SIDE = 288  # px of the view: 36 cells of stride 8
SIZES = (120, 150, 180, 230, 288)  # px of the generated picture, enlarged to SIDE as small images are for inference
_QUERIES, _MOST_SHOTS = 4, 5
_BOARD_CROP = 160  # px


@dataclass(frozen=True)
class EpisodeFeatures:
    """`joined` levels of all pictures, half precision: `eight` (n, c, 36, 36), `sixteen` (n, c, 18, 18); `masks` (n, 72, 72),
    the share of each cell of stride 4 that is defect; the first `shots` pictures are the support."""

    eight: Tensor
    sixteen: Tensor
    masks: Tensor
    shots: int


class EpisodeSource:
    """Episodes by index; the same index is always the same episode. Every `real_every`-th comes from real boards, if any."""

    def __init__(self, folder: Path, network: nn.Module, seed: int, boards: Path | None = None, real_every: int = 0) -> None:
        self.folder, self.network, self.seed, self.real_every = folder, network, seed, real_every
        self.boards = list(deeppcb_masks(boards)) if boards and real_every else []
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, index: int) -> EpisodeFeatures:
        path = self.folder / f"{index:06d}.safetensors"
        try:
            kept = load_file(path)
        except (OSError, SafetensorError):
            kept = self._compute(index)
            part = path.with_suffix(".part")
            save_file(kept, part)
            part.replace(path)
        return EpisodeFeatures(kept["eight"], kept["sixteen"], kept["masks"], int(kept["shots"]))

    def _compute(self, index: int) -> dict[str, Tensor]:
        if self.boards and index % self.real_every == self.real_every - 1:
            images, masks, shots = self._board_episode(np.random.default_rng((self.seed, index)))
        else:
            size = SIZES[index % len(SIZES)]
            episode = draw_episode(self.seed * 10_000_019 + index, size=size, max_shots=_MOST_SHOTS, queries=_QUERIES)
            images = np.concatenate([episode.support_images, episode.query_images])
            masks, shots = np.concatenate([episode.support_masks, episode.query_masks]), len(episode.support_images)
        views = np.stack([planes(resized(normalised(image), SIDE, SIDE)) for image in images])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
            features = self.network(torch.from_numpy(views).contiguous(memory_format=torch.channels_last))
        return {"eight": features[8].half().contiguous(), "sixteen": features[16].half().contiguous(),
                "masks": torch.stack([shares(mask, SIDE // 4) for mask in masks]).half(), "shots": torch.tensor(shots)}

    def _board_episode(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
        """Crops of real boards: one class of defect marked in some, and queries of which half lack it."""
        names = sorted({name for _, _, masks in self.boards for name in masks})
        name = names[rng.integers(len(names))]
        holding = [board for board in self.boards if name in board[2]]
        shots = int(rng.integers(1, _MOST_SHOTS + 1))
        wanted = [True] * shots + [bool(w) for w in rng.permutation(np.arange(_QUERIES) % 2 == 0)]
        pictures = [_board_crop(rng, *holding[rng.integers(len(holding))], name, want) for want in wanted]
        return np.stack([p[0] for p in pictures]), np.stack([p[1] for p in pictures]), shots


def answer(net: StripSteel, episode: EpisodeFeatures, shots: list[int], queries: list[int]) -> tuple[Tensor, Tensor]:
    """Logits and target shares (q, 72, 72) of some queries of an episode by some of its shots."""
    chosen, device = shots + queries, net.confidence.device
    joined = net.joined({8: episode.eight[chosen], 16: episode.sixteen[chosen]}).to(device, memory_format=torch.channels_last)
    support = net.encode(list(joined[: len(shots)]), [episode.masks[k].float().to(device) for k in shots])
    pair = net.compare(joined[len(shots) :], support).float()
    shares = episode.masks[queries].float().to(device)
    return resize(pair[:, 1:] - pair[:, :1], tuple(shares.shape[-2:]))[:, 0], shares


def _board_crop(rng: np.random.Generator, image: np.ndarray, template: np.ndarray, masks: dict[str, np.ndarray], name: str,
                wanted: bool) -> tuple[np.ndarray, np.ndarray]:
    """A crop that holds a defect of the class, or the same place of the defect-free template."""
    cells = np.argwhere(masks[name])
    y, x = cells[rng.integers(len(cells))]
    top = int(np.clip(y - rng.integers(_BOARD_CROP), 0, image.shape[0] - _BOARD_CROP))
    left = int(np.clip(x - rng.integers(_BOARD_CROP), 0, image.shape[1] - _BOARD_CROP))
    here = slice(top, top + _BOARD_CROP), slice(left, left + _BOARD_CROP)
    if wanted:
        return image[here], masks[name][here]
    return template[here], np.zeros((_BOARD_CROP, _BOARD_CROP), bool)


class Replay:
    """Generated episodes for a fine-tune, a new one now and then, so that it does not forget what it knew of other classes."""

    def __init__(self, extractor: Extractor, seed: int, pool: int) -> None:
        self.extractor, self.seed, self.pool = extractor, seed, pool
        self._kept: dict[int, EpisodeFeatures] = {}

    def draw(self, step: int, rng: np.random.Generator) -> EpisodeFeatures:
        """One of those that are ready at this step; the pool grows by one every four steps."""
        index = int(rng.integers(min(self.pool, 2 + step // 4)))
        if index not in self._kept:
            self._kept[index] = self._compute(index)
        return self._kept[index]

    def _compute(self, index: int) -> EpisodeFeatures:
        episode = draw_episode(self.seed * 10_000_019 + 800_000 + index, size=SIZES[index % len(SIZES)], max_shots=3, queries=2)
        images = np.concatenate([episode.support_images, episode.query_images])
        levels = self.extractor.windows([resized(normalised(image), SIDE, SIDE) for image in images])
        masks = torch.stack([shares(m, SIDE // 4) for m in np.concatenate([episode.support_masks, episode.query_masks])])
        return EpisodeFeatures(torch.stack([v[8] for v in levels]), torch.stack([v[16] for v in levels]), masks, len(episode.support_images))


def fast_bfloat16() -> bool:
    """Whether this processor multiplies matrices in bfloat16 by itself; elsewhere it would be slower than single precision."""
    known = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(known and known())


def shares(mask: np.ndarray, side: int) -> Tensor:
    """How much of each cell of a square grid of `side` cells the mask covers, 0..1."""
    grows = side * side > mask.size
    return torch.from_numpy(cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR if grows else cv2.INTER_AREA))


def batches(source: EpisodeSource, steps: int, first: int, per_step: int, pool: int, rng: np.random.Generator) -> Iterator[list[EpisodeFeatures]]:
    """The episodes of each step from `first` on, drawn from a pool that grows with the steps up to `pool` episodes: the first
    steps need not wait for all of them."""
    for step in range(first, steps):
        ready = min(pool, 64 + (step + 1) * per_step // 2)
        yield [source.get(int(rng.integers(ready))) for _ in range(per_step)]
