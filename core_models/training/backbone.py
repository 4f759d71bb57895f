"""Makes a backbone: an ImageNet initialisation, and laterals fitted to surfaces.

    python -m core_models.training.backbone --imagenet FILE --out FOLDER      the one that ships
    python -m core_models.training.backbone --torchvision NAME --out FOLDER   one whose weights torchvision fetches

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
from torch import Tensor

from core_models.contract.card import BACKBONE, FETCHED
from core_models.contract.image_file import sha256
from core_models.inference.view import normalised, planes, resized, view_size
from core_models.models.backbone import LATERALS, STRIDES, Backbone, ResNet50V2
from core_models.models.torchvision_backbones import TorchvisionResNet
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
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = ResNet50V2()
    missing, unexpected = network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()}, strict=False)
    if unexpected or any(not name.startswith("laterals.") for name in missing):
        raise SystemExit(f"{path} holds no ResNet-50 v2 with stages 1 to 3.")
    return network


def fetch(name: str) -> tuple[TorchvisionResNet, dict]:
    """torchvision's network with its ImageNet weights, and where they are from; SystemExit with a sentence where there are none.

    They are read from torch.hub's folder, or fetched to there first: with progress on stderr, and checked by the sum that
    their name holds.
    """
    from torchvision import models

    weights = models.get_model_weights(name).IMAGENET1K_V1  # the plain recipe, which all of them have
    file = Path(torch.hub.get_dir()) / "checkpoints" / weights.url.rpartition("/")[2]
    network = TorchvisionResNet(name)
    try:
        state = weights.get_state_dict(progress=True, check_hash=True, map_location="cpu", weights_only=True)
        unfit = network.load_state_dict({k: v for k, v in state.items() if not k.startswith(("layer4.", "fc."))}, strict=False)
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
        """Weight (axes, c) and bias (axes) of the standardised, projected and whitened channels."""
        mean = self.total / self.count
        covariance = self.products / self.count - torch.outer(mean, mean)
        deviation = covariance.diagonal().clamp_min(1e-12).sqrt()
        values, vectors = torch.linalg.eigh(covariance / torch.outer(deviation, deviation))
        values, vectors = values[-axes:].flip(0), vectors[:, -axes:].flip(1)
        vectors = vectors * torch.where(vectors.sum(0) < 0, -1.0, 1.0)  # an axis has no sign of its own: fixed, so that runs agree
        weight = (vectors / deviation[:, None] / values.clamp_min(_LEAST_DEVIATION**2).sqrt()).T
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
    source.add_argument("--torchvision", choices=FETCHED, help="a network of torchvision's; its weights are fetched where they are not here")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder with x_sdd and deeppcb_subset")
    parser.add_argument("--surfaces", type=int, help=f"{SURFACES} unless given, {SURFACES_FETCHED} with --torchvision")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.surfaces is None:
        arguments.surfaces = SURFACES_FETCHED if arguments.torchvision else SURFACES
    return arguments


def main() -> None:
    arguments = parsed()
    if arguments.torchvision:
        socket.setdefaulttimeout(_PATIENCE_S)  # torch.hub sets none, and would wait for ever
        network, initialisation = fetch(arguments.torchvision)
        facts = {"name": arguments.torchvision, "architecture": f"torchvision/{arguments.torchvision}", "licence": "BSD-3-Clause, torchvision's"}
    else:
        network = load_imagenet(arguments.imagenet)
        initialisation = {"what": "ResNet-50 v2, ImageNet-1k, ONNX model zoo (resnet50-v2-7), Apache-2.0", "sha256": sha256(arguments.imagenet)}
        facts = {"name": "backbone", "architecture": "resnet50v2_laterals", "licence": "Apache-2.0"}
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
