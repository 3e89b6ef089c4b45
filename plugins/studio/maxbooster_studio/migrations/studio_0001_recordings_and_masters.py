"""Recordings and masters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "studio_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_recording",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("analysis", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["core_file.account_id", "core_file.id"],
            name=op.f("fk_studio_recording_account_id_file_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_recording")),
        sa.UniqueConstraint("account_id", "file_id", name=op.f("uq_studio_recording_account_id_file_id")),
    )
    op.create_table(
        "studio_master",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("recording_id", Id(), nullable=False),
        sa.Column("target", Json(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("chain", Json(), nullable=True),
        sa.Column("settings", Json(), nullable=True),
        sa.Column("analysis", Json(), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "recording_id"],
            ["studio_recording.account_id", "studio_recording.id"],
            name=op.f("fk_studio_master_account_id_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_master")),
    )
    with op.batch_alter_table("studio_master", schema=None) as batch_op:
        batch_op.create_index("ix_studio_master_recording", ["account_id", "recording_id"], unique=False)

    op.create_table(
        "studio_recording_picture",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("loudness", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["studio_recording.account_id", "studio_recording.id"],
            name=op.f("fk_studio_recording_picture_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_recording_picture")),
    )
    op.create_table(
        "studio_preview",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["core_file.account_id", "core_file.id"],
            name=op.f("fk_studio_preview_account_id_file_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["studio_recording.account_id", "studio_recording.id"],
            name=op.f("fk_studio_preview_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_preview")),
    )
    with op.batch_alter_table("studio_preview", schema=None) as batch_op:
        batch_op.create_index("ix_studio_preview_file", ["account_id", "file_id"], unique=False)

    op.create_table(
        "studio_master_picture",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("loudness", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["studio_master.account_id", "studio_master.id"],
            name=op.f("fk_studio_master_picture_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_master_picture")),
    )
    op.create_table(
        "studio_rendering",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("master_id", Id(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("file_id", Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["core_file.account_id", "core_file.id"],
            name=op.f("fk_studio_rendering_account_id_file_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "master_id"],
            ["studio_master.account_id", "studio_master.id"],
            name=op.f("fk_studio_rendering_account_id_master_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_rendering")),
        sa.UniqueConstraint(
            "account_id", "master_id", "format", name=op.f("uq_studio_rendering_account_id_master_id_format")
        ),
    )
    with op.batch_alter_table("studio_rendering", schema=None) as batch_op:
        batch_op.create_index("ix_studio_rendering_file", ["account_id", "file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("studio_rendering", schema=None) as batch_op:
        batch_op.drop_index("ix_studio_rendering_file")

    op.drop_table("studio_rendering")
    op.drop_table("studio_master_picture")
    with op.batch_alter_table("studio_preview", schema=None) as batch_op:
        batch_op.drop_index("ix_studio_preview_file")

    op.drop_table("studio_preview")
    op.drop_table("studio_recording_picture")
    with op.batch_alter_table("studio_master", schema=None) as batch_op:
        batch_op.drop_index("ix_studio_master_recording")

    op.drop_table("studio_master")
    op.drop_table("studio_recording")
