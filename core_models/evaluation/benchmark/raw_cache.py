"""The harness's own cache of a frozen backbone's raw stages: half precision, eight views of an image, one file an image.

The program's cache keeps 32 channels of a level; methods that are measured as they were published want all of them.
"""

from __future__ import annotations

import errno
import hashlib
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core_models.contract import image_file
from core_models.evaluation.benchmark.items import BenchmarkError, Item
from core_models.inference.device import Device
from core_models.inference.shot_views import turned
from core_models.inference.view import Values, planes, resized
from core_models.models.backbone import Backbone

VIEWS = 8
MEAN = (0.485, 0.456, 0.406)  # ImageNet's, of values in 0..1
_MEAN = np.array(MEAN, np.float32)[:, None, None]
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_SPARED = 2**30  # bytes of the disk that are left to others


class RawCache:
    """Raw levels {stride: (c, h, w)} of images squeezed to `side` x `side` px, in any of eight flips and rotations.

    `scale` multiplies each level that is given out: the sums of a pre-activation network lie far below the range of the features
    that papers train on (deviations of 0.03 and 0.13 were measured), and SGD with their rates would hardly move.
    Where the disk is full, or `limit_bytes` is reached, what is not kept is computed each time; `notice` is told once. With
    `keep` False nothing is kept, for a backbone that changes.
    """

    def __init__(self, folder: Path, network: Backbone, checksum: str, device: Device, strides: tuple[int, ...], side: int = 200,
                 limit_bytes: int = 20 * 2**30, notice: Callable[[str], None] = print, keep: bool = True) -> None:
        self.network, self.device, self.strides, self.side, self.limit, self.notice = network, device, strides, side, limit_bytes, notice
        self.scale = dict.fromkeys(strides, 1.0)
        self.shapes = {s: tuple(level.shape) for s, level in self._levels(np.zeros((side, side), np.uint8)).items()}
        sizes = "_".join(f"{s}x{shape[1]}" for s, shape in self.shapes.items())  # a dilated stage has other ones
        self.folder = folder / f"{checksum[:12]}-{side}-{sizes}"
        self._length = sum(math.prod(shape) for shape in self.shapes.values())
        self._used = sum(p.stat().st_size for p in self.folder.glob("*.npy"))
        self.keeps, self._stopped = keep, not keep
        self._first = {name: buffer.clone() for name, buffer in network.named_buffers()}

    def reset(self) -> None:
        """Brings the statistics of the backbone's batch norms back to what they were at first."""
        for name, buffer in self.network.named_buffers():
            buffer.copy_(self._first[name])

    def bytes_of(self, images: int, views: int) -> int:
        return 2 * images * views * self._length

    def fill(self, wanted: dict[Item, int], progress: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Keeps the first so many views of each item; what is there already stays, other images go where the limit is reached."""
        names = {self._path(item).name for item in wanted}
        if sum(self.bytes_of(1, views) for views in wanted.values()) + self._used > self.limit:
            for path in self.folder.glob("*.npy"):
                if path.name not in names:
                    self._used -= path.stat().st_size
                    path.unlink()
        for done, (item, views) in enumerate(wanted.items()):
            progress(done, len(wanted))
            if self._stopped:
                return
            self._keep(item, views)

    def get(self, item: Item, view: int) -> dict[int, Tensor]:
        """{stride: (c, h, w)} in half precision on the CPU: from the disk, else computed."""
        kept = self._open(item) if self.keeps else None
        if kept is not None and view < len(kept):
            return self._scaled(self._split(torch.from_numpy(np.array(kept[view]))))
        return self._scaled(self._levels(read_view(item, view)))

    def clear(self) -> None:
        """Deletes all that was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._used = 0

    def _keep(self, item: Item, views: int) -> None:
        path, kept = self._path(item), self._open(item)
        if kept is not None and len(kept) >= views:
            return
        size = self.bytes_of(1, views)
        if self._used + size > self.limit:
            self._stop(f"The cache of {self.limit / 2**30:.0f} GB is full")
            return
        rows = [torch.cat([level.flatten() for level in self._levels(read_view(item, view)).values()]) for view in range(views)]
        part = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < size + _SPARED:
                raise OSError(errno.ENOSPC, "no space left")
            with part.open("wb") as file:
                np.save(file, torch.stack(rows).numpy())
            self._used += part.stat().st_size - (path.stat().st_size if path.exists() else 0)
            part.replace(path)
        except OSError as fault:
            part.unlink(missing_ok=True)
            if fault.errno not in _FULL:
                raise
            self._stop(f"The disk of {self.folder} is full")

    def _stop(self, why: str) -> None:
        self._stopped = True
        self.notice(f"{why}: features that are not kept are computed each time, which takes longer. Make room and start again to go on faster.")

    def _open(self, item: Item) -> np.ndarray | None:
        try:
            kept = np.load(self._path(item), mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError):  # not there, or cut short
            return None
        return kept if kept.ndim == 2 and kept.shape[1] == self._length and kept.dtype == np.float16 else None

    def _path(self, item: Item) -> Path:
        return self.folder / (hashlib.sha256(str(item.image).encode("utf-8")).hexdigest()[:24] + ".npy")

    def _split(self, row: Tensor) -> dict[int, Tensor]:
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        return {s: part.reshape(shape) for (s, shape), part in zip(self.shapes.items(), row.split(sizes), strict=True)}

    def levels_of(self, views: list[np.ndarray]) -> list[dict[int, Tensor]]:
        """{stride: (c, h, w)} in half precision on the CPU, of each view (side, side[, 3]) in 0..1; all go through together."""
        return [self._scaled(levels) for levels in self._raw(views)]

    def _scaled(self, levels: dict[int, Tensor]) -> dict[int, Tensor]:
        return {s: level * self.scale[s] for s, level in levels.items()}

    def _levels(self, image: np.ndarray) -> dict[int, Tensor]:
        return self._raw([squeezed(image, self.side)])[0]

    @torch.no_grad()
    def _raw(self, views: list[np.ndarray]) -> list[dict[int, Tensor]]:
        x = torch.from_numpy(np.stack([(planes(v) - _MEAN) / _DEVIATION for v in views])).to(self.device.torch).contiguous(memory_format=torch.channels_last)
        with self.device.fast():
            levels = self.network.stages(x)
        largest = torch.finfo(torch.float16).max
        half = {s: levels[s].float().clamp(-largest, largest).half().cpu().contiguous() for s in self.strides}
        return [{s: level[k].clone() for s, level in half.items()} for k in range(len(views))]


def squeezed(image: np.ndarray, side: int) -> np.ndarray:
    """An image (h, w[, 3]) as (side, side[, 3]) float32 in 0..1: of 8 bits by their whole range, of other depths by the image's own,
    outliers cut."""
    if image.dtype == np.uint8:
        values = image.astype(np.float32) / 255
    else:
        seen = Values.of(image)
        values = np.clip((np.nan_to_num(image.astype(np.float32)) - seen.low) / max(seen.high - seen.low, 1e-30), 0, 1)
    return resized(values, side, side)


def read_view(item: Item, view: int) -> np.ndarray:
    """An item's image in one of the eight flips and rotations; BenchmarkError where it cannot be read."""
    try:
        return turned(image_file.read(item.image), view)
    except image_file.ImageFileError as fault:
        raise BenchmarkError(f"{fault} Put the data folder back from its source.") from fault
