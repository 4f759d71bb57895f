"""The two screen-sized arrays that Qt paints as they are: the picture and the overlay, brought up to date where they are stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.canvas.compose import Shown, Window, compose_picture
from app.ui.canvas.frame import NOWHERE, Frame, Rect, clipped
from app.ui.canvas.heat import Heat
from app.ui.canvas.overlay import REACH_PX, Overlay, shift
from app.ui.canvas.paint import Box, Draft
from app.ui.canvas.pyramid import Pyramid

_MOST_STALE = 8  # more parts than that: the whole at once


class Screen:
    """What `widget` shows, at device resolution. Changes only note what is stale; paint() composes it, once for all of them."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.frame = Frame(1.0, 0, 0, 0, 0)
        self.pyramid: Pyramid | None = None
        self.window = Window(0, 255)
        self.heat: Heat | None = None
        self.drafts: list[Draft] = []
        self.hidden = False
        self.focus: tuple[str, int] | None = None
        self._ratio = 1.0
        self._overlay = Overlay()
        self._stale_picture: list[Rect] = []
        self._stale_overlay: list[Rect] = []
        self.resize(0, 0, 1.0)

    def box_of(self, key: tuple[str, int] | None) -> Box | None:
        """The box of a region that is shown, in image pixels."""
        return self._overlay.box_of(key)

    def words(self, least_px: float, most: int) -> list[tuple[Box, str]]:
        """Box and word of the scored proposals in view that are no smaller than that on the screen; none where they are more than `most`."""
        x, y, w, h = self._overlay.scored.T * self.frame.zoom
        x, y = x - self.frame.left, y - self.frame.top
        seen = (x < self.frame.width) & (x + w > 0) & (y < self.frame.height) & (y + h > 0) & (np.maximum(w, h) >= least_px * self._ratio)
        found = np.flatnonzero(seen)
        return [(tuple(self._overlay.scored[k].tolist()), self._overlay.words[k]) for k in found] if len(found) <= most else []

    def resize(self, width: int, height: int, ratio: float) -> None:
        """A screen of width x height device pixels, `ratio` of them for a logical one."""
        self.frame = replace(self.frame, width=width, height=height)
        self._ratio = ratio
        self._picture = np.zeros((height, width), np.uint32)
        self._overlay.resize(width, height)
        # Qt reads the arrays' own memory: they are kept as long as the images are.
        self._images = []
        for pixels, form in ((self._picture, QImage.Format.Format_RGB32), (self._overlay.pixels, QImage.Format.Format_ARGB32_Premultiplied)):
            image = QImage(pixels.data, width, height, 4 * width, form) if width and height else QImage()
            image.setDevicePixelRatio(ratio)
            self._images.append(image)
        self.spoil()

    def show(self, pyramid: Pyramid | None, window: Window) -> None:
        self.pyramid, self.window, self.heat = pyramid, window, None
        self._overlay.set_regions([])
        self.spoil()

    def set_window(self, window: Window) -> None:
        self.window = window
        self._stale_picture = [self.frame.whole]
        self._widget.update()

    def set_regions(self, regions: Sequence[Shown]) -> None:
        """Composes anew only where they differ from those before."""
        changed = self._overlay.set_regions(regions)
        if len(changed) > _MOST_STALE:
            self._spoil_all_overlay()
        else:
            for box in changed:
                self.spoil_overlay(box, REACH_PX)

    def set_heat(self, heat: Heat | None) -> None:
        self.heat = heat
        self._stale_picture = [self.frame.whole]
        self._widget.update()

    def set_overlay(self, opacity: float, hidden: bool) -> None:
        if self.heat and hidden != self.hidden:
            self._stale_picture = [self.frame.whole]
        self.hidden = hidden
        if opacity != self._overlay.opacity:
            self._overlay.set_opacity(opacity)
            self._spoil_all_overlay()
        self._widget.update()

    def region_at(self, x: float, y: float, reach: float) -> Shown | None:
        return None if self.hidden else self._overlay.at(x, y, reach)

    def look(self, frame: Frame) -> None:
        """Looks at the image anew; what is seen before and after a move is not composed again."""
        before, self.frame = self.frame, frame
        dx, dy = before.left - frame.left, before.top - frame.top
        if (before.zoom, before.width, before.height) != (frame.zoom, frame.width, frame.height) or abs(dx) >= frame.width or abs(dy) >= frame.height:
            self.spoil()
        elif dx or dy:
            self._overlay.shift(dx, dy)
            shift(self._picture, dx, dy)
            uncovered = [
                (0, 0, dx, frame.height) if dx > 0 else (frame.width + dx, 0, frame.width, frame.height),
                (0, 0, frame.width, dy) if dy > 0 else (0, frame.height + dy, frame.width, frame.height),
            ]
            for stale in (self._stale_picture, self._stale_overlay):
                stale[:] = [(x0 + dx, y0 + dy, x1 + dx, y1 + dy) for x0, y0, x1, y1 in stale] + uncovered
            self._widget.update()

    def spoil_overlay(self, box: Box | None, margin_px: int = 1) -> None:
        """A box of the image has changed in the overlay, and so far around it on the screen; None: nothing has."""
        if box:
            rect = self.frame.rect_of(*box, margin_px)
            self._stale_overlay.append(rect)
            self._update(rect)

    def patch(self, draft: Draft) -> None:
        """Paints what is new on a draft over what is there already: the cheap way while a stroke goes on."""
        box, draft.fresh = draft.fresh, None
        rect = self.frame.rect_of(*box) if box else NOWHERE
        if rect == NOWHERE:
            return
        if draft.how != "erase":
            self._overlay.add_draft(self.frame, rect, draft, box)
            self._update(rect)
        elif draft.target is None and self._overlay.meets(self.focus, draft, box):
            draft.target = self.focus  # from now on it cuts this region only: others are whole again
            self.spoil_overlay(draft.box)
        else:
            self.spoil_overlay(box)

    def paint(self, painter: QPainter) -> None:
        backdrop = QColor(theme.current().canvas).rgb()
        for rect in self._parts(self._stale_picture):
            compose_picture(self._picture, self.pyramid, self.frame, self.window, rect, backdrop)
            if self.heat and not self.hidden:
                self.heat.lay(self._picture, self.frame, rect)
        for rect in self._parts(self._stale_overlay):
            self._overlay.compose(self.frame, rect, self.drafts)
        self._stale_picture, self._stale_overlay = [], []
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self._images[0])
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if self.pyramid and not self.hidden:
            painter.drawImage(0, 0, self._images[1])

    def _parts(self, stale: list[Rect]) -> list[Rect]:
        parts = [part for part in (clipped(rect, self.frame.whole) for rect in stale) if part != NOWHERE]
        return parts if len(parts) <= _MOST_STALE and self.frame.whole not in parts else [self.frame.whole]

    def spoil(self) -> None:
        """Everything is to be composed anew."""
        self._stale_picture, self._stale_overlay = [self.frame.whole], [self.frame.whole]
        self._widget.update()

    def _spoil_all_overlay(self) -> None:
        self._stale_overlay = [self.frame.whole]
        self._widget.update()

    def _update(self, rect: Rect) -> None:
        x0, y0, x1, y1 = (v / self._ratio for v in rect)
        self._widget.update(QRect(int(x0), int(y0), int(x1 - int(x0)) + 2, int(y1 - int(y0)) + 2))
