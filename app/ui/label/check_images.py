"""Check images on the Label page: what is proposed stays hidden until the person has marked the image, and is compared then."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.operations import candidates, checking
from app.operations.checking import Met
from app.store.gallery import RegionRow
from app.ui.context import Context


class CheckImages(QObject):
    """asked: the open image is to be marked before its proposals are shown. met: how the proposals met what was marked on the open
    image, just now; None before, and on any other image."""

    def __init__(self, context: Context, said: Callable[[str], None], go_on: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._said, self._go_on = context, said, go_on
        self.asked = False
        self.met: Met | None = None
        context.image_selected.connect(self._forget)
        context.stepped_back.connect(self._forget)

    def _forget(self) -> None:
        self.met = None

    def visible(self, regions: list[RegionRow]) -> list[RegionRow]:
        """Of what is on the open image, what may be shown."""
        image_id = self._context.image_id
        # Who can only look has nothing to mark, and nothing to be kept from.
        self.asked = image_id is not None and self._context.writing and self._context.read(candidates.is_asked_of, image_id)
        return [r for r in regions if r.kind != "proposal"] if self.asked else regions

    # -- what the person says ---------------------------------------------------------------------------------------------------

    def complete(self) -> None:
        """All of the open image is marked; what is proposed there appears, if something of it needs a decision."""
        image_id = self._context.image_id
        self._context.set_focus(None)  # it goes to the first proposal that appears
        self._context.do(checking.complete, image_id, title=self.tr("Mark a check image"), done=lambda met: self._marked(image_id, met))

    def defect_free(self) -> None:
        """Nothing is on the open image."""
        self._context.do(checking.defect_free, self._context.image_id, title=self.tr("Call a check image defect-free"), done=self._clean)

    def show_proposals(self) -> None:
        """The person would rather see what is proposed: the image is an ordinary one from now on."""
        self._context.do(checking.make_ordinary, self._context.image_id, title=self.tr("Show the proposals of a check image"))
        self._said(self.tr("An ordinary image from now on: versions are not compared on it."))

    def _marked(self, image_id: int, met: Met) -> None:
        self._said(self._compared(met))
        if image_id != self._context.image_id:
            return
        if met.pending:
            self.met = met
            self._context.focus_changed.emit(self._context.focus)  # the line above the canvas has something new to say
        else:
            self._go_on()

    def _compared(self, met: Met) -> str:
        if not met.answered:
            return self.tr("Kept for comparing versions.")
        if met.extra:
            return self.tr("The model found {found} of {regions}, and proposed %n region(s) where you marked nothing.", "", met.extra).format(
                found=met.found, regions=met.regions
            )
        return self.tr("The model found {found} of {regions}, and nothing else.").format(found=met.found, regions=met.regions)

    def _clean(self, met: Met) -> None:
        if met.extra:
            self._said(self.tr("Kept for comparing versions: defect-free. The model had proposed %n region(s) here.", "", met.extra))
        else:
            self._said(self.tr("Kept for comparing versions: defect-free."))
        self._go_on()
