"""Where a project's images should lie on the disk, and which of them are gone; light enough for the command `status`."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.records import Image, Root

CHANGED = "changed"  # an image's state: the file under its path has other bytes now
PROJECT_ROOT = "."  # the path of the root that is the project's own folder


def absolute(path: Path | str) -> Path:
    """An absolute path without `..`; links are left as they are, so that a share keeps the name it was mounted under."""
    return Path(os.path.abspath(path))


def project_folder(session: Session) -> Path:
    return absolute(session.info["folder"])


def _folder_of(session: Session, root: Root) -> Path:
    return project_folder(session) if root.path == PROJECT_ROOT else Path(root.path)


def roots(session: Session) -> dict[int, Path]:
    """The folder of each root, absolute, by its id."""
    return {root.id: _folder_of(session, root) for root in session.scalars(select(Root))}


def path_of(session: Session, image: Image) -> Path:
    """Where the image's file should lie: an absolute path."""
    return _folder_of(session, session.get(Root, image.root_id)) / image.path


def missing(session: Session) -> list[int]:
    """Ids of the images whose bytes are no longer under their path: no such file, or found to have other bytes."""
    folders = {root_id: str(folder) for root_id, folder in roots(session).items()}
    rows = session.execute(select(Image.id, Image.root_id, Image.path, Image.state).where(Image.removed.is_(False)).order_by(Image.id))
    return [row.id for row in rows if row.state == CHANGED or not os.path.isfile(os.path.join(folders[row.root_id], row.path))]
