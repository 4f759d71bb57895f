"""support_head: perceptrons fitted to the shots in seconds, weighed together with comparisons. The engine a project starts with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core_models.models.registry import register
from core_models.models.segmentation import comparisons, pointwise
from core_models.models.segmentation.base import Features, FewShotSegmenter, Support
from core_models.models.segmentation.weighing import Weigher

_SURE = 8.0  # the perceptrons' logits count no further: on what they never saw, their far values mean nothing
_UNIT = 3.0  # logits that are one in the evidence
_FITTED = 2  # maps
# What is added for what only these shots can tell: a share of the perceptrons' logits, how much less of it one shot gives, and logits
# for a difference of one in cosine, by one shot.
_OWN_FITTED, _OWN_FITTED_LESS, _OWN_NEARER = 0.55, 0.3, 16.0


@dataclass(frozen=True)
class SupportHeadParams:
    """`steps` of the fit, from a beginning drawn by `seed`."""

    steps: int = 150
    seed: int = 0


@register("support_head", params=SupportHeadParams, summary="For the start: fits small networks to your one to five shots in seconds.")
class SupportHead(FewShotSegmenter):
    """Perceptrons on single cells are fitted to the shots (pointwise.py), and every cell is compared with the shots' and with the image's own
    most suspicious ones (comparisons.py); a network that was shown thousands of generated classes weighs both opinions, the
    fitted and the compared one, with what lies around (weighing.py). Its weights ship, and no fine-tune changes them. A part of what
    the perceptrons say and of the neighbours' difference is added to its logits: generated classes do not teach how wide and faint
    real ones can be.

    A shot and a query differ in light, texture and grain, and one shot does not show by how much: with few shots each
    image's features are measured from that image's own mean, with more of them from the shots' mean.
    """

    orientations = 8
    cheap = False
    ships = True
    peak = 4.2
    spread = 2.0

    def __init__(self, params: SupportHeadParams | None = None) -> None:
        super().__init__()
        self.params = params or SupportHeadParams()
        self.weigh = Weigher(comparisons.OF_SHOTS + _FITTED + comparisons.OF_IMAGE)

    def operating_point(self, shots: int, support: Support) -> tuple[float, float]:
        """Chosen on the even-hash groups of the development data (docs/models.md; docs/results.md has the odd ones'). From few shots
        too little of a defect is found, and with less certainty: its outline is cut lower, and a region counts from a little lower on."""
        own = 1 / shots
        return -1.9 - 0.6 * own, self.peak + 0.3 * (1 - own)

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """The perceptrons' weights and what they are measured by (pointwise.fit), `own` (1,), how far from the image's own mean, and what
        cells are compared with (comparisons.learn), of the views as they are alone where all orientations are given."""
        own = 1 / shots
        # Outside of inference mode even when the caller is inside: gradients are needed here.
        with torch.inference_mode(False), torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(self.params.seed)
            fitted = pointwise.fit(features, masks, ignores, own, self.params.seed, self.params.steps, self.pause)
        every = self.orientations if len(features) >= self.orientations * shots else 1
        compared = comparisons.learn(features[::every], masks[::every], None if ignores is None else ignores[::every], shots)
        return {**compared, **fitted, "own": features[0][4].new_tensor([own], dtype=torch.float32)}

    def context(self, features: Features, support: Support) -> Support:
        """The image's own mean of each level, some of its cells, and its most suspicious ones."""
        context = comparisons.of_image(features)
        known = pointwise.logits(features, support, comparisons.own_mean(context), _SURE, comparisons.places(features))
        return context | comparisons.suspects(features, support, context, known.mean(1)[0])

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        evidence = self.evidence(features, support, context)
        fitted, nearer = _UNIT * evidence[:, comparisons.OF_SHOTS], comparisons.nearer(evidence)
        own = float(support["own"])
        return self.weigh(evidence) + (_OWN_FITTED - _OWN_FITTED_LESS * own) * fitted + _OWN_NEARER * own * nearer

    @torch.no_grad()
    def evidence(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """(b, 49, h4, w4): `comparisons.evidence`, and between what it has of the shots and of the image the perceptrons' mean and deviation."""
        found = []
        for k in range(len(features[4])):
            one = {s: level[k : k + 1] for s, level in features.items()}
            known = context or comparisons.of_image(one)
            fitted = pointwise.logits(one, support, comparisons.own_mean(known), _SURE)
            mean = fitted.mean(1)
            deviation = ((fitted - mean[:, None]).square().sum(1) / (fitted.shape[1] - 1)).sqrt()
            compared = comparisons.evidence(one, support, known, comparisons.at_places(mean[0], one))
            opinion = torch.stack([mean, deviation], 1) / _UNIT
            found.append(torch.cat([compared[:, : comparisons.OF_SHOTS], opinion, compared[:, comparisons.OF_SHOTS :]], 1))
        return torch.cat(found)
