"""Facts in bulk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_facts_part",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=100), nullable=False),
        sa.Column("dataset_version", sa.Integer(), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("published_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_facts_part")),
        sa.UniqueConstraint("account_id", "dataset", "part", name=op.f("uq_core_facts_part_account_id_dataset_part")),
    )


def downgrade() -> None:
    op.drop_table("core_facts_part")
