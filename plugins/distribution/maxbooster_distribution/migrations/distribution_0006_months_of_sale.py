"""Statements: what their lines add up to in each month of sale"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Json

revision = "distribution_0006"
down_revision = "distribution_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("months", Json(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement", schema=None) as batch_op:
        batch_op.drop_column("months")
