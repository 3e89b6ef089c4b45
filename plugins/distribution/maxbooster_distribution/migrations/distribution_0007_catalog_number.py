"""Releases: catalog_number, as the trade's formats spell it"""

from __future__ import annotations

from alembic import op

revision = "distribution_0007"
down_revision = "distribution_0006"
branch_labels = None
depends_on = None
contracts = "nothing was released that knows the column by its former name"


def upgrade() -> None:
    with op.batch_alter_table("distribution_release", schema=None) as batch_op:
        batch_op.alter_column("catalogue_number", new_column_name="catalog_number")


def downgrade() -> None:
    with op.batch_alter_table("distribution_release", schema=None) as batch_op:
        batch_op.alter_column("catalog_number", new_column_name="catalogue_number")
