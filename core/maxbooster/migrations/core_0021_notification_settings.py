"""How people hear of notifications: settings, digests, devices, and whether their email arrives"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0021"
down_revision = "core_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_notice") as batch_op:
        batch_op.add_column(sa.Column("bell", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("digest_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("digest_id", Id(), nullable=True))
        batch_op.create_index("ix_core_notice_digest_at", ["digest_at"])
        batch_op.create_index("ix_core_notice_digest", ["account_id", "digest_id"])
    with op.batch_alter_table("core_notice") as batch_op:
        batch_op.alter_column("bell", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    op.create_table(
        "core_notice_preference",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=10), nullable=False),
        sa.Column("push", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_notice_preference")),
        sa.UniqueConstraint(
            "account_id", "user_id", "kind", name=op.f("uq_core_notice_preference_account_id_user_id_kind")
        ),
    )
    op.create_table(
        "core_notice_times",
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_notice_times")),
    )
    op.create_table(
        "core_mailbox",
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("soft_bounces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_mailbox")),
    )
    op.create_table(
        "core_push_device",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("service", sa.String(length=255), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("fault", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_push_device")),
        sa.UniqueConstraint("hash", name=op.f("uq_core_push_device_hash")),
    )
    op.create_index(op.f("ix_core_push_device_user_id"), "core_push_device", ["user_id"])


def downgrade() -> None:
    op.drop_table("core_push_device")
    op.drop_table("core_mailbox")
    op.drop_table("core_notice_times")
    op.drop_table("core_notice_preference")
    with op.batch_alter_table("core_notice") as batch_op:
        batch_op.drop_index("ix_core_notice_digest")
        batch_op.drop_index("ix_core_notice_digest_at")
        batch_op.drop_column("digest_id")
        batch_op.drop_column("digest_at")
        batch_op.drop_column("bell")
