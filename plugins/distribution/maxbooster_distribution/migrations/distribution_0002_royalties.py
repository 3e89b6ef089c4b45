"""Royalties"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "distribution_0002"
down_revision = "distribution_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distribution_royalty_carry",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_royalty_carry")),
        sa.UniqueConstraint(
            "account_id", "party", "currency", name=op.f("uq_distribution_royalty_carry_account_id_party_currency")
        ),
    )
    op.create_table(
        "distribution_royalty_split",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("track_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shares", Json(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_royalty_split")),
        sa.UniqueConstraint(
            "account_id", "track_id", "number", name=op.f("uq_distribution_royalty_split_account_id_track_id_number")
        ),
    )
    op.create_table(
        "distribution_royalty_statement",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("layout", sa.String(length=60), nullable=False),
        sa.Column("decimals", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.Column("rate", sa.String(length=24), nullable=True),
        sa.Column("original_currency", sa.String(length=3), nullable=True),
        sa.Column("original_total", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("unmatched", sa.BigInteger(), nullable=False),
        sa.Column("unsplit", sa.BigInteger(), nullable=False),
        sa.Column("rounded", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("unallocated", sa.BigInteger(), nullable=False),
        sa.Column("lines_file_id", Id(), nullable=True),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("imported_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_royalty_statement")),
        sa.UniqueConstraint(
            "account_id", "sha256", "layout", name=op.f("uq_distribution_royalty_statement_account_id_sha256_layout")
        ),
    )
    op.create_table(
        "distribution_royalty_allocation",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("statement_id", Id(), nullable=False),
        sa.Column("payee_id", Id(), nullable=False),
        sa.Column("part_id", Id(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("carried_in", sa.BigInteger(), nullable=False),
        sa.Column("credited", sa.BigInteger(), nullable=False),
        sa.Column("carried_out", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "statement_id"],
            ["distribution_royalty_statement.account_id", "distribution_royalty_statement.id"],
            name=op.f("fk_distribution_royalty_allocation_account_id_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_royalty_allocation")),
        sa.UniqueConstraint(
            "account_id", "statement_id", "payee_id", "part_id", name="uq_distribution_royalty_allocation_payee"
        ),
    )
    op.create_table(
        "distribution_royalty_waiting",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement_id", Id(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("isrc", sa.String(length=40), nullable=False),
        sa.Column("upc", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("artist", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("track_id", Id(), nullable=True),
        sa.Column("release_id", Id(), nullable=True),
        sa.Column("split_id", Id(), nullable=True),
        sa.Column("assigned_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "statement_id"],
            ["distribution_royalty_statement.account_id", "distribution_royalty_statement.id"],
            name=op.f("fk_distribution_royalty_waiting_account_id_statement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_royalty_waiting")),
    )
    op.create_index(
        "ix_distribution_royalty_waiting_statement",
        "distribution_royalty_waiting",
        ["account_id", "statement_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("distribution_royalty_waiting")
    op.drop_table("distribution_royalty_allocation")
    op.drop_table("distribution_royalty_statement")
    op.drop_table("distribution_royalty_split")
    op.drop_table("distribution_royalty_carry")
