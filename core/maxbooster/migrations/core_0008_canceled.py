"""Jobs: canceled, as the API spells it"""

from __future__ import annotations

from alembic import op

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE core_job SET state = 'canceled' WHERE state = 'cancelled'")


def downgrade() -> None:
    op.execute("UPDATE core_job SET state = 'cancelled' WHERE state = 'canceled'")
