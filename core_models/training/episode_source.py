"""Training episodes as features: each is drawn from its seed, put through the frozen backbone once, and kept on the disk."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
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
from core_models.models.backbone import STRIDES
from core_models.models.segmentation.base import Features, TrainedSegmenter
from core_models.models.shallow import completed
from data.permissive import deeppcb_masks
from data.surfaces.episode import draw_episode

SIDE = 288  # px of the view: 36 cells of stride 8
SIZES = (120, 150, 180, 230, 288)  # px of the generated picture, enlarged to SIDE as small images are for inference
_QUERIES, MOST_SHOTS = 4, 5
_BOARD_CROP = 160  # px


@dataclass(frozen=True)
class EpisodeFeatures:
    """`levels` of all pictures, half precision: {4: (n, c, 72, 72), 8: (n, c, 36, 36), 16: (n, c, 18, 18)}; `masks` (n, 72, 72),
    the share of each cell of stride 4 that is defect; the first `shots` pictures are the support."""

    levels: Features
    masks: Tensor
    shots: int

    @property
    def queries(self) -> list[int]:
        """The pictures that are no support."""
        return list(range(self.shots, len(self.masks)))

    def support(self, shots: list[int], device: torch.device) -> tuple[list[Features], list[Tensor]]:
        """Features (b = 1) and masks of some shots, for `encode_support`."""
        return [{s: level[k : k + 1].to(device) for s, level in self.levels.items()} for k in shots], [self.masks[k].float().to(device) for k in shots]

    def query(self, queries: list[int], device: torch.device, top: int = 0, left: int = 0, side: int = SIDE) -> tuple[Features, Tensor]:
        """Features and masks of some pictures, or of the part of them from (`top`, `left`) on, px of the view, multiples of 16."""
        def part(level: Tensor, stride: int) -> Tensor:
            return level[queries, ..., top // stride : (top + side) // stride, left // stride : (left + side) // stride].to(device)

        return {s: part(level, s) for s, level in self.levels.items()}, part(self.masks, 4).float()


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
        return EpisodeFeatures({s: kept[str(s)] for s in STRIDES}, kept["masks"], int(kept["shots"]))

    def _compute(self, index: int) -> dict[str, Tensor]:
        if self.boards and index % self.real_every == self.real_every - 1:
            images, masks, shots = self._board_episode(np.random.default_rng((self.seed, index)))
        else:
            size = SIZES[index % len(SIZES)]
            episode = draw_episode(self.seed * 10_000_019 + index, size=size, max_shots=MOST_SHOTS, queries=_QUERIES)
            images = np.concatenate([episode.support_images, episode.query_images])
            masks, shots = np.concatenate([episode.support_masks, episode.query_masks]), len(episode.support_images)
        features = levels_of(self.network, images)
        return {**{str(s): features[s] for s in STRIDES},
                "masks": torch.stack([shares(mask, SIDE // 4) for mask in masks]).half(), "shots": torch.tensor(shots)}

    def _board_episode(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
        """Crops of real boards: one class of defect marked in some, and queries of which half lack it."""
        names = sorted({name for _, _, masks in self.boards for name in masks})
        name = names[rng.integers(len(names))]
        holding = [board for board in self.boards if name in board[2]]
        shots = int(rng.integers(1, MOST_SHOTS + 1))
        wanted = [True] * shots + [bool(w) for w in rng.permutation(np.arange(_QUERIES) % 2 == 0)]
        pictures = [_board_crop(rng, *holding[rng.integers(len(holding))], name, want) for want in wanted]
        return np.stack([p[0] for p in pictures]), np.stack([p[1] for p in pictures]), shots


def levels_of(network: nn.Module, images: Sequence[np.ndarray]) -> Features:
    """The levels of generated pictures as engines are given them, half precision; each is enlarged to SIDE, as small images are."""
    views = np.stack([planes(resized(normalised(image), SIDE, SIDE)) for image in images])
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16()):
        x = torch.from_numpy(views).contiguous(memory_format=torch.channels_last)
        features = completed(network(x), x)
    return {s: features[s].half().contiguous() for s in STRIDES}


def loss_of(net: TrainedSegmenter, episode: EpisodeFeatures, shots: list[int], queries: list[int], side: int, rng: np.random.Generator) -> Tensor:
    """The network's own loss, with Dice, on a part of `side` px of some queries of an episode, by some of its shots."""
    device, side = net.confidence.device, min(SIDE, side)
    query, target = episode.query(queries, device, *place(episode, queries, side, rng), side)
    return net.episode_loss(*episode.support(shots, device), query, target, dice=1.0)


def place(episode: EpisodeFeatures, queries: list[int], side: int, rng: np.random.Generator) -> tuple[int, int]:
    """Where to cut a part of `side` px out of the queries: half of the time around a marked place of one of them."""
    if side >= SIDE:
        return 0, 0
    marked = torch.nonzero(episode.masks[queries] > 0)
    if len(marked) and rng.random() < 0.5:
        _, y, x = (4 * int(v) for v in marked[rng.integers(len(marked))])
        corner = [v - int(rng.integers(side)) for v in (y, x)]
    else:
        corner = [int(v) for v in rng.integers(SIDE - side + 1, size=2)]
    top, left = (min(max(v, 0), SIDE - side) // 16 * 16 for v in corner)
    return top, left


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
        return EpisodeFeatures({s: torch.stack([v[s] for v in levels]) for s in STRIDES}, masks, len(episode.support_images))


def fast_bfloat16() -> bool:
    """Whether this processor multiplies matrices in bfloat16 by itself; elsewhere it would be slower than single precision."""
    known = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(known and known())


def shares(mask: np.ndarray, side: int) -> Tensor:
    """How much of each cell of a square grid of `side` cells the mask covers, 0..1."""
    grows = side * side > mask.size
    return torch.from_numpy(cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR if grows else cv2.INTER_AREA))


def batches(source: EpisodeSource, first: int, per_step: int, pool: int, rng: np.random.Generator) -> Iterator[list[EpisodeFeatures]]:
    """The episodes of each step from `first` on, without end, drawn from a pool that grows with the steps up to `pool` episodes:
    the first steps need not wait for all of them."""
    for step in itertools.count(first):
        ready = min(pool, 64 + (step + 1) * per_step // 2)
        yield [source.get(int(rng.integers(ready))) for _ in range(per_step)]
