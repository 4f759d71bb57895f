"""Icons of the one set in resources/icons (Lucide, ISC licence), tinted by the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui import theme

_SIZES_PX = (16, 20, 32, 40)


def icon(name: str, colour: str = "") -> QIcon:
    """The icon of that file name in a colour (the theme's text colour), and fainter where it is disabled."""
    now = theme.current()
    made = QIcon()
    for size in _SIZES_PX:
        made.addPixmap(pixmap(name, colour or now.text, size), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, now.line, size), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size_px: int) -> QPixmap:
    """One icon as a square picture; FileNotFoundError for a name that the set has not."""
    svg = (theme.ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QPixmap(size_px, size_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return picture
