"""The tables, as SQLAlchemy classes; used as they are everywhere, there is no second form of them.

Times are ISO 8601 text in UTC, which sorts as it reads. Large files (images, weights, score maps) stay on the disk.
Ids are never given twice, so that undo can put a row back under its own.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core_models.contract.mask import Mask

PROGRAMS_GROUP = "~"  # begins the name of a part_group that the program made
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _to(column: str) -> ForeignKey:
    """A reference that is checked at the commit: undo and the flush of one operation may write rows in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class _Row(Base):
    __abstract__ = True
    __table_args__: tuple | dict = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)


def _args(*constraints: object) -> tuple:
    return (*constraints, {"sqlite_autoincrement": True})


class Project(_Row):
    """One row. settings: auto_activate (bool), check_candidates (bool), check_groups (int: so many are asked for), classes_may_overlap (bool)."""

    __tablename__ = "project"
    name: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict] = mapped_column(JSON, default=dict)
    created_at: Mapped[str] = mapped_column(String(32), default=now)


class Root(_Row):
    """A named folder that images lie under; `path` is absolute, or "." for the project's own folder."""

    __tablename__ = "root"
    name: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)


class DefectClass(_Row):
    """A kind of defect. `cut`: regions whose score lies below it are hidden; `min_area` in pixels (0: from the shots)."""

    __tablename__ = "defect_class"
    name: Mapped[str] = mapped_column(String(200), unique=True)
    colour: Mapped[str] = mapped_column(String(9))
    position: Mapped[int] = mapped_column(Integer, default=0)
    cut: Mapped[float] = mapped_column(Float, default=0.5)
    min_area: Mapped[int] = mapped_column(Integer, default=0)


class Image(_Row):
    """One picture of one part. width and height are upright; `part_group` joins images that show the same part.

    split: "" until the first decision on an image of the group, then "train" or "check", for good.
    state: "" or "changed" (the file under this path has other bytes now; a new row holds those).
    likeness: a small standardised thumbnail, for finding near-duplicates.
    """

    __tablename__ = "image"
    __table_args__ = _args(UniqueConstraint("root_id", "path", "sha256"), Index(None, "sha256"), Index(None, "part_group"))
    root_id: Mapped[int] = mapped_column(_to("root.id"))
    path: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    channels: Mapped[int] = mapped_column(Integer)
    depth: Mapped[str] = mapped_column(String(16))
    orientation: Mapped[int] = mapped_column(Integer, default=1)
    part_group: Mapped[str] = mapped_column(String(200), default="")
    split: Mapped[str] = mapped_column(String(8), default="")
    mm_per_px_x: Mapped[float | None] = mapped_column(Float, default=None)
    mm_per_px_y: Mapped[float | None] = mapped_column(Float, default=None)
    likeness: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    state: Mapped[str] = mapped_column(String(16), default="")
    removed: Mapped[bool] = mapped_column(Boolean, default=False)
    added_at: Mapped[str] = mapped_column(String(32), default=now)


class Verdict(_Row):
    """What a person said of one image and one class: complete or needs_work. blind: before any proposal was shown."""

    __tablename__ = "verdict"
    __table_args__ = _args(UniqueConstraint("image_id", "class_id"), Index(None, "class_id"))
    image_id: Mapped[int] = mapped_column(_to("image.id"))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    state: Mapped[str] = mapped_column(String(16))
    blind: Mapped[bool] = mapped_column(Boolean, default=False)
    comment: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[str] = mapped_column(String(32), default=now)


class _Region(_Row):
    """What annotations and predictions share: a mask as its box, area and run lengths."""

    __abstract__ = True
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    w: Mapped[int] = mapped_column(Integer)
    h: Mapped[int] = mapped_column(Integer)
    area: Mapped[int] = mapped_column(BigInteger)
    rle: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def mask(self) -> Mask:
        return Mask(self.x, self.y, self.w, self.h, self.rle)

    @mask.setter
    def mask(self, mask: Mask) -> None:
        self.x, self.y, self.w, self.h = mask.box
        self.area, self.rle = mask.area, mask.rle


class Annotation(_Region):
    """One region of one class on one image, held true by a person. source: person, model, import."""

    __tablename__ = "annotation"
    __table_args__ = _args(Index(None, "image_id", "class_id"), Index(None, "class_id"), Index(None, "prediction_id"))
    image_id: Mapped[int] = mapped_column(_to("image.id"))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    kind: Mapped[str] = mapped_column(String(8), default="mask")
    ignore: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(16), default="person")
    prediction_id: Mapped[int | None] = mapped_column(_to("prediction.id"), default=None)
    by: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[str] = mapped_column(String(32), default=now)


class ImageTag(_Row):
    __tablename__ = "image_tag"
    __table_args__ = _args(UniqueConstraint("image_id", "class_id"))
    image_id: Mapped[int] = mapped_column(_to("image.id"))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    source: Mapped[str] = mapped_column(String(16))
    score: Mapped[float | None] = mapped_column(Float, default=None)


