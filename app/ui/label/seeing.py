"""How the open image is seen and measured: window and level of its folder, its scale, and the size of what is selected."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings

from app import settings
from app.operations import images
from app.operations.images import Scale
from app.store import figures
from app.store.changes import Change
from app.store.gallery import RegionRow
from app.ui import background
from app.ui.canvas.view import CanvasView
from app.ui.context import Context
from app.ui.label.foot_line import FootLine
from app.ui.label.on_image import OnImage
from app.ui.label.scale_field import ScaleField
from core_models.contract.mask import Mask


class Seeing(QObject):
    """Stands between the canvas and the line under it.

    Window and level are kept in the person's own window.ini, by folder and type of values, and not in the project: they say
    nothing of the images, they are no step that undo should meet, and a project that is open for reading has them, too.
    """

    def __init__(self, context: Context, canvas: CanvasView, foot: FootLine, on_image: OnImage, outline: Callable[[RegionRow], Mask], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._canvas, self._foot, self._on_image, self._outline = context, canvas, foot, on_image, outline
        self._remember = QSettings(str(settings.config_folder() / "window.ini"), QSettings.Format.IniFormat, self)
        self._mm: tuple[float | None, float | None] = (None, None)
        self._line = (0.0, 0.0)
        self.field = ScaleField(canvas)
        canvas.levels_of = self._kept
        canvas.loaded.connect(self._loaded)
        canvas.failed.connect(lambda _: foot.levels.show_image(None))
        canvas.measured.connect(self._measured)
        foot.levels.moved.connect(canvas.set_window)
        foot.levels.settled.connect(lambda low, high: self._keep())
        foot.levels.reset_asked.connect(self._reset)
        self.field.given.connect(self._given)
        self.field.left.connect(self._left)
        context.image_selected.connect(lambda _: self._opened())
        context.changed.connect(self._changed)
        context.focus_changed.connect(lambda _: self.measure())
        on_image.changed.connect(self.measure)

    # -- window and level -----------------------------------------------------------------------------------------------------

    def _loaded(self) -> None:
        histogram = self._canvas.histogram
        self._foot.levels.show_image(histogram, *self._canvas.window)
        self._foot.set_image(self._canvas.image_size, self._canvas.depth, self._canvas.coloured)
        self._read_scale()

    def _reset(self) -> None:
        self._canvas.set_window()
        self._foot.levels.show_window(*self._canvas.window)
        self._keep()

    def _kept(self, path: Path, depth: str) -> tuple[float, float] | None:
        try:
            low, high = (float(text) for text in str(self._remember.value(_key(path, depth), "")).split())
        except ValueError:  # nothing is kept, or somebody has written something else there
            return None
        return (low, high) if low < high else None

    def _keep(self) -> None:
        if self._canvas.path and self._canvas.depth:
            low, high = self._canvas.window
            self._remember.setValue(_key(self._canvas.path, self._canvas.depth), f"{low!r} {high!r}")

    # -- scale ----------------------------------------------------------------------------------------------------------------

    def _opened(self) -> None:
        self.field.hide()
        self._canvas.clear_line()

    def _changed(self, change: Change) -> None:
        if "image" in change.tables:
            self._read_scale()

    def _read_scale(self) -> None:
        image_id = self._context.image_id
        self._mm = self._context.read(images.mm_per_px, image_id) if image_id is not None else (None, None)
        self._foot.set_scale(*self._mm)
        self.measure()

    def _measured(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A line was drawn: how long it is, is asked beside its end."""
        self._line = x1 - x0, y1 - y0
        image_id, at = self._context.image_id, self._canvas.to_screen(x1, y1).toPoint()

        def ask(known: Scale) -> None:
            if image_id == self._context.image_id:
                self.field.ask(at, *self._line, known)

        if image_id is not None:
            self._context.run(background.call(lambda: self._context.read(images.scale_of, image_id)), ask)

    def _given(self, x: float | None, y: float | None, folder: bool) -> None:
        self._left()
        self._context.do(images.set_scale, self._context.image_id, x, y, folder, title=self.tr("Set the scale"))

    def _left(self) -> None:
        self._canvas.clear_line()
        self._canvas.setFocus()

    # -- size -----------------------------------------------------------------------------------------------------------------

    def measure(self) -> None:
        """Says how large the selected region is, as it is shown now."""
        region = next((r for r in self._on_image.shown if r.key == self._context.focus), None)
        if region is None:
            self._foot.show_size(None)
            return
        mask = self._outline(region)
        scale = self._mm if all(self._mm) else None
        self._foot.show_size(figures.measured(self._context.image_id, region.class_id, mask, mask.area, scale))


def _key(path: Path, depth: str) -> str:
    """Of a folder's window and level in window.ini, whatever signs are in its name."""
    folder = hashlib.sha256(os.path.normcase(path.parent).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"levels/{folder}_{depth}"
