"""What every registered few-shot model must do, whatever it is made of."""

from __future__ import annotations

import dataclasses
import json

import pytest
import torch
from safetensors.torch import load, save

from core_models.models import registry
from core_models.weights import BUNDLED, load_folder
from tests.core_models.synthetic import levels

ENGINES = [name for name, engine in registry.engines().items() if engine.kind == "segment"]
FEW_STEPS = {"support_head": {"steps": 24}}


def made(name: str) -> torch.nn.Module:
    """With the weights that ship where they stay as they are, with fresh ones where they are learnt."""
    torch.manual_seed(3)
    net = registry.create(name, FEW_STEPS.get(name)).eval()
    if net.ships:
        net.load_state_dict(load_folder(BUNDLED / name)[0])
    return net


def shots(count: int, **kwargs) -> tuple[list, list]:
    pairs = [levels(10 + k, box=(16 + 8 * k, 24, 24, 32), **kwargs) for k in range(count)]
    return [f for f, _ in pairs], [m for _, m in pairs]


def of_sizes(count: int) -> tuple[list, list]:
    """Shots no two of which have the same size."""
    pairs = [levels(20 + k, 64 + 16 * k, 112 - 16 * (k % 5), box=(16, 8 + 4 * k, 24, 32)) for k in range(count)]
    return [f for f, _ in pairs], [m for _, m in pairs]


def copied(values: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in values.items()}


def same(values: dict[str, torch.Tensor], others: dict[str, torch.Tensor]) -> bool:
    return values.keys() == others.keys() and all(torch.equal(values[name], others[name]) for name in values)


def test_the_engines_of_the_product_are_there() -> None:
    assert {"nearest", "support_head", "strip_steel", "eamnet", "in_context"} <= set(ENGINES)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_one_to_ten_shots_of_different_sizes(name: str, count: int) -> None:
    net, (features, masks), query = made(name), of_sizes(count), levels(1, 80, 48, box=None)[0]
    support = net.encode_support(features, masks, [torch.zeros_like(m) for m in masks], shots=count)
    with torch.inference_mode():
        logits = net.segment(query, support)
    assert logits.shape == (1, 20, 12) and logits.isfinite().all()


@pytest.mark.parametrize("name", ENGINES)
def test_masks_of_another_size_than_the_map(name: str) -> None:
    """A mask comes as the image's pixels or at stride 4: the same region says the same, but for rounding."""
    features, masks = shots(1)
    fine = torch.nn.functional.interpolate(masks[0][None, None], scale_factor=3, mode="nearest")[0, 0]
    coarse = torch.nn.functional.avg_pool2d(masks[0][None, None], 4)[0, 0]
    query, answers = levels(2)[0], []
    for mask in (masks[0], fine, coarse):
        net = made(name)
        support = net.encode_support(features, [mask])
        with torch.inference_mode():
            answers.append(net.segment(query, support))
    assert all(torch.allclose(answer, answers[0], atol=0.25 * float(answers[0].std()) + 1e-3) for answer in answers[1:])


@pytest.mark.parametrize("name", ENGINES)
def test_asking_changes_nothing(name: str) -> None:
    """Neither an example nor a query leaves a trace in the model, in what was kept or in the features."""
    net = made(name)
    features, masks = shots(2)
    given = [copied({str(s): level for s, level in f.items()}) for f in features]
    weights = copied(net.state_dict())
    support = net.encode_support(features, masks, shots=2)
    kept = copied(support)
    with torch.inference_mode():
        context = net.context(levels(2)[0], support)
        first = net.segment(levels(2)[0], support, context)
        net.segment(levels(7, 160, 64, box=None)[0], support)
        again = net.segment(levels(2)[0], support, context)
    assert torch.equal(first, again)
    assert same(net.state_dict(), weights) and same(support, kept) and not net.training
    assert all(same({str(s): level for s, level in f.items()}, g) for f, g in zip(features, given, strict=True))


@pytest.mark.parametrize("name", ENGINES)
def test_classes_are_each_on_their_own(name: str) -> None:
    """What is asked for another class before or between changes no answer, and two classes get two answers."""
    features, masks = shots(2)
    others = [torch.roll(mask, (32, -16), (0, 1)) for mask in masks]
    query = levels(2)[0]
    alone = made(name)
    both = made(name)
    with torch.no_grad():
        other = both.encode_support(features, others, shots=2)
        torch.manual_seed(3)
        support = both.encode_support(features, masks, shots=2)
        both.segment(query, other)
        torch.manual_seed(3)
        expected = alone.segment(query, alone.encode_support(features, masks, shots=2))
        assert torch.equal(both.segment(query, support), expected)
        assert not torch.equal(both.segment(query, other), expected)


