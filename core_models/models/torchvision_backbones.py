"""Backbones besides the one that ships: torchvision's ResNets, with the same levels and laterals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval

from core_models.models.backbone import Backbone, ResNet50V2

_CHANNELS = {
    "resnet18": {4: 64, 8: 128, 16: 256},
    "resnet34": {4: 64, 8: 128, 16: 256},
    "resnet50": {4: 256, 8: 512, 16: 1024},
    "resnet101": {4: 256, 8: 512, 16: 1024},
}


class TorchvisionResNet(Backbone):
    """Stages 1 to 3 of the torchvision network `name`, under its own names of parameters; it has no stage 4.

    It was fitted to images in 0..1 less ImageNet's mean and divided by its deviation, which have about zero mean and unit
    deviation: views have just that and go in as they are.
    """

    def __init__(self, name: str) -> None:
        super().__init__(_CHANNELS[name])
        from torchvision import models  # here, since it takes a second or two that the backbone that ships does not need

        whole = models.get_model(name, weights=None)
        self.conv1, self.bn1, self.relu, self.maxpool = whole.conv1, whole.bn1, whole.relu, whole.maxpool
        self.layer1, self.layer2, self.layer3 = whole.layer1, whole.layer2, whole.layer3
        self.eval()

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """The raw levels of views (b, 3, h, w) at strides 4, 8 and 16 (sizes rounded up), all past their ReLU."""
        level4 = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        level8 = self.layer2(level4)
        return {4: level4, 8: level8, 16: self.layer3(level8)}

    def fold_batch_norms(self) -> None:
        for block in [self, *self.layer1, *self.layer2, *self.layer3]:
            for k in (1, 2, 3):
                if hasattr(block, f"conv{k}"):
                    setattr(block, f"conv{k}", fuse_conv_bn_eval(getattr(block, f"conv{k}"), getattr(block, f"bn{k}")))
                    setattr(block, f"bn{k}", nn.Identity())
            if getattr(block, "downsample", None) is not None:
                block.downsample = fuse_conv_bn_eval(*block.downsample)


# Every backbone by what the card of its folder calls its architecture.
ARCHITECTURES: dict[str, Callable[[], Backbone]] = {
    "resnet50v2_laterals": ResNet50V2,
    **{f"torchvision/{name}": partial(TorchvisionResNet, name) for name in _CHANNELS},
}
