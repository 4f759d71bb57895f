"""Which layers make up a surface: one recipe for each family of material, from rolled steel to woven cloth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.surfaces.layers import Layer
from data.surfaces.noise import Generator, log_uniform

UPRIGHT = np.pi / 2


def _direction(rng: Generator) -> float:
    """Mostly down the image or across it, as parts lie before a camera; now and then askew."""
    angle = UPRIGHT if rng.random() < 0.65 else 0.0
    return angle + (rng.normal(0, 0.02) if rng.random() < 0.7 else rng.uniform(-0.8, 0.8))


def _fine(rng: Generator, low: float = 0.006, high: float = 0.05) -> Layer:
    return Layer("noise", log_uniform(rng, low, high), rng.uniform(0, 0.8), log_uniform(rng, 1.2, 4), slope=rng.uniform(0.8, 1.6))


def _clouds(rng: Generator, low: float = 0.005, high: float = 0.07) -> Layer:
    return Layer("noise", log_uniform(rng, low, high), 0.0, log_uniform(rng, 25, 150), elongation=rng.uniform(1, 3),
                 angle=_direction(rng), slope=rng.uniform(1.2, 2))


def _brushed(rng: Generator) -> list[Layer]:
    angle = _direction(rng)
    layers = [Layer("noise", log_uniform(rng, 0.02, 0.13), rng.uniform(0.2, 0.9), log_uniform(rng, 1.2, 3),
                    log_uniform(rng, 8, 60), angle, rng.uniform(0.8, 1.4), skew=rng.uniform(-0.3, 0.7)), _fine(rng)]
    if abs(np.sin(2 * angle)) < 0.1:
        layers.append(Layer("columns", log_uniform(rng, 0.01, 0.13), 0.0, log_uniform(rng, 1.5, 10), rng.uniform(3, 20), angle,
                            rng.uniform(0.6, 1.2), skew=rng.uniform(-0.3, 0.9)))
    return layers + ([_clouds(rng)] if rng.random() < 0.6 else [])


def _rolled(rng: Generator) -> list[Layer]:
    angle = _direction(rng)
    layers = [Layer("noise", log_uniform(rng, 0.01, 0.07), rng.uniform(0, 0.7), log_uniform(rng, 1.2, 3), rng.uniform(1, 5),
                    angle, rng.uniform(0.7, 1.2)),
              Layer("noise", log_uniform(rng, 0.004, 0.04), 0.0, log_uniform(rng, 6, 40), rng.uniform(3, 15), angle, 1.2),
              _fine(rng), _clouds(rng, 0.005, 0.08)]
    if rng.random() < 0.4:
        layers.append(Layer("columns", log_uniform(rng, 0.005, 0.04), 0.0, log_uniform(rng, 2, 30), rng.uniform(3, 20), angle, 0.8))
    return layers


def _cast(rng: Generator) -> list[Layer]:
    layers = [Layer("noise", log_uniform(rng, 0.03, 0.25), rng.uniform(0, 0.9), log_uniform(rng, 1.5, 7), slope=rng.uniform(0.7, 1.5),
                    skew=rng.uniform(-0.6, 0.4)), _fine(rng), _clouds(rng)]
    if rng.random() < 0.6:
        layers.append(Layer("specks", log_uniform(rng, 0.03, 0.12), rng.uniform(0, 0.6), log_uniform(rng, 2, 6),
                            rng.uniform(1, 2.5), _direction(rng), share=rng.uniform(0.3, 0.9)))
    return layers


def _stippled(rng: Generator) -> list[Layer]:
    """Hard grain at high contrast, as hot strip under raking light."""
    return [Layer("noise", log_uniform(rng, 0.1, 0.35), 0.2, log_uniform(rng, 1.2, 3.5), rng.uniform(1, 2.5), _direction(rng),
                  rng.uniform(0.7, 1.2)), _clouds(rng, 0.03, 0.22)]


def _spangle(rng: Generator) -> list[Layer]:
    return [Layer("grains", log_uniform(rng, 0.02, 0.14), rng.uniform(0, 0.4), log_uniform(rng, 6, 40), rng.uniform(1, 1.8),
                  share=rng.uniform(0, 0.5)), _fine(rng), _clouds(rng)]


def _leather(rng: Generator) -> list[Layer]:
    return [Layer("pebbles", log_uniform(rng, 0.05, 0.2), rng.uniform(0.5, 1), log_uniform(rng, 4, 16), rng.uniform(0.8, 1.5)),
            _fine(rng), _clouds(rng)]


def _milled(rng: Generator) -> list[Layer]:
    arcs = rng.random() < 0.4
    return [Layer("waves", log_uniform(rng, 0.03, 0.2), rng.uniform(0.5, 1), log_uniform(rng, 2.5, 14), rng.uniform(0.7, 3),
                  _direction(rng), share=0.9 if arcs else 0.1), _fine(rng), _clouds(rng)]


def _woven(rng: Generator) -> list[Layer]:
    return [Layer("weave", log_uniform(rng, 0.05, 0.25), rng.uniform(0, 0.5), log_uniform(rng, 3, 12), rng.uniform(0.7, 1.6),
                  rng.normal(0, 0.04) if rng.random() < 0.7 else 0.785, share=rng.random()), _fine(rng), _clouds(rng)]


def _perforated(rng: Generator) -> list[Layer]:
    return [Layer("lattice", log_uniform(rng, 0.08, 0.4), rng.uniform(0, 0.8), log_uniform(rng, 8, 30), angle=rng.normal(0, 0.05),
                  slope=rng.uniform(0, 1), share=rng.random()), _fine(rng), _clouds(rng)]


def _printed(rng: Generator) -> list[Layer]:
    return [Layer("tracks", log_uniform(rng, 0.15, 0.5), rng.uniform(0, 0.2), log_uniform(rng, 8, 26),
                  angle=UPRIGHT if rng.random() < 0.5 else 0.0, skew=rng.choice([-0.4, 0.4])), _fine(rng), _clouds(rng, 0.005, 0.05)]


def _smooth(rng: Generator) -> list[Layer]:
    return [_fine(rng, 0.003, 0.02), _clouds(rng, 0.005, 0.06)]


def _statistical(rng: Generator) -> list[Layer]:
    """Narrow-band noise, with or without a direction, as in generated benchmarks and carpets."""
    wave = log_uniform(rng, 2.5, 12)
    return [Layer("noise", log_uniform(rng, 0.05, 0.25), rng.uniform(0, 0.7), wave, log_uniform(rng, 1, 6), rng.uniform(0, np.pi),
                  rng.uniform(1.5, 3), low=wave * rng.uniform(1, 3), skew=rng.uniform(-0.5, 0.5)), _fine(rng)]


RECIPES: dict[str, tuple[float, Callable[[Generator], list[Layer]]]] = {
    "brushed": (18, _brushed), "rolled": (20, _rolled), "cast": (14, _cast), "stippled": (8, _stippled), "spangle": (4, _spangle),
    "leather": (4, _leather), "milled": (7, _milled), "woven": (6, _woven), "perforated": (2, _perforated),
    "printed": (4, _printed), "smooth": (7, _smooth), "statistical": (6, _statistical)}


def draw_texture(rng: Generator, family: str | None = None) -> tuple[str, tuple[Layer, ...]]:
    """A family (drawn by weight unless named) and its layers."""
    if family is None:
        weights = np.array([weight for weight, _ in RECIPES.values()], float)
        family = str(rng.choice(list(RECIPES), p=weights / weights.sum()))
    return family, tuple(RECIPES[family][1](rng))