@pytest.mark.parametrize("name", [n for n in ENGINES if made(n).trained])
def test_every_weight_is_learnt(name: str) -> None:
    net = made(name).train()
    features, masks = of_sizes(3)
    query, target = levels(5, 64, 80, box=(16, 16, 24, 24))
    net.episode_loss(features, masks, query, target, dice=1.0).backward()
    gradients = {n: p.grad for n, p in net.named_parameters()}
    assert gradients and all(g is not None and g.isfinite().all() for g in gradients.values())
    assert sum(bool(g.any()) for g in gradients.values()) > 0.8 * len(gradients)


@pytest.mark.parametrize("name", [n for n in ENGINES if made(n).trained])
def test_pixels_without_weight_teach_nothing(name: str) -> None:
    """Whatever stands in a target where nobody said what it is: the loss is the same, and finite where nothing is known."""
    net = made(name)
    features, masks = shots(1)
    query, target = levels(5, box=(48, 40, 32, 24))
    weight = torch.ones_like(target)
    weight[:, 64:] = 0
    wrong = torch.where(weight > 0, target, 1 - target)
    with torch.no_grad():
        losses = [net.episode_loss(features, masks, query, t, weight, dice=1.0) for t in (target, wrong)]
        nothing = net.episode_loss(features, masks, query, target, torch.zeros_like(weight), dice=1.0)
        two = net.episode_loss(features, masks, {s: torch.cat([level, level]) for s, level in query.items()}, torch.stack([target, target]))
        one = net.episode_loss(features, masks, query, target)
    assert float(losses[0]) == pytest.approx(float(losses[1]), rel=1e-4)
    assert nothing.isfinite()
    assert float(one) == pytest.approx(float(two), rel=1e-3)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("size", [(96, 96), (16, 16), (160, 48), (16, 1424), (112, 80)])
def test_shapes(name: str, size: tuple[int, int]) -> None:
    net = made(name)
    support = net.encode_support(*shots(1))
    query, _ = levels(1, *size, box=None)
    batch = {s: torch.cat([level, level]) for s, level in query.items()}
    with torch.inference_mode():
        logits = net.segment(batch, support, net.context(query, support))
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
@pytest.mark.parametrize("share", ["empty", "full", "one pixel", "a few pixels", "one of two empty"])
def test_masks_at_the_ends(name: str, share: str) -> None:
    features, masks = shots(2)
    masks = [torch.zeros_like(m) if share != "full" else torch.ones_like(m) for m in masks]
    if share == "one pixel":
        for mask in masks:
            mask[40, 40] = 1
    if share == "a few pixels":
        masks[0][41:43, 50:53] = 1
        masks[1][3, 90:92] = 1
    if share == "one of two empty":
        masks[0][20:50, 30:60] = 1
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


def test_support_head_compares_with_the_views_as_they_are_and_fits_to_all() -> None:
    """Of eight views of a shot the first alone is what cells are compared with; the perceptrons learn from all of them."""
    net, (features, masks) = made("support_head"), shots(1)
    turned = [{s: torch.rot90(level, k // 2, (-2, -1)).flip(-1) if k % 2 else torch.rot90(level, k // 2, (-2, -1)) for s, level in features[0].items()} for k in range(8)]
    marked = [torch.rot90(masks[0], k // 2).flip(-1) if k % 2 else torch.rot90(masks[0], k // 2) for k in range(8)]
    one, eight = net.encode_support(features, masks), net.encode_support(turned, marked)
    assert all(torch.equal(one[name], eight[name]) for name in one if name.endswith(("_in", "_out")) or name in ("axis", "apart", "facts"))
    assert not torch.equal(one["cells.weights.0"], eight["cells.weights.0"])


def test_describe_is_plain_json() -> None:
    described = json.loads(json.dumps(registry.describe()))
    head = next(d for d in described if d["name"] == "support_head")
    steps = next(p for p in head["params"] if p["name"] == "steps")
    assert steps == {"name": "steps", "type": "int", "default": registry.engine("support_head").params().steps}
    assert head["summary"]


@pytest.mark.parametrize("name", registry.engines())
def test_descriptions_are_complete(name: str) -> None:
    (described,) = [d for d in registry.describe() if d["name"] == name]
    engine = registry.engine(name)
    assert set(described) == {"name", "kind", "summary", "trained", "params"} and described["kind"] == engine.kind
    assert described["summary"].endswith(".") and described["summary"].count(". ") == 0, "one sentence"
    assert described["trained"] is (engine.kind == "segment" and made(name).trained)
    assert [p["name"] for p in described["params"]] == [f.name for f in dataclasses.fields(engine.params)]
    assert all(type(p["default"]).__name__ == p["type"].split(" ")[0] for p in described["params"]), "as they are typed"
    assert registry.parameters(name, {p["name"]: p["default"] for p in described["params"]}) == engine.params()


def test_unknown_engines_and_parameters_are_named() -> None:
    with pytest.raises(registry.UnknownEngine, match="nearest"):
        registry.create("neareast")
    with pytest.raises(registry.UnknownEngine, match="stepps"):
        registry.create("support_head", {"stepps": 3})
    assert dataclasses.is_dataclass(registry.parameters("nearest", {"foreground": 3}))
