"""Two versions on the same check images, one below the other, where they differ most first; a click opens the image."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from app.operations.comparing import Pictured
from app.store.gallery import ClassRow
from app.ui import background, theme
from app.ui.context import Context
from app.ui.train.side_pictures import pictures
from core_models.contract.comparison import Compared, Side

_HEAD_PX, _CAPTION_PX, _GAP_PX = 28, 20, 8
_PICTURE_PX = 176  # high
_IN_MEMORY = 60


class SideBySide(QAbstractScrollArea):
    """`opened`: id of the image that the person wants to see whole."""

    opened = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._images: Sequence[Pictured] = ()
        self._classes: Mapping[int, ClassRow] = {}
        self._pair = (0, 0)
        self._made: OrderedDict[tuple, tuple[QPixmap, QPixmap] | str] = OrderedDict()
        self._at_work: set[tuple] = set()
        self.empty = ""
        self._current = 0
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.verticalScrollBar().setSingleStep(40)

    # -- what it shows --------------------------------------------------------------------------------------------------------

    def show_images(self, images: Sequence[Pictured], classes: Sequence[ClassRow], pair: tuple[int, int]) -> None:
        """`pair`: ids of the versions on the left and on the right."""
        if pair != self._pair:
            self._made.clear()
            self.verticalScrollBar().setValue(0)
            self._current = 0
        self._images, self._classes, self._pair = images, {c.id: c for c in classes}, pair
        self._fit_scroll_bar()
        self.viewport().update()

    def show_nothing(self, why: str) -> None:
        """Says in a sentence why there is nothing to see."""
        self.empty = why
        self.show_images((), (), (0, 0))

    def row(self, place: int) -> QRect:
        """Where the image of that place lies in the viewport."""
        return QRect(0, place * self._row_px() + _HEAD_PX - self.verticalScrollBar().value(), self.viewport().width(), self._row_px())

    def _row_px(self) -> int:
        return 2 * _CAPTION_PX + _PICTURE_PX + 2 * _GAP_PX

    def _picture_width(self) -> int:
        return max(120, (self.viewport().width() - 3 * _GAP_PX) // 2)

    def _fit_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, _HEAD_PX + len(self._images) * self._row_px() - self.viewport().height()))

    # -- pictures -------------------------------------------------------------------------------------------------------------

    def _picture(self, image: Pictured) -> tuple[QPixmap, QPixmap] | str | None:
        """What there is of an image: its two pictures, why there are none, or None while they are made."""
        key = image.image_id, *self._pair, self._picture_width()
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        if key not in self._at_work:
            self._at_work.add(key)
            colours = {id_: QColor(c.colour).getRgb()[:3] for id_, c in self._classes.items()}
            fine = self.devicePixelRatioF()
            size = round(self._picture_width() * fine), round(_PICTURE_PX * fine)
            self._context.run(background.call(lambda: pictures(image, colours, *size)), lambda found: self._came(key, found, fine))
        return None

    def _came(self, key: tuple, found, fine: float) -> None:
        self._at_work.discard(key)
        if not isinstance(found, str):
            found = QPixmap.fromImage(found[0]), QPixmap.fromImage(found[1])
            for picture in found:
                picture.setDevicePixelRatio(fine)
        self._made[key] = found
        while len(self._made) > _IN_MEMORY:
            self._made.popitem(last=False)
        self.viewport().update()

    # -- painting -------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, now = QPainter(self.viewport()), theme.current()
        painter.fillRect(self.viewport().rect(), QColor(now.base))
        if not self._images:
            painter.setPen(QColor(now.faint))
            place = self.viewport().rect().adjusted(48, 48, -48, -48)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty)
            painter.end()
            return
        first = max(0, (self.verticalScrollBar().value() - _HEAD_PX) // self._row_px())
        for place in range(first, len(self._images)):
            row = self.row(place)
            if row.top() > self.viewport().height():
                break
            self._draw_row(painter, row, self._images[place], place == self._current and self.hasFocus())
        self._draw_head(painter)
        painter.end()

    def _draw_head(self, painter: QPainter) -> None:
        now, width = theme.current(), self._picture_width()
        painter.fillRect(QRect(0, 0, self.viewport().width(), _HEAD_PX), QColor(now.panel))
        painter.setPen(QColor(now.text))
        for k, version in enumerate(self._pair):
            place = QRect(_GAP_PX + k * (width + _GAP_PX), 0, width, _HEAD_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.tr("Version {version}").format(version=version))
        painter.setPen(QColor(now.faint))
        legend = self.tr("outline: marked by a person   filled: proposed")
        painter.drawText(QRect(0, 0, self.viewport().width() - _GAP_PX, _HEAD_PX), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, legend)

    def _draw_row(self, painter: QPainter, row: QRect, image: Pictured, focused: bool) -> None:
        now, width = theme.current(), self._picture_width()
        metrics = painter.fontMetrics()
        if focused:
            painter.fillRect(row, QColor(now.raised))
        name = QRect(_GAP_PX, row.top() + _GAP_PX, row.width() - 2 * _GAP_PX, _CAPTION_PX)
        painter.setPen(QColor(now.text if image.changed else now.faint))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(self._title(image), Qt.TextElideMode.ElideMiddle, name.width()))
        made = self._picture(image)
        for k, side in enumerate(("candidate", "incumbent")):
            left = _GAP_PX + k * (width + _GAP_PX)
            place = QRect(left, name.bottom() + 1, width, _PICTURE_PX)
            painter.fillRect(place, QColor(now.canvas))
            if isinstance(made, tuple):
                picture = made[k]
                size = picture.deviceIndependentSize().toSize()
                painter.drawPixmap(place.left() + (place.width() - size.width()) // 2, place.top() + (place.height() - size.height()) // 2, picture)
            elif made:
                painter.setPen(QColor(now.warn))
                painter.drawText(place.adjusted(16, 8, -16, -8), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, made)
            painter.setPen(QColor(now.faint))
            caption = QRect(left, place.bottom() + 1, width, _CAPTION_PX)
            said = "   ".join(self.figures(c, getattr(c, side), name_it=len(image.classes) > 1) for c in self._telling(image))
            painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(said, Qt.TextElideMode.ElideRight, width))

    def _title(self, image: Pictured) -> str:
        names = [self._classes[c.class_id].name for c in image.classes if c.class_id in self._classes and c.regions]
        if not names:
            return self.tr("{image}: nothing is there").format(image=image.path.name)
        return self.tr("{image}: {classes}").format(image=image.path.name, classes=", ".join(names))

    def _telling(self, image: Pictured) -> list[Compared]:
        """The classes that there is something to say of; one, where nothing is on the image."""
        return [c for c in image.classes if c.regions or c.candidate.proposed or c.incumbent.proposed] or list(image.classes[:1])

    def figures(self, compared: Compared, side: Side, name_it: bool = False) -> str:
        """What a version did on one image for one class."""
        if compared.regions:
            text = self.tr("found {found} of {regions}, IoU {iou}").format(found=side.found, regions=compared.regions, iou=f"{side.iou:.2f}")
        elif side.proposed:
            text = self.tr("%n false alarm(s)", "", side.proposed)
        else:
            text = self.tr("nothing proposed, rightly")
        name = self._classes[compared.class_id].name if compared.class_id in self._classes else ""
        return self.tr("{class_name}: {figures}").format(class_name=name, figures=text) if name_it and name else text

    # -- the hand ---------------------------------------------------------------------------------------------------------------

    def _place_at(self, at: QPoint) -> int | None:
        place = (at.y() + self.verticalScrollBar().value() - _HEAD_PX) // self._row_px()
        return place if at.y() > _HEAD_PX and 0 <= place < len(self._images) else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._current = place
            self.opened.emit(self._images[place].image_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step and self._images:
            self._current = max(0, min(len(self._images) - 1, self._current + step))
            row = self.row(self._current)
            if row.top() < _HEAD_PX or row.bottom() > self.viewport().height():
                self.verticalScrollBar().setValue(self._current * self._row_px())
            self.viewport().update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._images:
            self.opened.emit(self._images[self._current].image_id)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_scroll_bar()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            QToolTip.showText(event.globalPos(), self.tr("{path}\nA click opens the image").format(path=self._images[place].path) if place is not None else "", self)
            return True
        return super().viewportEvent(event)
