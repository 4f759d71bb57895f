"""What the kept score maps are for: the heat map over the image, and the proposal in focus cut tighter or looser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from app.operations import candidates
from app.store import score_maps
from app.store.changes import Change
from app.store.gallery import RegionRow
from app.ui import background, theme
from app.ui.canvas import heat, recut
from app.ui.canvas.view import CanvasView
from app.ui.context import Context
from app.ui.label.on_image import OnImage
from core_models.contract import score_map
from core_models.contract.image_file import ImageFileError
from core_models.contract.mask import Mask

Key = tuple[str, int]


WITHHELD = "withheld"  # in place of a heat map that would tell what is proposed on a check image


@dataclass(frozen=True)
class _Cut:
    """The proposal in focus as it is shown now. notch: where it is cut, counted from the level of the model."""

    key: Key
    mask: Mask
    notch: int


class ScoreMaps(QObject):
    """`outline` gives a region's outline as the person sees it; `changed` says that one is another; `say` tells a sentence."""

    changed = Signal()

    def __init__(self, context: Context, canvas: CanvasView, on_image: OnImage, class_name: Callable[[int | None], str], say: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._canvas, self._on_image, self._class_name, self._say = context, canvas, on_image, class_name, say
        self._heat_wanted = False
        self._wish = 0  # of the heat map: an older answer is not shown
        self._cut: _Cut | None = None
        self._notches = 0  # that are still to be done
        self._cutting = False
        self._later: list[Callable[[], None]] = []
        canvas.loaded.connect(self._show_heat)
        canvas.level_asked.connect(self.tighten)
        context.class_selected.connect(lambda _: self._show_heat())
        context.changed.connect(self._follow)
        context.focus_changed.connect(lambda _: self._forget())

    def acts(self) -> dict[str, Callable[[], None]]:
        return {"heat": self.toggle_heat, "tighter": partial(self.tighten, 1), "looser": partial(self.tighten, -1)}

    # -- heat map -------------------------------------------------------------------------------------------------------------

    def toggle_heat(self) -> None:
        """Shows how strongly the model suspects the chosen class everywhere on the image, or hides it again."""
        self._heat_wanted = not self._heat_wanted
        if self._heat_wanted:
            self._show_heat()
        else:
            self._wish += 1
            self._canvas.show_heat(None)

    def _show_heat(self) -> None:
        image_id, class_id = self._context.image_id, self._context.class_id
        if not self._heat_wanted or image_id is None or not self._canvas.image_size[0]:
            return
        self._wish += 1
        now = theme.current()
        ramp = heat.table(QColor(now.heat_weak).getRgb()[:3], QColor(now.heat_strong).getRgb()[:3])

        def read() -> heat.Heat | None | str:
            if self._context.writing and self._context.read(candidates.is_asked_of, image_id):
                return WITHHELD
            place = self._context.read(score_maps.map_of, image_id, class_id) if class_id is not None else None
            scores = _kept(place.path) if place else None
            return None if scores is None else heat.Heat(scores, place.width, place.height, ramp)

        self._context.run(background.call(read), partial(self._came, self._wish, class_id))

    def _came(self, wish: int, class_id: int | None, found: heat.Heat | None | str) -> None:
        if wish != self._wish:
            return
        self._canvas.show_heat(None if found == WITHHELD else found)
        if found == WITHHELD:
            self._say(self.tr("The heat map is hidden until you have marked this check image."))
        elif found is None:
            self._heat_wanted = False
            name = self._class_name(class_id)
            said = self.tr("No score map of {name} is kept for this image: pre-label it to make one.").format(name=name)
            self._say(said if name else self.tr("There is no class yet: draw one defect first."))

    def _follow(self, change: Change) -> None:
        if {"inference", "active_version", "verdict"} & change.tables:
            self._show_heat()

    # -- tighter and looser ---------------------------------------------------------------------------------------------------

    def outline(self, region: RegionRow) -> Mask:
        return self.outline_of(region.key) or region.mask

    def outline_of(self, key: Key | None) -> Mask | None:
        """Of a proposal that was cut anew and is still in focus; None for every other region."""
        return self._cut.mask if self._cut and self._cut.key == key and self._cut.notch else None

    def tighten(self, by: int) -> None:
        """Cuts the proposal in focus `by` notches tighter, or looser where negative; it is kept when it is accepted."""
        key = self._context.focus
        if key is None or key[0] not in ("proposal", "suggestion"):
            self._say(self.tr("Select a proposal first: only a proposal can be cut tighter or looser."))
        elif key[0] == "suggestion":
            self._say(self.tr("No score map of a suggestion is kept: correct it with the brush, or pre-label the image."))
        elif self._context.writing:
            self._notches += by
            self._step()

    def _step(self) -> None:
        key = self._context.focus
        if self._cutting or not self._notches or key is None:
            return
        by = 1 if self._notches > 0 else -1
        self._notches -= by
        self._cutting = True
        shown = self._cut if self._cut and self._cut.key == key else None

        def cut() -> _Cut | str:
            proposed = self._context.read(score_maps.proposed, key[1])
            scores = _kept(proposed.place.path) if proposed and proposed.place else None
            if scores is None:
                return "gone"
            place, mask, notch = proposed.place, shown.mask if shown else proposed.mask, shown.notch if shown else 0
            found = recut.next_cut(scores, place.width, place.height, proposed.mask, mask, proposed.cut, notch, by)
            return _Cut(key, *found) if found else "end"

        self._context.run(background.call(cut), partial(self._was_cut, key, by)).ended.connect(self._ended)

    def _was_cut(self, key: Key, by: int, found: _Cut | str) -> None:
        if isinstance(found, str):
            self._notches = 0
            if found == "gone":
                self._say(self.tr("No score map of this proposal is kept: correct it with the brush."))
            else:
                self._say(self.tr("It cannot be cut tighter.") if by > 0 else self.tr("It cannot be cut looser."))
        elif key == self._context.focus and any(r.key == key for r in self._on_image.shown):
            self._cut = found
            self.changed.emit()

    def _ended(self) -> None:
        self._cutting = False
        self._step()
        self._catch_up()

    def when_cut(self, call: Callable[[], None]) -> None:
        """call() now, or when the cut under way is seen: whoever presses a key after it means what comes of it."""
        self._later.append(call)
        self._catch_up()

    def _catch_up(self) -> None:
        while self._later and not self._cutting:
            self._later.pop(0)()

    def _forget(self) -> None:
        """Another region is in focus: what was not accepted is as the model made it."""
        self._notches = 0
        if self._cut and self._cut.key != self._context.focus:
            self._cut = None
            self.changed.emit()


def _kept(path: Path) -> np.ndarray | None:
    """The map of a file; None where it is gone or damaged."""
    try:
        return score_map.read(path)
    except ImageFileError:
        return None
