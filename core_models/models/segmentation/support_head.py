"""support_head: a small decoder on frozen features, fitted to the shots in seconds. The engine a project starts with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_models.models.backbone import LATERALS, STRIDES
from core_models.models.cells import thickness_px
from core_models.models.fitting import OneCycleAdamW
from core_models.models.registry import register
from core_models.models.segmentation import pointwise
from core_models.models.segmentation.base import Features, FewShotSegmenter, Support, at_cells, joined
from core_models.models.segmentation.guided import guided
from core_models.models.segmentation.nearest import banks, nearer
from core_models.models.shallow import CHANNELS

_LEAST_DEVIATION = 0.05
_POSITIVE = 0.3  # share of a cell that must be defect for a crop to be placed on it
_SURE = 8.0  # the decoder's logits count no further: on what it never saw, its far values mean nothing
_THICK_PX, _LEAST_MOST = 20.0, (0.375, 8.0)  # of view px: where the neighbours' weight is the usual one; its bounds
_USUAL = 0.16  # difference of cosines on a defect
_CHANNELS = sum(CHANNELS.values())
_PERCEPTRONS, _PERCEPTRONS_LESS = 0.8125, 0.3125  # the perceptrons' share beside the decoder, and how much less of it one shot gives
_SMOOTH, _MOST_SMOOTH, _SOFTNESS = 0.1, 6, 0.05  # the guided filter's radius as a share of the thickness, at most so many cells; see guided.py


@dataclass(frozen=True)
class SupportHeadParams:
    """`steps` of `crops` crops of `crop` cells (stride 4), half of them on the defect; `rate` is AdamW's highest in its
    cycle. `own_ground`: how far an image's features are measured from its own mean instead of the shots', by one shot.
    `nearest`: logits for a difference of one in cosine (see nearest.py), by one shot of middling thickness; both are divided by the number of shots.
    `foreground`, `background`: cells in the banks."""

    steps: int = 160
    crops: int = 4
    crop: int = 80
    width: int = 32
    heads: int = 1
    rate: float = 5e-3
    decay: float = 1e-2
    own_ground: float = 1.0
    nearest: float = 64.0
    foreground: int = 768
    background: int = 1536
    seed: int = 0


class Decoder(nn.Module):
    """So many heads side by side, each two 3x3 convolutions and a 1x1: (b, c, h, w) -> logits (b, heads, h, w)."""

    def __init__(self, channels: int, width: int, heads: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, heads * width, 3, padding=1)
        self.second = nn.Conv2d(heads * width, heads * width, 3, padding=1, groups=heads)
        self.last = nn.Conv2d(heads * width, heads, 1, groups=heads)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.relu(self.second(F.relu(self.first(x)))))


@register("support_head", params=SupportHeadParams, summary="For the start: fits a small decoder to your one to five shots in seconds.")
class SupportHead(FewShotSegmenter):
    """Fits a `Decoder` to crops of the shots' views and perceptrons to their cells (pointwise.py), both by cross-entropy and Dice,
    and adds the nearest neighbours' answer to a mean of their logits, in which the perceptrons count the more the more shots
    there are; the image's edges smooth the sum (guided.py).

    A shot and a query differ in light, texture and grain, and one shot does not show by how much: with few shots each
    image's features are measured from that image's own mean, with more of them from the shots' mean.
    """

    orientations = 8
    cheap = False
    peak = 2.45
    spread = 2.0

    def __init__(self, params: SupportHeadParams | None = None) -> None:
        super().__init__()
        self.params = params or SupportHeadParams()

    def operating_point(self, shots: int, support: Support) -> tuple[float, float]:
        """Chosen on the even-hash groups of the development data (docs/results.md has the odd ones'). A single shot's neighbours
        weigh more, so its logits reach higher; and a thick defect has more cells to be sure of. From few shots too little of a
        defect is found, so its outline is cut lower."""
        return 0.05 - 1.25 / shots, self.peak + 2.75 / shots + 1.2 * math.log(float(support["thickness"]) / _THICK_PX)

    def context(self, features: Features) -> Support:
        """The image's own mean (102,) of each channel."""
        return {"mean": torch.cat([features[s].float().mean((0, 2, 3)) for s in STRIDES])}

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """The fitted decoder's weights; `mean`, `scale` (102,) and `own` (1) of the standardisation; the banks; the weights of both,
        the perceptrons' share in the first, and the drawn defects' thickness."""
        support, _ = self.fit(features, masks, ignores, shots)
        support.update(self._cells(features, masks, ignores, float(support["own"])))
        known = banks(features, masks, ignores, self.params.foreground, self.params.background)
        marked = masks if ignores is None else [m * (i < 0.5) for m, i in zip(masks, ignores, strict=True)]
        thickness = sum(thickness_px(at_cells(m, levels[4].shape[-2:])) for m, levels in zip(marked, features, strict=True)) / max(1, len(marked))
        decoder, nearest = self._weights(thickness, shots)
        facts = {"decoder": decoder, "nearest": nearest, "thickness": thickness, "share": _PERCEPTRONS - _PERCEPTRONS_LESS / shots}
        return {**support, **known, **{name: support["mean"].new_tensor([value]) for name, value in facts.items()}}

    def _weights(self, thickness: float, shots: int) -> tuple[float, float]:
        """How much the decoder's logits and the neighbours' difference of cosines count.

        The neighbours are compared in cells of 8 and 16 px, so they know thick defects better than thin ones, and with few
        shots they know them better than the decoder does. Both weights together keep the logits' range.
        """
        typical = self.params.nearest / shots
        nearest = typical * float(np.clip((thickness / _THICK_PX) ** (2 / shots**2), *_LEAST_MOST))
        decoder = (_SURE + _USUAL * typical) / (_SURE + _USUAL * nearest)
        return decoder, decoder * nearest

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        decoder = Decoder(_CHANNELS, self.params.width, self.params.heads).to(features[4].device, memory_format=torch.channels_last)
        decoder.load_state_dict({name[len("decoder."):]: value for name, value in support.items() if name.startswith("decoder.")})
        context = context or self.context(features)
        x = standardised(features, support, context)
        crops = decoder(x.contiguous(memory_format=torch.channels_last)).float().clamp(-_SURE, _SURE).mean(1)
        cells = pointwise.logits(features, support, context["mean"], _SURE)
        logits = support["decoder"] * torch.lerp(crops, cells, float(support["share"])) + support["nearest"] * nearer(features, support)
        radius = min(_MOST_SMOOTH, max(1, round(_SMOOTH * float(support["thickness"]) / 4)))
        return guided(logits, features[4][:, LATERALS].float(), radius, _SOFTNESS)

    def fit(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> tuple[Support, list[float]]:
        """What is learnt but the banks, and the loss of every step."""
        p = self.params
        support = self._statistics(features, shots)
        losses = []
        # Outside of inference mode even when the caller is inside: gradients are needed here.
        with torch.inference_mode(False), torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(p.seed)
            crops = self._crops(features, masks, ignores, {name: value.clone() for name, value in support.items()})
            decoder = Decoder(_CHANNELS, p.width, p.heads).to(features[0][4].device, memory_format=torch.channels_last)
            optimizer = OneCycleAdamW(decoder.parameters(), p.rate, p.decay, p.steps)
            for _ in range(p.steps):
                self.pause()
                x, target = crops.draw(p.crops)
                loss = segmentation_loss(decoder(x).float(), target[:, None])
                optimizer.step(loss)
                torch.clear_autocast_cache()  # else the half-precision copies of the first weights would be used to the end
                losses.append(float(loss.detach()) / p.heads)
        return {**support, **{f"decoder.{name}": value.detach().clone() for name, value in decoder.state_dict().items()}}, losses

    def _cells(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None, own: float) -> Support:
        """The second opinion (pointwise.py)."""
        with torch.inference_mode(False), torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(self.params.seed)
            return pointwise.fit(features, masks, ignores, own, self.params.seed, self.pause)

    def _crops(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None, support: Support) -> _Crops:
        maps, targets = [], []
        for k, levels in enumerate(features):
            x = standardised(levels, support, self.context(levels))[0].permute(1, 2, 0).contiguous()
            target = at_cells(masks[k], x.shape[:2])
            if ignores is not None:
                target = torch.where(at_cells(ignores[k], x.shape[:2]) < 0.5, target, -1.0)
            kind = x.device.type
            maps.append(x.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else x)
            targets.append(target)
        return _Crops(maps, targets, self.params.crop, np.random.Generator(np.random.PCG64(self.params.seed)))

    def _statistics(self, features: list[Features], shots: int) -> Support:
        """Mean and deviation (102,) of the channels over the examples, and the weight of an image's own mean."""
        means, squares = [], []
        for levels in features:
            cells = [levels[s].float().flatten(2)[0] for s in STRIDES]
            means.append(torch.cat([c.mean(1) for c in cells]))
            squares.append(torch.cat([c.square().mean(1) for c in cells]))
        mean = torch.stack(means).mean(0)
        deviation = (torch.stack(squares).mean(0) - mean.square()).clamp_min(0).sqrt()
        return {"mean": mean, "scale": deviation.clamp_min(_LEAST_DEVIATION), "own": mean.new_tensor([self.params.own_ground / shots])}


def standardised(features: Features, support: Support, context: Support) -> Tensor:
    """The joined levels (b, 102, h4, w4), measured from between the shots' mean and the image's own."""
    origin = support["mean"] + support["own"] * (context["mean"].to(support["mean"]) - support["mean"])
    return (joined(features) - origin[:, None, None]) / support["scale"][:, None, None]


def segmentation_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy and Dice loss of logits (b, heads, h, w) against shares (b, 1, h, w) in 0..1, summed over the heads, which
    learn apart; cells below 0 carry none."""
    seen = (target >= 0).float()
    wanted = target.clamp_min(0)
    entropy = F.binary_cross_entropy_with_logits(logits, wanted.expand_as(logits), reduction="none")
    chance = logits.sigmoid() * seen
    over = (0, 2, 3)
    dice = 1 - (2 * (chance * wanted).sum(over) + 1) / (chance.sum(over) + (wanted * seen).sum(over) + 1)
    return ((entropy * seen).sum(over) / seen.sum().clamp_min(1) + dice).sum()


class _Crops:
    """Random crops of maps (h, w, c) with targets (h, w); the first half of each draw lies on the defect."""

    def __init__(self, maps: list[Tensor], targets: list[Tensor], size: int, rng: np.random.Generator) -> None:
        self.maps, self.targets, self.size, self.rng = maps, targets, size, rng
        self.positive = [np.argwhere(t.cpu().numpy() > min(_POSITIVE, 0.99 * max(float(t.max()), 0.01))) for t in targets]
        self.holding = [k for k, cells in enumerate(self.positive) if len(cells)]

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """(count, c, size, size) in the memory order of channels last, and (count, size, size)."""
        parts, wanted = [], []
        for k in range(count):
            on_defect = k < count // 2 and bool(self.holding)
            which = self.holding[self.rng.integers(len(self.holding))] if on_defect else int(self.rng.integers(len(self.maps)))
            height, width = self.targets[which].shape
            at = self.positive[which][self.rng.integers(len(self.positive[which]))] - self.rng.integers(self.size, size=2) if on_defect else None
            y, x = at if at is not None else self.rng.integers((max(height - self.size, 0) + 1, max(width - self.size, 0) + 1))
            y, x = int(np.clip(y, 0, max(height - self.size, 0))), int(np.clip(x, 0, max(width - self.size, 0)))
            part, target = self.maps[which][y : y + self.size, x : x + self.size], self.targets[which][y : y + self.size, x : x + self.size]
            missing = self.size - target.shape[0], self.size - target.shape[1]
            parts.append(F.pad(part, (0, 0, 0, missing[1], 0, missing[0])))
            wanted.append(F.pad(target, (0, missing[1], 0, missing[0]), value=-1.0))
        return torch.stack(parts).permute(0, 3, 1, 2), torch.stack(wanted)
