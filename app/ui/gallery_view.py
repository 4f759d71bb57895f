"""A fixed grid of thumbnails that draws only what is in view, so that 100,000 images cost no more than a hundred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.store.gallery import GalleryRow
from app.ui import icons, theme
from app.ui.fixed_grid import FixedGrid
from app.ui.thumbnails import Thumbnails

CELL_PX = 112  # at least so wide
_PICTURE_PX = 84
_NAME_PX = 20
_GAP_PX = 6
_DOTS = 5
_MARKS = {"needs_work": "circle-alert", "reviewed": "check", "defect_free": "circle-check"}


class GalleryView(FixedGrid):
    """Images in the order in which they are given; a click or an arrow key picks one."""

    picked = Signal(int)  # image id

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(CELL_PX, _PICTURE_PX + _NAME_PX + 2 * _GAP_PX, parent)
        self._thumbnails = thumbnails
        self._place: dict[int, int] = {}
        self._folders: Mapping[int, Path] = {}
        self._colours: Mapping[int, QColor] = {}
        self._keys_in_view: set[str] = set()
        self._current: int | None = None
        # Tab reaches it, a click does not: a drawing never loses the keyboard to a list.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.viewport().setMouseTracking(False)
        thumbnails.ready.connect(self._thumbnail_came)

    # -- what it shows ------------------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[GalleryRow]:
        return self._items

    @property
    def current(self) -> int | None:
        """Id of the image that is marked as the open one."""
        return self._current

    def set_rows(self, rows: Sequence[GalleryRow], folders: Mapping[int, Path]) -> None:
        """folders: of each root, absolute. The place that is looked at stays where it is."""
        self._items, self._folders = list(rows), folders
        self._place = {row.id: k for k, row in enumerate(self._items)}
        self._fit_scroll_bar()
        self.viewport().update()

    def replace(self, row: GalleryRow, folders: Mapping[int, Path]) -> None:
        """Shows the image's new state in its place."""
        self._folders = folders
        if (k := self._place.get(row.id)) is not None:
            self._items[k] = row
            self.viewport().update(self.cell(k))

    def set_colours(self, colours: Mapping[int, QColor]) -> None:
        """The colour of each class, by id."""
        self._colours = colours
        self.viewport().update()

    def set_current(self, image_id: int | None) -> None:
        """Marks the open image and brings it into view."""
        before, self._current = self._current, image_id
        at = self.verticalScrollBar().value()
        if image_id in self._place:
            self._show(self._place[image_id])
        if self.verticalScrollBar().value() != at:
            self.viewport().update()
            return
        for marked in {before, image_id} & self._place.keys():
            self.viewport().update(self.cell(self._place[marked]))

    def neighbour(self, step: int) -> int | None:
        """Id of the image `step` places on (back where negative) from the open one, None past the ends."""
        if not self._items:
            return None
        here = self._place.get(self._current)
        if here is None:
            return self._items[0].id
        there = here + step
        return self._items[there].id if 0 <= there < len(self._items) else None

    def path_of(self, row: GalleryRow) -> Path:
        return self._folders[row.root_id] / row.path

    # -- Qt -----------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_scroll_bar()
        if self._current in self._place:
            self._show(self._place[self._current])

    def paintEvent(self, event: QPaintEvent) -> None:
        now = theme.current()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(now.panel))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._keys_in_view = {self._items[k].sha256 for k in self._in_view()}
        self._thumbnails.want_only(self._keys_in_view)
        for k in self._in_view():
            cell = self.cell(k)
            if cell.intersects(event.rect()):
                self._paint_cell(painter, self._items[k], cell.adjusted(_GAP_PX // 2, _GAP_PX // 2, -_GAP_PX // 2, -_GAP_PX // 2), now)
        painter.end()

    def _paint_cell(self, painter: QPainter, row: GalleryRow, cell: QRect, now: theme.Theme) -> None:
        is_open = row.id == self._current
        frame = QRect(cell.left(), cell.top(), cell.width(), _PICTURE_PX + _GAP_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.base))
        painter.drawRoundedRect(frame, 4, 4)
        self._paint_picture(painter, row, frame.adjusted(3, 3, -3, -3), now)
        if is_open:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 4, 4)
        self._paint_marks(painter, row, frame.adjusted(5, 5, -5, -5), now)
        painter.setPen(QColor(now.text if is_open else now.faint))
        name = QRect(cell.left() + 2, frame.bottom() + 2, cell.width() - 4, _NAME_PX - 2)
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, name.width()))

    def _paint_picture(self, painter: QPainter, row: GalleryRow, room: QRect, now: theme.Theme) -> None:
        picture = self._thumbnails.get(row.sha256, self.path_of(row))
        if picture is None:
            if self._thumbnails.failed(row.sha256):
                mark = icons.pixmap("circle-alert", now.warn, 20)
                painter.drawPixmap(room.center() - QPoint(10, 10), mark)
            return
        size = picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRect(QPoint(0, 0), size)
        box.moveCenter(room.center())
        painter.drawPixmap(box, picture)

    def _paint_marks(self, painter: QPainter, row: GalleryRow, room: QRect, now: theme.Theme) -> None:
        """At the right what was said, or how many proposals wait; at the left a dot for each class."""
        painter.setPen(Qt.PenStyle.NoPen)
        # A dark ground under each mark: it lies on the picture, whatever that shows.
        for k, class_id in enumerate(sorted(row.classes)[:_DOTS]):
            colour = self._colours.get(class_id)
            if colour:
                painter.setBrush(QColor(0, 0, 0, 170))
                painter.drawEllipse(room.left() + 12 * k, room.bottom() - 10, 10, 10)
                painter.setBrush(colour)
                painter.drawEllipse(room.left() + 2 + 12 * k, room.bottom() - 8, 6, 6)
        word = row.state.word
        if row.check:
            painter.setBrush(QColor(0, 0, 0, 170))
            painter.drawEllipse(room.right() - 18, room.top(), 18, 18)
            painter.drawPixmap(room.right() - 16, room.top() + 2, icons.pixmap("clipboard-check", "#dddddd", 14))
        elif row.state.pending:
            text = str(row.state.pending)
            width = painter.fontMetrics().horizontalAdvance(text) + 12
            pill = QRect(room.right() - width, room.top(), width, 17)
            painter.setBrush(QColor(now.accent))
            painter.drawRoundedRect(pill, 8, 8)
            painter.setPen(QColor(now.on_accent))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        elif word in _MARKS:
            painter.setBrush(QColor(0, 0, 0, 170))
            painter.drawEllipse(room.right() - 18, room.top(), 18, 18)
            colour = {"needs_work": now.warn}.get(word, "#7fd49a")
            painter.drawPixmap(room.right() - 17, room.top() + 1, icons.pixmap(_MARKS[word], colour, 16))

    def _thumbnail_came(self, key: str) -> None:
        if key in self._keys_in_view:
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.at(event.position().toPoint())
        if row and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(row.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: self.columns, Qt.Key.Key_Up: -self.columns}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif (image_id := self.neighbour(step)) is not None:
            self.picked.emit(image_id)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.at(event.pos())
            QToolTip.showText(event.globalPos(), f"{row.path}\n{self.state_words(row)}" if row else "", self)
            return True
        return super().viewportEvent(event)

    def state_words(self, row: GalleryRow) -> str:
        """The image's state for a person."""
        if row.check:
            return self.tr("check image: mark it yourself first")
        if row.state.pending:
            return self.tr("%n proposal(s) to review", "", row.state.pending)
        words = {
            "new": self.tr("nothing said of it yet"),
            "annotated": self.tr("%n region(s) marked", "", row.state.annotations),
            "needs_work": self.tr("needs work"),
            "reviewed": self.tr("reviewed"),
            "defect_free": self.tr("defect-free"),
        }
        return words[row.state.word]
