"""What the gallery lists, as it is read beside the window: the first screenfuls, the whole, and whether the whole still holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.operations import places
from app.store import gallery
from app.store.gallery import GalleryRow

FIRST = 200  # so many are shown at once: more than a screen holds


@dataclass(frozen=True)
class Reading:
    """Images by id in the order of the gallery, the folder of each root, and counts.

    waiting: images with proposals to review; decided: those that are reviewed for every class; basis: of `gallery.basis`;
    whole: these are all images of the project.
    """

    rows: dict[int, GalleryRow]
    folders: dict[int, Path]
    waiting: int
    decided: int
    basis: tuple
    whole: bool


def first(session) -> Reading:
    """The images that come first, which are all of a small project."""
    found = gallery.first_rows(session, FIRST + 1)
    return _reading(session, found[:FIRST], whole=len(found) <= FIRST)


def whole(session) -> Reading:
    """All images of the project."""
    return _reading(session, gallery.rows(session), whole=True)


def some(session, image_ids: set[int]) -> tuple[list[GalleryRow], dict[int, Path]]:
    """A few images, and the folder of each root."""
    return gallery.rows(session, image_ids), places.roots(session)


def _reading(session, rows: list[GalleryRow], whole: bool) -> Reading:
    waiting, decided = (sum(holds(row.state) for row in rows) for holds in (lambda s: s.pending > 0, lambda s: s.reviewed))
    return Reading({row.id: row for row in rows}, places.roots(session), waiting, decided, gallery.basis(session), whole)
