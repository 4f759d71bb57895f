"""Features of images, computed once: reads the image, runs the frozen backbone tile by tile, and keeps the result on the disk."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from core_models import turn
from core_models.contract import image_file
from core_models.contract.card import CardError
from core_models.contract.episode import ImageRef
from core_models.contract.job import Compute
from core_models.inference.device import Device, halving, is_out_of_memory, pick
from core_models.inference.feature_cache import FeatureCache, Levels, feature_key
from core_models.inference.tiling import WHOLE_PX, Tile, tiles_of
from core_models.inference.view import CELL, SHORT_SIDE, View, planes, view_size
from core_models.models.architectures import ARCHITECTURES
from core_models.models.backbone import STRIDES, Backbone
from core_models.models.shallow import CHANNELS, completed
from core_models.models.vit_backbone import NoTimm
from core_models.weights import BUNDLED, checksum, load_folder

BACKBONE = BUNDLED / "backbone"
_IN_MEMORY = 2**28  # bytes of features of one image that are assembled in memory; more goes to a temporary file
_KEPT = 2**28  # bytes of the images used last that stay in memory
T = TypeVar("T")
_MOST_AHEAD = 64  # images whose features are computed together


class UnreadableImage(Exception):
    """An image that cannot be computed on: missing, damaged, or with other bytes than were registered. One sentence."""


def check_bytes(image: ImageRef) -> None:
    """UnreadableImage where the file's bytes are not the registered ones: what is proposed must belong to what is shown."""
    path = Path(image.path)
    if not path.is_file():
        raise UnreadableImage(f"{path.name} is not where it was. `defectloop locate` finds moved images.")
    try:
        digest = image_file.sha256(path)
    except image_file.ImageFileError as fault:
        raise UnreadableImage(str(fault)) from fault
    if digest != image.sha256:
        raise UnreadableImage(f"{path.name} has changed since it was added. Add it again to use its new content.")


def read_image(image: ImageRef) -> np.ndarray:
    """The upright image; UnreadableImage where it cannot be read. The bytes are the caller's to check."""
    path = Path(image.path)
    try:
        return image_file.read(path)
    except image_file.ImageFileError as fault:
        raise UnreadableImage(str(fault)) from fault


def load_backbone(folder: Path = BACKBONE) -> tuple[Backbone, str]:
    """The backbone of a model folder, ready for inference, and its weights' checksum; CardError where it may not be used."""
    state, card = load_folder(folder)
    architecture = card.get("architecture")
    if architecture not in ARCHITECTURES:
        raise CardError(f"{folder} holds no backbone that this program knows. Choose another version.")
    try:
        network = ARCHITECTURES[architecture]()
    except NoTimm as fault:
        raise CardError(str(fault)) from fault
    try:
        network.load_state_dict(state)
    except RuntimeError as fault:
        raise CardError(f"The weights in {folder} are not those of {architecture}. Choose another version.") from fault
    network.fold_batch_norms()
    return network.to(memory_format=torch.channels_last).requires_grad_(False), checksum(card)


