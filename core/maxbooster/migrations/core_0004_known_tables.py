"""What plugins' tables hold, for when the plugins are off"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Json

revision = "core_0004"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_known_table",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", Json(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_known_table")),
    )


def downgrade() -> None:
    op.drop_table("core_known_table")
