"""Grants"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_grant",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("object_id", Id(), nullable=False),
        sa.Column("rights", sa.String(length=2000), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("receiver_id", Id(), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("given_by", Id(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_grant")),
    )
    with op.batch_alter_table("core_grant", schema=None) as batch_op:
        batch_op.create_index("ix_core_grant_object", ["account_id", "object_id"], unique=False)
        batch_op.create_index("ix_core_grant_hash", ["hash"], unique=False)
        batch_op.create_index("ix_core_grant_id", ["id"], unique=False)
        batch_op.create_index("ix_core_grant_receiver_id", ["receiver_id"], unique=False)


def downgrade() -> None:
    op.drop_table("core_grant")
