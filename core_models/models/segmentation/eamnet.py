"""eamnet: the episode-adaptive memory network, for few-shot segmentation by episodes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core_models.models.blocks import GRN, LastingNorm, Windows, masked_average, resize, resize_to_corners, shrink
from core_models.models.losses import attention_distillation, masked_loss
from core_models.models.registry import register
from core_models.models.segmentation.base import Features, Support, TrainedSegmenter, on_grid

WINDOWS = Windows(160, 128, 32)  # cells of stride 4
_CORNER_EPS = 1e-4  # of the norms of one or two channels (the code's)
_COSINE_EPS = 1e-7
_EPISODE = 50  # cells a side of the shots' mean map at most, the source's size: it is kept with every support
_ASKED_AT_ONCE = 4096  # cells of a query whose likenesses lie in memory together


@dataclass(frozen=True)
class EAMNetParams:
    """`channels_4` to `channels_32`: width of the backbone's levels, of which the first so many channels are read; 0 for
    `channels_32` where there is no stage 4. `width`: that of the pyramid and all after it. `cam`, `grmap`, `eamu`: off, the parts
    are left out one by one, as in the ablation. `running_memory`: the memory's scalar is a mean over the episodes of training,
    not a parameter. `alpha`: weight of the attention distillation (0: none); `beta`: of the prior similarity. `sum_prototypes`:
    add the shots' prototypes, as published. `standardise`: bring each channel to the support's mean and deviation first."""

    channels_4: int = 32
    channels_8: int = 32
    channels_16: int = 32
    channels_32: int = 0
    width: int = 256
    cam: bool = True
    grmap: bool = True
    eamu: bool = True
    running_memory: bool = False
    alpha: float = 0.05
    beta: float = 0.4
    sum_prototypes: bool = False
    standardise: bool = True


class CAM(nn.Module):
    """Context adaptation module: a top-down pyramid of 1x1 convolutions, {4: (b, c4, h, w), 8: ..., 16: ...} -> (b, width, h, w).

    P3 = A3 F3, P2 = up(P3) + A2 F2, X = up(P2) + A1 F1; no activation and no smoothing [C].
    """

    def __init__(self, channels: dict[int, int], width: int) -> None:
        super().__init__()
        self.a1, self.a2, self.a3 = (nn.Conv2d(channels[s], width, 1) for s in (4, 8, 16))

    def forward(self, levels: Features) -> Tensor:
        x = self.a3(levels[16])
        x = resize_to_corners(x, levels[8].shape[-2:]) + self.a2(levels[8])
        return resize_to_corners(x, levels[4].shape[-2:]) + self.a1(levels[4])


class PlainFusion(nn.Module):
    """The ablation's base in CAM's place: levels 8 and 16 joined at stride 8, one 1x1 convolution -> (b, width, h8, w8)."""

    def __init__(self, channels: dict[int, int], width: int) -> None:
        super().__init__()
        self.fuse = nn.Conv2d(channels[8] + channels[16], width, 1)

    def forward(self, levels: Features) -> Tensor:
        return self.fuse(torch.cat([levels[8], resize_to_corners(levels[16], levels[8].shape[-2:])], 1))


class Refinement(nn.Module):
    """R of the memory unit: norm, two 1x1 convolutions with channel dropout between, norm; (b, 1, h, w) in, the same out."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            LastingNorm(1, eps=_CORNER_EPS), nn.Conv2d(1, 1, 1, bias=False), nn.Dropout2d(0.1), nn.Conv2d(1, 1, 1, bias=False), LastingNorm(1, eps=_CORNER_EPS),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class EAMU(nn.Module):
    """Episode adaptive memory unit: query and support maps (b, width, h, w) -> factor and attention, both (b, 1, h, w).

    With u = c [X_q; X_s] and its descriptor g: gates i and o0 (SiLU) and candidate k (GELU) of g, forget gate z of g's mean;
    o = o0 + a i, M = z c + i k, M <- M + R(M), factor = 0.4 R(T(M) o w), w the query's own attention. `c`, the memory, is a
    parameter that begins at 0.5; in the running form a buffer that takes in a tenth of each training step's mean of M.
    """

    FACTOR = 0.4
    KEPT = 0.9

    def __init__(self, width: int, running: bool) -> None:
        super().__init__()
        self.running = running
        c = torch.tensor(0.5)
        if running:
            self.register_buffer("memory", c)
        else:
            self.memory = nn.Parameter(c)
        self.share = nn.Parameter(torch.tensor(0.005))
        self.squeeze = nn.Sequential(nn.Conv2d(width, width // 8, 1), nn.GELU(), nn.Conv2d(width // 8, width, 1), nn.Sigmoid())
        self.attend = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.ReLU(), nn.Dropout2d(0.1), nn.Conv2d(width, 2, 1))
        self.describe = nn.Sequential(nn.Conv2d(2 * width, width, 1, bias=False), LastingNorm(width), nn.Sigmoid(), LastingNorm(width))
        self.input, self.output, self.forget = (_gate(width, nn.SiLU()) for _ in range(3))
        self.candidate = _gate(width, nn.GELU())
        self.turn = _gate(1, nn.GELU())
        self.refine = Refinement()

    def forward(self, query: Tensor, support: Tensor) -> tuple[Tensor, Tensor]:
        attention = self.attend(query * self.squeeze(query.mean((2, 3), keepdim=True)) + query).sum(1, keepdim=True)
        g = self.describe(torch.cat([query, support], 1) * self.memory)
        i, z = self.input(g), self.forget(g.mean((2, 3), keepdim=True))
        o = self.output(g) + self.share * i
        m = z * self.memory + i * self.candidate(g)
        m = m + self.refine(m)
        if self.running and self.training:
            with torch.no_grad():  # a new tensor: the old one belongs to this step's gradients
                self.memory = self.KEPT * self.memory + (1 - self.KEPT) * m.detach().float().mean()
        return self.FACTOR * self.refine(self.turn(m) * o * attention), attention


def _gate(width: int, activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(width, 1, 1), LastingNorm(1), activation)


class Decoder(nn.Module):
    """(b, inside, h, w) -> logits of two classes (b, 2, h, w). No biases but the last [C]."""

    def __init__(self, inside: int, width: int) -> None:
        super().__init__()

        def three() -> nn.Conv2d:
            return nn.Conv2d(width, width, 3, padding=1, bias=False)

        self.enter = nn.Sequential(nn.Conv2d(inside, width, 1, bias=False), nn.ReLU())
        self.second = nn.Sequential(three(), nn.ReLU(), three(), nn.ReLU())
        self.third = nn.Sequential(three(), nn.ReLU(), three(), nn.ReLU())
        self.head = nn.Sequential(three(), nn.ReLU(), nn.Dropout2d(0.1), nn.Conv2d(width, 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        return self.head(self.third(x + self.second(x)))


@register("eamnet", params=EAMNetParams, summary="For going on at a finer grain: was trained beforehand like strip_steel, looks twice as closely, takes longer, and learns on from your own labels.")
class EAMNet(TrainedSegmenter):
    """Few-shot segmentation after J. Zhang et al., "Few-shot cross-episode adaptive memory for metal surface defect semantic
    segmentation", Scientific Reports 2026 (DOI 10.1038/s41598-026-36445-x), and the authors' code (GitHub DingH2E/EAMNet).

    Works on a frozen backbone's maps {4: (b, c4, h, w), 8: (b, c8, h', w'), 16: ...[, 32: ...]}, which need not halve exactly
    (a dilated stage 3 fits too); k support maps with masks and a query give the logits of "defect" against "good surface" at
    stride 4. One pyramid (CAM) joins three levels to X (256 channels); global response normalisation and masked averaging
    (GRMAP) make the prototype p (256,); the two deepest levels give the prior similarity S (2 channels); the memory unit (EAMU)
    gives a factor f (1) and the query's attention w, which the loss draws to the mask (AD); the decoder reads
    [GRN(X_q); p; f; S], 515 channels. A backbone without stage 4 gives its two deepest levels, here stages 2 and 3, for the prior.

    Read from the code [C], the paper's equations being out of reach: everything that is not named below. Our choice where it
    is silent or wrong [R]: the mean of the shots' prototypes, since a sum ties the weights to one k (`sum_prototypes` adds
    them); the prior of each shot by its own features, then the mean, for averaged features of unaligned pictures mean
    nothing; attention distillation with the label mask as teacher, ignored pixels in neither softmax, for they would rule
    it; "parameter memory", as the code has it, unless `running_memory`, which is what the abstract speaks of: no evaluation
    changes either. SE and gates have biases, 0.4 before f is no part of `beta`. The forget gate's norm sees one value of each
    query: trained on a single one, it goes by its running mean and variance (`blocks.LastingNorm`), so any batch will do.
    Shots are averaged, for EAMU, on the largest one's grid, of 50 x 50 cells at most, and resized to the query's. Where
    the code's sampling of a mask meets no pixel of a small defect, the cells of which it covers most count. Ours beyond the
    source: `standardise`, as in strip_steel; wide maps in windows; in the ablation the base without CAM joins levels 8 and 16
    by one 1x1 convolution, at stride 8, and keeps the prior.
    Outside the backbone it has, at 256/512/1024 channels, 459,520 (CAM) + 512 (GRN) + 740,154 (EAMU) + 3,081,474 (decoder) +
    4 (prior's norm) parameters, 4,281,664; with our laterals of 32 channels 3,847,488.
    """

    CROP = 192  # 48 cells a side: the source's 50
    cheap = False  # an answer takes up to a second: shots are not left out in turn

    def __init__(self, params: EAMNetParams | None = None) -> None:
        super().__init__()
        self.params = p = params or EAMNetParams()
        self.channels = {4: p.channels_4, 8: p.channels_8, 16: p.channels_16} | ({32: p.channels_32} if p.channels_32 else {})
        self.prior_levels = tuple(sorted(self.channels)[-2:])
        self.fusion = CAM(self.channels, p.width) if p.cam else PlainFusion(self.channels, p.width)
        self.response = GRN(p.width) if p.grmap else nn.Identity()
        self.memory = EAMU(p.width, p.running_memory) if p.eamu else None
        self.prior_norm = LastingNorm(2, eps=_CORNER_EPS)
        self.decoder = Decoder(2 * p.width + 2 + p.eamu, p.width)

    def encode_support(self, features: list[Features], masks: list[Tensor], ignores: list[Tensor] | None = None, shots: int = 1) -> Support:
        """The support of one class from the shots' features [{stride: (1, c, h, w)}] and masks [(H, W), any size].

        `prototype` (width,); `episode` (width, h, w), the mean of all shots' X; `cells_L` (n, c) of both prior levels, the marked
        ones, with `shot_L` (n,), whose they are; `mean_L`, `scale_L` (c,). Shots without a mark give no prototype and no cells,
        unless none has any. `ignores` changes nothing: what is kept is made of marked pixels, and of whole maps.
        """
        read = [self._read(f) for f in features]
        support = self._statistics(read)
        levels = [_standardised(r, support) for r in read]
        maps = [self.fusion(level) for level in levels]
        marked = [k for k, mask in enumerate(masks) if mask.any()] or list(range(len(masks)))
        prototypes = torch.cat([masked_average(self.response(maps[k]), _weights(masks[k], maps[k])) for k in marked]).float()
        support["prototype"] = prototypes.sum(0) if self.params.sum_prototypes else prototypes.mean(0)
        if self.memory is not None:
            size = tuple(min(_EPISODE, max(m.shape[-2 + d] for m in maps)) for d in (0, 1))
            support["episode"] = torch.cat([resize_to_corners(m, size) for m in maps]).float().mean(0)
        for stride in self.prior_levels:
            kept = [_marked_cells(levels[k][stride][0], masks[k]) for k in marked]
            support[f"cells_{stride}"] = torch.cat(kept).float()
            support[f"shot_{stride}"] = torch.cat([torch.full((len(cells),), number, device=cells.device) for number, cells in enumerate(kept)])
        return support

    def segment(self, features: Features, support: Support, context: Support | None = None) -> Tensor:
        """Logits of "defect" (b, h4, w4) at stride 4; wide maps are answered window by window, for GRN, attention and memory
        weigh what they see by its mean over the whole map."""
        pair, _ = self.compare(features, support)
        size = tuple(features[4].shape[-2:]) if 4 in features else tuple(2 * side for side in pair.shape[-2:])
        return resize((pair[:, 1:] - pair[:, :1]).float(), size)[:, 0]

    def compare(self, features: Features, support: Support) -> tuple[Tensor, Tensor | None]:
        """Two-class logits (b, 2, h, w) on X's grid, and the attention w (b, h, w), None without EAMU."""
        levels = _standardised(self._read(features), support)
        x = self.fusion(levels)
        prior = resize_to_corners(self.prior(levels, support) * self.params.beta, x.shape[-2:])

        def answer(rows: slice, columns: slice) -> Tensor:
            pair, attention = self._window(x[..., rows, columns], prior[..., rows, columns], support)
            return torch.cat([pair, pair[:, :1] * 0 if attention is None else attention], 1).float().flatten(0, 1)

        pair, attention = WINDOWS.joined(answer, *x.shape[-2:]).unflatten(0, (-1, 3)).split((2, 1), 1)
        return pair, attention[:, 0] if self.memory is not None else None

    def _window(self, x: Tensor, prior: Tensor, support: Support) -> tuple[Tensor, Tensor | None]:
        prototype = support["prototype"].to(x.dtype).reshape(1, -1, 1, 1).expand(x.shape[0], -1, *x.shape[-2:])
        parts, attention = [self.response(x), prototype], None
        if self.memory is not None:
            episode = resize_to_corners(support["episode"][None].to(x.dtype), x.shape[-2:]).expand_as(x)
            factor, attention = self.memory(x, episode)
            parts.append(factor)
        return self.decoder(torch.cat([*parts, prior.to(x.dtype)], 1)), attention

    def prior(self, levels: Features, support: Support) -> Tensor:
        """Normalised prior similarity (b, 2, h, w) on the finer prior level's grid: of each query cell the greatest cosine with a
        shot's marked cells, not below 0 (the masked map's other cells are zero vectors), and its mean over the shots."""
        finer, deeper = (_likeness(levels[s], support[f"cells_{s}"], support[f"shot_{s}"]) for s in self.prior_levels)
        return self.prior_norm(torch.cat([finer, resize_to_corners(deeper, finer.shape[-2:])], 1))

    def episode_loss(self, features: list[Features], masks: list[Tensor], query: Features, target: Tensor,
                     weight: Tensor | None = None, dice: float = 0.0) -> Tensor:
        """As every engine's (see base.py), with the logits brought to the masks' size [C], plus alpha times the distillation."""
        pair, attention = self.compare(query, self.encode_support(features, masks))
        size = tuple(target.shape[-2:])
        share, counts = on_grid(target, weight, size)
        pair = resize_to_corners(pair.float(), size)
        loss = masked_loss(pair[:, 1] - pair[:, 0], share, counts, dice)
        if attention is not None and self.params.alpha:
            attention = resize_to_corners(attention.float()[:, None], size)[:, 0]
            loss = loss + self.params.alpha * attention_distillation(attention, share, counts)
        return loss

    def _read(self, features: Features) -> Features:
        """The levels and channels that it was made for, in single precision."""
        return {s: features[s][:, :c].float() for s, c in self.channels.items() if s != 4 or self.params.cam}

    def _statistics(self, levels: list[Features]) -> Support:
        if not self.params.standardise:
            return {}
        found = {}
        for stride in levels[0]:
            cells = torch.cat([level[stride][0].flatten(1) for level in levels], 1)
            found[f"mean_{stride}"], found[f"scale_{stride}"] = cells.mean(1), cells.std(1, correction=0).clamp_min(1e-3)
        return found


def _standardised(levels: Features, support: Support) -> Features:
    if "mean_16" not in support:
        return levels
    return {s: (x - support[f"mean_{s}"][:, None, None]) / support[f"scale_{s}"][:, None, None] for s, x in levels.items()}


def _weights(mask: Tensor, like: Tensor) -> Tensor:
    """A mask (H, W) as weights (1, h, w) of a map's cells: sampled bilinearly [C], by area where that meets nothing [R]."""
    sampled = resize_to_corners(mask[None, None].float(), like.shape[-2:])[:, 0]
    return sampled if sampled.any() else shrink(mask[None], like.shape[-2:])


def _marked_cells(level: Tensor, mask: Tensor) -> Tensor:
    """The cells (n, c) of a level (c, h, w) that a mask (H, W) marks: by nearest neighbours [C], the ones it covers most where
    that meets nothing [R]; none of an empty mask."""
    size = tuple(level.shape[-2:])
    marked = F.interpolate(mask[None, None].float(), size=size, mode="nearest")[0, 0] >= 0.5
    if not marked.any():
        share = shrink(mask[None], size)[0]
        marked = (share == share.max()) & (share > 0)
    return level[:, marked].T


def _likeness(level: Tensor, cells: Tensor, shot: Tensor) -> Tensor:
    """The mean over the shots of each place's greatest cosine with the shot's cells: (b, c, h, w), (n, c), (n,) -> (b, 1, h, w)."""
    batch, _, height, width = level.shape
    with torch.no_grad():  # the backbone is frozen and nothing before this is learnt
        asked = _unit(level.float().flatten(2).transpose(1, 2).reshape(-1, level.shape[1]))
        found = asked.new_zeros(len(asked))
        known = [_unit(cells[shot == number].to(asked)).T for number in range(int(shot.max()) + 1 if len(shot) else 0)]
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            for theirs in known:
                found[start : start + _ASKED_AT_ONCE] += (part @ theirs).amax(1).clamp_min(0) / len(known)
    return found.reshape(batch, 1, height, width)


def _unit(cells: Tensor) -> Tensor:
    return cells / (torch.linalg.vector_norm(cells, dim=1, keepdim=True) + _COSINE_EPS)
