"""The warm worker with toy models: python toy_assistant.py; the class's name in the support set says how they behave."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from core_models import serve, turn
from core_models.contract.job import Region
from core_models.contract.mask import Mask

GATE = os.environ.get("TOY_GATE", "")  # the fitted answer waits until there is such a file


@dataclass
class Scored:
    map: np.ndarray


class ToyModel:
    """Its map is all 7 (the rough answer) or 9 (any other); slow when fitted, with a pause at each step."""

    def __init__(self, model, compute) -> None:
        self.rough = model.engine in (serve.ROUGH, serve.PLAIN)
        print("a library's greeting on standard output", flush=True)

    def prepare(self, support):
        how = support.class_name
        if how == "broken":
            raise ValueError("the shots do not fit")
        if how == "large":
            raise MemoryError
        if how == "deadly":
            os._exit(9)
        if how == "slow" and not self.rough:
            for _ in range(100):
                turn.pause()
                time.sleep(0.05)
        if how == "stuck":
            time.sleep(1000)
        while not self.rough and GATE and not os.path.exists(GATE):
            turn.pause()
            time.sleep(0.02)
        return how

    def score(self, image, prepared):
        return Scored(np.full((image.height, image.width), 7 if self.rough else 9, np.uint8))

    def regions(self, scored, prepared):
        if prepared == "several":
            squares = ((4, 4), (20, 4)) if self.rough else ((4, 20), (18, 22), (30, 4))
            return 0.5, tuple(Region(Mask.from_array(np.ones((8, 8), bool), x, y), 0.6 + 0.1 * k) for k, (x, y) in enumerate(squares))
        return 0.5, (Region(Mask(1, 2, 3, 4, b"0<"), 0.75),)


class ToyEngines(serve.Engines):
    def load(self, model, compute):
        return ToyModel(model, compute)

    def cell_px(self, image):
        return 2.5

    def fill(self, fill):
        """Writes down which images it was given, into the cache folder; there is room for ids below 90."""
        (image,) = fill.images
        for _ in range(10):
            turn.pause()
            time.sleep(0.02)
        if image.id < 90:
            with open(Path(fill.compute.cache_folder) / "filled.txt", "a", encoding="utf-8") as file:
                file.write(f"{image.id}\n")
        return image.id < 90


if __name__ == "__main__":
    serve.serve(sys.stdin.buffer, serve.own_pipe(), ToyEngines(), on_end=lambda: os._exit(0))
