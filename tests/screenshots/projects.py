"""The projects that the pictures are taken of: made once with the real program on the sample images, then copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from app import settings
from data import sample


def _run(*words: object) -> None:
    subprocess.run([sys.executable, "main.py", *map(str, words)], check=True, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, env=os.environ)


class Projects:
    """The projects by name, each made when it is asked for first. All lie below `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home

    @cached_property
    def fresh(self) -> Path:
        """Images and no class."""
        sample.make_sample(settings.sample_folder())
        return self._made("fresh", lambda where: (_run("new", where), _run("add", where, settings.sample_folder() / "images")))

    @cached_property
    def unshot(self) -> Path:
        """A class without shots."""
        return self._made("unshot", lambda where: (shutil.copytree(self.fresh, where), _run("classes", where, "--add", "scratch")))

    @cached_property
    def full(self) -> Path:
        """Proposals, decisions, check images and a fine-tuned version."""
        _run("demo", "--out", self._home / "demo", "--minutes", "0.5")
        return self._home / "demo" / "project"

    @cached_property
    def shot(self) -> Path:
        """Shots of every class, and nothing proposed yet."""

        def fill(where: Path) -> None:
            shutil.copytree(self.fresh, where)
            for shots in sorted((self.full.parent / "shots").iterdir()):
                _run("import", where, shots, "--format", "masks", "--as-shots")

        return self._made("shot", fill)

    def _made(self, name: str, fill: Callable[[Path], object]) -> Path:
        where = self._home / "made" / name
        fill(where)
        return where

    def copy(self, which: str, name: str) -> Path:
        """A copy to take a picture of, under a name of its own."""
        where = self._home / "copies" / name / "Line 3"
        shutil.copytree(getattr(self, which), where, ignore=shutil.ignore_patterns("*.lock"))
        return where
