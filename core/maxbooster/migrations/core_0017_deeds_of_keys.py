"""The audit trail: with which API key something was done"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id

revision = "core_0017"
down_revision = "core_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_audit_payload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key_id", Id(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_audit_payload", schema=None) as batch_op:
        batch_op.drop_column("key_id")
