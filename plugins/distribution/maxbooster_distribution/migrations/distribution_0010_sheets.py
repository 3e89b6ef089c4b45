"""Which sheet of a workbook a statement is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "distribution_0010"
down_revision = "distribution_0009"
branch_labels = None
depends_on = None

_INDEX, _FILE = "uq_distribution_royalty_statement_file", ["account_id", "sha256", "layout"]
_STANDING = sa.text("state <> 'undone'")


def upgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement") as batch_op:
        batch_op.add_column(sa.Column("sheet", sa.String(length=100), server_default="", nullable=False))
        batch_op.drop_index(_INDEX)
        batch_op.create_index(
            _INDEX, [*_FILE, "sheet"], unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        )


def downgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement") as batch_op:
        batch_op.drop_index(_INDEX)
        batch_op.create_index(_INDEX, _FILE, unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING)
        batch_op.drop_column("sheet")
