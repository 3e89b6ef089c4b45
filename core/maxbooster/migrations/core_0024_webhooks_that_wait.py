"""Webhooks that are stored and not queued yet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0024"
down_revision = "core_0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_inbox_webhook", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(
            "ix_core_inbox_webhook_waits",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("waits"),
            postgresql_where=sa.text("waits"),
        )


def downgrade() -> None:
    with op.batch_alter_table("core_inbox_webhook", schema=None) as batch_op:
        batch_op.drop_index("ix_core_inbox_webhook_waits")
        batch_op.drop_column("waits")
