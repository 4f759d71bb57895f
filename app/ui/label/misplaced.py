"""Images that cannot be shown: says why, and looks for those that are not where they were."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from app.operations import images
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.panels.gallery import GalleryPanel
from app.ui.writer import Fault


class Misplaced(QObject):
    """missing: the open image's file is not where it was. `found`: the gallery knows by now where the images lie."""

    changed = Signal()
    found = Signal()

    def __init__(self, context: Context, gallery: GalleryPanel, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._gallery, self._messages = context, gallery, messages
        self.missing = False

    def unreadable(self, sentence: str) -> None:
        """The open image cannot be shown, for the reason that the sentence says."""
        image_id = self._context.image_id
        self.missing = image_id in self._gallery.images and not self._gallery.path_of(image_id).exists()
        ways = [(self.tr("Locate..."), self._ask_where)] if self.missing and self._context.writing else []
        self._messages.warn(Fault(sentence), ways)
        self.changed.emit()

    def _ask_where(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._messages, self.tr("Where do the images lie now?"))
        if folder:
            self.locate(folder)

    def locate(self, folder: str) -> None:
        """Looks below a folder for the images that are missing."""
        self._context.do(images.locate, folder, title=self.tr("Locate moved images"), done=self._located)

    def _located(self, count: int) -> None:
        self._messages.say(self.tr("%n image(s) found again.", "", count) if count else self.tr("None of the missing images lies there."))
        self._gallery.reload()
        self._gallery.loaded.connect(self._reopen, Qt.ConnectionType.SingleShotConnection)

    def _reopen(self) -> None:
        self._gallery.retry_pictures()
        self.found.emit()
