"""AdamW in one cycle, for heads that are fitted in seconds: torch.optim loads torch's compiler first, which takes as long."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8
_WARM = 0.3  # share of the steps in which the rate rises, as in torch's OneCycleLR
_START, _END = 1 / 25, 1 / 250_000  # of the highest rate


class OneCycleAdamW:
    """Decoupled weight decay (I. Loshchilov and F. Hutter, ICLR 2019) under a rate that rises and falls once by cosines
    (L. Smith and N. Topin, "Super-Convergence", 2018)."""

    def __init__(self, parameters: Iterable[Tensor], rate: float, decay: float, steps: int) -> None:
        self.parameters = list(parameters)
        self.rate, self.decay, self.steps, self.done = rate, decay, steps, 0
        self._first = [torch.zeros_like(p) for p in self.parameters]
        self._second = [torch.zeros_like(p) for p in self.parameters]

    def present_rate(self) -> float:
        """The rate of the next step."""
        rising = max(1.0, _WARM * self.steps - 1)
        if self.done <= rising:
            return _between(_START, 1.0, self.done / rising) * self.rate
        return _between(1.0, _END, min(1.0, (self.done - rising) / max(1.0, self.steps - 1 - rising))) * self.rate

    @torch.no_grad()
    def step(self, loss: Tensor) -> None:
        """Takes the gradients of `loss` and moves the parameters."""
        gradients = torch.autograd.grad(loss, self.parameters)
        rate = self.present_rate()
        self.done += 1
        for value, gradient, first, second in zip(self.parameters, gradients, self._first, self._second, strict=True):
            first.lerp_(gradient, 1 - _BETA1)
            second.mul_(_BETA2).addcmul_(gradient, gradient, value=1 - _BETA2)
            spread = (second / (1 - _BETA2**self.done)).sqrt_().add_(_EPSILON)
            value.mul_(1 - rate * self.decay).addcdiv_(first, spread, value=-rate / (1 - _BETA1**self.done))


def _between(start: float, end: float, share: float) -> float:
    """From start to end along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2
