"""Notices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_notice",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("tone", sa.String(length=10), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_notice")),
    )
    with op.batch_alter_table("core_notice", schema=None) as batch_op:
        batch_op.create_index("ix_core_notice_user", ["account_id", "user_id", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_core_notice_user")

    op.drop_table("core_notice")
