"""Where a pixel of a kept score map lies in its image: what the worker writes and the window reads.

A map is 8-bit: logits in tenths, one value for each CELL_PX x CELL_PX pixels of the view; the view is the upright image, enlarged where it is small,
and continued at the right and at the bottom.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core_models.contract import image_file

CELL_PX = 4  # of the view
STEPS = 10  # of the map's values for one logit
ZERO = 128  # the value of logit 0
SHORT_SIDE = 384  # px: smaller images are enlarged to it, larger ones are seen as they are
MOST_ENLARGED = 8.0


def scale_of(width: int, height: int, short_side: int = SHORT_SIDE) -> float:
    """By how much an image of this upright size (px) is enlarged for its view: at least 1."""
    return min(max(1.0, short_side / min(width, height)), MOST_ENLARGED)


def path_of(job_folder: Path, image_id: int, class_id: int) -> Path:
    """Where a job keeps the map of an image and a class."""
    return job_folder / "scores" / f"{image_id}_{class_id}.png"


def hottest(score_map: np.ndarray, width: int, height: int) -> tuple[int, int, int]:
    """x and y, in px of the image of that size, of the map's highest value inside it, and the value."""
    step = CELL_PX / scale_of(width, height)
    inside = score_map[: max(1, int(np.ceil(height / step))), : max(1, int(np.ceil(width / step)))]
    row, column = np.unravel_index(int(np.argmax(inside)), inside.shape)
    x, y = (min(int((k + 0.5) * step), side - 1) for k, side in ((column, width), (row, height)))
    return x, y, int(inside[row, column])


def read(path: Path) -> np.ndarray:
    """A kept map [row, column]. Raises image_file.ImageFileError where it is gone or damaged."""
    return image_file.read(path)
