"""The steps of the walk: what the inspector sees, does and waits for, from the start page to the exported data set."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QLineEdit

from app.store import gallery, review_queue
from app.ui.label.hand import BRUSHES
from app.ui.main_window import MainWindow
from app.ui.transfer_dialogs import ExportDialog
from tests.walk.hand import Hand
from tests.walk.inspector import Set, right, strokes, touched
from tests.walk.pictures import Album

CORRECTED = 3  # so many proposals are opened and painted over; the rest is accepted or rejected as it is


_NEAR = 0.9  # screen pixels for a pixel of the image, at least, where she paints


class Walk:
    """One inspector, one window, one set of images."""

    def __init__(self, window: MainWindow, hand: Hand, album: Album, parts: Set, class_name: str, shots: int, stop_after_s: float = 0) -> None:
        self.window, self.hand, self.album, self.parts, self.class_name = window, hand, album, parts, class_name
        self.shots, self.stop_after_s = shots, stop_after_s  # stop_after_s: the fine-tune is stopped then, and its best so far is kept
        self.clean: dict[str, int] = {}
        self.fine_tune_s = 0
        self.said = ""  # what the fine-tune ended in
        self.out = Path()

    # -- what she sees --------------------------------------------------------------------------------------------------------

    @property
    def page(self):
        return self.window.page

    def picture(self, caption: str) -> None:
        self.hand.see(lambda: self.album.take(self.window, caption))

    def name_of(self, image_id: int) -> str:
        return self.page.gallery.images[image_id].name

    def settled(self) -> None:
        """What she did is written; she goes on at once, so this is no waiting of hers."""
        self.hand.until("what was done to be written", lambda: self.window.context.waiting == 0, idle=False)

    # -- start ----------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """From the start page to the first image."""
        hand = self.hand
        hand.until("the start page", self.window.start.isVisible)
        hand.focus(self.window)
        self.picture("The start page")
        hand.click(self.window.start.images_button)
        dialog = hand.dialog(QFileDialog)
        field = hand.see(lambda: dialog.findChild(QLineEdit))
        hand.key("ctrl+a")
        hand.type(str(self.parts.folder))
        hand.see(lambda: field.text())
        hand.key("Return")
        hand.until(
            "the project to be made of the folder",
            lambda: self.page is not None and len(self.page.gallery.images) == len(self.parts.truth) and self.page.canvas.image_size[0] > 0,
        )
        hand.focus(self.window)
        self.picture("The folder has become a project: the line above the image names the next act")

    # -- marking --------------------------------------------------------------------------------------------------------------

    def pick(self, name: str) -> None:
        """Opens an image by its thumbnail; she turns the wheel until she sees it."""
        hand, view = self.hand, self.page.gallery.view
        place = hand.see(lambda: next(k for k, row in enumerate(view.rows) if row.name == name))

        def out_of_view() -> int:
            cell, height = view.cell(place), view.viewport().height()
            return -1 if cell.center().y() < 20 else 1 if cell.center().y() > height - 20 else 0

        while turn := hand.see(out_of_view):
            hand.wheel(view.viewport(), hand.see(lambda: view.viewport().rect().center()), up=turn < 0)
        hand.click(view.viewport(), hand.see(lambda: view.cell(place).center()))
        wanted = hand.see(lambda: view.rows[place].id)
        hand.until("the image", lambda: self.window.context.image_id == wanted and self.page.canvas.image_size[0] > 0)

    def brush(self, radius_px: int) -> None:
        """Takes a brush of about this radius."""
        sizes = BRUSHES
        there, wanted = self.hand.see(lambda: self.page.hand.brush), min(range(len(sizes)), key=lambda k: abs(sizes[k] - radius_px))
        for _ in range(abs(wanted - there)):
            self.hand.key("bracketright" if wanted > there else "bracketleft")

    def _paint_part(self, path: list[tuple[float, float]], radius_px: int) -> None:
        """One stroke along a path on the image."""
        hand, canvas = self.hand, self.page.canvas
        self.brush(radius_px)
        self._come_near(path)
        marks = hand.see(lambda: [p for x, y in path if canvas.viewport().rect().contains(p := canvas.to_screen(x, y).toPoint())])
        hand.drag(canvas.viewport(), marks if len(marks) > 1 else [marks[0], marks[0] + QPoint(1, 0)])

    def _come_near(self, path: list[tuple[float, float]]) -> None:
        """Where a pixel of the image is less than one of the screen, she turns the wheel over the place, as long as she sees the whole of it."""
        hand, canvas = self.hand, self.page.canvas
        place = path[len(path) // 2]
        reach = max(max(abs(x - place[0]), abs(y - place[1])) for x, y in path)

        def too_far() -> bool:
            view = canvas.viewport().rect()
            return canvas.zoom < _NEAR and reach * canvas.zoom * 1.3 < min(view.width() / 2 - 60, 10 * view.height())

        if not hand.see(lambda: all(canvas.viewport().rect().contains(canvas.to_screen(x, y).toPoint()) for x, y in path)):
            hand.key("0")
        while hand.see(too_far):
            hand.wheel(canvas.viewport(), hand.see(lambda: canvas.to_screen(*place).toPoint()), up=True)

    def paint(self, name: str) -> None:
        """Paints every defect on the open image as she would: one stroke along each."""
        hand = self.hand
        for path, radius in strokes(self.parts.truth[name]):
            self._let_go()
            self._paint_part(path, radius)
            if hand.see(self.page.names.isVisible):
                self.picture("The first stroke asks what it is")
                hand.type(self.class_name)
                hand.key("Return")
            self.settled()

    def _let_go(self) -> None:
        """No region is selected: what she paints begins one of its own."""
        if self.hand.see(lambda: self.window.context.focus):
            self.hand.key("Escape")

    def mark_shots(self) -> None:
        """Some images with the defect, picked in the gallery."""
        self.hand.key("b")
        for k, name in enumerate(self.parts.defective()[: self.shots]):
            self.pick(name)
            self.paint(name)
            if k == 0:
                self.picture("The first shot")
        self.hand.until("the shots to be counted", lambda: self.page.classes.rows[0].shots == self.shots, idle=False)
        self.picture("The shots are marked: F pre-labels the rest")

    # -- proposals ------------------------------------------------------------------------------------------------------------

    @property
    def review_page(self):
        """The Review page, while it is in view."""
        return self.window.view.page

    def prelabel(self) -> None:
        """F, then over to the Review page, which fills while the rest is done."""
        hand = self.hand
        hand.until("F to be offered", self.page.prelabel_button.isEnabled, idle=False)
        hand.key("f")
        self.picture("F says what it will do; a second F begins")
        hand.key("f")
        hand.key("ctrl+2")
        hand.until("the first proposals", lambda: self.review_page.source.left)
        self.picture("The first proposals, while the other images are being gone through")

    def review(self) -> None:
        """Each proposal by one key, as fast as they come; what is neither right nor wrong is looked at on the canvas."""
        hand, corrected = self.hand, 0
        while True:
            page = self.review_page
            if not hand.see(lambda page=page: page.source.left):
                if hand.see(lambda page=page: self._all_came(page)):
                    if not hand.see(lambda: self.window.context.read(gallery.unanswered)):
                        break
                    self._prelabel_again()
                hand.until("more proposals", lambda page=page: page.source.left or self._all_came(page))
                continue
            key, verdict = hand.see(lambda page=page: self._judged(page))
            if verdict is None and corrected < CORRECTED:
                corrected += 1
                self._correct(key, corrected == 1)
                if hand.see(lambda page=page, key=key: page.source.is_open(key)):
                    hand.key("r")  # what she painted did not touch it
            else:
                hand.key("a" if verdict or verdict is None else "r")
            hand.until("the decision to be shown", lambda page=page, key=key: not page.source.is_open(key), idle=False)
        self.settled()
        self.picture("Every proposal is decided")

    def _prelabel_again(self) -> None:
        """What she painted became a further shot: the line at the top asks for F."""
        hand = self.hand
        hand.key("ctrl+1")
        hand.until("F to be offered", self.page.prelabel_button.isEnabled, idle=False)
        hand.key("f")
        hand.key("f")
        hand.until("the pre-labelling to begin", lambda: self.page.prelabelling.running)
        hand.key("ctrl+2")

    def _all_came(self, page) -> bool:
        """The job has ended, and all that it found is listed."""
        source = page.source
        return not (self.page.prelabelling.running or source._reading or source._stale or source._again.isActive())

    def _judged(self, page) -> tuple[tuple[str, int], bool | None]:
        """The framed region, and what she thinks of it."""
        source, key = page.source, page.grid.current
        if not source.is_open(key):
            key = next(k for k in page.grid.keys if source.is_open(k))
            page.grid.go_to(key)
        mask = self.window.context.read(review_queue.mask_of, key)
        return key, right(mask, self.parts.mask(source.rows[key].path.rpartition("/")[2]))

    def _correct(self, key: tuple[str, int], with_picture: bool) -> None:
        """Opens the framed region, paints over it what is true, and comes back."""
        hand = self.hand
        hand.key("Return")
        hand.until("the image to be opened", lambda: self.page.isVisible() and self.page.canvas.image_size[0] > 0 and self.window.context.focus)
        hand.key("b")
        if with_picture:
            self.picture("One that is nearly right is opened, and painted over")
        proposed = hand.see(lambda: self.window.context.read(review_queue.mask_of, key))
        self._paint_part(*touched(self.parts.truth[hand.see(lambda: self.name_of(self.window.context.image_id))], proposed))
        self.settled()
        self._back_to_grid()

    def _back_to_grid(self) -> None:
        """Esc takes back what is selected first, then the opened image."""
        for _ in range(3):
            if self.hand.see(self.page.isVisible):
                self.hand.key("Escape")
        self.hand.until("the grid", lambda: not self.page.isVisible())

    # -- check images and clean ones ------------------------------------------------------------------------------------------

    def check(self) -> None:
        """The images that she is asked to mark before their proposals are shown."""
        hand, page = self.hand, self.review_page
        hand.until("the page to know what is next", lambda: page.source.loaded and not page._tell.isActive() and not page._unanswered, idle=False)
        way = hand.see(lambda: next((w for w in (page.onward, page.empty.way) if w.isVisible()), None))
        if way is None:
            return
        hand.click(way)
        hand.until("the first check image", lambda: self.page.isVisible() and self.page.canvas.image_size[0] > 0)
        names = hand.see(lambda: [row.name for row in self.page.gallery.view.rows])
        self.picture("A check image: marked by her before its proposals are shown")
        for name in names:
            self.pick(name)
            if not hand.see(lambda: self.page.check.asked):
                continue
            if self.parts.truth[name].any():
                hand.key("b")
                self.paint(name)
                hand.key("shift+a")
            else:
                hand.key("d")
            self.settled()
        self.picture("The check images are marked")

    def confirm_clean(self) -> None:
        """Images on which nothing was found: a page by one press; where she sees a defect, she marks it."""
        hand = self.hand
        hand.key("ctrl+2")
        page = self.review_page
        hand.click(hand.see(lambda: page.buttons["clean"]))
        hand.until("the clean images", lambda: page.source.loaded)
        before, presses = hand.see(lambda: page.source.left), hand.presses
        self.picture("Images on which nothing was found, surest first")
        confirmed = 0
        while hand.see(lambda: page.source.left):
            shown = hand.until("the pictures", lambda: self._whole(page), patience_s=30)
            missed = next((key for key, name in shown if self.parts.truth[name].any()), None)
            if missed is None:
                hand.key("shift+d")
                confirmed += len(shown)
            else:
                self._mark_missed(page, missed)
            keys = [key for key, _ in shown] if missed is None else [missed]
            hand.until("it to be written", lambda keys=keys: not any(page.source.is_open(k) for k in keys if k in page.source.rows), idle=False)
        self.clean = {"images": before, "confirmed": confirmed, "presses": hand.presses - presses}
        self.picture("All clean images are confirmed")

    def _whole(self, page) -> list[tuple[tuple[str, int], str]]:
        """What lies in view with its picture, and is still open."""
        keys = [key for key in page.grid.whole_in_view() if page.source.is_open(key)]
        return [(key, page.source.rows[key].path.rpartition("/")[2]) for key in keys]

    def _mark_missed(self, page, key: tuple[str, int]) -> None:
        hand = self.hand
        place = hand.see(lambda: page.grid.cell(page.grid.keys.index(key)).center())
        hand.click(page.grid.viewport(), place)
        hand.key("Return")
        hand.until("the image to be opened", lambda: self.page.isVisible() and self.page.canvas.image_size[0] > 0)
        hand.key("b")
        self.paint(hand.see(lambda: self.name_of(self.window.context.image_id)))
        self._back_to_grid()

    # -- the model ------------------------------------------------------------------------------------------------------------

    def improve(self) -> None:
        """Fine-tunes on what is decided; its running time is no waiting of hers: she may go home."""
        hand = self.hand
        hand.key("ctrl+3")
        page = self.window.view.page
        hand.until("the engines", page.improve_button.isEnabled, idle=False)
        self.picture("What there is to learn from")
        hand.click(page.improve_button)
        began = time.monotonic()
        hand.until("the fine-tune to begin", lambda: page.state.run is not None and page.state.run.is_open, idle=False)
        hand.until("its first figures", lambda: page.run_panel.isVisible() and time.monotonic() - began > (self.stop_after_s or 60), idle=False)
        self.picture("The fine-tune at work")
        if self.stop_after_s:
            hand.click(page.run_panel.stop)
        hand.until("the fine-tune", lambda: page.state.run is not None and not page.state.run.is_open and page.use_button.isVisible(), idle=False, patience_s=1500)
        self.fine_tune_s = round(time.monotonic() - began)
        self.said = hand.see(page.sentence.text)
        self.picture("The new version beside the one in use")

    def use_and_roll_back(self) -> None:
        """Takes the new version into use, looks, and goes back."""
        hand, page = self.hand, self.window.view.page
        hand.click(page.use_button)
        hand.until("the version to be in use", page.roll_back_button.isVisible)
        self.picture("The new version is in use")
        hand.click(page.roll_back_button)
        hand.until("the version before", page.use_button.isVisible)
        self.picture("Rolled back")

    def export(self) -> None:
        """All that is complete leaves as COCO."""
        hand = self.hand
        hand.key("ctrl+e")
        dialog = hand.dialog(ExportDialog)
        self.picture("What leaves")
        self.out = Path(hand.see(dialog.path))
        hand.key("Return")
        hand.until("the data set", (self.out / "annotations.json").exists)
        hand.focus(self.window)
        hand.until("the sentence", self.window.messages.isVisible)
        self.picture("The data set is written")
