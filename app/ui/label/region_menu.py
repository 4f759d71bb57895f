"""What a right click on a region offers; and an ignore region given to a whole folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.operations import annotations
from app.store.records import Annotation
from app.ui.context import Context
from app.ui.label.on_image import OnImage

_OFFERED = {
    "annotation": ("delete",),
    "ignore": ("ignore_folder", "delete"),
    "proposal": ("accept", "reject", "tighter", "looser"),
    "suggestion": ("accept", "reject"),
}


class RegionMenu(QObject):
    """`say` tells a sentence."""

    def __init__(self, context: Context, on_image: OnImage, say: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._on_image, self._say, self._parent = context, on_image, say, parent
        self._made: Mapping[str, QAction] = {}

    def acts(self) -> dict[str, Callable[[], None]]:
        return {"ignore_folder": self.ignore_in_folder}

    def use(self, made: Mapping[str, QAction]) -> None:
        """The window's acts, by their ids."""
        self._made = made

    def offer(self, at: QPoint, key: tuple[str, int] | None) -> None:
        """Puts the region in focus and opens its menu at a place of the screen."""
        region = next((r for r in self._on_image.shown if r.key == key), None)
        if region is None:
            return
        self._context.set_focus(key)
        menu = QMenu(self._parent)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addActions([self._made[name] for name in _OFFERED[region.kind] if name in self._made])
        menu.popup(at)

    def ignore_in_folder(self) -> None:
        """Gives the selected ignore region to every image of the folder."""
        region = next((r for r in self._on_image.shown if r.key == self._context.focus), None)
        if region is None or region.kind != "ignore":
            self._say(self.tr("Select an ignore region first: press V and click it."))
            return

        def act(session) -> dict[str, int]:
            return annotations.ignore_in_folder(session, session.get(Annotation, region.key[1]))

        self._context.do(act, title=self.tr("Ignore a place on a folder's images"), done=self._said)

    def _said(self, answer: dict[str, int]) -> None:
        text = self.tr("Other images of the folder on which this is ignored now: {n}.")
        if answer["other_size"]:
            text = self.tr("Other images of the folder on which this is ignored now: {n}. Left out, since their size is another: {other}.")
        self._say(text.format(n=answer["made"], other=answer["other_size"]))
