"""strip_steel against what the paper states, and on maps of every size; its parts against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core_models.models.backbone import ResNet50V2
from core_models.models.blocks import CBAM, masked_average, shrink
from core_models.models.segmentation.strip_steel import MultiScaleDecoder, StripSteel, StripSteelParams
from core_models.models.losses import masked_loss


def count(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def features(rows: int, columns: int, seed: int = 0, n: int = 1, channels: tuple[int, int] = (32, 32)) -> dict[int, Tensor]:
    """Maps at strides 8 and 16 of a view, sizes rounded up as the backbone's are."""
    g = torch.Generator().manual_seed(seed)
    return {8: torch.randn(n, channels[0], rows, columns, generator=g), 16: torch.randn(n, channels[1], -(-rows // 2), -(-columns // 2), generator=g)}


def marked(rows: int, columns: int) -> Tensor:
    mask = torch.zeros(8 * rows, 8 * columns)
    mask[8 : 8 * rows // 2, 8 : 8 * columns // 2] = 1
    return mask


def test_the_paper_s_form_has_its_number_of_parameters() -> None:
    assert count(StripSteel(StripSteelParams(channels_8=512, channels_16=1024))) == 3_485_045


def test_the_form_that_ships_and_the_ablation() -> None:
    assert count(StripSteel()) == 2_731_381
    cbam = 2 * 256 * 16 + 16 + 256 + 2 * 49 + 1
    assert count(StripSteel()) - count(StripSteel(StripSteelParams(attention=False))) == cbam == count(CBAM(256))
    decoder = 2 * (9 * 256 * 256 + 256) + 768 * 768 + 768
    assert count(StripSteel()) - count(StripSteel(StripSteelParams(decoder=False))) == decoder + 512 * 256
    base = StripSteel(StripSteelParams(channels_8=512, channels_16=1024, attention=False, decoder=False))
    assert count(base) == 3_485_045 - cbam - decoder - 512 * 256
    assert count(base) == 2 * (1536 * 256 + 256) + (512 * 256 + 256) + (256 * 256 + 256) + (9 * 256 * 256 + 256) + (2 * 256 + 2)


def test_25_cells_become_12_and_6() -> None:
    decoder, sizes = MultiScaleDecoder(8), []
    for layer in (decoder.decimate, decoder.decimate_again):
        layer.register_forward_hook(lambda module, given, out: sizes.append(tuple(out.shape[-2:])))
    assert decoder(torch.randn(2, 8, 25, 25)).shape == (2, 24, 25, 25)
    assert sizes == [(12, 12), (6, 6)]


def test_the_paper_s_form_reads_a_dilated_third_stage() -> None:
    """There both levels have stride 8, 25 x 25 cells of a 200 x 200 image."""
    backbone = ResNet50V2()
    backbone.dilate()
    net = StripSteel(StripSteelParams(channels_8=512, channels_16=1024, standardise=False)).eval()
    with torch.no_grad():
        maps = {s: level for s, level in backbone.stages(torch.randn(1, 3, 200, 200)).items() if s in net.STRIDES}
        assert [tuple(level.shape) for level in maps.values()] == [(1, 512, 25, 25), (1, 1024, 25, 25)]
        assert net.segment(maps, net.encode_support([maps], [marked(25, 25)])).shape == (1, 50, 50)


def test_attention_weighs_channels_and_places_by_hand() -> None:
    """A_c = sigmoid(MLP(mean) + MLP(max)), then A_s = sigmoid(conv([mean; max])) of what that leaves."""
    torch.manual_seed(6)
    cbam, x = CBAM(4, ratio=2, kernel=3), torch.randn(1, 4, 5, 6)
    w1, b1, w2, b2 = (p.detach().numpy() for p in (cbam.squeeze.weight[:, :, 0, 0], cbam.squeeze.bias, cbam.expand.weight[:, :, 0, 0], cbam.expand.bias))
    maps = x[0].numpy()
    mlp = sum(w2 @ np.maximum(w1 @ v + b1, 0) + b2 for v in (maps.mean((1, 2)), maps.max((1, 2))))
    weighed = maps / (1 + np.exp(-mlp))[:, None, None]
    padded = np.pad(np.stack([weighed.mean(0), weighed.max(0)]), ((0, 0), (1, 1), (1, 1)))
    kernel, bias = cbam.spatial.weight[0].detach().numpy(), float(cbam.spatial.bias.detach())
    where = np.array([[(kernel * padded[:, r : r + 3, c : c + 3]).sum() + bias for c in range(6)] for r in range(5)])
    with torch.no_grad():
        assert np.allclose(cbam(x)[0].numpy(), weighed / (1 + np.exp(-where)), atol=1e-5)


def test_ten_shots_of_sizes_that_differ() -> None:
    net = StripSteel().eval()
    sizes = [(9 + k, 20 - k) for k in range(10)]
    with torch.no_grad():
        support = net.encode_support([features(*s, seed=k) for k, s in enumerate(sizes)], [marked(*s) for s in sizes])
        assert net.segment(features(11, 7, 3), support).shape == (1, 22, 14)


@pytest.mark.parametrize("params", [StripSteelParams(), StripSteelParams(attention=False), StripSteelParams(decoder=False), StripSteelParams(attention=False, decoder=False)])
def test_logits_have_stride_4_and_are_the_same_twice(params: StripSteelParams) -> None:
    torch.manual_seed(1)
    net = StripSteel(params).eval()
    with torch.no_grad():
        support = net.encode_support([features(20, 24, 1), features(12, 30, 2)], [marked(20, 24), marked(12, 30)])
        assert support["prototype"].shape == (256,)
        first, second = (net.segment(features(24, 30, 3, n=2), support) for _ in range(2))
    assert first.shape == (2, 48, 60)
    assert torch.equal(first, second)
    assert torch.isfinite(first).all()


def test_k_shots_are_the_mean_of_the_prototypes_and_order_does_not_matter() -> None:
    net = StripSteel(StripSteelParams(standardise=False)).eval()
    shots, masks = [features(16, 16, k) for k in range(3)], [marked(16, 16)] * 3
    with torch.no_grad():
        single = torch.stack([net.encode_support([s], [m])["prototype"] for s, m in zip(shots, masks, strict=True)])
        together = net.encode_support(shots, masks)["prototype"]
        turned = net.encode_support(shots[::-1], masks)["prototype"]
    assert torch.allclose(together, single.mean(0), atol=1e-5)
    assert torch.allclose(together, turned, atol=1e-5)


def test_a_view_without_a_mark_gives_no_prototype_and_what_is_kept_is_single_precision() -> None:
    """Large shots come in windows, some of plain surface; and what half precision computed is kept in a file."""
    net = StripSteel(StripSteelParams(standardise=False)).eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        alone = net.encode_support([features(16, 16, 1)], [marked(16, 16)])
        beside = net.encode_support([features(16, 16, 1), features(16, 16, 2)], [marked(16, 16), torch.zeros(64, 64)])
    assert torch.equal(alone["prototype"], beside["prototype"])
    assert {v.dtype for v in beside.values()} == {torch.float32}


def test_standardised_features_do_not_depend_on_the_surface_s_scale() -> None:
    net = StripSteel().eval()
    shot, query = features(16, 16, 1), features(16, 16, 2)
    def other(maps: dict[int, Tensor]) -> dict[int, Tensor]:
        return {k: 3 * v + 5 for k, v in maps.items()}

    with torch.no_grad():
        plain = net.segment(query, net.encode_support([shot], [marked(16, 16)]))
        scaled = net.segment(other(query), net.encode_support([other(shot)], [marked(16, 16)]))
    assert torch.allclose(plain, scaled, atol=1e-3)


@pytest.mark.parametrize("mask", [torch.zeros(64, 64), torch.ones(64, 64)])
def test_empty_and_full_masks_give_finite_answers(mask: Tensor) -> None:
    net = StripSteel().eval()
    with torch.no_grad():
        assert torch.isfinite(net.segment(features(8, 8), net.encode_support([features(8, 8)], [mask]))).all()


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (3, 3)])
def test_maps_of_a_few_cells(size: tuple[int, int]) -> None:
    net = StripSteel().eval()
    with torch.no_grad():
        assert net.segment(features(*size), net.encode_support([features(*size)], [marked(*size)])).shape == (1, 2 * size[0], 2 * size[1])


def test_a_wide_scan_is_answered_window_by_window_without_seams() -> None:
    """A periodic surface: every window sees the same, so the answer must repeat as the surface does, over the seams too."""
    torch.manual_seed(3)
    net = StripSteel().eval()
    tile = features(16, 16, 4)
    wide = {8: tile[8].repeat(1, 1, 1, 12), 16: tile[16].repeat(1, 1, 1, 12)}
    with torch.no_grad():
        support = net.encode_support([tile], [marked(16, 16)])
        whole = net.segment(wide, support)
    assert whole.shape == (1, 32, 384)
    middle = whole[0, :, 64:320]
    shifted = whole[0, :, 96:352]
    assert float((middle - shifted).abs().max()) < 0.25 * float(middle.std()) + 0.02


def test_masked_average_and_shares_by_hand() -> None:
    maps = torch.arange(8.0).reshape(1, 2, 2, 2)
    assert torch.allclose(masked_average(maps, torch.tensor([[[1.0, 0], [0, 1]]])), torch.tensor([[1.5, 5.5]]), atol=2e-3)
    mask = torch.zeros(1, 16, 16)
    mask[0, 3, 3] = 1
    assert shrink(mask, (2, 2))[0, 0, 0] == pytest.approx(1 / 64)


def test_loss_falls_on_one_episode() -> None:
    """A few steps on one episode whose defect differs in a few channels: the loss halves and the defect is found."""
    torch.manual_seed(0)
    net = StripSteel().train()
    shot, query = features(8, 8, 1), features(8, 8, 2)
    for maps, (top, left) in ((shot, (1, 1)), (query, (3, 4))):
        maps[8][:, :6, top : top + 3, left : left + 3] += 3
    mask = torch.zeros(16, 16)
    mask[2:8, 2:8] = 1
    share = torch.zeros(1, 16, 16)
    share[:, 6:12, 8:14] = 1
    optimizer, losses = torch.optim.AdamW(net.parameters(), 1e-3), []
    for _ in range(30):
        loss = net.episode_loss([shot], [mask], query, share, dice=1.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    net.eval()
    with torch.no_grad():
        found = net.segment(query, net.encode_support([shot], [mask])) > 0
    assert (found & (share > 0.5)).sum() / (found | (share > 0.5)).sum() > 0.5


def test_it_learns_nothing_where_nothing_is_known() -> None:
    logits = torch.zeros(1, 4, 4, requires_grad=True)
    weight = torch.zeros(1, 4, 4)
    weight[0, 0] = 1
    masked_loss(logits, torch.ones(1, 4, 4), weight).backward()
    assert np.count_nonzero(logits.grad[0, 1:].numpy()) == 0
    assert (logits.grad[0, 0] < 0).all()
