"""Backbones besides the one that ships: the same levels, versions that read their own, and nothing of one taken for the other's."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from core_models import serve
from core_models.contract import image_file, pipe
from core_models.contract.card import FETCHED, CardError
from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import Compute, EvaluateSpec, Finished, LabelledImage, ModelRef, TrainLabel
from core_models.contract.mask import Mask
from core_models.contract.opencv import cv2
from core_models.evaluation import compare
from core_models.inference.features import FeatureStore, load_backbone
from core_models.inference.predictor import Predictor
from core_models.models import registry
from core_models.models.architectures import ARCHITECTURES
from core_models.models.backbone import NoDilation, ResNet50V2
from core_models.models.mobilenet_backbone import MobileNetV2
from core_models.models.torchvision_backbones import TorchvisionResNet
from core_models.models.vit_backbone import DinoV2Small
from core_models.training import backbone as making
from core_models.weights import save_folder
from tests.core_models.synthetic import surface


def random_norms(network: nn.Module) -> nn.Module:
    """The network with norms that do something."""
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            for values, low, high in ((norm.running_mean, -0.2, 0.2), (norm.running_var, 0.5, 2), (norm.weight, 0.5, 1.5), (norm.bias, -0.2, 0.2)):
                nn.init.uniform_(values, low, high)
    return network


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> str:
    """The folder of a backbone with random weights."""
    torch.manual_seed(1)
    network = random_norms(TorchvisionResNet("resnet18"))
    making.fit_laterals(network, making.surfaces(2, 1))
    folder = tmp_path_factory.mktemp("resnet18")
    save_folder(folder, network.state_dict(), {"name": "resnet18", "kind": "backbone", "architecture": "torchvision/resnet18"})
    return str(folder)


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> list[tuple[ImageRef, Mask]]:
    made = []
    for k, spots in enumerate((((30, 30, 9),), ((50, 40, 10),))):
        array, mask = surface(k, 96, 96, spots)
        path = tmp_path_factory.mktemp("images") / f"{k}.png"
        path.write_bytes(cv2.imencode(".png", array)[1].tobytes())
        made.append((ImageRef(k, str(path), image_file.sha256(path), 96, 96), Mask.from_array(mask)))
    return made


@pytest.fixture
def compute(tmp_path) -> Compute:
    return Compute("cpu", str(tmp_path / "cache"))


def shots(images) -> SupportSet:
    return SupportSet(7, "spot", (Shot(*images[0]),))


def test_what_can_be_fetched_is_what_can_be_used() -> None:
    assert {f"torchvision/{name}" for name in FETCHED} == {name for name in ARCHITECTURES if "/" in name}


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@torch.inference_mode()
def test_folding_the_norms_changes_nothing(name) -> None:
    torch.manual_seed(2)
    network, view = random_norms(TorchvisionResNet(name)).train(), torch.randn(1, 3, 64, 96)
    before = network(view)
    assert {s: tuple(level.shape) for s, level in before.items()} == {4: (1, 32, 16, 24), 8: (1, 32, 8, 12), 16: (1, 32, 4, 6)}
    network.fold_batch_norms()
    assert not any(isinstance(m, nn.BatchNorm2d) for m in network.modules())
    for stride, level in network(view).items():
        torch.testing.assert_close(level, before[stride], rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_fitted_laterals_give_even_channels(own) -> None:
    network, _ = load_backbone(Path(own))
    for level in network(making.as_input(next(making.surfaces(1, 1)))).values():
        assert level.abs().mean() < 2 and level.std() > 0.3


def test_features_of_two_backbones_never_mix(own, images, compute) -> None:
    image, _ = images[0]
    bundled = FeatureStore(compute).of(image)
    other = FeatureStore(compute, backbone=own)
    assert not other.known(image)
    levels = other.of(image)
    assert all(levels[s].shape == bundled[s].shape and not torch.allclose(levels[s][:32], bundled[s][:32], atol=0.1) for s in levels)
    for backbone, known in (("", bundled), (own, levels)):
        store = FeatureStore(compute, backbone=backbone)
        assert store.known(image) and all(torch.equal(store.of(image)[s], known[s]) for s in known)


def test_what_was_learnt_on_two_backbones_never_mixes(own, images, compute) -> None:
    models = [Predictor(ModelRef(1, "nearest", folder), compute) for folder in ("", own)]
    banks = [model.prepare(shots(images)).support["foreground"] for model in models]
    assert banks[0].shape != banks[1].shape or not torch.equal(*banks)
    assert models[0].store.checksum != models[1].store.checksum == load_backbone(Path(own))[1]
    assert len(list(Path(compute.cache_folder).glob("prepared/*"))) == 2


def test_a_folder_that_does_not_fit_is_refused(own, images, compute, tmp_path) -> None:
    network = TorchvisionResNet("resnet18")
    save_folder(tmp_path / "strange", network.state_dict(), {"kind": "backbone", "architecture": "torchvision/vgg16"})
    save_folder(tmp_path / "mistaken", network.state_dict(), {"kind": "backbone", "architecture": "torchvision/resnet50"})
    save_folder(tmp_path / "model", network.state_dict(), {"kind": "segment"})
    for folder, says in (("strange", "no backbone that this program knows"), ("mistaken", "not those of torchvision/resnet50"), ("model", "holds no backbone")):
        with pytest.raises(CardError, match=says):
            Predictor(ModelRef(1, "nearest", str(tmp_path / folder)), compute)
    with pytest.raises(CardError, match="another backbone"):
        Predictor(ModelRef(1, "strip_steel", own), compute)


def test_versions_on_two_backbones_are_compared(own, images, compute, tmp_path, monkeypatch) -> None:
    used = {}

    class Watched(Predictor):
        def __init__(self, model, compute, store) -> None:
            super().__init__(model, compute, store=store)
            used[model.version_id] = store.checksum

    monkeypatch.setattr(compare, "Predictor", Watched)
    image, mask = images[1]
    check = (LabelledImage(image, "a", (TrainLabel(7, mask, complete=True),)),)
    events = list(compare.run(EvaluateSpec(ModelRef(2, "nearest", own), ModelRef(1, "nearest"), (shots(images),), check, compute=compute), tmp_path))
    assert isinstance(events[-1], Finished) and used == {2: load_backbone(Path(own))[1], 1: load_backbone()[1]}


def test_the_warm_worker_keeps_a_store_for_each_backbone(own, compute) -> None:
    engines = serve.Engines()
    first, again, bundled = (engines.load(ModelRef(k, "nearest", folder), compute).store for k, folder in enumerate((own, own, "")))
    assert first is again and first.checksum != bundled.checksum


def test_the_rough_answer_reads_the_version_s_own_backbone(own, images) -> None:
    asked = []

    class Recording(serve.Engines):
        def load(self, model, compute):
            asked.append(model)
            scored = SimpleNamespace(map=np.zeros((2, 2), np.uint8))
            return SimpleNamespace(prepare=lambda support: support, score=lambda image, prepared: scored, regions=lambda scores, prepared: (0.0, ()))

    model = ModelRef(4, "support_head", own)
    request = pipe.Suggest(1, images[1][0], shots(images), model, Compute("cpu"))
    serve._answer(request, serve._Models(Recording()), io.BytesIO())
    assert asked == [replace(model, version_id=0, engine=serve.PLAIN, params=serve.PLAINLY), model]


RAW = {"resnet50v2": ResNet50V2, "mobilenetv2": MobileNetV2, "resnet18": partial(TorchvisionResNet, "resnet18"), "resnet50": partial(TorchvisionResNet, "resnet50")}


@pytest.mark.parametrize("name", RAW)
@torch.inference_mode()
def test_raw_stages_have_the_channels_they_name(name) -> None:
    network = RAW[name]()
    levels = network.stages(torch.randn(1, 3, 72, 104))
    assert {s: level.shape[1] for s, level in levels.items()} == network.channels
    assert [tuple(levels[s].shape[-2:]) for s in (4, 8, 16)] == [(18, 26), (9, 13), (5, 7)], "sizes rounded up"
    assert set(network.train()(torch.randn(1, 3, 64, 64))) == {4, 8, 16} and not network.training


@pytest.mark.parametrize("name", RAW)
@torch.inference_mode()
def test_a_dilated_third_stage_keeps_stride_8_and_its_values(name) -> None:
    """On a constant map of features a convolution says the same however far its taps reach."""
    torch.manual_seed(5)
    network, view = random_norms(RAW[name]()), torch.full((1, 3, 256, 256), 0.7)
    before = network.stages(view)
    network.dilate()
    after = network.stages(view)
    assert after[16].shape[-2:] == after[8].shape[-2:] == (32, 32)
    assert torch.equal(after[8], before[8])
    middle = after[16][..., 16, 16], before[16][..., 8, 8]
    torch.testing.assert_close(*middle, rtol=0.2, atol=0.2 * float(middle[1].abs().mean()))


@pytest.mark.parametrize("name", [*RAW, "resnet18 with stage 4", "resnet50v2 dilated", "vit"])
@torch.inference_mode()
def test_both_episodic_engines_read_the_raw_stages_of_every_backbone(name, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=lambda name, **kwargs: Tokens()))
    network = {**RAW, "resnet18 with stage 4": partial(TorchvisionResNet, "resnet18", stage4=True), "resnet50v2 dilated": ResNet50V2, "vit": DinoV2Small}[name]()
    if name.endswith("dilated"):
        network.dilate()
    widths = {f"channels_{s}": c for s, c in network.channels.items()}
    shot, query = network.stages(torch.randn(1, 3, 72, 104)), network.stages(torch.randn(2, 3, 100, 60))
    mask = torch.zeros(72, 104)
    mask[20:50, 30:70] = 1
    for engine in ("strip_steel", "eamnet"):
        known = registry.engine(engine).params.__dataclass_fields__
        net = registry.create(engine, {k: v for k, v in widths.items() if k in known}).eval()
        logits = net.segment(query, net.encode_support([shot], [mask]))
        assert logits.shape[:1] == (2,) and logits.shape[1:] == query[4].shape[-2:] and logits.isfinite().all()


@torch.inference_mode()
def test_stage_4_is_there_for_who_reads_raw_stages() -> None:
    view = torch.randn(1, 3, 64, 96)
    for network, channels in ((TorchvisionResNet("resnet18", stage4=True), 512), (MobileNetV2(stage4=True), 320)):
        levels = network.stages(view)
        assert levels[32].shape == (1, channels, 2, 3) and network.channels[32] == channels
        assert set(network(view)) == {4, 8, 16}
        with pytest.raises(NoDilation, match="not dilated"):
            network.dilate()


def test_norms_adapt_only_where_they_are_told_to() -> None:
    network = TorchvisionResNet("resnet18")
    network.adapts = True
    before = network.bn1.running_mean.clone()
    network.train().stages(torch.randn(2, 3, 64, 64) + 1)
    assert network.training and not torch.equal(network.bn1.running_mean, before)
    network.eval()
    assert not network.training


@torch.inference_mode()
def test_folding_the_norms_of_mobilenet_changes_nothing() -> None:
    torch.manual_seed(2)
    network, view = random_norms(MobileNetV2()), torch.randn(1, 3, 64, 96)
    before = network(view)
    network.fold_batch_norms()
    assert not any(isinstance(m, nn.BatchNorm2d) for m in network.modules())
    for stride, level in network(view).items():
        torch.testing.assert_close(level, before[stride], rtol=1e-3, atol=1e-3)


@torch.inference_mode()
def test_a_level_of_few_channels_leaves_laterals_empty() -> None:
    torch.manual_seed(3)
    network = MobileNetV2()
    making.fit_laterals(network, making.surfaces(1, 1))
    level = network(making.as_input(next(making.surfaces(1, 1))))[4]
    assert level[:, :24].std() > 0.3 and not level[:, 24:].any()


def test_mobilenet_takes_all_its_published_values_and_no_other_s(tmp_path) -> None:
    torch.manual_seed(1)
    whole = MobileNetV2(stage4=True)
    state = {k: v for k, v in whole.state_dict().items() if not k.startswith("laterals.")}
    assert sum(v.numel() for k, v in state.items() if not k.endswith(("running_mean", "running_var", "num_batches_tracked"))) == 2_223_872 - 412_160 + 1_088, "torchvision's less the head, with a 1x1 in block 0"
    torch.save(state | {"head.conv.weight": torch.zeros(1280, 320, 1, 1)}, tmp_path / "features.pt")
    read = making.load_mobilenet(tmp_path / "features.pt")
    assert torch.equal(read.blocks[12].project.conv.weight, whole.blocks[12].project.conv.weight)
    torch.save({"stem.conv.weight": torch.zeros(32, 3, 3, 3)}, tmp_path / "other.pt")
    with pytest.raises(SystemExit, match="holds no MobileNetV2"):
        making.load_mobilenet(tmp_path / "other.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "features.pt").read_bytes()[:5000])
    with pytest.raises(SystemExit, match="no weights that can be read"):
        making.load_mobilenet(tmp_path / "cut.pt")


def test_without_timm_or_its_weights_a_sentence_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(SystemExit, match=r"pip install \"defectloop\[vit\]\""):
        making.load_vit(tmp_path / "model.safetensors")
    save_folder(tmp_path / "vit", {"laterals.4.bias": torch.zeros(32)}, {"kind": "backbone", "architecture": "dinov2_vits14_laterals"})
    with pytest.raises(CardError, match="timm, which is not installed"):
        load_backbone(tmp_path / "vit")
    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=lambda name, **kwargs: Tokens()))
    with pytest.raises(SystemExit, match=r"Fetch model\.safetensors"):
        making.load_vit(tmp_path / "model.safetensors")


class Tokens(nn.Module):
    """Stands for timm's transformer: its patches' mean grey, plus the number of the block that is asked."""

    def forward_intermediates(self, x, indices, norm, output_fmt, intermediates_only):
        assert norm and output_fmt == "NCHW" and intermediates_only
        cells = torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 14)
        return [(cells + k).expand(-1, 384, -1, -1) for k in indices]


@torch.inference_mode()
def test_a_vision_transformer_s_tokens_lie_at_stride_16(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=lambda name, **kwargs: Tokens()))
    network = DinoV2Small()
    view = torch.zeros(1, 3, 32, 64)
    view[..., 48:] = 1
    levels = network.stages(view)
    assert {s: tuple(level.shape[1:]) for s, level in levels.items()} == {4: (384, 8, 16), 8: (384, 4, 8), 16: (384, 2, 4)}
    assert levels[16][0, 0, 0].tolist() == pytest.approx([11, 11, 11, 12], abs=0.05)
    assert levels[4][0, 0, 0, 0] == pytest.approx(2, abs=0.01) and levels[8][0, 0, 0, -1] == pytest.approx(7, abs=0.05)
    with pytest.raises(NoDilation, match="no stages"):
        network.dilate()


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_weights_are_never_unpickled(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    torch.save({"conv1.weight": Trap(tmp_path / "sprung")}, file)
    with pytest.raises(SystemExit, match="does not hold the weights of resnet18"):
        making.fetch("resnet18")
    assert not (tmp_path / "sprung").exists()
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, file)
    with pytest.raises(SystemExit, match="Delete it"):
        making.fetch("resnet18")
