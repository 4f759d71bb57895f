"""The tables of the first version.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change()
    _defect_class()
    _job()
    _project()
    _root()
    _image()
    _model_version()
    _support_set()
    _active_version()
    _image_tag()
    _inference()
    _support_shot()
    _verdict()
    _prediction()
    _annotation()


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("reverts", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=True),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_change_by_undone_by"), "change", ["by", "undone_by"], unique=False)
    op.create_index(op.f("ix_change_size"), "change", ["size"], unique=False)


def _defect_class() -> None:
    op.create_table(
        "defect_class",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=9), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=False),
        sa.Column("min_area", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect_class")),
        sa.UniqueConstraint("name", name=op.f("uq_defect_class_name")),
        sqlite_autoincrement=True,
    )


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("events_read", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("pid_started", sa.Float(), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )


def _project() -> None:
    op.create_table(
        "project",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sqlite_autoincrement=True,
    )


def _root() -> None:
    op.create_table(
        "root",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_root")),
        sa.UniqueConstraint("name", name=op.f("uq_root_name")),
        sqlite_autoincrement=True,
    )


def _image() -> None:
    op.create_table(
        "image",
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("depth", sa.String(length=16), nullable=False),
        sa.Column("orientation", sa.Integer(), nullable=False),
        sa.Column("part_group", sa.String(length=200), nullable=False),
        sa.Column("split", sa.String(length=8), nullable=False),
        sa.Column("mm_per_px_x", sa.Float(), nullable=True),
        sa.Column("mm_per_px_y", sa.Float(), nullable=True),
        sa.Column("likeness", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name=op.f("fk_image_root_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("root_id", "path", "sha256", name=op.f("uq_image_root_id_path_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_image_part_group"), "image", ["part_group"], unique=False)
    op.create_index(op.f("ix_image_sha256"), "image", ["sha256"], unique=False)


def _model_version() -> None:
    op.create_table(
        "model_version",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_model_version_job_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["model_version.id"], name=op.f("fk_model_version_parent_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sqlite_autoincrement=True,
    )


def _support_set() -> None:
    op.create_table(
        "support_set",
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("shots", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_support_set_class_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_set")),
        sa.UniqueConstraint("class_id", "digest", name=op.f("uq_support_set_class_id_digest")),
        sqlite_autoincrement=True,
    )


def _active_version() -> None:
    op.create_table(
        "active_version",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["previous_id"], ["model_version.id"], name=op.f("fk_active_version_previous_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_active_version_version_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_active_version")),
        sa.UniqueConstraint("kind", name=op.f("uq_active_version_kind")),
        sqlite_autoincrement=True,
    )


def _image_tag() -> None:
    op.create_table(
        "image_tag",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_image_tag_class_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_image_tag_image_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_tag")),
        sa.UniqueConstraint("image_id", "class_id", name=op.f("uq_image_tag_image_id_class_id")),
        sqlite_autoincrement=True,
    )


def _inference() -> None:
    op.create_table(
        "inference",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("support_digest", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("image_score", sa.Float(), nullable=False),
        sa.Column("regions", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_inference_class_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_inference_image_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_inference_job_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["version_id"], ["model_version.id"], name=op.f("fk_inference_version_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inference")),
        sa.UniqueConstraint("image_id", "class_id", "version_id", "support_digest", name=op.f("uq_inference_image_id_class_id_version_id_support_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inference_class_id_version_id"), "inference", ["class_id", "version_id"], unique=False)
    op.create_index(op.f("ix_inference_job_id"), "inference", ["job_id"], unique=False)


def _support_shot() -> None:
    op.create_table(
        "support_shot",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_support_shot_class_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_support_shot_image_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_shot")),
        sa.UniqueConstraint("class_id", "image_id", name=op.f("uq_support_shot_class_id_image_id")),
        sqlite_autoincrement=True,
    )


def _verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_verdict_class_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_verdict_image_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint("image_id", "class_id", name=op.f("uq_verdict_image_id_class_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_verdict_class_id"), "verdict", ["class_id"], unique=False)


def _prediction() -> None:
    op.create_table(
        "prediction",
        sa.Column("inference_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("cut", sa.Float(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=False),
        sa.Column("decided_how", sa.String(length=8), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("w", sa.Integer(), nullable=False),
        sa.Column("h", sa.Integer(), nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=False),
        sa.Column("rle", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["inference_id"], ["inference.id"], name=op.f("fk_prediction_inference_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_prediction_decision"), "prediction", ["decision"], unique=False)
    op.create_index(op.f("ix_prediction_inference_id"), "prediction", ["inference_id"], unique=False)


def _annotation() -> None:
    op.create_table(
        "annotation",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ignore", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("w", sa.Integer(), nullable=False),
        sa.Column("h", sa.Integer(), nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=False),
        sa.Column("rle", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["defect_class.id"], name=op.f("fk_annotation_class_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_annotation_image_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["prediction_id"], ["prediction.id"], name=op.f("fk_annotation_prediction_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_annotation_class_id"), "annotation", ["class_id"], unique=False)
    op.create_index(op.f("ix_annotation_image_id_class_id"), "annotation", ["image_id", "class_id"], unique=False)
    op.create_index(op.f("ix_annotation_prediction_id"), "annotation", ["prediction_id"], unique=False)
