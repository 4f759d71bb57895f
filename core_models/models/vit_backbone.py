"""A DINOv2 vision transformer as a backbone, built by timm: an optional package, and weights that do not ship."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from core_models.models.backbone import Backbone

NAME = "vit_small_patch14_dinov2.lvd142m"  # timm's
_WIDTH, _PATCH = 384, 14
_BLOCKS = {4: 2, 8: 6, 16: 11}  # the block whose tokens stand for the level at a stride


class NoTimm(ImportError):
    """timm is not installed; the sentence says how to get it."""


class DinoV2Small(Backbone):
    """DINOv2 ViT-S/14 (M. Oquab et al., arXiv 2304.07193): one grid of tokens, 384 channels.

    A view is brought to 14 px for each 16 of its own, so that tokens lie at stride 16. It has no stages: the levels at 4 and 8 are
    an early and a middle block's tokens, enlarged, and hold nothing finer than stride 16; where a method asks for two deepest levels
    it is given these last two. It was fitted to images less ImageNet's mean and divided by its deviation; views go in as they are.
    """

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(_BLOCKS, _WIDTH))
        try:
            import timm
        except ImportError as fault:
            raise NoTimm("A vision transformer needs the package timm, which is not installed. Install it with: pip install \"defectloop[vit]\"") from fault
        self.vit = timm.create_model(NAME, pretrained=False, dynamic_img_size=True, num_classes=0)
        self.eval()

    def stages(self, x: Tensor) -> dict[int, Tensor]:
        """Tokens of views (b, 3, h, w) as maps of 384 channels at strides 4, 8 and 16 (sizes rounded up)."""
        grid = [-(-side // 16) for side in x.shape[-2:]]
        x = F.interpolate(x, size=[_PATCH * cells for cells in grid], mode="bilinear", align_corners=False, antialias=True)
        maps = self.vit.forward_intermediates(x, indices=sorted(_BLOCKS.values()), norm=True, output_fmt="NCHW", intermediates_only=True)
        levels = dict(zip(sorted(_BLOCKS), maps, strict=True))
        return {s: F.interpolate(level, size=[16 // s * cells for cells in grid], mode="bilinear", align_corners=False) for s, level in levels.items()}

    def fold_batch_norms(self) -> None:
        """It has none."""
