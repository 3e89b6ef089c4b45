"""What the platform made a file for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.drop_column("purpose")
