"""Secret keys that a key service has wrapped"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0022"
down_revision = "core_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_data_key",
        sa.Column("id", Id(), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("wrapped_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_data_key")),
    )


def downgrade() -> None:
    op.drop_table("core_data_key")
