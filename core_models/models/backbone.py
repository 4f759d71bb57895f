"""Feature extractors: what turns an image into the features that are computed once and kept.

`ResNet50V2` is the pre-activation ResNet-50 of He et al., "Identity Mappings in Deep Residual Networks" (ECCV 2016), up to
its third stage, and three 1x1 laterals that bring each level to `LATERALS` channels: all that the feature cache keeps. It has
no stage 4: where a method asks for the features of stages 3 and 4 it is given those of stages 2 and 3 (strides 8 and 16).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import fuse_conv_bn_eval

LATERALS = 32
STRIDES = (4, 8, 16)
RAW_CHANNELS = {4: 256, 8: 512, 16: 1024}
_BLOCKS = (3, 4, 6)
# The views are brought to zero mean and unit deviation, the network's first batch norm was fitted to inputs of about
# these: an ImageNet image in 0..1, less its mean and divided by its deviation.
_IN_CHANNELS = 3


class Bottleneck(nn.Module):
    """Pre-activation bottleneck: norm and ReLU before each convolution; the stride is on the 3x3 convolution."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        middle = outside // 4
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv1 = nn.Conv2d(inside, middle, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outside, 1, bias=False)
        changes = inside != outside or stride != 1
        self.downsample = nn.Conv2d(inside, outside, 1, stride, bias=False) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(x))
        shortcut = x if self.downsample is None else self.downsample(y)
        y = self.conv2(F.relu(self.bn2(self.conv1(y))))
        return self.conv3(F.relu(self.bn3(y))) + shortcut


def _stage(inside: int, outside: int, blocks: int, stride: int) -> nn.Sequential:
    return nn.Sequential(*(Bottleneck(inside if k == 0 else outside, outside, stride if k == 0 else 1) for k in range(blocks)))


class NoDilation(ValueError):
    """This backbone's levels cannot be kept at a finer stride; the sentence says why."""


class Backbone(nn.Module):
    """`stages` and the laterals on them. Batch norms stay in evaluation mode also while laterals or heads are trained.

    `channels`: those of the raw level at each stride, with 32 among them only where stage 4 is there. `adapts`: the batch norms
    follow `train()` after all, as EAMNet's authors have it; its features can then not be kept.
    """

    adapts = False

    def __init__(self, channels: dict[int, int]) -> None:
        super().__init__()
        self.channels = dict(channels)
        self.laterals = nn.ModuleDict({str(s): nn.Conv2d(channels[s], LATERALS, 1) for s in STRIDES})

    def train(self, mode: bool = True) -> Backbone:
        """Leaves evaluation mode only where the norms adapt: batch statistics of a few images would undo their own."""
        return super().train(mode and self.adapts)

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """The raw levels of views (b, 3, h, w) at strides 4, 8 and 16, sizes rounded up."""
        raise NotImplementedError(f"{type(self).__name__} has no stages")

    def dilate(self) -> None:
        """Keeps stage 3 at stride 8, as PFENet does: strides of 1, and its 3x3 convolutions dilated by 2. The level is still called
        16. For raw stages alone: laterals, the feature cache and stages after it count on stride 16. NoDilation where there are
        no stages, or there is a stage 4."""
        stage = self.third_stage()
        for layer in (m for block in stage for m in block.modules() if isinstance(m, nn.Conv2d)):
            layer.stride = (1, 1)
            if layer.kernel_size == (3, 3):
                layer.dilation, layer.padding = (2, 2), (2, 2)

    def third_stage(self) -> nn.Sequential:
        """The blocks between strides 8 and 16."""
        raise NoDilation(f"{type(self).__name__} has no stages that could be dilated.")

    def fold_batch_norms(self) -> None:
        """Merges the norms that follow a convolution into it: the same function, a tenth faster. For inference only."""
        raise NotImplementedError(f"{type(self).__name__} folds nothing")

    def forward(self, x: Tensor) -> dict[int, Tensor]:
        """Features of views (b, 3, h, w): stride -> (b, 32, h / stride, w / stride), each channel about zero mean, unit deviation."""
        levels = self.stages(x)
        return {stride: self.laterals[str(stride)](levels[stride]) for stride in STRIDES}


class ResNet50V2(Backbone):
    """Stages 1 to 3 with laterals."""

    def __init__(self) -> None:
        super().__init__(RAW_CHANNELS)
        self.bn0 = nn.BatchNorm2d(_IN_CHANNELS)
        self.conv0 = nn.Conv2d(_IN_CHANNELS, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.stage1 = _stage(64, RAW_CHANNELS[4], _BLOCKS[0], 1)
        self.stage2 = _stage(RAW_CHANNELS[4], RAW_CHANNELS[8], _BLOCKS[1], 2)
        self.stage3 = _stage(RAW_CHANNELS[8], RAW_CHANNELS[16], _BLOCKS[2], 2)
        self.bn_out = nn.BatchNorm2d(RAW_CHANNELS[16])
        self.eval()

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """The raw levels of views (b, 3, h, w): 256, 512 and 1024 channels at strides 4, 8 and 16 (sizes rounded up).

        The first two are sums before norm and ReLU and hold negative values; the third has passed both.
        """
        x = F.max_pool2d(F.relu(self.bn1(self.conv0(self.bn0(x)))), 3, 2, 1)
        level4 = self.stage1(x)
        level8 = self.stage2(level4)
        return {4: level4, 8: level8, 16: F.relu(self.bn_out(self.stage3(level8)))}

    def third_stage(self) -> nn.Sequential:
        return self.stage3

    def fold_batch_norms(self) -> None:
        for block in self.modules():
            if isinstance(block, Bottleneck):
                block.conv1, block.bn2 = fuse_conv_bn_eval(block.conv1, block.bn2), nn.Identity()
                block.conv2, block.bn3 = fuse_conv_bn_eval(block.conv2, block.bn3), nn.Identity()
        self.conv0, self.bn1 = fuse_conv_bn_eval(self.conv0, self.bn1), nn.Identity()
