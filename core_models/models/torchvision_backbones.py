"""torchvision's ResNets as backbones, with the same levels and laterals as the one that ships."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_eval

from core_models.models.backbone import Backbone, NoDilation

CHANNELS = {
    "resnet18": {4: 64, 8: 128, 16: 256, 32: 512},
    "resnet34": {4: 64, 8: 128, 16: 256, 32: 512},
    "resnet50": {4: 256, 8: 512, 16: 1024, 32: 2048},
    "resnet101": {4: 256, 8: 512, 16: 1024, 32: 2048},
}


class TorchvisionResNet(Backbone):
    """Stages 1 to 3 of the torchvision network `name`, under its own names of parameters; with `stage4` that one, too, for whoever
    reads raw stages: the features that the program keeps end at stride 16.

    It was fitted to images in 0..1 less ImageNet's mean and divided by its deviation, which have about zero mean and unit
    deviation: views have just that and go in as they are.
    """

    def __init__(self, name: str, stage4: bool = False) -> None:
        super().__init__({s: c for s, c in CHANNELS[name].items() if s < 32 or stage4})
        from torchvision import models  # here, since it takes a second or two that the backbone that ships does not need

        whole = models.get_model(name, weights=None)
        self.conv1, self.bn1, self.relu, self.maxpool = whole.conv1, whole.bn1, whole.relu, whole.maxpool
        self.layer1, self.layer2, self.layer3 = whole.layer1, whole.layer2, whole.layer3
        self.layer4 = whole.layer4 if stage4 else None
        self.eval()

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """The raw levels of views (b, 3, h, w) at strides 4, 8, 16 (and 32), sizes rounded up, all past their ReLU."""
        level4 = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        level8 = self.layer2(level4)
        level16 = self.layer3(level8)
        return {4: level4, 8: level8, 16: level16} | ({32: self.layer4(level16)} if self.layer4 is not None else {})

    def third_stage(self) -> nn.Sequential:
        if self.layer4 is not None:
            raise NoDilation("A ResNet with stage 4 is not dilated: its strides would not halve any more.")
        return self.layer3

    def fold_batch_norms(self) -> None:
        for block in [self, *self.layer1, *self.layer2, *self.layer3, *(self.layer4 or ())]:
            for k in (1, 2, 3):
                if hasattr(block, f"conv{k}"):
                    setattr(block, f"conv{k}", fuse_conv_bn_eval(getattr(block, f"conv{k}"), getattr(block, f"bn{k}")))
                    setattr(block, f"bn{k}", nn.Identity())
            if getattr(block, "downsample", None) is not None:
                block.downsample = fuse_conv_bn_eval(*block.downsample)
