"""Every backbone by what the card of its folder calls its architecture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core_models.models.backbone import Backbone, ResNet50V2
from core_models.models.mobilenet_backbone import MobileNetV2
from core_models.models.torchvision_backbones import CHANNELS, TorchvisionResNet
from core_models.models.vit_backbone import DinoV2Small

ARCHITECTURES: dict[str, Callable[[], Backbone]] = {
    "resnet50v2_laterals": ResNet50V2,
    "mobilenetv2_laterals": MobileNetV2,
    "dinov2_vits14_laterals": DinoV2Small,
    **{f"torchvision/{name}": partial(TorchvisionResNet, name) for name in CHANNELS},
}
