"""Whether a statement's lines are published"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "distribution_0008"
down_revision = "distribution_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement") as batch_op:
        batch_op.add_column(sa.Column("sales_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement") as batch_op:
        batch_op.drop_column("sales_version")
