"""A surface, and a picture of it with defects on it: the two steps that every generated image goes through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.surfaces.canvas import Canvas
from data.surfaces.classes import DefectClass, draw_defect_class
from data.surfaces.defects import add_defect
from data.surfaces.distractors import Distractor, add_distractors, draw_distractors
from data.surfaces.layers import REGULAR, Layer
from data.surfaces.light import Light, draw_light, illuminate
from data.surfaces.noise import Generator
from data.surfaces.sensor import Sensor, draw_sensor, expose
from data.surfaces.texture import draw_texture

__all__ = ["DefectClass", "Sample", "Surface", "draw_defect_class", "draw_image", "draw_surface", "is_regular", "vary"]


@dataclass(frozen=True)
class Surface:
    """A kind of part under one camera: what stays the same from image to image. `hue` is None for grey pictures, else the
    relative strength of blue, green and red."""

    family: str
    layers: tuple[Layer, ...]
    light: Light
    sensor: Sensor
    distractors: tuple[Distractor, ...]
    hue: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Sample:
    """A picture, uint8 or uint16, (h, w) or (h, w, 3) in OpenCV's order of colours, and the exact mask, bool (h, w), of each
    class by its place in the list of classes (every class has one, all False where none of it is there)."""

    image: np.ndarray
    masks: dict[int, np.ndarray]


def draw_surface(rng: Generator, height: int, width: int, *, family: str | None = None, colour: bool = False, bits: int = 8) -> Surface:
    """A new surface for pictures of about this size; `family` names a recipe of `texture.RECIPES`."""
    family, layers = draw_texture(rng, family)
    regular = any(layer.kind in REGULAR for layer in layers)
    hue = tuple(float(v) for v in np.clip(1 + rng.normal(0, 0.12, 3), 0.5, 1.5)) if colour else None
    return Surface(family, layers, draw_light(rng), draw_sensor(rng, bits), draw_distractors(rng, min(height, width), regular), hue)


def is_regular(surface: Surface) -> bool:
    """Whether the texture has an order that a defect can break."""
    return any(layer.kind in REGULAR and layer.amplitude > 0.05 for layer in surface.layers)


def vary(rng: Generator, surface: Surface) -> Surface:
    """The same surface in another picture: exposure and light differ a little."""
    sensor = replace(surface.sensor, exposure=float(np.clip(surface.sensor.exposure * np.exp(rng.normal(0, 0.07)), 0.08, 0.9)))
    light = replace(surface.light, gradient=surface.light.gradient * rng.uniform(0.6, 1.4), spot=surface.light.spot * rng.uniform(0.3, 1.3))
    return replace(surface, sensor=sensor, light=light)


def draw_image(rng: Generator, height: int, width: int, surface: Surface, classes: list[tuple[DefectClass, int]],
               distractors: bool = True) -> Sample:
    """A picture of the surface with so many instances of each class; an instance that cannot be made visible is left out."""
    sensor = surface.sensor
    canvas = Canvas(rng, height, width, surface.layers, surface.light, sensor)
    if distractors:
        add_distractors(rng, surface.distractors, canvas)
    canvas.lit = illuminate(rng, height, width, surface.light)
    masks = {index: np.zeros((height, width), bool) for index in range(len(classes))}
    for index, (cls, count) in enumerate(classes):
        for _ in range(count):
            drawn = add_defect(rng, cls, canvas)
            if drawn is not None:
                masks[index][drawn[0]] |= drawn[1]
    radiance = canvas.value() * canvas.lit
    radiance /= max(float(np.percentile(radiance[::4, ::4][canvas.part[::4, ::4]], 60)), 0.2) if canvas.part[::4, ::4].any() else 1.0
    if surface.hue is not None:
        shift = 1 + np.array([-0.25, 0.0, 0.25], np.float32) * np.clip(canvas.tint, -2, 2)[..., None]
        radiance = radiance[..., None] * np.array(surface.hue, np.float32) * shift
    return Sample(expose(rng, radiance, sensor), masks)
