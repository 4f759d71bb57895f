"""Images of a project: register, find, remove, and find again where they were moved to. The files themselves are never touched."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, object_session

from app.errors import UserError
from app.operations import grouping
from app.operations.grouping import decide_split, decide_splits, is_candidate
from app.operations.places import CHANGED, PROJECT_ROOT, absolute, missing, path_of, project_folder, roots
from app.operations.scanning import Refused, Scanned, image_files, scan
from app.store.parts import in_parts
from app.store.records import Image, Root
from core_models.contract import image_file
from core_models.contract.episode import ImageRef

__all__ = [
    "CHANGED", "Refused", "Registered", "Scale", "Scanned", "decide_split", "decide_splits", "find", "find_all", "in_folder_of", "is_candidate",
    "locate", "missing", "mm_per_px", "path_of", "ref", "register", "remove", "roots", "scale_of", "scan", "set_scale",
]  # fmt: skip


@dataclass
class Registered:
    """What became of scanned files: new images, those already there, and rows whose file has other bytes now."""

    added: list[Image] = field(default_factory=list)
    known: list[Image] = field(default_factory=list)
    changed: list[Image] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    by_path: dict[Path, Image] = field(default_factory=dict)


def register(session: Session, folder: Path, scanned: Sequence[Scanned], group_by: str | None = None) -> Registered:
    """Makes images of what `scan` found. `folder` is the project's: images below it are stored relative to it.

    The same bytes under the same path are the same image (brought back, if it had been removed); other bytes under that
    path are a new image, and the old one says "changed". `group_by`: None (near-duplicates are one group), "folder" or
    a regular expression; where given, it also regroups images already there on which nothing has been decided.
    """
    result, new = Registered(), []
    below = _Roots(session, folder)
    places = {item.path: below.place(item.path, item.given) for item in scanned}
    there = _rows_at(session, places.values())
    for item in scanned:
        root, path = places[item.path]
        rows = there[root.id, path]
        image = next((row for row in rows if row.sha256 == item.sha256), None)
        for row in rows:
            if row is not image and row.state != CHANGED:
                row.state = CHANGED
                result.changed += [] if row.removed else [row]
        if image is None:
            image = _new_image(item, root, path, group_by)
            rows.append(image)
            new.append(image)
        elif image.removed:
            image.removed, image.state = False, ""
            result.added.append(image)
        elif item.path not in result.by_path:
            image.state = ""
            result.known.append(image)
        result.by_path[item.path] = image
    session.add_all(new)
    session.flush()
    again = [image for image in result.known if not image.split] if group_by else []
    names = {root.id: root.name for root in below.all}
    for image in again:
        image.part_group = grouping.group_of(f"{names[image.root_id]}/{image.path}", image.sha256, group_by)
    grouping.settle(session, new + again, join=not group_by)
    result.added = new + result.added
    session.flush()
    if new and (warning := grouping.large_group(session)):
        result.warnings.append(warning)
    return result


def _new_image(item: Scanned, root: Root, path: str, group_by: str | None) -> Image:
    probe = item.probe
    return Image(
        root_id=root.id, path=path, sha256=item.sha256, width=probe.width, height=probe.height, channels=probe.channels,
        depth=probe.depth, orientation=probe.orientation, likeness=item.likeness,
        part_group=grouping.group_of(f"{root.name}/{path}", item.sha256, group_by),
    )  # fmt: skip


def remove(session: Session, images: Iterable[Image]) -> int:
    """Takes images out of the project, not off the disk; what was said of them is kept and returns with them. The number."""
    images = [image for image in images if not image.removed]
    for image in images:
        image.removed = True
    return len(images)


@dataclass(frozen=True)
class Scale:
    """mm for a pixel of an image along x and along y, None where it is not known; alike: images in its folder, itself among them."""

    x: float | None
    y: float | None
    alike: int


def mm_per_px(session: Session, image_id: int) -> tuple[float | None, float | None]:
    """Along x and along y, None where it is not known."""
    image = session.get(Image, image_id)
    return (image.mm_per_px_x, image.mm_per_px_y) if image else (None, None)


def scale_of(session: Session, image_id: int) -> Scale:
    image = session.get(Image, image_id)
    return Scale(image.mm_per_px_x, image.mm_per_px_y, session.scalar(_beside(image, func.count())))


def set_scale(session: Session, image_id: int, x: float | None, y: float | None, whole_folder: bool) -> int:
    """How many mm a pixel shows along x and along y, on one image or on all of its folder; None leaves a direction as it is.

    The number of images. UserError where a value is not above 0.
    """
    if any(v is not None and not 0 < v < math.inf for v in (x, y)):
        raise UserError("A length has to be above 0.", "Give the length of the line in millimetres.")
    image = session.get(Image, image_id)
    chosen = in_folder_of(session, image) if whole_folder else [image]
    for one in chosen:
        one.mm_per_px_x = one.mm_per_px_x if x is None else x
        one.mm_per_px_y = one.mm_per_px_y if y is None else y
    return len(chosen)


def in_folder_of(session: Session, image: Image) -> list[Image]:
    """The images of the project that lie in the same folder, the image itself among them; not those in folders within it."""
    return list(session.scalars(_beside(image, Image).order_by(Image.id)))


def _beside(image: Image, what) -> Select:
    folder = image.path.rpartition("/")[0]
    within = f"{folder}/" if folder else ""
    inside = func.substr(Image.path, len(within) + 1)
    there = select(what).where(Image.root_id == image.root_id, Image.removed.is_(False), inside.not_like("%/%"))
    return there.where(Image.path.startswith(within, autoescape=True)) if within else there


def ref(image: Image) -> ImageRef:
    """The image as a worker needs it, with its absolute path. The image must belong to a session of a workspace."""
    return ImageRef(image.id, str(path_of(object_session(image), image)), image.sha256, image.width, image.height)


def find(session: Session, project_folder: Path, text: str) -> Image:
    """The image that a person names: a path on the disk, or as the project lists it. UserError where none or several fit."""
    return find_all(session, project_folder, [text])[0]


def find_all(session: Session, project_folder: Path, texts: Sequence[str]) -> list[Image]:
    """`find` for many at once, in their order; reads the images' paths once."""
    folders = {r.id: (r.name, absolute(project_folder if r.path == PROJECT_ROOT else r.path)) for r in session.scalars(select(Root))}
    listed: dict[str, list] = defaultdict(list)
    on_disk: dict[str, list] = defaultdict(list)
    for row in session.execute(select(Image.id, Image.root_id, Image.path, Image.state).where(Image.removed.is_(False))):
        name, folder = folders[row.root_id]
        listed[row.path].append(row)
        listed[f"{name}/{row.path}"].append(row)
        on_disk[os.path.normcase(folder / row.path)].append(row)
    chosen = []
    for text in texts:
        rows = on_disk.get(os.path.normcase(absolute(text))) or listed.get(str(text).replace("\\", "/"), [])
        rows = [row for row in rows if row.state != CHANGED] or rows[-1:]
        if not rows:
            raise UserError(f"{text} is no image of this project.", "Name it by its path on the disk, or as the project lists it.")
        if len({row.id for row in rows}) > 1:
            where = ", ".join(sorted(f"{folders[row.root_id][0]}/{row.path}" for row in rows)[:4])
            raise UserError(f"{text} fits {len(rows)} images of this project: {where}.", "Name it by its path on the disk.")
        chosen.append(rows[0].id)
    images = {i.id: i for part in in_parts(chosen) for i in session.scalars(select(Image).where(Image.id.in_(part)))}
    return [images[k] for k in chosen]


