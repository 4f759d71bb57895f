"""What single keys decide: proposals, regions and whole images. Each is one operation; the focus moves on by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.operations import drawing, review_images, support, verdicts
from app.store.gallery import RegionRow
from app.ui.context import Context


class Decisions(QObject):
    """`regions` gives what is shown on the open image now, `threshold` the score below which proposals are hidden."""

    said = Signal(str)  # a note for the person
    go_on = Signal()  # the image is decided: open the next one

    def __init__(self, context: Context, regions: Callable[[], list[RegionRow]], threshold: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._regions, self._threshold = context, regions, threshold

    def _pending(self) -> list[RegionRow]:
        return [r for r in self._regions() if r.kind == "proposal" and r.score >= self._threshold()]

    def decide(self, word: str) -> None:
        """accept or reject the proposal in focus; where none is, the first one gets the focus and nothing is decided."""
        pending = self._pending()
        keys = [r.key for r in pending]
        if not pending:
            self.said.emit(self.tr("There is no proposal to decide on this image."))
        elif self._context.focus not in keys:
            self._context.set_focus(keys[0])
        else:
            here = keys.index(self._context.focus)
            left = keys[here + 1 :] + keys[:here]
            title = self.tr("Accept a proposal") if word == "accept" else self.tr("Reject a proposal")
            key = self._context.focus
            self._context.set_focus(left[0] if left else None)  # at once: a second key press means the next one
            self._context.do(drawing.decide, key[1], word, title=title)

    def accept_image(self) -> None:
        """All that is shown is accepted, the image is complete for the classes proposed there, and the next one is opened."""
        image_id = self._context.image_id
        self._context.do(review_images.accept_image, image_id, self._threshold(), title=self.tr("Accept all on an image"), done=self._accepted)

    def _accepted(self, answer: dict[str, int]) -> None:
        self.said.emit(self.tr("%n region(s) accepted; the image is complete for what was proposed.", "", answer["accepted"]))
        self.go_on.emit()

    def remove(self) -> None:
        """Takes the selected region away; a proposal is rejected."""
        key = self._context.focus
        if key is None:
            self.said.emit(self.tr("Select a region first: press V and click it."))
        else:
            self._context.set_focus(None)
            self._context.do(drawing.remove, key, title=self.tr("Remove a region"))

    def defect_free(self) -> None:
        """Nothing is on this image; its proposals are rejected with it. Marks on it are named by the operation's refusal."""
        self._context.do(verdicts.defect_free, self._context.image_id, title=self.tr("Call an image defect-free"), done=lambda _: self.go_on.emit())

    def needs_work(self) -> None:
        self._context.do(verdicts.needs_work, self._context.image_id, title=self.tr("Ask for work on an image"))

    def toggle_shot(self) -> None:
        """Makes the image an example of the chosen class, or takes it out."""
        image_id, class_id = self._context.image_id, self._context.class_id
        if class_id is None:
            self.said.emit(self.tr("There is no class yet: draw one defect first."))
            return

        def act(session) -> bool:
            if support.is_shot(session, class_id, image_id):
                support.drop_shot(session, class_id, image_id)
                return False
            support.add_shot(session, class_id, image_id)
            return True

        said = {True: self.tr("This image is a shot now."), False: self.tr("This image is no shot any more.")}
        self._context.do(act, title=self.tr("Change the shots"), done=lambda now: self.said.emit(said[now]))
