"""The network that makes logits of evidence: the same for every class, since it never sees features, only comparisons."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_WIDTH, _DILATIONS, _DROPPED = 32, (2, 4, 8), 0.1


class Weigher(nn.Module):
    """Evidence (b, inputs, h, w) -> logits (b, h, w): four dilated convolutions and two 1x1, from 15 cells around each.

    In training whole maps of evidence are dropped now and then, so that it trusts none of them alone.
    """

    def __init__(self, inputs: int, width: int = _WIDTH) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, width, 3, padding=1)
        self.wider = nn.ModuleList(nn.Conv2d(width, width, 3, padding=step, dilation=step) for step in _DILATIONS)
        self.mix = nn.Conv2d(2 * width, width, 1)
        self.last = nn.Conv2d(width, 1, 1)

    def forward(self, evidence: Tensor) -> Tensor:
        if self.training:
            evidence = F.dropout2d(evidence, _DROPPED)
        near = F.relu(self.first(evidence.contiguous(memory_format=torch.channels_last)))
        far = near
        for layer in self.wider:
            far = far + F.relu(layer(far))
        return self.last(F.relu(self.mix(torch.cat([near, far], 1)))).float()[:, 0]
