"""What every few-shot segmenter does: learn one class from a few marked examples, and find it in another image.

Models work on features, not on images, since features are computed once and kept, and a model must cost only itself whenever
a shot changes: {4: (b, 32 + 6, h4, w4), 8: (b, 32, h8, w8), 16: (b, 32, h16, w16)}, the backbone's laterals, and at stride 4
the shallow channels after them (see shallow.py).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_models.models.losses import masked_loss

Features = dict[int, Tensor]
Support = dict[str, Tensor]


class FewShotSegmenter(nn.Module):
    """One class at a time, from k examples. A `Support` is a dictionary of tensors: all that is kept of the examples.

    `orientations` says in how many flips and rotations of each example (1 or 8) the model wants to see it; `trained`,
    whether it has weights of its own that come from a model folder; `cheap`, whether examples are encoded at once, so that
    each can be left out in turn; `ships`, whether it has weights that come with the program and stay as they are. `peak` is the mean
    logit, of a region's strongest tenth and above the cut, at which it is as likely right as wrong, and `spread` the logits that
    multiply those odds by e: measured on development data.
    """

    orientations = 1
    trained = False
    ships = False
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

    def context(self, features: Features, support: Support) -> Support:
        """What `segment` must know of the whole image when it sees only a window of it (b = 1)."""
        return {}

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """Logits (b, h4, w4) of "defect" at stride 4; `context` is taken from these features where none is given."""
        raise NotImplementedError(f"{type(self).__name__} segments nothing")

    def episode_loss(self, features: list[Features], masks: list[Tensor], query: Features, target: Tensor,
                     weight: Tensor | None = None, dice: float = 0.0) -> Tensor:
        """Cross-entropy of queries (b, ...) against their masks (b, H, W) in 0..1, with these examples as support.

        One query may come with a mask (H, W). `weight`, of the masks' shape, is 0 where a pixel carries no loss and more than 1
        where it counts for several; `dice` adds so much of the Dice loss. The masks are brought to the logits' grid.
        """
        logits = self.segment(query, self.encode_support(features, masks)).float()
        return masked_loss(logits, *on_grid(target, weight, logits.shape[-2:]), dice)


class TrainedSegmenter(FewShotSegmenter):
    """One that has weights of its own, and with them what its regions are worth: a fine-tune measures it anew.

    `STRIDES`: the levels it reads; `CROP`: the side, in px of the view, of the parts of large images that it is trained on.
    """

    trained = True
    STRIDES: tuple[int, ...] = (4, 8, 16)
    CROP = 384

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("confidence", torch.tensor([0.5, 1.0]))

    @property
    def peak(self) -> float:
        """Where a region is as likely right as wrong."""
        return float(self.confidence[0])

    @property
    def spread(self) -> float:
        return float(self.confidence[1])


def on_grid(target: Tensor, weight: Tensor | None, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Masks and weights (b, H, W), or (H, W) of one, on a grid (b, *size): the share of each cell's known part that is defect,
    and the cell's weight."""
    target = target.reshape(-1, *target.shape[-2:]).float()
    weight = torch.ones_like(target) if weight is None else weight.reshape(target.shape).float()
    if tuple(target.shape[-2:]) == tuple(size):
        return target, weight
    known = (weight > 0).float()
    held, there, counts = F.interpolate(torch.stack([target * known, known, weight], 1), size=size, mode="area").unbind(1)
    return held / there.clamp_min(1e-6), counts


def joined(features: Features, strides: tuple[int, ...] = (4, 8, 16)) -> Tensor:
    """The levels as one map at the finest of the strides: channels one after another, (b, c, h, w), single precision."""
    finest = features[strides[0]].float()
    size = finest.shape[-2:]
    levels = [F.interpolate(features[s].float(), size=size, mode="bilinear", align_corners=False) for s in strides[1:]]
    return torch.cat([finest, *levels], 1)


def at_cells(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask (H, W) in 0..1 as the share of each cell of a grid that it covers (h, w): a single pixel keeps some weight."""
    return F.interpolate(mask[None, None].float(), size=size, mode="area")[0, 0]