class Extractor:
    """The frozen backbone on a device. Views go through one by one on a CPU, where batches gain nothing and one image's
    result must not depend on another's; in batches of equal size on a GPU."""

    def __init__(self, device: Device, folder: Path = BACKBONE, notice: Callable[[str], None] = lambda text: None) -> None:
        self.device, self.notice = device, notice
        self.network, self.checksum = load_backbone(folder)
        self.network.to(device.torch)

    def windows(self, windows: list[np.ndarray]) -> list[Levels]:
        """Levels {stride: (CHANNELS[stride], h / stride, w / stride)}, half precision, on the CPU, of windows (h, w[, 3]) whose sides are
        multiples of 16. Where a GPU's memory is not enough for one, the CPU takes over for good."""
        return self.with_room(lambda: [levels for batch in self._batches(windows) for levels in halving(self._run, batch, self.notice)])

    def with_room(self, run: Callable[[], T]) -> T:
        """What `run` gives, which computes on `device`; where a GPU's memory is not enough, on the CPU from now on."""
        try:
            return run()
        except (torch.OutOfMemoryError, RuntimeError) as fault:
            if self.device.kind == "cpu" or not is_out_of_memory(fault):
                raise
        self.notice("The GPU's memory was not enough: the CPU does the rest of the work.")
        self.device = pick("cpu")
        self.network.to("cpu")
        return run()

    def _batches(self, windows: list[np.ndarray]) -> list[list[np.ndarray]]:
        """In their order, neighbours of equal size together, as many as the device's memory takes."""
        batches: list[list[np.ndarray]] = []
        for window in windows:
            area = window.shape[0] * window.shape[1]
            last = batches[-1] if batches else []
            if last and last[0].shape == window.shape and (len(last) + 1) * area <= self.device.batch_px:
                last.append(window)
            else:
                batches.append([window])
        return batches

    @torch.inference_mode()
    def _run(self, windows: list[np.ndarray]) -> list[Levels]:
        turn.pause()
        x = torch.from_numpy(np.stack([planes(w) for w in windows])).to(self.device.torch).contiguous(memory_format=torch.channels_last)
        with self.device.fast():
            levels = self.network(x)
        half = {stride: level.half().contiguous().cpu() for stride, level in completed(levels, x).items()}
        return [{stride: level[k] for stride, level in half.items()} for k in range(len(windows))]

    def view(self, view: View) -> Levels:
        """Levels of a whole view, assembled from its tiles; in a temporary file where they are large."""
        width, height = view.padded
        tiles = tiles_of(width, height)
        if len(tiles) == 1:
            return self.windows([view.window(0, 0, width, height)])[0]
        whole = {s: _room((CHANNELS[s], height // s, width // s)) for s in STRIDES}
        for batch in _chunks(tiles, self.device.batch_px):
            for tile, levels in zip(batch, self.windows([view.window(*t.window) for t in batch]), strict=True):
                for stride, level in levels.items():
                    whole[stride][(slice(None), *tile.outer(stride))] = level[(slice(None), *tile.inner(stride))]
        return whole


def _chunks(tiles: list[Tile], batch_px: int) -> list[list[Tile]]:
    """Tiles in groups that may go through at once, so that no more than one group's windows lie in memory."""
    x0, y0, x1, y1 = tiles[0].window
    size = max(1, batch_px // ((x1 - x0) * (y1 - y0)))
    return [tiles[k : k + size] for k in range(0, len(tiles), size)]


def _room(shape: tuple[int, ...]) -> Tensor:
    """An empty half-precision tensor; one that is large lies in an unnamed temporary file."""
    count = math.prod(shape)
    if count * 2 <= _IN_MEMORY:
        return torch.empty(shape, dtype=torch.float16)
    with tempfile.TemporaryFile() as file:
        return torch.from_numpy(np.memmap(file, np.float16, "w+", shape=shape))


class FeatureStore:
    """Features by image: from memory, from the cache on the disk, else computed and kept there.

    `backbone` is its folder, "" for the one that ships; stores of several may share a cache. CardError where it may not be used.
    """

    def __init__(self, compute: Compute, notice: Callable[[str], None] = lambda text: None, backbone: str = "") -> None:
        self.extractor = Extractor(pick(compute.device), Path(backbone) if backbone else BACKBONE, notice)
        self.checksum = self.extractor.checksum
        self.cache = FeatureCache(Path(compute.cache_folder), compute.cache_bytes) if compute.cache_folder else None
        self._kept: OrderedDict[str, Levels] = OrderedDict()

    def of(self, image: ImageRef, array: np.ndarray | None = None) -> Levels:
        """Levels {4, 8, 16: (CHANNELS[stride], h, w)} of an image's padded view, half precision, on the CPU; UnreadableImage.

        `array` is the image where the caller has read it already.
        """
        key = feature_key(image.sha256, self.checksum, SHORT_SIDE)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        levels = self.cache.load(key) if self.cache else None
        if levels is None:
            levels = self.extractor.view(View(read_image(image) if array is None else array))
            if self.cache:
                self.cache.store(key, levels)
        self._keep(key, levels)
        return levels

    def prefetch(self, images: list[ImageRef]) -> None:
        """On a GPU: computes the features of the next images together, as many as go through at once. What cannot be read is
        left for `of` to say."""
        batch_px = self.extractor.device.batch_px
        if not batch_px or not images or self.known(images[0]):
            return
        views, keys, area = [], [], 0
        for image in images[:_MOST_AHEAD]:
            width, height = view_size(image.width, image.height)
            if area + width * height > min(batch_px, WHOLE_PX * 8) or width * height > WHOLE_PX:
                break
            with contextlib.suppress(UnreadableImage):
                if not self.known(image):
                    check_bytes(image)
                    views.append(View(read_image(image)))
                    keys.append(feature_key(image.sha256, self.checksum, SHORT_SIDE))
                    area += width * height
        if len(views) > 1:
            windows = [v.window(0, 0, *v.padded) for v in views]
            for key, levels in zip(keys, self.extractor.windows(windows), strict=True):
                if self.cache:
                    self.cache.store(key, levels)
                self._keep(key, levels)

    def fill(self, image: ImageRef) -> bool:
        """Computes and keeps the features of an image that has none on the disk; False where they have no room, since nothing
        is evicted for what nobody has asked for. An image that cannot be read is passed over."""
        key = feature_key(image.sha256, self.checksum, SHORT_SIDE)
        width, height = (-(-side // CELL) * CELL for side in view_size(image.width, image.height))
        if not self.cache or not self.cache.has_room(sum(2 * channels * (width // s) * (height // s) for s, channels in CHANNELS.items())):
            return False
        if not self.cache.path(key).exists():
            with contextlib.suppress(UnreadableImage):
                check_bytes(image)
                self.cache.store(key, self.extractor.view(View(read_image(image))))
        return True

    def known(self, image: ImageRef) -> bool:
        """Whether the features are in memory or seem to be on the disk."""
        key = feature_key(image.sha256, self.checksum, SHORT_SIDE)
        return key in self._kept or (self.cache is not None and self.cache.path(key).exists())

    def pin(self, images: list[ImageRef]) -> None:
        """Keeps the features of these from eviction."""
        if self.cache:
            self.cache.pin([feature_key(i.sha256, self.checksum, SHORT_SIDE) for i in images])

    def of_view(self, array: np.ndarray) -> Levels:
        """Levels of an image that is in no project (generated, or turned): computed and not kept."""
        return self.extractor.view(View(array))

    def _keep(self, key: str, levels: Levels) -> None:
        self._kept[key] = levels
        while len(self._kept) > 1 and sum(t.nbytes for kept in self._kept.values() for t in kept.values()) > _KEPT:
            self._kept.popitem(last=False)
