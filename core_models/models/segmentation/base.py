"""What every few-shot segmenter does: learn one class from a few marked examples, and find it in another image.

Models work on features, not on images, since features are computed once and kept, and a model must cost only itself whenever
a shot changes: {4: (b, 32 + 6, h4, w4), 8: (b, 32, h8, w8), 16: (b, 32, h16, w16)}, the backbone's laterals, and at stride 4
the shallow channels after them (see shallow.py).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Features = dict[int, Tensor]
Support = dict[str, Tensor]


class FewShotSegmenter(nn.Module):
    """One class at a time, from k examples. A `Support` is a dictionary of tensors: all that is kept of the examples.

    `orientations` says in how many flips and rotations of each example (1 or 8) the model wants to see it; `trained`,
    whether it has weights of its own that come from a model folder; `cheap`, whether examples are encoded at once, so that
    each can be left out in turn. `peak` is the mean logit, of a region's strongest tenth and above the cut, at which it is
    as likely right as wrong, and `spread` the logits that multiply those odds by e: measured on development data.
    """

    orientations = 1
    trained = False
    cheap = True
    peak = 0.5
    spread = 1.0

    def pause(self) -> None:
        """Called between two steps of a longer computation; who runs the model may set another function in its place."""

    def operating_point(self, shots: int, support: Support) -> tuple[float, float]:
        """With this support of so many shots: the logit of the outlines, and the mean logit of a region's strongest tenth from
        which it counts."""
        return 0.0, self.peak

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """What is worth keeping of the examples: features of batch size 1, masks (H, W) in 0..1 of any size.

        `ignores`, of the masks' sizes, is 1 where a pixel is neither defect nor good surface. `shots` says of how many
        different images the examples are views.
        """
        raise NotImplementedError(f"{type(self).__name__} encodes no support")

    def context(self, features: Features) -> Support:
        """What `segment` must know of the whole image when it sees only a window of it (b = 1)."""
        return {}

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """Logits (b, h4, w4) of "defect" at stride 4; `context` is taken from these features where none is given."""
        raise NotImplementedError(f"{type(self).__name__} segments nothing")

    def episode_loss(self, features: list[Features], masks: list[Tensor], query: Features, target: Tensor) -> Tensor:
        """Cross-entropy of a query (b = 1) against its mask (H, W) in 0..1, with these examples as support."""
        logits = self.segment(query, self.encode_support(features, masks))
        return F.binary_cross_entropy_with_logits(logits[0].float(), at_cells(target, logits.shape[-2:]))


def joined(features: Features, strides: tuple[int, ...] = (4, 8, 16)) -> Tensor:
    """The levels as one map at the finest of the strides: channels one after another, (b, c, h, w), single precision."""
    finest = features[strides[0]].float()
    size = finest.shape[-2:]
    levels = [F.interpolate(features[s].float(), size=size, mode="bilinear", align_corners=False) for s in strides[1:]]
    return torch.cat([finest, *levels], 1)


def at_cells(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask (H, W) in 0..1 as the share of each cell of a grid that it covers (h, w): a single pixel keeps some weight."""
    return F.interpolate(mask[None, None].float(), size=size, mode="area")[0, 0]
