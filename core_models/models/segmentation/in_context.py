"""in_context: answers for a new class in one pass, by how every cell compares with the shots, learnt from endless generated classes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core_models.models.registry import register
from core_models.models.segmentation import comparisons
from core_models.models.segmentation.base import Features, Support, TrainedSegmenter
from core_models.models.segmentation.weighing import Weigher


@dataclass(frozen=True)
class InContextParams:
    """`width`: channels of the hidden layers."""

    width: int = 32


@register("in_context", params=InContextParams, summary="For going on: compares every place with the shots in many ways at once, and learns on from your own labels.")
class InContext(TrainedSegmenter):
    """A small network on evidence that means the same for every class (comparisons.py): so it needs no training for a new one.

    The task is that of UniverSeg (V. Butoi et al., arXiv 2304.06131) and of prior-fitted networks (N. Hollmann et al., TabPFN, arXiv
    2207.01848): trained on many classes, a network answers for a new one from its examples alone. What it is given here is ours: comparisons,
    as in the matcher of GFDS (arXiv 2502.01216), and not features, since a generator has all kinds of classes but not all surfaces.
    With 32 channels it has 43,425 parameters.
    """

    cheap = False  # shots left out in turn would move where a region begins to count, for the worse (docs/models.md)

    def __init__(self, params: InContextParams | None = None) -> None:
        super().__init__()
        self.params = params or InContextParams()
        self.weigh = Weigher(comparisons.OF_SHOTS + comparisons.OF_IMAGE, self.params.width)

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """See `comparisons.learn`."""
        return comparisons.learn(features, masks, ignores, shots)

    def context(self, features: Features, support: Support) -> Support:
        """The image's own mean of each level, some of its cells, and those most like the shots' defect."""
        context = comparisons.of_image(features)
        return context | comparisons.suspects(features, support, context)

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        return self.weigh(self.evidence(features, support, context))

    @torch.no_grad()
    def evidence(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """(b, 47, h4, w4): see `comparisons.evidence`."""
        found = []
        for k in range(len(features[4])):
            one = {s: level[k : k + 1] for s, level in features.items()}
            found.append(comparisons.evidence(one, support, context or comparisons.of_image(one)))
        return torch.cat(found)
