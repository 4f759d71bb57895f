"""What the gallery lists, as it is read beside the window: the first screenfuls, the whole, and whether the whole still holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.operations import candidates, places
from app.store import gallery
from app.store.gallery import GalleryRow

FIRST = 200  # so many are shown at once: more than a screen holds


@dataclass(frozen=True)
class Reading:
    """Images by id in the order of the gallery, the folder of each root, and counts.

    waiting: images with proposals to review; decided: those that are reviewed for every class; basis: of `basis`;
    whole: these are all images of the project.
    """

    rows: dict[int, GalleryRow]
    folders: dict[int, Path]
    waiting: int
    decided: int
    basis: tuple
    whole: bool


def basis(session) -> tuple:
    """While it is the same, a change concerns only the images that it touched."""
    return *gallery.basis(session), candidates.more_wanted(session)


def first(session) -> Reading:
    """The images that come first, which are all of a small project."""
    found = gallery.first_rows(session, FIRST + 1)
    return _reading(session, found[:FIRST], whole=len(found) <= FIRST)


def whole(session) -> Reading:
    """All images of the project."""
    return _reading(session, gallery.rows(session), whole=True, asked=candidates.asked(session))


def some(session, image_ids: set[int]) -> tuple[list[GalleryRow], dict[int, Path]]:
    """A few images, and the folder of each root."""
    return _withheld(gallery.rows(session, image_ids), candidates.asked(session, image_ids)), places.roots(session)


def _withheld(rows: list[GalleryRow], asked: set[int]) -> list[GalleryRow]:
    """The rows, with nothing told of what is proposed on images that are to be marked first."""
    return [row._replace(check=True, classes=frozenset()) if row.state.pending and row.id in asked else row for row in rows]


def _reading(session, rows: list[GalleryRow], whole: bool, asked: set[int] | None = None) -> Reading:
    rows = _withheld(rows, candidates.asked(session, [row.id for row in rows]) if asked is None else asked)
    waiting, decided = (sum(holds(row.state) for row in rows) for holds in (lambda s: s.pending > 0, lambda s: s.reviewed))
    return Reading({row.id: row for row in rows}, places.roots(session), waiting, decided, basis(session), whole)
