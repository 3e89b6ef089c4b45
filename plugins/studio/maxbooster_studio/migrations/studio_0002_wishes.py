"""A master's title, intensity and reference"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Json

revision = "studio_0002"
down_revision = "studio_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("studio_master") as batch:
        batch.add_column(sa.Column("title", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("intensity", sa.Integer(), nullable=False, server_default="50"))
        batch.add_column(sa.Column("reference", Json(), nullable=True))
