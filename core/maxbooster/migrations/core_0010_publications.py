"""Publications: what strangers may see"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_publication",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("subject", Id(), nullable=False),
        sa.Column("content", Json(), nullable=True),
        sa.Column("image", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("area", "slug", name=op.f("pk_core_publication")),
        sa.UniqueConstraint("account_id", "area", "subject", name=op.f("uq_core_publication_account_id_area_subject")),
    )


def downgrade() -> None:
    op.drop_table("core_publication")
