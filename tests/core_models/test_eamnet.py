"""eamnet against its specification: counts, and each part against plain arithmetic on small tensors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core_models.models.blocks import GRN, LastingNorm
from core_models.models.losses import attention_distillation, masked_loss
from core_models.models.segmentation import eamnet
from core_models.models.segmentation.eamnet import CAM, EAMU, Decoder, EAMNet, EAMNetParams

RAW = {"channels_4": 256, "channels_8": 512, "channels_16": 1024}
TINY = {"channels_4": 4, "channels_8": 4, "channels_16": 4, "width": 16}


def count(net: nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def features(rows: int, columns: int, seed: int = 0, n: int = 1, channels: dict[int, int] | None = None) -> dict[int, Tensor]:
    """Maps at strides 4, 8, 16 (and 32) of so many cells of stride 4, sizes rounded up as a backbone's are."""
    g = torch.Generator().manual_seed(seed)
    widths = channels or {4: 4, 8: 4, 16: 4}
    return {s: torch.randn(n, c, -(-rows * 4 // s), -(-columns * 4 // s), generator=g) for s, c in widths.items()}


def marked(rows: int, columns: int) -> Tensor:
    mask = torch.zeros(4 * rows, 4 * columns)
    mask[4 : 2 * rows, 8 : 2 * columns + 8] = 1
    return mask


def tiny(**params) -> EAMNet:
    torch.manual_seed(2)
    return EAMNet(EAMNetParams(**TINY | params))


@pytest.fixture(scope="module")
def published() -> EAMNet:
    return EAMNet(EAMNetParams(**RAW, channels_32=2048))


def test_the_published_form_has_its_number_of_parameters(published: EAMNet) -> None:
    assert count(published.fusion) == 459_520
    assert count(published.response) == 512
    assert count(published.memory) == 740_154  # "about 0.74 M"
    assert count(published.decoder) == 3_081_474  # "about 3.08 M"
    assert count(published) == 459_520 + 512 + 740_154 + 3_081_474 + 4 == 4_281_664


def test_the_form_that_ships_and_the_ablation() -> None:
    whole = count(EAMNet())
    assert whole == 3_847_488
    assert whole - count(EAMNet(EAMNetParams(grmap=False))) == 512
    assert whole - count(EAMNet(EAMNetParams(running_memory=True))) == 1
    assert whole - count(EAMNet(EAMNetParams(eamu=False))) == 740_154 + 256  # and the decoder reads a channel less
    assert whole - count(EAMNet(EAMNetParams(cam=False))) == 32 * 256 + 2 * 256  # 96 channels and three biases become 64 and one


def test_the_published_shapes(published: EAMNet) -> None:
    """200 x 200 px: 50, 25, 13 and 7 cells, the prior on 13 x 13."""
    widths = {4: 256, 8: 512, 16: 1024, 32: 2048}
    query, net = features(50, 50, 3, channels=widths), published.eval()
    assert [tuple(level.shape[-2:]) for level in query.values()] == [(50, 50), (25, 25), (13, 13), (7, 7)]
    with torch.no_grad():
        support = net.encode_support([features(50, 50, 1, channels=widths)], [marked(50, 50)])
        assert support["prototype"].shape == (256,) and support["episode"].shape == (256, 50, 50)
        assert net.prior(query, support).shape == (1, 2, 13, 13)
        pair, attention = net.compare(query, support)
    assert pair.shape == (1, 2, 50, 50) and attention.shape == (1, 50, 50)
    inside = [m.in_channels for m in net.decoder.modules() if isinstance(m, nn.Conv2d)]
    assert inside[0] == 515


def test_a_backbone_without_stage_4_gives_its_two_deepest_levels(published: EAMNet) -> None:
    assert published.prior_levels == (16, 32) and EAMNet().prior_levels == (8, 16)


def test_the_pyramid_by_hand() -> None:
    """Identity weights: each level is added to the one below, resized with its corner cells in the corners."""
    cam = CAM({4: 1, 8: 1, 16: 1}, 1)
    for layer in (cam.a1, cam.a2, cam.a3):
        nn.init.constant_(layer.weight, 1.0)
        nn.init.constant_(layer.bias, 0.0)
    levels = {4: torch.zeros(1, 1, 1, 5), 8: torch.zeros(1, 1, 1, 3), 16: torch.tensor([0.0, 8.0]).reshape(1, 1, 1, 2)}
    levels[8][..., 2] = 4
    with torch.no_grad():
        assert cam(levels).flatten().tolist() == pytest.approx([0, 2, 4, 8, 12])


def test_grn_is_the_identity_at_first_and_then_what_the_formula_says() -> None:
    x = torch.tensor([[3.0, 4.0], [0.0, 10.0]]).reshape(1, 2, 1, 2)
    grn = GRN(2)
    assert torch.equal(grn(x), x)
    with torch.no_grad():
        grn.gamma.copy_(torch.tensor([1.0, 2.0]))
        grn.beta.copy_(torch.tensor([0.5, 0.0]))
        relative = np.array([5.0, 10.0]) / (7.5 + 1e-6)
        expected = [(relative[0] + 1) * 3 + 0.5, (relative[0] + 1) * 4 + 0.5, 0.0, (2 * relative[1] + 1) * 10]
        assert grn(x).flatten().tolist() == pytest.approx(expected, rel=1e-5)


def test_masked_pooling_by_hand() -> None:
    """Where the mask has the map's size: the sum over its cells, divided by its area and a trace."""
    net = tiny(grmap=False, standardise=False).eval()
    shot, mask = features(6, 6, 1), torch.zeros(6, 6)
    mask[1, 2] = mask[4, 4] = 1
    with torch.no_grad():
        x = net.fusion(shot)[0].numpy()
        expected = (x[:, 1, 2] + x[:, 4, 4]) / (2 + 5e-4)
        assert np.allclose(net.encode_support([shot], [mask])["prototype"].numpy(), expected, atol=1e-5)


def likeness_by_hand(query: np.ndarray, shots: list[np.ndarray], marks: list[list[tuple[int, int]]]) -> np.ndarray:
    """(c, h, w) maps and the marked cells of each shot -> the mean over shots of the greatest cosine, not below 0."""
    out = np.zeros(query.shape[1:])
    for y in range(query.shape[1]):
        for x in range(query.shape[2]):
            each = []
            for shot, cells in zip(shots, marks, strict=True):
                cosines = [query[:, y, x] @ shot[:, v, u] / (np.linalg.norm(query[:, y, x]) * np.linalg.norm(shot[:, v, u])) for v, u in cells]
                each.append(max(0.0, *cosines))
            out[y, x] = np.mean(each)
    return out


def test_the_prior_by_hand() -> None:
    net = tiny(standardise=False).eval()
    query, shots = features(8, 8, 5), [features(8, 8, k) for k in (1, 2)]
    masks = [torch.zeros(8, 8), torch.zeros(8, 8)]
    masks[0][:4, :4] = 1  # cells (0, 0) to (1, 1) at stride 8, (0, 0) at stride 16
    masks[1][4:, 4:] = 1
    marks = {8: [[(0, 0), (0, 1), (1, 0), (1, 1)], [(2, 2), (2, 3), (3, 2), (3, 3)]], 16: [[(0, 0)], [(1, 1)]]}
    finer, deeper = (likeness_by_hand(query[s][0].numpy(), [shot[s][0].numpy() for shot in shots], marks[s]) for s in (8, 16))
    with torch.no_grad():
        found = net.prior(query, net.encode_support(shots, masks))[0].numpy() * math.sqrt(1 + 1e-4)  # the norm's running values are 0 and 1
    assert np.allclose(found[0], finer, atol=1e-5)
    assert np.allclose(found[1][::3, ::3], deeper, atol=1e-5)  # corners stay in the corners
    assert np.allclose(found[1][0], np.interp(np.arange(4) / 3, [0, 1], deeper[0]), atol=1e-5)


def test_a_defect_that_sampling_misses_still_counts() -> None:
    net = tiny(standardise=False).eval()
    shot, mask = features(16, 16, 1), torch.zeros(256, 256)
    mask[67:69, 131:133] = 1  # 2 x 2 px of an image four times the view: no sampled place is among them
    with torch.no_grad():
        support = net.encode_support([shot], [mask])
        empty = net.encode_support([shot], [torch.zeros(256, 256)])
    assert torch.equal(support["cells_8"], shot[8][:, :, 2, 4]) and torch.equal(support["cells_16"], shot[16][:, :, 1, 2])
    assert support["prototype"].abs().sum() > 0
    assert empty["prototype"].abs().sum() == 0 and not len(empty["cells_8"])


def test_k_shots_are_the_mean_or_as_published_the_sum() -> None:
    shots, masks = [features(8, 8, k) for k in range(3)], [marked(8, 8)] * 3
    for params, whole in (({}, 1), ({"sum_prototypes": True}, 3)):
        net = tiny(standardise=False, **params).eval()
        with torch.no_grad():
            single = torch.stack([net.encode_support([s], [m])["prototype"] for s, m in zip(shots, masks, strict=True)])
            together = net.encode_support(shots, masks)["prototype"]
        assert torch.allclose(together, whole * single.mean(0), atol=1e-5)


def test_order_and_size_of_the_shots() -> None:
    net = tiny(standardise=False).eval()
    shots, masks = [features(8, 12, 1), features(16, 8, 2)], [marked(8, 12), marked(16, 8)]
    with torch.no_grad():
        support, turned = net.encode_support(shots, masks), net.encode_support(shots[::-1], masks[::-1])
        assert support["episode"].shape == (16, 16, 12)
        answers = [net.segment(features(10, 7, 3), s) for s in (support, turned)]
    assert torch.allclose(*answers, atol=1e-5)


def test_the_memory_unit_by_hand() -> None:
    """Its formulas, written down once more in evaluation mode, where dropout is off and fresh norms only divide."""
    torch.manual_seed(4)
    unit, query, support = EAMU(16, running=False).eval(), torch.randn(2, 16, 5, 6), torch.randn(2, 16, 5, 6)
    wide, corner = 1 / math.sqrt(1 + 1e-5), 1 / math.sqrt(1 + 1e-4)

    def through(layer: nn.Conv2d, x: Tensor) -> Tensor:
        return nn.functional.conv2d(x, layer.weight, layer.bias, padding=layer.padding)

    def refined(x: Tensor) -> Tensor:
        return unit.refine.layers[3].weight * unit.refine.layers[1].weight * corner**2 * x

    with torch.no_grad():
        squeezed = torch.sigmoid(through(unit.squeeze[2], nn.functional.gelu(through(unit.squeeze[0], query.mean((2, 3), keepdim=True)))))
        attention = through(unit.attend[3], torch.relu(through(unit.attend[0], squeezed * query + query))).sum(1, keepdim=True)
        g = wide * torch.sigmoid(wide * through(unit.describe[0], torch.cat([query, support], 1) * 0.5))
        i, output = (nn.functional.silu(wide * through(gate[0], g)) for gate in (unit.input, unit.output))
        z = nn.functional.silu(wide * through(unit.forget[0], g.mean((2, 3), keepdim=True)))
        m = z * 0.5 + i * nn.functional.gelu(wide * through(unit.candidate[0], g))
        m = m + refined(m)
        factor = 0.4 * refined(nn.functional.gelu(wide * through(unit.turn[0], m)) * (output + 0.005 * i) * attention)
        found, seen = unit(query, support)
    assert torch.allclose(seen, attention, atol=1e-5) and torch.allclose(found, factor, atol=1e-6)
    assert found.shape == (2, 1, 5, 6)


def test_evaluation_never_changes_the_memory() -> None:
    net = tiny(running_memory=True)
    shots, masks, query = [features(8, 8, 1)], [marked(8, 8)], features(8, 8, 2, n=2)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    net.eval()
    with torch.no_grad():
        net.segment(query, net.encode_support(shots, masks))
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    net.train()
    net.episode_loss(shots, masks, query, torch.stack([marked(8, 8)] * 2)).backward()
    after = net.state_dict()["memory.memory"]
    assert not torch.equal(after, before["memory.memory"]) and after.isfinite()
    assert "memory.memory" not in dict(net.named_parameters()) and "memory.memory" in dict(tiny().named_parameters())


def test_the_running_memory_takes_in_a_tenth_of_each_step() -> None:
    torch.manual_seed(4)
    unit, query, support = EAMU(16, running=True).train(), torch.randn(2, 16, 5, 6), torch.randn(2, 16, 5, 6)
    seen: list[Tensor] = []
    unit.turn.register_forward_pre_hook(lambda module, given: seen.append(given[0].detach().mean()))
    unit(query, support)
    assert float(unit.memory) == pytest.approx(0.9 * 0.5 + 0.1 * float(seen[0]), rel=1e-5)


def test_a_single_query_can_be_trained_on() -> None:
    """The forget gate sees one value of it: an ordinary batch norm would refuse."""
    net = tiny().train()
    for rows in (8, 1):  # and here every norm sees one
        net.episode_loss([features(8, 8, 1)], [marked(8, 8)], features(rows, rows, 2), torch.ones(4 * rows, 4 * rows)).backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in net.parameters())


def test_a_norm_of_single_values_goes_by_what_it_met() -> None:
    norm = LastingNorm(1, eps=1e-12).train()
    for _ in range(400):
        norm(torch.tensor(3.0).reshape(1, 1, 1, 1))
    assert float(norm.running_mean) == pytest.approx(3, abs=1e-3)
    norm.running_var.fill_(4.0)
    assert float(norm(torch.tensor(7.0).reshape(1, 1, 1, 1)).detach()) == pytest.approx((7 - 3.4) / math.sqrt(0.9 * 4 + 0.1 * 16), abs=1e-3)
    several, plain = torch.randn(2, 1, 3, 3), nn.BatchNorm2d(1, eps=1e-12).train()
    assert torch.allclose(LastingNorm(1, eps=1e-12).train()(several), plain(several))


def test_attention_distillation_by_hand() -> None:
    attention, share = torch.tensor([[[0.0, 1.0], [2.0, 3.0]]]), torch.tensor([[[0.0, 1.0], [0.0, 1.0]]])
    t, s = np.exp([0, 1, 0, 1]) / np.exp([0, 1, 0, 1]).sum(), np.exp([0, 1, 2, 3]) / np.exp([0, 1, 2, 3]).sum()
    assert float(attention_distillation(attention, share, torch.ones_like(share))) == pytest.approx((t * np.log(t / s)).sum(), rel=1e-5)


def test_ignored_pixels_are_in_neither_softmax() -> None:
    attention = torch.tensor([[[0.0, 1.0], [50.0, 3.0]]], requires_grad=True)
    weight = torch.tensor([[[1.0, 1.0], [0.0, 1.0]]])
    t, s = np.exp([0, 1, 1]) / np.exp([0, 1, 1]).sum(), np.exp([0, 1, 3]) / np.exp([0, 1, 3]).sum()
    for there in (0.0, 255.0):  # whatever stands there
        loss = attention_distillation(attention, torch.tensor([[[0.0, 1.0], [there, 1.0]]]), weight)
        assert float(loss.detach()) == pytest.approx((t * np.log(t / s)).sum(), rel=1e-5)
    (gradient,) = torch.autograd.grad(loss, attention)
    assert gradient[0, 1, 0] == 0 and gradient.abs().sum() > 0
    assert float(attention_distillation(attention, torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)).detach()) == 0


def test_the_loss_is_entropy_and_alpha_times_the_distillation() -> None:
    shots, masks, query = [features(8, 8, 1)], [marked(8, 8)], features(8, 8, 2)
    target, weight = marked(8, 8), torch.ones(32, 32)
    weight[:, 20:] = 0
    values = []
    for alpha in (0.0, 0.05, 0.5):
        net = tiny(alpha=alpha).eval()
        with torch.no_grad():
            values.append(float(net.episode_loss(shots, masks, query, target, weight)))
            pair, attention = net.compare(query, net.encode_support(shots, masks))
    logits, attention = (nn.functional.interpolate(x, size=(32, 32), mode="bilinear", align_corners=True)[:, 0] for x in (pair[:, 1:] - pair[:, :1], attention[:, None]))
    entropy = masked_loss(logits, target[None], weight[None], dice=0.0)
    distilled = attention_distillation(attention, target[None], weight[None])
    assert values == pytest.approx([float(entropy + a * distilled) for a in (0.0, 0.05, 0.5)], rel=1e-4)
    assert values[0] < values[1] < values[2]


@pytest.mark.parametrize("params", [{}, {"cam": False}, {"grmap": False}, {"eamu": False}, {"cam": False, "grmap": False, "eamu": False, "alpha": 0.0},
                                    {"running_memory": True}, {"standardise": False}, {"channels_32": 4}])
def test_every_form_learns(params: dict) -> None:
    """Ablation and options: finite logits at stride 4, and every weight that is read gets a gradient."""
    net, widths = tiny(**params), {4: 4, 8: 4, 16: 4, 32: 4}
    shots, query = [features(8, 12, 1, channels=widths), features(10, 6, 2, channels=widths)], features(9, 7, 3, n=2, channels=widths)
    net.train().episode_loss(shots, [marked(8, 12), marked(10, 6)], query, torch.stack([marked(9, 7)] * 2), dice=1.0).backward()
    assert not [name for name, p in net.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
    net.eval()
    with torch.no_grad():
        logits = net.segment(query, net.encode_support(shots, [marked(8, 12), marked(10, 6)]))
    assert logits.shape == (2, 9, 7) and logits.isfinite().all()


def test_a_wide_scan_is_answered_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """A periodic surface: every window sees the same, so the answer must repeat as the surface does, over the seams too."""
    monkeypatch.setattr(eamnet, "WINDOWS", eamnet.Windows(40, 32, 16))
    net, tile = tiny().eval(), features(16, 16, 4)
    wide = {s: level.repeat(1, 1, 1, 8) for s, level in tile.items()}
    sizes: list[tuple[int, int]] = []
    net.decoder.register_forward_pre_hook(lambda module, given: sizes.append(tuple(given[0].shape[-2:])))
    with torch.no_grad():
        support = net.encode_support([tile], [marked(16, 16)])
        whole = net.segment(wide, support)[0]
    assert whole.shape == (16, 128) and set(sizes) == {(16, 32)} and len(sizes) == 7
    middle, shifted = whole[:, 32:80], whole[:, 48:96]
    assert float((middle - shifted).abs().max()) < 0.5 * float(middle.std()) + 0.02


def test_a_decoder_has_no_bias_but_the_last() -> None:
    assert [m.bias is not None for m in Decoder(515, 256).modules() if isinstance(m, nn.Conv2d)] == [False] * 6 + [True]
