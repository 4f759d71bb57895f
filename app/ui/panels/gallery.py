"""The gallery: the project's images with filters and search, kept up to date while jobs and hands change them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.store import gallery
from app.store.changes import Change
from app.store.gallery import ClassRow, GalleryRow, SharedPart
from app.ui import background, gallery_reading, icons, theme
from app.ui.context import Context
from app.ui.gallery_reading import Reading
from app.ui.gallery_view import GalleryView
from app.ui.thumbnails import Thumbnails
from app.ui.writer import Fault

_AT_ONCE = 50  # so many changed images are read by themselves; more are left to the next whole reading
_REREAD_MS = 700
_LISTED = {"root", "image", "defect_class", "annotation", "verdict", "support_shot", "inference", "prediction", "active_version"}


class GalleryPanel(QWidget):
    """Filters above, thumbnails, and a line that counts. What is listed never moves by itself: newcomers are put at the end."""

    loaded = Signal()  # the images were read from the project
    followed = Signal()  # some of them were read again, after a change

    def __init__(self, context: Context, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._thumbnails = thumbnails
        self._all: dict[int, GalleryRow] = {}
        self._listed: list[int] = []
        self._known: set[int] = set()  # those that are listed
        self.waiting = 0  # images with proposals to review
        self.decided = 0  # images that are reviewed for every class
        self._members: dict[str, frozenset[int]] = {}  # of the parts with several images
        self._only: frozenset[int] | None = None  # another page asked for these images
        self._folders: dict[int, Path] = {}
        self.whole = False  # all images of the project are known, and not only those that come first
        self._basis: tuple = ()
        self._reading = False
        self._reading_some = False
        self._touched: set[int] = set()  # since the whole reading began
        self._soon: set[int] = set()  # to be read again
        self._outdated = False  # a change went beyond what was read since
        self._regrouped = False  # an image may be of another part now
        self._again = QTimer(self, singleShot=True, interval=_REREAD_MS)
        self._again.timeout.connect(self._look_again)
        self._build()
        context.changed.connect(self._changed)
        context.image_selected.connect(self.view.set_current)
        context.images_asked.connect(self.show_only)
        self.reload()

    def _build(self) -> None:
        self.search = QLineEdit(self, placeholderText=self.tr("Search by name  /"), clearButtonEnabled=True)
        self.search.addAction(icons.icon("search", theme.current().faint), QLineEdit.ActionPosition.LeadingPosition)
        self.state = QComboBox(self, toolTip=self.tr("Show only images in this state"))
        for word, text in (
            ("", self.tr("all images")), ("new", self.tr("nothing said yet")), ("prelabelled", self.tr("to review")), ("annotated", self.tr("marked")),
            ("needs_work", self.tr("needs work")), ("reviewed", self.tr("reviewed")), ("defect_free", self.tr("defect-free")),
        ):  # fmt: skip
            self.state.addItem(text, word)
        self.classes = QComboBox(self, toolTip=self.tr("Show only images with this class"))
        self.classes.addItem(self.tr("all classes"), None)
        self.parts = QComboBox(self, toolTip=self.tr("Show only images of this part"), visible=False)
        self.parts.addItem(self.tr("all parts"), None)
        self.parts.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)  # there may be thousands
        self.only = QFrame(self, visible=False)
        self.only.setProperty("role", "message")
        self.why = QLabel(self.only, wordWrap=True)
        self.all_images = QPushButton(self.tr("All images"), self.only)
        reason = QVBoxLayout(self.only)
        reason.setContentsMargins(10, 8, 8, 8)
        reason.addWidget(self.why)
        reason.addWidget(self.all_images)
        self.view = GalleryView(self._thumbnails, self)
        self.count = QLabel(self)
        self.count.setProperty("role", "faint")
        self.sort_again = QPushButton(self.tr("Sort again"), self, visible=False)
        self.sort_again.setProperty("role", "flat")
        self.clear = QPushButton(self.tr("Clear the filter"), self, visible=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 0, 4)
        column.setSpacing(8)
        rows = ((self.only,), (self.search,), (self.state, self.classes), (self.parts,), (self.clear,), (self.count, self.sort_again))
        lines = [QHBoxLayout() for _ in rows]
        for line, widgets in zip(lines, rows, strict=True):
            line.setContentsMargins(0, 0, 8, 0)
            for widget in widgets:
                line.addWidget(widget, 1)
        for line in lines[:-1]:
            column.addLayout(line)
        column.addWidget(self.view, 1)
        column.addLayout(lines[-1])
        self.setMinimumWidth(248)
        self._connect()

    def _connect(self) -> None:
        self.search.textChanged.connect(self.apply_filter)
        self.search.returnPressed.connect(lambda: self.search.clearFocus())
        self.state.currentIndexChanged.connect(self.apply_filter)
        self.classes.currentIndexChanged.connect(self.apply_filter)
        self.parts.currentIndexChanged.connect(self.apply_filter)
        self.sort_again.clicked.connect(self.apply_filter)
        self.all_images.clicked.connect(self.show_all)
        self.clear.clicked.connect(self.clear_filter)
        self.view.picked.connect(self._context.select_image)

    # -- what the other parts ask -------------------------------------------------------------------------------------------

    @property
    def images(self) -> dict[int, GalleryRow]:
        """All images of the project by id, in the order of the gallery."""
        return self._all

    def path_of(self, image_id: int) -> Path:
        return self.view.path_of(self._all[image_id])

    def step(self, by: int) -> None:
        """Opens the image `by` places on in what is listed; nothing past its ends."""
        if (image_id := self.view.neighbour(by)) is not None:
            self._context.select_image(image_id)

    def step_waiting(self, by: int) -> bool:
        """Opens the next listed image (by=-1: the one before) with proposals, round the end; whether there is one."""
        ids = [row.id for row in self.view.rows]
        here = ids.index(self._context.image_id) if self._context.image_id in ids else -1
        order = ids[here + 1 :] + ids[: max(here, 0)] if by > 0 else list(reversed(ids[: max(here, 0)])) + list(reversed(ids[here + 1 :]))
        found = next((k for k in order if self._all[k].state.pending), None)
        if found is not None:
            self._context.select_image(found)
        return found is not None

    def set_classes(self, rows: Sequence[ClassRow]) -> None:
        """The classes to filter by, with their colours for the dots; the choice stays."""
        self.view.set_colours({row.id: QColor(row.colour) for row in rows})
        if self._offer(self.classes, [(row.name, row.id) for row in rows]):
            self.apply_filter()

    def clear_filter(self) -> None:
        self._reset()
        self.apply_filter()

    def _reset(self) -> None:
        """All filters as they were at first, without listing anything."""
        self._only = None
        self.only.hide()
        fields = (self.search, self.state, self.classes, self.parts)
        for field in fields:
            field.blockSignals(True)
        self.search.clear()
        for box in fields[1:]:
            box.setCurrentIndex(0)
        for field in fields:
            field.blockSignals(False)

    def show_only(self, ids: Sequence[int], why: str) -> None:
        """Lists these images alone, and says why; the first one is opened unless one of them is open."""
        self._reset()
        self._only = frozenset(ids)
        self.why.setText(why)
        self.only.show()
        self.apply_filter()
        if self.view.rows and self._context.image_id not in self._only:
            self._context.select_image(self.view.rows[0].id)

    def show_all(self) -> None:
        """The way back from a few images to all; the open one stays."""
        self._only = None
        self.only.hide()
        self.apply_filter()
        self.view.set_current(self._context.image_id)

    def _offer_parts(self, parts: Sequence[SharedPart]) -> None:
        self.parts.setVisible(bool(parts))
        self._members = {part.group: part.image_ids for part in parts}
        if self._offer(self.parts, [(part.name, part.group) for part in parts]):
            self.apply_filter()

    @staticmethod
    def _offer(box: QComboBox, entries: Sequence[tuple[str, object]]) -> bool:
        """Puts (text, value) under a box's first entry, which stands for all; whether what was chosen is gone."""
        if [(box.itemText(k), box.itemData(k)) for k in range(1, box.count())] == list(entries):
            return False
        chosen, everything = box.currentData(), box.itemText(0)
        box.blockSignals(True)
        box.clear()
        box.addItem(everything, None)
        for text, value in entries:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)
        return chosen != box.currentData()

    # -- reading ------------------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Reads all images in the background; the list keeps its order, what is new comes last. At first, a screenful is there at once."""
        self._outdated = True
        if self._reading:
            self._again.start()
            return
        self._reading, self._touched, self._outdated = True, set(), False
        self._fetch(gallery_reading.whole if self._all else gallery_reading.first, done=self._read)

    def _fetch(self, query: Callable, *args, done: Callable) -> None:
        read = self._context.read
        self._context.run(background.call(lambda: read(query, *args)), done, failed=self._not_read)

    def _not_read(self, fault: Fault) -> None:
        """Is said, and does not keep later readings from being begun."""
        self._reading = self._reading_some = False
        self._context.failed.emit(fault)

    def _read(self, reading: Reading) -> None:
        self._reading = False
        first = not self._all
        self._all, self._folders, self._basis, self.whole = reading.rows, reading.folders, reading.basis, reading.whole
        self.waiting, self.decided = reading.waiting, reading.decided
        if first:
            self.apply_filter()
        else:
            self._follow()
        self._soon |= self._touched & self._all.keys()
        self._read_soon()
        self.loaded.emit()
        if self.whole:
            self._read_parts()
        else:
            self.reload()

    def _read_parts(self) -> None:
        self._regrouped = False
        self._context.read_later(gallery.shared_parts, done=self._offer_parts)

    def _changed(self, change: Change) -> None:
        if change.tables and not _LISTED & change.tables:
            return  # a job's count, say
        some = change.image_ids & self._all.keys()
        if some and len(some) <= _AT_ONCE:
            self._touched |= some
            self._soon |= some
            self._read_soon()
        if len(some) > _AT_ONCE or not change.image_ids or change.image_ids - self._all.keys():
            self._outdated = True
        self._regrouped |= "image" in change.tables
        self._again.start()

    def _look_again(self) -> None:
        """Proposals elsewhere may have come or gone with a change, by their shots, their version, their class: then all is read again."""
        if self._outdated:
            self.reload()
        else:
            self._context.read_later(gallery_reading.basis, done=lambda basis: None if basis == self._basis else self.reload())
            if self._regrouped:
                self._read_parts()

    def _read_soon(self) -> None:
        """Reads the images that were changed again, beside the window, one reading at a time."""
        if self._soon and not self._reading_some:
            wanted, self._soon = self._soon, set()
            self._reading_some = True
            self._fetch(gallery_reading.some, wanted, done=partial(self._read_some, wanted))

    def _read_some(self, wanted: set[int], answer: tuple[list[GalleryRow], dict[int, Path]]) -> None:
        self._reading_some = False
        if (wanted & self._all.keys()) - {row.id for row in answer[0]}:  # some have gone from the project
            self._outdated = True
            self._again.start()
        rows, folders = [row for row in answer[0] if row.id in self._all], answer[1]
        self._folders = {**self._folders, **folders}  # an image that is just gone with its folder is listed until the next whole reading
        for row in rows:
            before = self._all[row.id].state
            self.waiting += (row.state.pending > 0) - (before.pending > 0)
            self.decided += row.state.reviewed - before.reviewed
            self._all[row.id] = row
            self.view.replace(row, self._folders)
        self._follow_some(rows)
        self.followed.emit()
        self._read_soon()

    # -- the filter ---------------------------------------------------------------------------------------------------------

    def _fits(self) -> Callable[[GalleryRow], bool]:
        """The filter of this moment."""
        text, state, class_id = self.search.text().strip().casefold(), self.state.currentData(), self.classes.currentData()
        part, only = self._members.get(self.parts.currentData()), self._only

        def fits(row: GalleryRow) -> bool:
            return (
                (only is None or row.id in only)
                and (not text or text in row.path.casefold())
                and (not state or getattr(row.state, state))
                and (class_id is None or class_id in row.classes)
                and (part is None or row.id in part)
            )

        return fits

    def _matching(self) -> list[int]:
        if not self._filtered():
            return list(self._all)
        fits = self._fits()
        return [row.id for row in self._all.values() if fits(row)]

    def _filtered(self) -> bool:
        chosen = (self.classes.currentData(), self.parts.currentData(), self._only)
        return bool(self.search.text().strip() or self.state.currentData()) or any(choice is not None for choice in chosen)

    def apply_filter(self) -> None:
        """Lists what the filter lets through now, in the gallery's own order."""
        self._show(self._matching())

    def _follow(self) -> None:
        """Newcomers are listed last; what no longer fits stays where it is until somebody sorts again."""
        fits = self._matching()
        if fits != self._listed:
            there = [k for k in self._listed if k in self._all]
            known = set(there)
            self._show(there + [k for k in fits if k not in known], fits)
        else:
            self._show(fits, fits)

    def _follow_some(self, rows: list[GalleryRow]) -> None:
        """The same for a few images, without looking at all."""
        fits = self._fits()
        if new := [row.id for row in rows if fits(row) and row.id not in self._known]:
            self._show(self._listed + new)
        if new or not all(fits(row) for row in rows if row.id in self._known):
            self.sort_again.show()

    def _show(self, ids: list[int], fresh: list[int] | None = None) -> None:
        self._listed, self._known = ids, set(ids)
        self.view.set_rows([self._all[k] for k in ids], self._folders)
        self.sort_again.setVisible(fresh is not None and fresh != ids)
        self.clear.setVisible(bool(self._all) and not ids)
        if not self.whole:
            self.count.setText("")  # it is being counted
        elif len(ids) == len(self._all):
            self.count.setText(self.tr("%n image(s)", "", len(ids)))
        else:
            self.count.setText(self.tr("{shown} of {all}").format(shown=len(ids), all=len(self._all)))

    def retry_pictures(self) -> None:
        """Tries the thumbnails that failed once more, after images were found again."""
        for row in self._all.values():
            if self._thumbnails.failed(row.sha256):
                self._thumbnails.forget(row.sha256)
        self.view.viewport().update()
