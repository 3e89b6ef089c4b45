"""Grants: what made them, and whom they are offered to by email"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("credential_id", Id(), nullable=True))
        batch_op.create_index("ix_core_grant_email", ["email"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_core_grant_email")
        batch_op.drop_column("credential_id")
        batch_op.drop_column("email")
