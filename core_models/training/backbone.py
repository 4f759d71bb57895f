"""Makes a backbone: an ImageNet initialisation, and laterals fitted to surfaces.

    python -m core_models.training.backbone --imagenet FILE --out FOLDER      the one that ships
    python -m core_models.training.backbone --torchvision NAME --out FOLDER   one whose weights torchvision fetches
    python -m core_models.training.backbone --mobilenet FILE --out FOLDER     MobileNetV2, from a state dict of its features
    python -m core_models.training.backbone --vit FILE --out FOLDER           DINOv2 ViT-S/14, from timm's model.safetensors

The laterals bring each level to 32 channels: the level's channels standardised, projected on their 32 principal axes over
a corpus of surfaces, each brought to unit deviation. The corpus is generated; with --data the training parts of x_sdd and
deeppcb_subset join it.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from core_models.contract.card import BACKBONE, FETCHED
from core_models.contract.image_file import sha256
from core_models.inference.view import normalised, planes, resized, view_size
from core_models.models.backbone import LATERALS, STRIDES, Backbone, ResNet50V2
from core_models.models.mobilenet_backbone import MobileNetV2
from core_models.models.torchvision_backbones import TorchvisionResNet
from core_models.models.vit_backbone import NAME, DinoV2Small, NoTimm
from core_models.weights import save_folder
from data.permissive import deeppcb_masks, x_sdd_images
from data.surfaces.episode import draw_episode

REAL_SETS = ("x_sdd", "deeppcb_subset")
SURFACES, SURFACES_FETCHED = 1200, 60  # generated for the one that ships; for another, while its user waits
_PATIENCE_S = 60.0  # of a network that says nothing
_CELLS = 2304  # of each level and image that count, at most: neighbours say much the same
_LEAST_DEVIATION = 1e-3  # of a standardised axis: below it, an axis is rounding noise and is not blown up


def load_imagenet(path: Path) -> ResNet50V2:
    """The network with the ImageNet values of a state dict (read with weights_only, after the caller's checksum)."""
    return _filled(ResNet50V2(), _state(path), path, "ResNet-50 v2 with stages 1 to 3")


def load_mobilenet(path: Path, stage4: bool = False) -> MobileNetV2:
    """MobileNetV2 with the ImageNet values of a state dict of all its features; those of blocks that are not wanted are left."""
    network = MobileNetV2(stage4)
    state = {k: v for k, v in _state(path).items() if not k.startswith("head.") and (not k.startswith("blocks.") or int(k.split(".")[1]) < len(network.blocks))}
    return _filled(network, state, path, "MobileNetV2")


def load_vit(path: Path) -> DinoV2Small:
    """DINOv2 ViT-S/14 with the values of timm's file; SystemExit with a sentence where timm or the file is missing."""
    try:
        network = DinoV2Small()
    except NoTimm as fault:
        raise SystemExit(str(fault)) from fault
    if not path.is_file():
        raise SystemExit(f"{path} is not there. Fetch model.safetensors of timm/{NAME} from the Hugging Face hub, where there is a network, and name it here.")
    return _filled(network, {f"vit.{k}": v for k, v in _state(path).items()}, path, "DINOv2 ViT-S/14")


def _state(path: Path) -> dict[str, Tensor]:
    """A state dict in single precision, from safetensors or a file of torch's, which is never unpickled."""
    try:
        state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, map_location="cpu", weights_only=True)
        return {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    except Exception as fault:  # of damaged files there are many kinds
        raise SystemExit(f"{path} holds no weights that can be read.") from fault


def _filled(network: Backbone, state: dict[str, Tensor], path: Path, what: str) -> Backbone:
    """The network with these values and its own laterals; SystemExit where they are another's."""
    try:
        missing, unexpected = network.load_state_dict(state, strict=False)
    except RuntimeError as fault:
        raise SystemExit(f"{path} holds no {what}.") from fault
    if unexpected or any(not name.startswith("laterals.") for name in missing):
        raise SystemExit(f"{path} holds no {what}.")
    return network


def fetch(name: str, stage4: bool = False) -> tuple[TorchvisionResNet, dict]:
    """torchvision's network with its ImageNet weights, and where they are from; SystemExit with a sentence where there are none.

    They are read from torch.hub's folder, or fetched to there first: with progress on stderr, and checked by the sum that
    their name holds.
    """
    from torchvision import models

    weights = models.get_model_weights(name).IMAGENET1K_V1  # the plain recipe, which all of them have
    file = Path(torch.hub.get_dir()) / "checkpoints" / weights.url.rpartition("/")[2]
    network = TorchvisionResNet(name, stage4)
    try:
        state = weights.get_state_dict(progress=True, check_hash=True, map_location="cpu", weights_only=True)
        unfit = network.load_state_dict({k: v for k, v in state.items() if not k.startswith(("fc.",) if stage4 else ("layer4.", "fc."))}, strict=False)
    except Exception as fault:  # of a network and of a damaged file there are many kinds
        if file.exists():
            raise SystemExit(f"{file} does not hold the weights of {name}. Delete it and try again.") from fault
        raise SystemExit(f"The weights of {name} could not be fetched ({getattr(fault, 'reason', fault)}). Try again with a network, or put {weights.url} into {file.parent} by hand.") from fault
    if unfit.unexpected_keys or any(not key.startswith("laterals.") for key in unfit.missing_keys):
        raise SystemExit(f"{file} does not hold the weights of {name}. Delete it and try again.")
    return network, {"what": f"torchvision, {weights}, {weights.url}", "sha256": sha256(file)}


def surfaces(count: int, seed: int) -> Iterator[np.ndarray]:
    """`count` generated pictures, from as many episodes as it takes (four pictures of each)."""
    for k in range((count + 3) // 4):
        episode = draw_episode(seed * 1_000_003 + k, max_shots=2)
        pictures = np.concatenate([episode.support_images, episode.query_images])
        yield from pictures[: min(4, count - 4 * k)]


def as_input(image: np.ndarray) -> Tensor:
    """The network's input (1, 3, h, w) of an image."""
    width, height = view_size(image.shape[1], image.shape[0])
    return torch.from_numpy(np.ascontiguousarray(planes(resized(normalised(image), width, height))))[None]


class Moments:
    """Mean and covariance of a level's channels, summed up image by image, each image with the same weight."""

    def __init__(self, channels: int) -> None:
        self.count = 0
        self.total = torch.zeros(channels, dtype=torch.float64)
        self.products = torch.zeros(channels, channels, dtype=torch.float64)

    def add(self, level: Tensor) -> None:
        """`level` is (1, c, h, w)."""
        cells = level[0].flatten(1).T[:: max(1, level[0, 0].numel() // _CELLS)]
        self.count += 1
        self.total += cells.double().mean(0)
        self.products += (cells.T @ cells / len(cells)).double()

    def projection(self, axes: int) -> tuple[Tensor, Tensor]:
        """Weight (axes, c) and bias (axes) of the standardised, projected and whitened channels; where there are fewer channels
        than axes, the last axes are empty."""
        mean = self.total / self.count
        covariance = self.products / self.count - torch.outer(mean, mean)
        deviation = covariance.diagonal().clamp_min(1e-12).sqrt()
        values, vectors = torch.linalg.eigh(covariance / torch.outer(deviation, deviation))
        values, vectors = values[-axes:].flip(0), vectors[:, -axes:].flip(1)
        vectors = vectors * torch.where(vectors.sum(0) < 0, -1.0, 1.0)  # an axis has no sign of its own: fixed, so that runs agree
        weight = (vectors / deviation[:, None] / values.clamp_min(_LEAST_DEVIATION**2).sqrt()).T
        weight = torch.cat([weight, weight.new_zeros(axes - len(weight), weight.shape[1])])
        return weight.float(), -(weight @ mean).float()


@torch.inference_mode()
def fit_laterals(network: Backbone, images: Iterator[np.ndarray]) -> int:
    """Sets the laterals from the principal axes over the images; gives back how many there were."""
    moments = {stride: Moments(network.laterals[str(stride)].in_channels) for stride in STRIDES}
    for image in images:
        for stride, level in network.stages(as_input(image)).items():
            moments[stride].add(level.float())
    for stride, lateral in network.laterals.items():
        weight, bias = moments[int(stride)].projection(LATERALS)
        lateral.weight.copy_(weight[:, :, None, None])
        lateral.bias.copy_(bias)
    return moments[STRIDES[0]].count


def corpus(arguments: argparse.Namespace) -> Iterator[np.ndarray]:
    for k, image in enumerate(surfaces(arguments.surfaces, arguments.seed), 1):
        print(f"looking at surface {k} of {arguments.surfaces}", end="\r", file=sys.stderr, flush=True)
        yield image
    if arguments.data:
        yield from (image for image, _ in x_sdd_images(arguments.data / "x_sdd"))
        for board, template, _ in deeppcb_masks(arguments.data / "deeppcb_subset"):
            yield from (board, template)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--imagenet", type=Path, help="state dict of a ResNet-50 v2, stages 1 to 3")
    source.add_argument("--mobilenet", type=Path, help="state dict of MobileNetV2's features")
    source.add_argument("--vit", type=Path, help=f"timm's weights of {NAME}; needs the extra defectloop[vit]")
    source.add_argument("--torchvision", choices=FETCHED, help="a network of torchvision's; its weights are fetched where they are not here")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder with x_sdd and deeppcb_subset")
    parser.add_argument("--surfaces", type=int, help=f"{SURFACES} unless given, {SURFACES_FETCHED} with --torchvision")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.surfaces is None:
        arguments.surfaces = SURFACES_FETCHED if arguments.torchvision else SURFACES
    return arguments


def _chosen(arguments: argparse.Namespace) -> tuple[Backbone, dict, dict]:
    """The network, where its values are from, and what its card says of it."""
    if arguments.torchvision:
        socket.setdefaulttimeout(_PATIENCE_S)  # torch.hub sets none, and would wait for ever
        network, initialisation = fetch(arguments.torchvision)
        name = arguments.torchvision
        return network, initialisation, {"name": name, "architecture": f"torchvision/{name}", "licence": "BSD-3-Clause, torchvision's"}
    read, file, what, name, architecture = next(kind for kind in (
        (load_imagenet, arguments.imagenet, "ResNet-50 v2, ImageNet-1k, ONNX model zoo (resnet50-v2-7), Apache-2.0", "backbone", "resnet50v2_laterals"),
        (load_mobilenet, arguments.mobilenet, "MobileNetV2 1.0, ImageNet-1k, ONNX model zoo (mobilenetv2-1.0), Apache-2.0", "mobilenetv2", "mobilenetv2_laterals"),
        (load_vit, arguments.vit, f"DINOv2 ViT-S/14, timm/{NAME}, Apache-2.0", "dinov2_vits14", "dinov2_vits14_laterals"),
    ) if kind[1])
    network = read(file)
    return network, {"what": what, "sha256": sha256(file)}, {"name": name, "architecture": architecture, "licence": "Apache-2.0"}


def main() -> None:
    arguments = parsed()
    network, initialisation, facts = _chosen(arguments)
    seen = fit_laterals(network, corpus(arguments))
    card = {
        **facts,
        "kind": BACKBONE,
        "input": "zero mean and unit deviation over the image; grey repeated to three channels",
        "initialisation": initialisation,
        "laterals": f"principal axes over {seen} images ({arguments.surfaces} generated, the rest the training parts of {', '.join(REAL_SETS)})"
        if arguments.data else f"principal axes over {seen} generated images",
        "seed": arguments.seed,
    }
    save_folder(arguments.out, network.state_dict(), card)


if __name__ == "__main__":
    main()
