"""What is counted when proposals meet the truth: areas, and which true regions were found."""

from __future__ import annotations

import numpy as np

from core_models.contract.mask import Mask, union
from core_models.contract.opencv import cv2
from core_models.evaluation.gate import Outcome

FOUND_SHARE = 0.5  # a true region is found when at least half of its pixels were proposed


def parts(mask: Mask) -> list[np.ndarray]:
    """The connected regions (8 neighbours) of a mask, each as a boolean array of the mask's box."""
    if not mask.w:
        return []
    count, labels = cv2.connectedComponents(mask.array().astype(np.uint8), connectivity=8)
    return [labels == k for k in range(1, count)]


def count_found(truth: Mask, proposed: Mask) -> tuple[int, int]:
    """Number of true regions, and of those that at least half of their pixels were proposed of."""
    regions = parts(truth)
    if not regions:
        return 0, 0
    covered = np.zeros((truth.h, truth.w), bool)
    proposed.moved(-truth.x, -truth.y).paint(covered)
    return len(regions), sum(int(covered[r].sum() >= FOUND_SHARE * r.sum()) for r in regions)


def outcome(image_id: int, group: str, class_id: int, truth: Mask, ignore: Mask, proposed: list[Mask], clean: bool) -> Outcome:
    """How proposed regions meet the truth of one class on one image; pixels to be ignored count on neither side, and a
    region that lies in them by more than half is no proposal at all."""
    proposed = [m for m in proposed if not ignore.w or 2 * m.intersection_area(ignore) <= m.area]
    together, truth = union(proposed) - ignore, truth - ignore
    both = truth.intersection_area(together)
    regions, found = count_found(truth, together)
    return Outcome(image_id, group, class_id, both, truth.area + together.area - both, regions, found, len(proposed), clean)
