"""The audit trail: by which grant somebody came"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id

revision = "core_0023"
down_revision = "core_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_audit_payload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grant_id", Id(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_audit_payload", schema=None) as batch_op:
        batch_op.drop_column("grant_id")
