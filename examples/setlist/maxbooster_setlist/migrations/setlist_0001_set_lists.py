"""Set lists"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "setlist_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setlist_setlist",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("venue", sa.String(length=200), nullable=False),
        sa.Column("played_on", sa.Date(), nullable=False),
        sa.Column("published_at", UtcTime(), nullable=True),
        sa.Column("published_by", Id(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_setlist_setlist")),
        sa.UniqueConstraint(
            "account_id", "played_on", "title", name=op.f("uq_setlist_setlist_account_id_played_on_title")
        ),
    )
    op.create_table(
        "setlist_song",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("setlist_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "setlist_id"],
            ["setlist_setlist.account_id", "setlist_setlist.id"],
            name=op.f("fk_setlist_song_account_id_setlist_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_setlist_song")),
        sa.UniqueConstraint(
            "account_id", "setlist_id", "position", name=op.f("uq_setlist_song_account_id_setlist_id_position")
        ),
    )


def downgrade() -> None:
    op.drop_table("setlist_song")
    op.drop_table("setlist_setlist")
