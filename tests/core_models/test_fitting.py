"""The optimiser of fitted heads against torch's own."""

from __future__ import annotations

import torch

from core_models.models.fitting import OneCycleAdamW


def test_moves_as_torch_does() -> None:
    start, aim = torch.linspace(-1, 2, 6), torch.linspace(3, -2, 6)
    ours, theirs = start.clone().requires_grad_(), start.clone().requires_grad_()
    steps = 40
    mine = OneCycleAdamW([ours], 0.05, 0.1, steps)
    other = torch.optim.AdamW([theirs], 0.05, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(other, 0.05, total_steps=steps, cycle_momentum=False)
    for _ in range(steps):
        assert abs(mine.present_rate() - schedule.get_last_lr()[0]) < 1e-9
        mine.step((ours - aim).square().sum())
        other.zero_grad()
        (theirs - aim).square().sum().backward()
        other.step()
        schedule.step()
        assert torch.allclose(ours, theirs, atol=1e-6)
    assert not torch.allclose(ours, start, atol=0.1)
