"""strip_steel: prototype matching with attention and a multi-scale decoder, for few-shot segmentation by episodes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core_models.models.blocks import CBAM, Windows, masked_average, resize, shrink
from core_models.models.registry import register
from core_models.models.segmentation.base import Features, Support, TrainedSegmenter

WINDOWS = Windows(80, 64, 16)  # cells of stride 8
_LEAST_CELLS = 3  # the first decimating convolution has no padding: it needs a map of three cells a side


@dataclass(frozen=True)
class StripSteelParams:
    """`channels_8` and `channels_16`: width of the backbone's two levels; `attention` and `decoder` off are the ablation's
    base forms; `standardise`: bring each channel to the support's mean and deviation first."""

    channels_8: int = 32
    channels_16: int = 32
    attention: bool = True
    decoder: bool = True
    standardise: bool = True


class MultiScaleDecoder(nn.Module):
    """Two decimating convolutions, all three maps joined at the first one's size: (b, 256, h, w) -> (b, 768, h, w).

    25 cells become 12 and 6 [S]; a 3x3 convolution of stride 2 gives that with padding 0, then 1 [R].
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.decimate = nn.Conv2d(width, width, 3, stride=2)
        self.decimate_again = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.fuse = nn.Conv2d(3 * width, 3 * width, 1)

    def forward(self, x: Tensor) -> Tensor:
        size = tuple(x.shape[-2:])
        missing = [max(_LEAST_CELLS - n, 0) for n in size]
        half = F.relu(self.decimate(F.pad(x, (0, missing[1], 0, missing[0]), mode="replicate") if any(missing) else x))
        quarter = F.relu(self.decimate_again(half))
        return F.relu(self.fuse(torch.cat([x, resize(half, size), resize(quarter, size)], 1)))


@register("strip_steel", params=StripSteelParams, summary="For going on: was trained beforehand, matches what the shots have in common, and learns on from your own labels.")
class StripSteel(TrainedSegmenter):
    """Few-shot segmentation after "Few-Shot Semantic Segmentation of Strip Steel Surface Defects Based on Meta-Learning",
    Journal of Northeastern University (Natural Science) 45 (2024).

    Works on a frozen backbone's maps at strides 8 and 16, {8: (n, c8, h, w), 16: (n, c16, h', w')}; the second is resized
    to the first's size, as PFENet does with the levels it joins (in the paper's form stage 3 is dilated, Backbone.dilate, and both have
    stride 8 already; either fits). k support maps with masks give one prototype of 256 channels; a query's maps give the
    logits of "defect" against "good surface" at stride 4.

    Stated by the paper [S]: frozen backbone, attention on both branches, prototype matching by a learned 1x1 convolution,
    two consecutive 3x3 convolutions of stride 2 whose maps are joined, 1x1 fusion, two classes. Our choice where it says
    nothing [R]: PFENet's reduction (1x1, ReLU, dropout 0.5), one for the support and one for the query; one CBAM (ratio 16,
    kernel 7, biases) for both branches; masked mean divided by the mask's area; ReLU after the matcher; padding 0 and 1;
    head 1x1, 3x3, dropout 0.1, 1x1; the mean of the prototypes for k shots. Ours beyond the paper: `standardise`, without
    weights, which carries the narrow laterals of one surface over to another.
    With 512 and 1024 channels it has 3,485,045 parameters, with our two laterals of 32 channels 2,731,381.
    """

    WIDTH = 256
    STRIDES = (8, 16)

    def __init__(self, params: StripSteelParams | None = None) -> None:
        super().__init__()
        self.params = params or StripSteelParams()
        width, joined = self.WIDTH, self.params.channels_8 + self.params.channels_16
        self.reduce_support = nn.Conv2d(joined, width, 1)
        self.reduce_query = nn.Conv2d(joined, width, 1)
        self.attention = CBAM(width) if self.params.attention else nn.Identity()
        self.match = nn.Conv2d(2 * width, width, 1)
        self.decoder = MultiScaleDecoder(width) if self.params.decoder else None
        self.head = nn.Sequential(
            nn.Conv2d(3 * width if self.params.decoder else width, width, 1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Dropout(0.1), nn.Conv2d(width, 2, 1),
        )

    @staticmethod
    def joined(features: Features) -> Tensor:
        """Both levels as one map at stride 8: (n, c8 + c16, h, w)."""
        eight = features[8].float()
        return torch.cat([eight, resize(features[16].float(), tuple(eight.shape[-2:]))], 1)

    def encode(self, supports: list[Tensor], masks: list[Tensor]) -> Support:
        """The support of one class from joined maps [(c, h, w)] and masks [(H, W), any size]: `prototype` (256,), and the
        `mean` and `scale` (c,) by which the query is standardised. A map without a marked pixel gives no prototype."""
        channels = supports[0].shape[0]
        mean, scale = supports[0].new_zeros(channels), supports[0].new_ones(channels)
        if self.params.standardise:
            cells = torch.cat([s.flatten(1) for s in supports], 1)
            mean, scale = cells.mean(1), cells.std(1, correction=0).clamp_min(1e-3)
        marked = [k for k, mask in enumerate(masks) if mask.any()] or range(len(masks))
        prototypes = [self._prototype(_standardised(supports[k].unsqueeze(0), mean, scale), masks[k].unsqueeze(0)) for k in marked]
        return {"prototype": torch.cat(prototypes).float().mean(0), "mean": mean, "scale": scale}

    def _prototype(self, joined: Tensor, mask: Tensor) -> Tensor:
        x = self.attention(self._dropout(F.relu(self.reduce_support(joined))))
        return masked_average(x, shrink(mask, tuple(x.shape[-2:])))

    def compare(self, joined: Tensor, support: Support) -> Tensor:
        """Two-class logits (b, 2, h, w) at stride 8 of joined query maps (b, c, h, w); `support` is one for all of them, or
        has a leading dimension of b."""
        x = _standardised(joined, support["mean"], support["scale"])
        x = self.attention(self._dropout(F.relu(self.reduce_query(x))))
        prototype = support["prototype"].reshape(-1, self.WIDTH, 1, 1).expand(x.shape[0], -1, *x.shape[-2:])
        x = F.relu(self.match(torch.cat([x, prototype.to(x.dtype)], 1)))
        return self.head(x if self.decoder is None else self.decoder(x))

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """The support of one class from the shots' features [{8: (1, c, h, w), 16: ...}] and masks [(H, W), any size].

        `ignores` changes nothing: the prototype is made of marked pixels alone.
        """
        return self.encode([self.joined(f)[0] for f in features], masks)

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """Logits of "defect" (b, h4, w4) at stride 4; large maps are answered window by window, for the attention weighs a
        channel by its mean and maximum over the whole map, and was trained on maps of a window's size."""
        joined = self.joined(features)
        size = tuple(features[4].shape[-2:]) if 4 in features else (2 * joined.shape[-2], 2 * joined.shape[-1])

        def answer(rows: slice, columns: slice) -> Tensor:
            pair = self.compare(joined[..., rows, columns], support).float()
            return pair[:, 1] - pair[:, 0]

        return resize(WINDOWS.joined(answer, *joined.shape[-2:])[:, None], size)[:, 0]

    def _dropout(self, x: Tensor) -> Tensor:
        return F.dropout(x, 0.5, self.training)


def _standardised(x: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    shape = (-1, x.shape[1], 1, 1)
    return (x - mean.reshape(shape)) / scale.reshape(shape)

