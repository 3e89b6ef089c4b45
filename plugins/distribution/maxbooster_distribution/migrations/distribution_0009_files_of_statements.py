"""Files of statements take the permission of statements"""

from __future__ import annotations

from alembic import op

revision = "distribution_0009"
down_revision = "distribution_0008"
branch_labels = None
depends_on = None

_IMPORTED = """
    EXISTS (
        SELECT 1 FROM distribution_royalty_statement
        WHERE distribution_royalty_statement.account_id = core_file.account_id
          AND distribution_royalty_statement.file_id = core_file.id
    )
"""


def upgrade() -> None:
    op.execute(f"UPDATE core_file SET purpose = 'distribution.statement' WHERE purpose IS NULL AND {_IMPORTED}")


def downgrade() -> None:
    op.execute("UPDATE core_file SET purpose = NULL WHERE purpose = 'distribution.statement'")
