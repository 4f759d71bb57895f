"""What single keys decide: proposals, regions and whole images. Each is one operation; the focus moves on by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.operations import drawing, review_images, suggesting, support, verdicts
from app.ui.context import Context
from app.ui.label.on_image import OnImage
from app.ui.label.suggestions import Suggestions
from app.ui.writer import Fault
from core_models.contract.mask import Mask

Key = tuple[str, int]


class Decisions(QObject):
    """`on_image` is what is shown on the open image, `threshold` gives the score below which proposals are hidden.

    said: a note for the person; completed: regions accepted with a whole image, and ids of the classes it is complete for;
    go_on: the image is decided, open the next one.
    """

    said = Signal(str)
    completed = Signal(int, list)
    go_on = Signal()

    def __init__(self, context: Context, on_image: OnImage, suggestions: Suggestions, threshold: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._on_image, self._suggestions, self._threshold = context, on_image, suggestions, threshold
        self.outline: Callable[[Key | None], Mask | None] = lambda key: None  # of a proposal that the person has cut anew

    def decide(self, word: str, class_id: int | None = None) -> None:
        """accept (as another class, where one is given) or reject the proposal in focus; where none is, the first one gets
        the focus and nothing is decided."""
        keys = [r.key for r in self._on_image.undecided(self._threshold())]
        if not keys:
            self.said.emit(self.tr("There is no proposal to decide on this image."))
        elif self._context.focus not in keys:
            self._context.set_focus(keys[0])
        else:
            here = keys.index(self._context.focus)
            left, outline = keys[here + 1 :] + keys[:here], self.outline(keys[here])
            self._context.set_focus(left[0] if left else None)  # at once: a second key press means the next one
            if keys[here][0] == "suggestion":
                self._decide_suggestion(keys[here], word, class_id)
            else:
                title = self.tr("Accept a proposal") if word == "accept" else self.tr("Reject a proposal")
                self._context.do(drawing.decide, keys[here][1], word, class_id, outline, title=title)

    def _decide_suggestion(self, key: Key, word: str, class_id: int | None) -> None:
        if word == "reject":
            self._suggestions.drop(key)
            return
        mask, suggested_class = self._suggestions.mask_of(key)
        self._suggestions.take(key)

        def failed(fault: Fault) -> None:
            self._suggestions.taken(key, written=False)
            self._context.failed.emit(fault)

        self._context.do(
            suggesting.accept, self._context.image_id, class_id or suggested_class, mask, title=self.tr("Accept a suggestion"),
            done=lambda _: self._suggestions.taken(key, written=True), failed=failed,
        )  # fmt: skip

    def accept_image(self) -> None:
        """All that is shown is accepted, the image is complete for the classes proposed there, and the next one is opened."""
        image_id, title = self._context.image_id, self.tr("Accept all on an image")
        threshold, suggested = self._threshold(), self._suggestions.answered(self._threshold())
        key, outline = self._context.focus, self.outline(self._context.focus)

        def act(session) -> dict:
            if outline:  # as it is seen, and not as the model made it
                drawing.decide(session, key[1], "accept", outline=outline)
            if suggested:
                answer = suggesting.accept_image(session, image_id, threshold, suggested)
            else:
                answer = review_images.accept_image(session, image_id, threshold)
            return answer | {"accepted": answer["accepted"] + bool(outline)}

        self._context.do(act, title=title, done=self._accepted)

    def _accepted(self, answer: dict) -> None:
        self.completed.emit(answer["accepted"], answer["class_ids"])
        self.go_on.emit()

    def remove(self) -> None:
        """Takes the selected region away; a proposal is rejected."""
        key = self._context.focus
        if key is None:
            self.said.emit(self.tr("Select a region first: press V and click it."))
        elif key[0] == "suggestion":
            self.decide("reject")
        else:
            self._context.set_focus(None)
            self._context.do(drawing.remove, key, title=self.tr("Remove a region"))

    def defect_free(self) -> None:
        """Nothing is on this image; its proposals are rejected with it. Marks on it are named by the operation's refusal."""
        self._context.do(verdicts.defect_free, self._context.image_id, title=self.tr("Call an image defect-free"), done=lambda _: self.go_on.emit())

    def empty(self) -> None:
        """The same, after the person said that the marks on it go."""
        self._context.do(
            review_images.empty, self._context.image_id, title=self.tr("Call an image defect-free"), done=lambda _: self.go_on.emit()
        )

    def needs_work(self) -> None:
        self._context.do(verdicts.needs_work, self._context.image_id, title=self.tr("Ask for work on an image"))

    def toggle_shot(self) -> None:
        """Makes the open image an example of the chosen class, or takes it out."""
        self.set_shot(self._context.image_id, None)

    def set_shot(self, image_id: int, wanted: bool | None) -> None:
        """Makes an image an example of the chosen class (True), takes it out (False), or does the other of the two (None)."""
        class_id = self._context.class_id
        if class_id is None:
            self.said.emit(self.tr("There is no class yet: draw one defect first."))
            return

        def act(session) -> bool:
            now = not support.is_shot(session, class_id, image_id) if wanted is None else wanted
            if now:
                support.add_shot(session, class_id, image_id)
            else:
                support.drop_shot(session, class_id, image_id)
            return now

        said = {True: self.tr("This image is a shot now."), False: self.tr("This image is no shot any more.")}
        self._context.do(act, title=self.tr("Change the shots"), done=lambda now: self.said.emit(said[now]))
