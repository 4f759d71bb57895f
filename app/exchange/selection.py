"""What leaves a project: which images, which regions on them and what was said of both, read from the database in sets.

From annotations an image leaves when it is complete for every chosen class: elsewhere, unmarked pixels are unknown. Predictions
are those of one version that are pending or accepted, at the present cut, of every image, check images too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.exchange.incoming import COMPLETE, NEEDS_WORK
from app.operations import images as image_operations
from app.store import queries
from app.store.parts import in_parts
from app.store.records import Annotation, DefectClass, Image, Inference, ModelVersion, Prediction, Root, Verdict, now
from core_models.contract.mask import Mask

GENERATOR = "DefectLoop"
# Of a version that is not active these are what would be pending if it were: leaving it had withdrawn or superseded them.
_UNDECIDED = ("pending", "withdrawn", "superseded")


@dataclass(frozen=True)
class ExportOptions:
    """what: annotations or predictions; class_ids: None for all; images: reference or copy; version_id: None for the active one."""

    what: str = "annotations"
    class_ids: Collection[int] | None = None
    images: str = "reference"
    include_unreviewed: bool = False
    version_id: int | None = None


@dataclass
class OutImage:
    """An image that leaves. file_name: its path in the data set; said: {class name: the verdict as JSON}; state: one word."""

    id: int
    path: str
    root: str
    source: Path
    sha256: str
    width: int
    height: int
    file_name: str
    said: dict[str, dict] = field(default_factory=dict)
    annotations: int = 0
    complete: bool = False
    state: str = "new"

    def keys(self) -> dict:
        """The keys of our own that every format carries of an image."""
        path = {"path": self.path} if self.path != self.file_name else {}
        return {"sha256": self.sha256, "root": self.root, **path, "review_state": {"image": self.state, "classes": self.said}}


@dataclass(frozen=True)
class OutRegion:
    """A region that leaves, and where it comes from. how: single, image or bulk; decision: of predictions only."""

    class_id: int
    mask: Mask
    area: int
    ignore: bool
    source: str
    model_version: int | None
    engine: str | None
    score: float | None
    by: str
    at: str
    how: str
    decision: str = ""

    def origin(self) -> dict:
        """The keys of our own that every exported region carries."""
        keys = ("source", "model_version", "engine", "score", "by", "at", "how")
        return {key: getattr(self, key) for key in keys} | ({"decision": self.decision} if self.decision else {})


@dataclass
class Selection:
    """The images that leave, in the order of their ids, and a way to their regions."""

    session: Session
    options: ExportOptions
    class_names: dict[int, str]
    colours: dict[int, str]
    version: ModelVersion | None
    images: list[OutImage]
    left_out: int
    notes: list[str] = field(default_factory=list)
    written: int = 0  # regions handed out so far

    @property
    def of_predictions(self) -> bool:
        return self.options.what == "predictions"

    def regions(self) -> Iterator[tuple[OutImage, list[OutRegion]]]:
        """Every image with its regions of the chosen classes."""
        for part in in_parts(self.images):  # whose regions are in memory together
            ids = [image.id for image in part]
            found = predictions(self.session, self.version, self.class_names, ids) if self.of_predictions else self._annotations(ids)
            for image in part:
                self.written += len(found[image.id])
                yield image, found[image.id]

    def info(self) -> dict:
        """What a reader of the data set should know of it as a whole."""
        version = {"model_version": self.version.id, "engine": self.version.engine} if self.version else {}
        return {"description": f"Defect {self.options.what}", "generator": GENERATOR, "what": self.options.what, "date_created": now(), **version}

    def _annotations(self, image_ids: list[int]) -> dict[int, list[OutRegion]]:
        a, p, i = Annotation, Prediction, Inference
        rows = select(a.image_id, a.class_id, a.x, a.y, a.w, a.h, a.rle, a.area, a.ignore, a.source, a.by, a.at, p.score, p.decided_how, i.version_id)
        rows = rows.outerjoin(p, p.id == a.prediction_id).outerjoin(i, i.id == p.inference_id)
        rows = rows.where(a.image_id.in_(image_ids), a.class_id.in_(self.class_names)).order_by(a.id)
        engines = dict(self.session.execute(select(ModelVersion.id, ModelVersion.engine)).all())
        found: dict[int, list[OutRegion]] = defaultdict(list)
        for r in self.session.execute(rows):
            how = r.decided_how or ("bulk" if r.source == "import" else "single")
            mask = Mask(r.x, r.y, r.w, r.h, r.rle)
            found[r.image_id].append(
                OutRegion(r.class_id, mask, r.area, r.ignore, r.source, r.version_id, engines.get(r.version_id), r.score, r.by, r.at, how)
            )
        return found


def select_for_export(session: Session, options: ExportOptions) -> Selection:
    """The selection that the options ask for. UserError for classes or a version that are not there."""
    classes = queries.all_classes(session)
    if options.class_ids is not None:
        classes = [c for c in classes if c.id in options.class_ids]
    version = version_of(session, options.version_id) if options.what == "predictions" else None
    names = {c.id: c.name for c in classes}
    every = _images(session, names)
    _count_annotations(session, every, names)
    for image in every.values():
        image.complete = bool(names) and all(image.said.get(name, {}).get("state") == COMPLETE for name in names.values())
        image.state = _state(image)
    chosen = [image for image in every.values() if version or image.complete or options.include_unreviewed]
    if options.images == "copy":
        for image, name in zip(chosen, unique_names([i.path for i in chosen]), strict=True):
            image.file_name = f"images/{name}"
    return Selection(session, options, names, {c.id: c.colour for c in classes}, version, chosen, len(every) - len(chosen))


def version_of(session: Session, version_id: int | None) -> ModelVersion:
    """The segmentation version of that id, or the active one. UserError where there is none."""
    version = session.get(ModelVersion, version_id) if version_id is not None else queries.active_version(session)
    if version is None and version_id is None:
        raise UserError("No model version is active yet, so there are no predictions.", "Run prelabel first.")
    if version is None:
        raise UserError(f"There is no model version {version_id}.", "The command models lists them.")
    return version


def predictions(session: Session, version: ModelVersion, class_ids: Collection[int], image_ids: list[int]) -> dict[int, list[OutRegion]]:
    """{image id: pending and accepted regions of the version, at the present cut}, for any image (an empty list).

    Accepted regions stay when the shots have changed since; pending are those that the present shots made. For a version
    that is not active, those that would be pending if it were.
    """
    p, i = Prediction, Inference
    rows: Select = select(i.image_id, i.class_id, p.x, p.y, p.w, p.h, p.rle, p.area, p.score, p.decision, p.decided_by, p.decided_at, p.decided_how, i.at)
    rows = rows.select_from(i).join(p, p.inference_id == i.id).join(Image, Image.id == i.image_id).join(DefectClass, DefectClass.id == i.class_id)
    rows = rows.where(i.image_id.in_(image_ids), i.class_id.in_(class_ids), shown(session, version)).order_by(p.id)
    found: dict[int, list[OutRegion]] = defaultdict(list)
    for r in session.execute(rows):
        mask, at = Mask(r.x, r.y, r.w, r.h, r.rle), r.decided_at or r.at
        decision = "accepted" if r.decision == "accepted" else "pending"
        found[r.image_id].append(
            OutRegion(r.class_id, mask, r.area, False, "model", version.id, version.engine, r.score, r.decided_by, at, r.decided_how, decision)
        )
    return found


def shown(session: Session, version: ModelVersion):
    """The condition for `predictions`, over Prediction joined with Inference, Image and DefectClass."""
    active = queries.active_version(session)
    undecided = ("pending",) if active is not None and active.id == version.id else _UNDECIDED
    accepted = and_(Inference.version_id == version.id, Prediction.decision == "accepted", Prediction.score >= DefectClass.cut, Image.removed.is_(False))
    return or_(accepted, and_(Prediction.decision.in_(undecided), queries.is_shown(session, version)))


def _images(session: Session, names: dict[int, str]) -> dict[int, OutImage]:
    """All images of the project with the verdicts on the chosen classes, by id."""
    folders, roots = image_operations.roots(session), dict(session.execute(select(Root.id, Root.name)).all())
    columns = select(Image.id, Image.root_id, Image.path, Image.sha256, Image.width, Image.height).where(Image.removed.is_(False)).order_by(Image.id)
    found = {
        r.id: OutImage(r.id, r.path, roots[r.root_id], folders[r.root_id] / r.path, r.sha256, r.width, r.height, r.path) for r in session.execute(columns)
    }
    v = Verdict
    for r in session.execute(select(v.image_id, v.class_id, v.state, v.blind, v.comment, v.by, v.at).where(v.class_id.in_(names)).order_by(v.class_id)):
        if r.image_id in found:
            found[r.image_id].said[names[r.class_id]] = {"state": r.state, "blind": r.blind, "comment": r.comment, "by": r.by, "at": r.at}
    return found


def _count_annotations(session: Session, found: dict[int, OutImage], names: dict[int, str]) -> None:
    counts = select(Annotation.image_id, func.count()).where(Annotation.class_id.in_(names), Annotation.ignore.is_(False)).group_by(Annotation.image_id)
    for image_id, count in session.execute(counts):
        if image_id in found:
            found[image_id].annotations = count


def _state(image: OutImage) -> str:
    """One word for the chosen classes: needs_work, defect_free, reviewed, annotated or new."""
    if any(said["state"] == NEEDS_WORK for said in image.said.values()):
        return "needs_work"
    if image.complete:
        return "reviewed" if image.annotations else "defect_free"
    return "annotated" if image.annotations else "new"


def unique_names(paths: list[str]) -> list[str]:
    """A file name for each path: its own where no other has the same stem (upper and lower case alike, as Windows takes
    them), else its folders' names with it, else a number more."""
    names = [PurePosixPath(path.replace("\\", "_")) for path in paths]
    count: dict[str, int] = defaultdict(int)
    for name in names:
        count[name.stem.casefold()] += 1
    taken: set[str] = {stem for stem, n in count.items() if n == 1}
    unique = []
    for name in names:
        if count[name.stem.casefold()] == 1:
            unique.append(name.name)
            continue
        stem = "_".join([*name.parts[:-1], name.stem])
        free = next(s for s in (stem, *(f"{stem}_{k}" for k in range(2, len(paths) + 2))) if s.casefold() not in taken)
        taken.add(free.casefold())
        unique.append(free + name.suffix)
    return unique
