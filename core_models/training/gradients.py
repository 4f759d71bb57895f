"""The gradients of a step, before it is taken."""

from __future__ import annotations

import math

from torch import nn

_LONGEST = 1.0


def clipped(net: nn.Module, loss: float) -> bool:
    """Shortens the network's gradients to a length of 1; whether they and the loss are numbers, so that the step may be taken."""
    length = float(nn.utils.clip_grad_norm_(net.parameters(), _LONGEST))
    return math.isfinite(loss + length)
