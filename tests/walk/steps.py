"""The steps of the walk: what the inspector sees, does and waits for, from the start page to the exported data set."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from app.ui.hand import BRUSHES
from app.ui.main_window import MainWindow
from tests.walk.hand import Hand
from tests.walk.inspector import Set, strokes
from tests.walk.pictures import Album

SHOTS = 5


class Walk:
    """One inspector, one window, one set of images."""

    def __init__(self, window: MainWindow, hand: Hand, album: Album, parts: Set, class_name: str) -> None:
        self.window, self.hand, self.album, self.parts, self.class_name = window, hand, album, parts, class_name

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
            point = hand.place(view.viewport())
            hand._do("mousemove", point.x(), point.y(), "click", 5 if turn > 0 else 4)
        hand.click(view.viewport(), hand.see(lambda: view.cell(place).center()))
        wanted = hand.see(lambda: view.rows[place].id)
        hand.until("the image", lambda: self.window.context.image_id == wanted and self.page.canvas.image_size[0] > 0)

    def brush(self, radius_px: int) -> None:
        """Takes a brush of about this radius."""
        sizes = BRUSHES
        there, wanted = self.hand.see(lambda: self.page.hand.brush), min(range(len(sizes)), key=lambda k: abs(sizes[k] - radius_px))
        for _ in range(abs(wanted - there)):
            self.hand.key("bracketright" if wanted > there else "bracketleft")

    def paint(self, name: str) -> None:
        """Paints every defect on the open image as she would: one stroke along each."""
        hand, canvas = self.hand, self.page.canvas
        for k, (path, radius) in enumerate(strokes(self.parts.truth[name])):
            self.brush(radius)

            def points(path=path) -> list[QPoint]:
                return [canvas.to_screen(x, y).toPoint() for x, y in path]

            if k:
                hand.key("Escape")  # the region before is left alone
            marks = hand.see(points)
            hand.drag(canvas.viewport(), marks if len(marks) > 1 else [marks[0], marks[0] + QPoint(1, 0)])
            if hand.see(self.page.names.isVisible):
                self.picture("The first stroke asks what it is")
                hand.type(self.class_name)
                hand.key("Return")
            self.settled()

    def mark_shots(self) -> None:
        """Five images with the defect, picked in the gallery."""
        self.hand.key("b")
        for k, name in enumerate(self.parts.defective()[:SHOTS]):
            self.pick(name)
            self.paint(name)
            if k == 0:
                self.picture("The first shot")
        self.picture("Five shots: F pre-labels the rest")


__all__ = ["Path", "QPointF", "Qt", "Walk"]
