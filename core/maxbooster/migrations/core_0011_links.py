"""Short links and their clicks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_link",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=2000), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_link")),
        sa.UniqueConstraint("account_id", "code", name=op.f("uq_core_link_account_id_code")),
    )
    op.create_table(
        "core_link_clicks",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("link_id", Id(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("referrer", sa.String(length=255), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "link_id"],
            ["core_link.account_id", "core_link.id"],
            name=op.f("fk_core_link_clicks_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_link_clicks")),
        sa.UniqueConstraint(
            "account_id", "link_id", "day", "referrer", name=op.f("uq_core_link_clicks_account_id_link_id_day_referrer")
        ),
    )


def downgrade() -> None:
    op.drop_table("core_link_clicks")
    op.drop_table("core_link")