def locate(session: Session, folder: Path) -> int:
    """Looks below `folder`, at any depth, for the bytes of the missing images, and notes their new place. How many it found.

    Of several files with the same bytes, the one with the image's own name is taken, and each for one image only.
    """
    folder = absolute(folder)
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder.", "Name the folder that the images were moved to.")
    lost = [session.get(Image, k) for k in missing(session)]
    if not lost:
        return 0
    below = _Roots(session, project_folder(session))
    found = _by_sha256(folder, {image.sha256 for image in lost})
    places = {path: below.place(path, folder) for paths in found.values() for path in paths}
    taken = {(root_id, path, row.sha256) for (root_id, path), rows in _rows_at(session, places.values()).items() for row in rows if row not in lost}
    count = 0
    for image in sorted(lost, key=lambda i: i.path):
        free = [p for p in found.get(image.sha256, ()) if (places[p][0].id, places[p][1], image.sha256) not in taken]
        if free:
            path = min(free, key=lambda p: (p.name != Path(image.path).name, str(p)))
            root, relative = places[path]
            image.root_id, image.path, image.state = root.id, relative, ""
            taken.add((root.id, relative, image.sha256))
            count += 1
    return count


def _by_sha256(folder: Path, wanted: set[str]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in image_files(folder, recursive=True):
        if isinstance(path, Path):
            try:
                digest = image_file.sha256(path)
            except image_file.ImageFileError:
                continue  # a file that cannot be opened is not the one that is looked for
            if digest in wanted:
                found[digest].append(path)
    return found


def _rows_at(session: Session, places: Iterable[tuple[Root, str]]) -> dict[tuple[int, str], list[Image]]:
    """The images under each (root id, path), removed ones too."""
    paths: dict[int, set[str]] = defaultdict(set)
    for root, path in places:
        paths[root.id].add(path)
    there: dict[tuple[int, str], list[Image]] = defaultdict(list)
    for root_id, names in paths.items():
        for part in in_parts(sorted(names)):
            for image in session.scalars(select(Image).where(Image.root_id == root_id, Image.path.in_(part))):
                there[root_id, image.path].append(image)
    return there


class _Roots:
    """The folders that images are stored relative to; one is added where a file lies below none of them."""

    def __init__(self, session: Session, project_folder: Path) -> None:
        self._session = session
        self._project = absolute(project_folder)
        self.all = list(session.scalars(select(Root)))
        self._of_folder: dict[Path, tuple[Root, Path]] = {}  # answered so far: the files of a folder lie below one root

    def place(self, path: Path, given: Path) -> tuple[Root, str]:
        """The root of a file and its path below it, with `/`: the project's folder, a known root, or the folder `given`."""
        if path.parent not in self._of_folder:
            root = self._root_of(path) or self._add(self._project if path.is_relative_to(self._project) else given)
            self._of_folder[path.parent] = root, self._folder(root)
        root, folder = self._of_folder[path.parent]
        return root, path.relative_to(folder).as_posix()

    def _root_of(self, path: Path) -> Root | None:
        """The innermost root that the file lies below; None where that is the project's folder and it is no root yet."""
        fits = {self._folder(root): root for root in self.all if path.is_relative_to(self._folder(root))}
        if path.is_relative_to(self._project):
            fits.setdefault(self._project, None)
        return fits[max(fits, key=lambda folder: len(folder.parts))] if fits else None

    def _folder(self, root: Root) -> Path:
        return self._project if root.path == PROJECT_ROOT else Path(root.path)

    def _add(self, folder: Path) -> Root:
        own = folder == self._project
        wanted = "project" if own else folder.name or "images"
        taken = {root.name for root in self.all}
        name = next(n for n in [wanted, *(f"{wanted} ({k})" for k in range(2, len(taken) + 3))] if n not in taken)
        root = Root(name=name, path=PROJECT_ROOT if own else str(folder))
        self._session.add(root)
        self._session.flush()
        self.all.append(root)
        return root
