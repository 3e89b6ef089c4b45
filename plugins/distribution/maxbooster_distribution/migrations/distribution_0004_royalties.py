"""Royalties: what a statement's content is, how it was read, and that it can be undone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "distribution_0004"
down_revision = "distribution_0003"
branch_labels = None
depends_on = None

_STANDING = sa.text("state <> 'undone'")


def upgrade() -> None:
    with op.batch_alter_table("distribution_royalty_statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dates", sa.String(length=12), server_default="auto", nullable=False))
        batch_op.add_column(sa.Column("columns", Json(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("content", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("repeats", Id(), nullable=True))
        batch_op.add_column(sa.Column("first_month", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("last_month", sa.String(length=7), nullable=True))
        batch_op.add_column(sa.Column("notes", Json(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("undone_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("undone_why", sa.String(length=500), nullable=True))
        batch_op.drop_constraint("uq_distribution_royalty_statement_account_id_sha256_layout", type_="unique")
        batch_op.create_index(
            "uq_distribution_royalty_statement_file", ["account_id", "sha256", "layout"],
            unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING,
        )  # fmt: skip
        batch_op.create_index("ix_distribution_royalty_statement_content", ["account_id", "content"], unique=False)
    with op.batch_alter_table("distribution_royalty_waiting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undone_at", UtcTime(), nullable=True))
        for column in ("title", "artist"):
            batch_op.alter_column(column, existing_type=sa.String(length=200), type_=sa.String(length=1000))
    with op.batch_alter_table("distribution_royalty_allocation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undone_at", UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("distribution_royalty_allocation", schema=None) as batch_op:
        batch_op.drop_column("undone_at")
    with op.batch_alter_table("distribution_royalty_waiting", schema=None) as batch_op:
        batch_op.drop_column("undone_at")
        for column in ("title", "artist"):
            batch_op.alter_column(column, existing_type=sa.String(length=1000), type_=sa.String(length=200))
    with op.batch_alter_table("distribution_royalty_statement", schema=None) as batch_op:
        batch_op.drop_index("ix_distribution_royalty_statement_content")
        batch_op.drop_index("uq_distribution_royalty_statement_file")
        batch_op.create_unique_constraint(
            "uq_distribution_royalty_statement_account_id_sha256_layout", ["account_id", "sha256", "layout"]
        )
        for column in (
            "undone_why", "undone_at", "notes", "last_month", "first_month", "repeats", "content", "columns", "dates",
        ):  # fmt: skip
            batch_op.drop_column(column)
