"""Reads images for the canvas off the GUI thread, and keeps the few that are likely to be looked at next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.ui import background
from app.ui.canvas.compose import Window
from app.ui.canvas.pyramid import Key, Pyramid, by_turns, key_of
from app.ui.writer import Fault
from core_models.contract.image_file import ImageFileError

_KEPT = 4
_KEPT_BYTES = 256 << 20


class Loader(QObject):
    """want() answers with `loaded` or `failed` in the GUI thread, for the newest wish only."""

    loaded = Signal(object, object)  # Pyramid and its Window
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[Key, tuple[Pyramid, Window]] = OrderedDict()
        self._tasks: dict[Key, background.Task] = {}
        self._wanted: Key | None = None
        self._ahead: tuple[Sequence[Path], tuple[int, int]] = (), (0, 0)  # what prefetch() waits with

    def want(self, path: Path | None, screen_px: tuple[int, int]) -> None:
        """Loads a file, and of its levels first the one that shows the whole of it on a screen of that size; None: nothing."""
        self._wanted, self._ahead = None if path is None else key_of(path), ((), (0, 0))
        for key, task in self._tasks.items():
            if key != self._wanted:
                task.stop()
        if self._wanted is None:
            return
        if self._wanted in self._kept:
            self._kept.move_to_end(self._wanted)
            self.loaded.emit(*self._kept[self._wanted])
        else:
            self._start(self._wanted, screen_px)

    def prefetch(self, paths: Sequence[Path], screen_px: tuple[int, int]) -> None:
        """Reads files that may be wanted next, after the one that is wanted now; says nothing of those that cannot be read."""
        if self._wanted is not None and self._wanted in self._tasks:
            self._ahead = paths, screen_px
            return
        for path in paths:
            key = key_of(path)
            if key not in self._kept:
                self._start(key, screen_px, ahead=True)

    def close(self) -> None:
        """Ends what is under way at its next step."""
        self._wanted = None
        for task in self._tasks.values():
            task.stop()

    def _start(self, key: Key, screen_px: tuple[int, int], ahead: bool = False) -> None:
        if key in self._tasks and not self._tasks[key].stopped.is_set():
            return
        # No child of the canvas: its thread may still be reading when that is gone.
        task = background.Task(_steps(key[0], screen_px, ahead))
        self._tasks[key] = task
        task.stepped.connect(lambda answer: self._came(key, answer))
        task.failed.connect(lambda fault: self._broke(key, fault))
        task.ended.connect(lambda: self._ended(key, task))
        task.start()

    def _came(self, key: Key, answer: tuple[Pyramid, Window] | str) -> None:
        if isinstance(answer, str):
            self._broke(key, Fault(answer))
            return
        self._kept[key] = answer
        while len(self._kept) > _KEPT or (len(self._kept) > 1 and sum(p.image.nbytes for p, _ in self._kept.values()) > _KEPT_BYTES):
            oldest = next(k for k in self._kept if k != self._wanted)
            del self._kept[oldest]
        if key == self._wanted:
            self.loaded.emit(*answer)

    def _broke(self, key: Key, fault: Fault) -> None:
        if key == self._wanted:
            self.failed.emit(fault.sentence)

    def _ended(self, key: Key, task: background.Task) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        task.deleteLater()
        if key == self._wanted:
            (paths, screen_px), self._ahead = self._ahead, ((), (0, 0))
            self.prefetch(paths, screen_px)


def _steps(path: Path, screen_px: tuple[int, int], ahead: bool) -> Generator[tuple[Pyramid, Window] | str, None, None]:
    """The image as soon as the whole of it can be shown; then its other levels, so that no zoom has to wait for them."""
    try:
        with by_turns(path) if ahead else nullcontext():
            pyramid = Pyramid.of(path)
    except ImageFileError as fault:
        yield str(fault)
        return
    level = 0
    while any(side > 2 * room for side, room in zip(pyramid.size(level), screen_px, strict=True)) and max(pyramid.size(level)) > 1:
        level += 1
    pyramid.warm(level)
    _ = pyramid.histogram  # found here, for the line under the canvas
    yield pyramid, Window.of(pyramid)
    for finer in range(1, level):
        pyramid.warm(finer)
