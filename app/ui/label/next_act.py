"""The line above the canvas: of all that could be done now, the one act that leads on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.operations.checking import Met

ENOUGH_SHOTS = 3


@dataclass(frozen=True)
class Now:
    """What the line is found from. shots: of the chosen class; job: (done, total) of one at work; focus: a proposal or a suggestion is in
    focus; to_learn: labels that no version has learnt from yet; suggested: suggestions on the open image; newer: proposals that wait for F5 (0: some have only gone), None where nothing waits;
    check: the open image is to be marked before its proposals are shown; met: how they met it, once it is marked."""

    images: int = 0
    open_image: bool = False
    missing: bool = False
    read_only: bool = False
    unnamed: bool = False
    class_name: str = ""
    shots: int = 0
    unanswered: int = 0
    pending_here: int = 0
    pending_images: int = 0
    decided: int = 0
    to_learn: int = 0
    suggested: int = 0
    newer: int | None = None
    focus: bool = False
    check: bool = False
    marked_here: int = 0
    met: Met | None = None
    job: tuple[int, int] | None = None


class NextAct(QObject):
    """The sentences, from what asks for attention first to what is left at the end."""

    def sentence(self, now: Now) -> str:
        """One sentence that names the next act, with its key."""
        if not now.images:
            return self.tr("Drop a folder of images here")
        if now.read_only:
            return self.tr("You can look at everything, and change nothing: the project is open for reading only")
        if not now.open_image:
            return self.tr("Pick an image in the gallery")
        if now.missing:
            return self.tr("This image is not where it was: say where it lies now")
        if now.unnamed:
            return self.tr("Name what you have drawn, then press Enter")
        if now.check and now.marked_here:
            return self.tr("Check image: mark every defect on it, then press Shift+A; its proposals appear then")
        if now.check:
            return self.tr("Check image: mark it yourself first, then press Shift+A (D if there is nothing, F5 to see the proposals now)")
        return self._deciding(now) or self._drawing(now) or self._going_on(now)

    def _deciding(self, now: Now) -> str:
        """What waits on the open image."""
        if now.newer is not None:
            return self.tr("%n new proposal(s), F5", "", now.newer) if now.newer else self.tr("The proposals on this image have changed: F5 shows them")
        if now.pending_here and now.met:
            said = self.tr("The model found {found} of {regions} here: accept (A) or reject (R) what else it proposed, %n left", "", now.pending_here)
            return said.format(found=now.met.found, regions=now.met.regions)
        if now.focus:
            return self.tr("Accept (A) or reject (R) the proposal with bright corners: %n left on this image", "", now.pending_here + now.suggested)
        if now.suggested:
            return self.tr("%n suggestion(s), kept only if you accept: press A to look at the first, or go on drawing", "", now.suggested)
        if now.pending_here:
            return self.tr("Review %n proposal(s) on this image: click one", "", now.pending_here)
        return ""

    def _drawing(self, now: Now) -> str:
        """Before there are shots enough, the next act is to draw."""
        if not now.class_name:
            return self.tr("Draw one defect: press B and paint over it")
        if not now.shots:
            return self.tr("Draw one {name}: press B and paint over it").format(name=now.class_name)
        if now.job is None and not now.pending_images and now.shots < ENOUGH_SHOTS and now.unanswered:
            more = ENOUGH_SHOTS - now.shots
            return self.tr("Mark {name} in %n more image(s), or press F to pre-label the rest", "", more).format(name=now.class_name)
        return ""

    def _going_on(self, now: Now) -> str:
        if now.pending_images:
            return self.tr("%n image(s) have proposals to review: N goes to the next one, Ctrl+2 shows all in a grid", "", now.pending_images)
        if now.job is not None:
            return self.tr("Proposals appear in the gallery as they are made: {done} of {total} images").format(done=now.job[0], total=now.job[1])
        if now.unanswered:
            return self.tr("Press F to pre-label %n image(s)", "", now.unanswered)
        if left := now.images - now.decided:
            return self.tr("%n image(s) are left to decide: D says defect-free, B draws; Ctrl+2 confirms many clean ones at once", "", left)
        if now.to_learn:
            return self.tr("Every image is decided: Ctrl+T improves the model with %n new label(s), Ctrl+E exports them", "", now.to_learn)
        return self.tr("Every image is decided: Ctrl+E exports the labels")
