"""MobileNetV2 as a backbone: a tenth of a ResNet-50's work, for machines without a GPU."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval

from core_models.models.backbone import Backbone, NoDilation

_WIDTHS = (32, 16, *[24] * 2, *[32] * 3, *[64] * 4, *[96] * 3, *[160] * 3, 320)
_STRIDED = (1, 3, 6, 13)  # the blocks with stride 2
_LEVELS = {2: 4, 5: 8, 12: 16, 16: 32}  # stride of what comes out of a block
_WIDER = 6


class Unit(nn.Module):
    """Convolution, batch norm, and ReLU6 where `acts`."""

    def __init__(self, inside: int, outside: int, kernel: int = 1, stride: int = 1, groups: int = 1, acts: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outside)
        self.acts = acts

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        return F.relu6(x) if self.acts else x


class InvertedResidual(nn.Module):
    """1x1 wider, 3x3 by channel, 1x1 narrower without activation; added to its input where the shapes agree."""

    def __init__(self, inside: int, outside: int, stride: int, wider: int) -> None:
        super().__init__()
        self.expand = Unit(inside, wider * inside)
        self.dw = Unit(wider * inside, wider * inside, 3, stride, wider * inside)
        self.project = Unit(wider * inside, outside, acts=False)
        self.adds = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.dw(self.expand(x)))
        return x + y if self.adds else y


class MobileNetV2(Backbone):
    """MobileNetV2 1.0 (M. Sandler et al., CVPR 2018), in the form that keeps a 1x1 convolution in its first block, as the ONNX model
    zoo's weights do. Its levels are linear bottlenecks and hold negative values; `stage4` adds the one at stride 32, for whoever reads
    raw stages. It was fitted to images less ImageNet's mean and divided by its deviation; views go in as they are.
    """

    def __init__(self, stage4: bool = False) -> None:
        last = 17 if stage4 else 13
        super().__init__({stride: _WIDTHS[block + 1] for block, stride in _LEVELS.items() if block < last})
        self.stem = Unit(3, _WIDTHS[0], 3, 2)
        self.blocks = nn.ModuleList(InvertedResidual(_WIDTHS[k], _WIDTHS[k + 1], 2 if k in _STRIDED else 1, _WIDER if k else 1) for k in range(last))
        self.eval()

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """The raw levels of views (b, 3, h, w): 24, 32, 96 (and 320) channels at strides 4, 8, 16 (and 32), sizes rounded up."""
        x, levels = self.stem(x), {}
        for k, block in enumerate(self.blocks):
            x = block(x)
            if k in _LEVELS:
                levels[_LEVELS[k]] = x
        return levels

    def third_stage(self) -> nn.Sequential:
        if len(self.blocks) > 13:
            raise NoDilation("A MobileNetV2 with its last blocks is not dilated: their strides would not halve any more.")
        return nn.Sequential(*self.blocks[_STRIDED[2]:])

    def fold_batch_norms(self) -> None:
        for unit in self.modules():
            if isinstance(unit, Unit):
                unit.conv, unit.bn = fuse_conv_bn_eval(unit.conv, unit.bn), nn.Identity()
