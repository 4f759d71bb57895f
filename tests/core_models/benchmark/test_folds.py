"""Training on base classes: every image once an epoch, the same weights whether it was killed or not, and no loss that is no number."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core_models.inference.device import Device
from core_models.training.folds import Recipe, plan
from tests.core_models.benchmark import toy_training
from tests.core_models.benchmark.toy_training import CLASSES, RECIPE, training

ROOT = Path(__file__).resolve().parents[3]


@settings(max_examples=100)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40), st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(0, 1000))
def test_an_epoch_asks_each_image_once_with_shots_of_its_class(classes, together, per_step, most, seed):
    recipe = Recipe(epochs=1, batch=together * per_step, together=together, most_shots=most)
    steps = plan(classes, recipe, np.random.default_rng(seed))
    asked = [q for step in steps for queries, _ in step for q in queries]
    assert len(asked) == len(set(asked))
    for step in steps:
        assert len(step) == per_step
        for queries, shots in step:
            assert len(queries) == together and 1 <= len(shots) <= most and len(set(shots)) == len(shots)
            assert len({classes[k] for k in (*queries, *shots)}) == 1 and not set(queries) & set(shots)
    whole = sum(classes.count(c) // together for c in set(classes) if classes.count(c) > together)
    assert len(steps) >= whole // per_step


def test_the_loss_falls_and_the_rate_runs_out(tmp_path):
    one = training(tmp_path / "s")
    outcome = one.run(RECIPE.epochs, lambda epoch: None, lambda line: None)
    assert outcome.epochs == 6 and outcome.losses[-1] < 0.5 * outcome.losses[0] and not outcome.stopped
    assert 0 < one.optimizer.param_groups[0]["lr"] < 0.1 * RECIPE.rates[0][0]


def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(tmp_path):
    whole = training(tmp_path / "whole")
    whole.run(6, lambda epoch: None, lambda line: None)
    command = [sys.executable, toy_training.__file__, str(tmp_path / "killed"), "6"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=ROOT, env=_environment())
    while process.stdout.readline() != "ended 3\n":
        assert process.poll() is None
    process.kill()
    process.wait()
    again = training(tmp_path / "killed")
    assert again.outcome.epochs == 3
    ended = []
    again.run(6, ended.append, lambda line: None)
    assert ended == [4, 5, 6]
    assert torch.equal(again.net.factor, whole.net.factor) and again.outcome.losses == whole.outcome.losses


def _environment() -> dict:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_weights(tmp_path):
    good, said = {}, []
    one = training(tmp_path / "s", bad=4)
    outcome = one.run(6, lambda epoch: good.update({epoch: float(one.net.factor.detach())}), said.append)
    assert outcome.epochs == 3 and "the weights of epoch 3 are kept" in outcome.stopped and outcome.stopped in said
    assert float(one.net.factor.detach()) == good[3] and math.isfinite(good[3])
    again = training(tmp_path / "s", bad=4)
    assert again.run(6, lambda epoch: pytest.fail("it went on"), said.append).stopped and float(again.net.factor.detach()) == good[3]


def test_a_first_epoch_that_fails_keeps_the_weights_it_began_with(tmp_path):
    one = training(tmp_path / "s", bad=1)
    outcome = one.run(6, lambda epoch: None, lambda line: None)
    assert outcome.epochs == 0 and float(one.net.factor.detach()) == pytest.approx(0.1)


class Gpu(Device):
    """Stands for a GPU where there is none."""

    @property
    def torch(self) -> torch.device:
        return torch.device("cpu")


GPU = Gpu("cuda", None, 0, "GPU")


def test_a_gpu_that_is_too_small_takes_the_queries_one_by_one(tmp_path):
    whole, small, said = training(tmp_path / "w"), training(tmp_path / "s", room=1, device=GPU), []
    whole.run(3, lambda epoch: None, lambda line: None)
    small.run(3, lambda epoch: None, said.append)
    assert float(small.net.factor.detach()) == pytest.approx(float(whole.net.factor.detach()), rel=1e-5)
    assert small.device is GPU and not any("CPU" in line for line in said)


def test_a_gpu_that_is_too_small_even_so_leaves_the_work_to_the_cpu(tmp_path, monkeypatch):
    one, said = training(tmp_path / "s", device=GPU), []
    asked = one.net.episode_loss

    def full(*given):
        if one.device is GPU:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return asked(*given)

    monkeypatch.setattr(one.net, "episode_loss", full)
    assert one.run(2, lambda epoch: None, said.append).epochs == 2
    assert one.device.kind == "cpu" and sum("the CPU does the rest" in line for line in said) == 1


def test_a_wall_time_ends_it(tmp_path):
    one = training(tmp_path / "s", recipe=replace(RECIPE, epochs=10_000, minutes=1e-4))
    outcome = one.run(10_000, lambda epoch: None, lambda line: None)
    assert 1 <= outcome.epochs < 10_000 and not outcome.stopped


def test_a_recipe_says_what_differs_from_the_defaults():
    assert Recipe(epochs=3, looks=2).said() == {"epochs": 3, "looks": 2}


def test_every_class_is_trained_on():
    steps = plan(CLASSES, RECIPE, np.random.default_rng(0))
    assert {CLASSES[q] for step in steps for queries, _ in step for q in queries} == {"a", "b"}
