"""What a training reads and writes: the feature levels of images, masks on their grids, and the network's weights."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core_models.contract.card import CardError
from core_models.contract.episode import ImageRef
from core_models.contract.job import Compute, ModelRef
from core_models.contract.mask import Mask
from core_models.inference.device import Device, pick
from core_models.inference.feature_cache import Levels
from core_models.inference.features import FeatureStore
from core_models.inference.view import view_size
from core_models.models import registry
from core_models.models.segmentation.base import Features, TrainedSegmenter
from core_models.training.targets import on_grid
from core_models.weights import BUNDLED, load_folder, save_folder

_KEPT_BYTES = 2**30  # of levels in memory, half precision


class Maps:
    """Levels {stride: (c, h, w)} of images, those that an engine reads, through the feature cache; the last used stay in memory."""

    def __init__(self, compute: Compute) -> None:
        self.store = FeatureStore(compute)
        self.strides: tuple[int, ...] = ()
        self._kept: OrderedDict[str, Levels] = OrderedDict()

    @property
    def device(self) -> Device:
        return self.store.extractor.device

    def fall_back(self) -> bool:
        """From now on the CPU computes; False where it did already."""
        if self.device.kind == "cpu":
            return False
        self.store.extractor.device = pick("cpu")
        self.store.extractor.network.to("cpu")
        torch.cuda.empty_cache()
        return True

    def segmenter(self, model: ModelRef) -> TrainedSegmenter:
        """The network of a version, ready to be trained; from then on its levels are read. CardError where its folder may not
        be used."""
        net = registry.create(model.engine, model.params)
        if not isinstance(net, TrainedSegmenter):
            raise CardError(f"{model.engine} learns from the shots alone: there is nothing to fine-tune.")
        state, card = load_folder(Path(model.folder) if model.folder else BUNDLED / model.engine)
        if card.get("backbone") != self.store.checksum:
            raise CardError(f"This version of {model.engine} was trained on another backbone than the one that is installed, so it cannot go on learning.")
        try:
            net.load_state_dict(state)
        except RuntimeError as fault:
            raise CardError(f"The weights of this version are not those of {model.engine} with its parameters. Choose another version.") from fault
        self.strides = net.STRIDES
        return net.to(self.device.torch, memory_format=torch.channels_last)

    def levels(self, image: ImageRef) -> Levels:
        """The levels of an image's view, half precision, on the CPU; UnreadableImage where there are none."""
        kept = self._kept.get(image.sha256)
        if kept is None:
            levels = self.store.of(image)
            kept = self._kept[image.sha256] = {s: levels[s] for s in self.strides}
            while sum(v.nbytes for levels in self._kept.values() for v in levels.values()) > _KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
        self._kept.move_to_end(image.sha256)
        return kept

    def part(self, image: ImageRef, top: int, left: int, rows: int, columns: int) -> Features:
        """Features (b = 1) on the device of a part of an image's view, in cells of stride 8, all even."""
        def of(level: Tensor, stride: int) -> Tensor:
            high, low, first, last = (8 * v // stride for v in (top, top + rows, left, left + columns))
            return level[None, :, high:low, first:last].to(self.device.torch).float()

        return {s: of(level, s) for s, level in self.levels(image).items()}

    def cells(self, image: ImageRef) -> tuple[int, int]:
        """Rows and columns of an image's view in cells of stride 8."""
        stride, level = next(iter(self.levels(image).items()))
        return stride * level.shape[-2] // 8, stride * level.shape[-1] // 8

    def mask(self, mask: Mask, image: ImageRef, size: tuple[int, int]) -> Tensor:
        """The share of each cell of stride 4 that a mask covers, (h, w) of `size`."""
        return torch.from_numpy(on_grid(mask.full(image.height, image.width).astype(np.float32), inside(image), size))

    def autocast(self) -> contextlib.AbstractContextManager:
        """Products in bfloat16 where the device is fast in it: unlike float16 it needs no scaling of the loss."""
        fast = self.device.half is not None and (self.device.kind == "cpu" or torch.cuda.is_bf16_supported())
        return torch.autocast(self.device.kind, torch.bfloat16, enabled=fast)

    def save(self, folder: Path, state: dict[str, Tensor], parent: ModelRef, facts: dict) -> None:
        """Writes a version's model folder: weights, and a card that names the backbone by its checksum."""
        card = {"name": parent.engine, "kind": "segment", "engine": parent.engine, "params": parent.params, "backbone": self.store.checksum,
                "parameters": sum(v.numel() for v in state.values()), "data": "labels of one project", **facts}
        save_folder(folder, state, card)


def inside(image: ImageRef) -> tuple[int, int]:
    """Rows and columns of cells of stride 4 that the image itself fills; its padded map may have a few more."""
    width, height = view_size(image.width, image.height)
    return max(1, round(height / 4)), max(1, round(width / 4))
