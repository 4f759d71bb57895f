"""How the rate of a training runs over its length."""

from __future__ import annotations

import math

_LEAST = 1e-6  # the rate never falls to nothing


def warmed_cosine(highest: float, share: float, warm: float) -> float:
    """The rate after this share of the steps (0..1): risen evenly to `highest` over the share `warm`, then lowered by a cosine."""
    return highest * (share / warm if share < warm else 0.5 + 0.5 * math.cos(math.pi * (share - warm) / (1 - warm))) + _LEAST
