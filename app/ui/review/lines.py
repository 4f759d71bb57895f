"""What the Review page says: the next act in the line at its top, and what there is to do where nothing is listed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject


@dataclass(frozen=True)
class Now:
    """What the sentences are found from. left: open ones of the tab; chosen: crops in the run; decided: the one at the cursor; is_mark: it is
    held true by a person; job: (done, total) of a pre-labelling; withheld: images to be marked before their proposals are shown; elsewhere: open ones, whatever the class."""

    tab: str
    loaded: bool = True
    read_only: bool = False
    left: int = 0
    chosen: int = 1
    decided: bool = False
    is_mark: bool = False
    preview: bool = False
    has_run: bool = True
    job: tuple[int, int] | None = None
    unanswered: int = 0
    withheld: int = 0
    elsewhere: int = 0


class Lines(QObject):
    """Sentences for a person."""

    def next_act(self, now: Now) -> str:
        """The one act that leads on, with its key."""
        if not now.loaded:
            return self.tr("Looking for what waits")
        if now.read_only:
            return self.tr("You can look at everything, and change nothing: the project is open for reading only")
        if now.preview:
            return self.tr("Look at these: X marks what would be wrong, then apply. Esc decides nothing")
        if not now.left:
            title, what_next, _ = self.empty(now)
            return title if now.job is not None else what_next
        return {"proposals": self._proposals, "clean": self._clean, "disagreements": self._disagreements}[now.tab](now)

    def _proposals(self, now: Now) -> str:
        if now.chosen > 1:
            return self.tr("Accept (A) or reject (R) the %n framed regions", "", now.chosen)
        if now.decided:
            return self.tr("This is decided: N goes to the next of %n that wait(s)", "", now.left)
        return self.tr("Accept (A) or reject (R) the framed region: %n left", "", now.left)

    def _clean(self, now: Now) -> str:
        return self.tr("Is there nothing? D says defect-free, Shift+D says so of all in view: %n left", "", now.left)

    def _disagreements(self, now: Now) -> str:
        if now.is_mark:
            return self.tr("The version did not find this mark: Enter opens it, Delete takes it away. %n left", "", now.left)
        return self.tr("Nothing is marked here: was it forgotten (A), or is there nothing (R)? %n left", "", now.left)

    def empty(self, now: Now) -> tuple[str, str, str]:
        """Where nothing waits: what is so, what to do next, and which way is offered: label, check or none."""
        if now.elsewhere:
            return self.tr("Nothing of this class waits"), self.tr("Choose another class, or all of them: %n wait(s).", "", now.elsewhere), ""
        if now.tab != "disagreements" and now.job is not None:
            running = self.tr("Pre-labelling is under way: {done} of {total} images").format(done=now.job[0], total=now.job[1])
            return running, self.tr("What it finds appears here."), ""
        if not now.has_run:
            return (
                self.tr("There is nothing to review yet"),
                self.tr("Draw one defect on the Label page, then press F there to pre-label the other images."),
                "label",
            )
        if now.tab == "disagreements":
            return self.tr("The version and you agree"), self.tr("Here you find where it proposes something that you did not mark, or misses what you did."), ""
        if now.unanswered:
            what = self.tr("Press F on the Label page to pre-label %n image(s).", "", now.unanswered)
            return self.tr("Nothing waits here now"), what, "label"
        if now.withheld:
            what = self.tr("%n image(s) are to be marked by you before their proposals are shown: by them versions are compared.", "", now.withheld)
            return self.tr("Nothing else waits here"), what, "check"
        if now.tab == "proposals":
            return self.tr("Every proposal is decided"), self.tr("See which images look clean (Clean?), and where the version and you disagree."), ""
        return self.tr("No image without a proposal is left to confirm"), self.tr("See which proposals wait (Proposals)."), ""
