"""What every registered few-shot model must do, whatever it is made of."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch
from safetensors.torch import load, save

from core_models.models import registry
from tests.core_models.synthetic import levels

ENGINES = [name for name, engine in registry.engines().items() if engine.kind == "segment"]
FEW_STEPS = {"support_head": {"steps": 24, "crop": 16}}


def made(name: str) -> torch.nn.Module:
    torch.manual_seed(3)
    return registry.create(name, FEW_STEPS.get(name)).eval()


def shots(count: int, **kwargs) -> tuple[list, list]:
    pairs = [levels(10 + k, box=(16 + 8 * k, 24, 24, 32), **kwargs) for k in range(count)]
    return [f for f, _ in pairs], [m for _, m in pairs]


def test_the_engines_of_the_product_are_there() -> None:
    assert {"nearest", "support_head"} <= set(ENGINES)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("size", [(96, 96), (16, 16), (160, 48)])
def test_shapes(name: str, size: tuple[int, int]) -> None:
    net = made(name)
    support = net.encode_support(*shots(1))
    query, _ = levels(1, *size, box=None)
    batch = {s: torch.cat([level, level]) for s, level in query.items()}
    with torch.inference_mode():
        logits = net.segment(batch, support, net.context(query))
    assert logits.shape == (2, size[0] // 4, size[1] // 4)
    assert logits.isfinite().all()
    assert torch.allclose(logits[0], logits[1], atol=1e-4)


@pytest.mark.parametrize("name", ENGINES)
def test_same_shots_give_the_same_answer(name: str) -> None:
    answers = []
    for noise in (0, 1):
        torch.manual_seed(noise)  # what else drew random numbers before must not matter
        net = made(name)
        torch.manual_seed(noise)
        with torch.inference_mode():
            answers.append(net.segment(levels(2)[0], net.encode_support(*shots(2), shots=2)))
    assert torch.equal(*answers)


@pytest.mark.parametrize("name", ENGINES)
def test_what_was_learnt_survives_safetensors(name: str) -> None:
    net = made(name)
    support = net.encode_support(*shots(2), shots=2)
    again = load(save({k: v.contiguous() for k, v in support.items()}))
    other = made(name)
    other.load_state_dict(load(save(net.state_dict())) if net.state_dict() else {})
    with torch.inference_mode():
        assert torch.equal(net.segment(levels(2)[0], support), other.segment(levels(2)[0], again))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("share", ["empty", "full", "one pixel"])
def test_masks_at_the_ends(name: str, share: str) -> None:
    features, masks = shots(2)
    masks = [torch.zeros_like(m) if share != "full" else torch.ones_like(m) for m in masks]
    if share == "one pixel":
        for mask in masks:
            mask[40, 40] = 1
    net = made(name)
    with torch.inference_mode():
        assert net.segment(levels(2)[0], net.encode_support(features, masks, shots=2)).isfinite().all()


@pytest.mark.parametrize("name", [n for n in ENGINES if not made(n).trained])
def test_finds_what_it_was_shown(name: str) -> None:
    net = made(name)
    query, mask = levels(5, box=(48, 40, 32, 24))
    with torch.inference_mode():
        logits = net.segment(query, net.encode_support(*shots(2), shots=2))[0]
    truth = torch.nn.functional.avg_pool2d(mask[None, None], 4)[0, 0] > 0.5
    assert logits[truth].median() > logits[~truth].median() + 1


@pytest.mark.parametrize("name", [n for n in ENGINES if not made(n).trained])
def test_ignored_pixels_teach_nothing(name: str) -> None:
    features, masks = shots(1)
    ignore = torch.zeros_like(masks[0])
    ignore[:, 48:] = 1
    other = {s: level.clone() for s, level in features[0].items()}
    net = made(name)
    taught = [net.encode_support([f], [m], [ignore]) for f, m in ((other, masks[0]), (other, torch.where(ignore > 0, 1 - masks[0], masks[0])))]
    assert all(torch.equal(taught[0][key], taught[1][key]) for key in taught[0])


@pytest.mark.parametrize("name", [n for n in ENGINES if made(n).trained])
def test_loss_falls_on_one_episode(name: str) -> None:
    net = made(name)
    features, masks = shots(2)
    query, target = levels(5, box=(48, 40, 32, 24))
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    losses = []
    for _ in range(12):
        loss = net.episode_loss(features, masks, query, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_support_head_loss_falls_while_it_is_fitted() -> None:
    net = made("support_head")
    _, losses = net.fit(*shots(2))
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_describe_is_plain_json() -> None:
    described = json.loads(json.dumps(registry.describe()))
    head = next(d for d in described if d["name"] == "support_head")
    steps = next(p for p in head["params"] if p["name"] == "steps")
    assert steps == {"name": "steps", "type": "int", "default": registry.engine("support_head").params().steps}
    assert head["summary"]


def test_unknown_engines_and_parameters_are_named() -> None:
    with pytest.raises(registry.UnknownEngine, match="nearest"):
        registry.create("neareast")
    with pytest.raises(registry.UnknownEngine, match="stepps"):
        registry.create("support_head", {"stepps": 3})
    assert dataclasses.is_dataclass(registry.parameters("nearest", {"foreground": 3}))