class SupportShot(_Row):
    __tablename__ = "support_shot"
    __table_args__ = _args(UniqueConstraint("class_id", "image_id"))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    image_id: Mapped[int] = mapped_column(_to("image.id"))


class SupportSetRow(_Row):
    """A support set that a job used, under its digest. shots: image ids and the sha256 of each mask."""

    __tablename__ = "support_set"
    __table_args__ = _args(UniqueConstraint("class_id", "digest"))
    digest: Mapped[str] = mapped_column(String(32))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    shots: Mapped[list] = mapped_column(JSON)


class ModelVersion(_Row):
    """Engine, weights, parent, metrics; never changed, at most retired. folder: relative to the project, "" = what ships."""

    __tablename__ = "model_version"
    kind: Mapped[str] = mapped_column(String(16), default="segment")
    engine: Mapped[str] = mapped_column(String(64))
    parent_id: Mapped[int | None] = mapped_column(_to("model_version.id"), default=None)
    params: Mapped[dict] = mapped_column(JSON, default=dict)
    folder: Mapped[str] = mapped_column(Text, default="")
    metrics: Mapped[dict] = mapped_column(JSON, default=dict)
    data_digest: Mapped[str] = mapped_column(String(64), default="")
    job_id: Mapped[int | None] = mapped_column(_to("job.id"), default=None)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[str] = mapped_column(String(32), default=now)


class ActiveVersion(_Row):
    """The version that makes the proposals now, one row a kind; `previous_id` is what rollback goes back to."""

    __tablename__ = "active_version"
    kind: Mapped[str] = mapped_column(String(16), unique=True)
    version_id: Mapped[int] = mapped_column(_to("model_version.id"))
    previous_id: Mapped[int | None] = mapped_column(_to("model_version.id"), default=None)


class Inference(_Row):
    """One pass of one version with one support set over one image, also when it found nothing."""

    __tablename__ = "inference"
    __table_args__ = _args(
        UniqueConstraint("image_id", "class_id", "version_id", "support_digest"), Index(None, "class_id", "version_id"), Index(None, "job_id")
    )
    image_id: Mapped[int] = mapped_column(_to("image.id"))
    class_id: Mapped[int] = mapped_column(_to("defect_class.id"))
    version_id: Mapped[int] = mapped_column(_to("model_version.id"))
    support_digest: Mapped[str] = mapped_column(String(32))
    job_id: Mapped[int | None] = mapped_column(_to("job.id"), default=None)
    image_score: Mapped[float] = mapped_column(Float)
    regions: Mapped[int] = mapped_column(Integer)
    at: Mapped[str] = mapped_column(String(32), default=now)


class Prediction(_Region):
    """A region proposed by a model. decision: pending, accepted, corrected, rejected, dismissed, superseded, withdrawn,
    or agrees (it overlaps an annotation, or a region rejected before: not queued). decided_how: single, image, bulk."""

    __tablename__ = "prediction"
    __table_args__ = _args(Index(None, "inference_id"), Index(None, "decision"))
    inference_id: Mapped[int] = mapped_column(_to("inference.id"))
    score: Mapped[float] = mapped_column(Float)
    cut: Mapped[float] = mapped_column(Float)
    decision: Mapped[str] = mapped_column(String(12), default="pending")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[str] = mapped_column(String(32), default="")
    decided_how: Mapped[str] = mapped_column(String(8), default="")


class Job(_Row):
    """One run of a worker. state: queued, running, finished, failed, cancelled, interrupted; done and total in images.

    folder is relative to the project; events_read: bytes of events.jsonl already applied; failed: [{image, reason}].
    """

    __tablename__ = "job"
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    spec: Mapped[dict] = mapped_column(JSON, default=dict)
    folder: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    failed: Mapped[list] = mapped_column(JSON, default=list)
    result: Mapped[dict] = mapped_column(JSON, default=dict)
    events_read: Mapped[int] = mapped_column(BigInteger, default=0)
    host: Mapped[str] = mapped_column(String(200), default="")
    pid: Mapped[int | None] = mapped_column(Integer, default=None)
    pid_started: Mapped[float | None] = mapped_column(Float, default=None)
    by: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[str] = mapped_column(String(32), default=now)
    started_at: Mapped[str] = mapped_column(String(32), default="")
    ended_at: Mapped[str] = mapped_column(String(32), default="")


class ChangeRow(_Row):
    """What one operation did: who, when, a title, and the rows before and after (folded away after a while).

    kind: do, undo, redo or job (a job's results: on record, closed to undo). undone_by: the change that took it back.
    reverts: the change that this one takes back. rows: [[table, id, columns before, columns after], ...], None for a row
    that was not there; size: their bytes as JSON, 0 once they are folded away.
    """

    __tablename__ = "change"
    __table_args__ = _args(Index(None, "by", "undone_by"), Index(None, "size"))
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8), default="do")
    at: Mapped[str] = mapped_column(String(32), default=now)
    by: Mapped[str] = mapped_column(String(200))
    undone_by: Mapped[int | None] = mapped_column(Integer, default=None)
    reverts: Mapped[int | None] = mapped_column(Integer, default=None)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[list | None] = mapped_column(JSON, default=None)
