"""Splits: from which month of sale on; what waits: in which month it was sold"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "distribution_0005"
down_revision = "distribution_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("distribution_royalty_split", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_month", sa.String(length=7), nullable=True))
    with op.batch_alter_table("distribution_royalty_waiting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("month", sa.String(length=7), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("distribution_royalty_waiting", schema=None) as batch_op:
        batch_op.drop_column("month")
    with op.batch_alter_table("distribution_royalty_split", schema=None) as batch_op:
        batch_op.drop_column("from_month")
