"""Two engines' opinions, weighed: one that was fitted to the shots, and one that learnt on from accepted labels."""

from __future__ import annotations

import torch
from torch import Tensor

from core_models.models.segmentation.base import Features, FewShotSegmenter, Support, TrainedSegmenter

_FITTED, _LEARNT, _CUT = "fitted.", "learnt.", "cut"


class Together(FewShotSegmenter):
    """The weighted mean of two engines' logits, each counted from its own outline on, so that the outline of both is at 0. `share`: of
    `learnt`, between 0 and 1.

    What they get wrong differs: the one has seen five shots closely, the other all that was accepted, on features that it
    learnt to read there. The mean of models that err apart errs less than they do (T. Dietterich, "Ensemble methods in machine
    learning", 2000, section 1). From where on a region counts is kept with `learnt`, by whoever chose to join them.
    """

    trained = True
    cheap = False

    def __init__(self, learnt: TrainedSegmenter, fitted: FewShotSegmenter, share: float) -> None:
        super().__init__()
        self.learnt, self.fitted, self.params, self.share = learnt, fitted, learnt.params, share
        self.orientations = max(learnt.orientations, fitted.orientations)

    @property
    def peak(self) -> float:
        return self.learnt.peak

    @property
    def spread(self) -> float:
        return self.learnt.spread

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """What both keep, and `cut` (1,), the logit of the fitted one's outlines. Each sees as many orientations as it wants."""
        self.fitted.pause = self.pause
        kept: Support = {}
        for part, net in ((_FITTED, self.fitted), (_LEARNT, self.learnt)):
            every = self.orientations // net.orientations if len(features) >= self.orientations * shots else 1
            support = net.encode_support(features[::every], masks[::every], None if ignores is None else ignores[::every], shots)
            kept |= {part + name: value for name, value in support.items()}
        cut, _ = self.fitted.operating_point(shots, _of(kept, _FITTED))
        return kept | {_CUT: features[0][4].new_tensor([cut], dtype=torch.float32)}

    def context(self, features: Features, support: Support) -> Support:
        parts = ((_FITTED, self.fitted), (_LEARNT, self.learnt))
        return {part + name: value for part, net in parts for name, value in net.context(features, _of(support, part)).items()}

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        fitted, learnt = (net.segment(features, _of(support, part), _of(context, part) if context else None)
                          for part, net in ((_FITTED, self.fitted), (_LEARNT, self.learnt)))
        return (1 - self.share) * (fitted.float() - support[_CUT]) + self.share * learnt.float()


def _of(kept: Support, part: str) -> Support:
    return {name.removeprefix(part): value for name, value in kept.items() if name.startswith(part)}
