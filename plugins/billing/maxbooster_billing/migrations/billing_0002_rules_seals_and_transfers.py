"""Rules of purposes, seals, proposals, and payouts by bank transfer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime
from maxbooster_billing.ledger import rules

revision = "billing_0002"
down_revision = "billing_0001"
branch_labels = None
depends_on = None

PURPOSES = (
    ("bank", 1, False),
    ("receivable", 1, False),
    ("overpaid", 1, True),
    ("clearing", 1, False),
    ("payable", -1, True),
    ("unallocated", -1, False),
    ("fractions", -1, False),
    ("income", -1, False),
    ("fees", 1, False),
    ("opening", -1, False),
)
"""As of this version: a later one changes the table, never this list."""


def upgrade() -> None:
    purpose = op.create_table(
        "billing_ledger_purpose",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("floored", sa.Boolean(), nullable=False),
        sa.CheckConstraint("side IN (-1, 1)", name=op.f("ck_billing_ledger_purpose_side")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_billing_ledger_purpose")),
    )
    op.bulk_insert(purpose, [dict(zip(("name", "side", "floored"), each, strict=True)) for each in PURPOSES])
    op.create_table(
        "billing_ledger_seal",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", Id(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "transaction_id"],
            ["billing_ledger_transaction.account_id", "billing_ledger_transaction.id"],
            name=op.f("fk_billing_ledger_seal_account_id_transaction_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_billing_ledger_seal")),
        sa.UniqueConstraint(
            "account_id", "transaction_id", name=op.f("uq_billing_ledger_seal_account_id_transaction_id")
        ),
    )
    op.create_table(
        "billing_proposal",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("transaction", Json(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("proposed_by", Id(), nullable=True),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("decided_by", Id(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("posted_id", Id(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'rejected')", name=op.f("ck_billing_proposal_state")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_proposal")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_billing_proposal_account_id_key")),
    )
    op.create_table(
        "billing_bank_file",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", Id(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_bank_file")),
    )
    op.create_table(
        "billing_bank_order",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(length=200), nullable=False),
        sa.Column("statement", sa.String(length=140), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("file_id", Id(), nullable=True),
        sa.Column("ordered_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'filed', 'executed', 'failed')", name=op.f("ck_billing_bank_order_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_bank_order_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["billing_bank_file.account_id", "billing_bank_file.id"],
            name=op.f("fk_billing_bank_order_account_id_file_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_bank_order")),
    )
    op.create_index("ix_billing_bank_order_state", "billing_bank_order", ["account_id", "state"], unique=False)
    rules.remove(op.get_bind())
    op.execute(_FLOORS)
    rules.install(op.get_bind())


_FLOORS = """UPDATE billing_ledger_account SET
    side = (SELECT p.side FROM billing_ledger_purpose p WHERE p.name = purpose),
    floored = (SELECT p.floored FROM billing_ledger_purpose p WHERE p.name = purpose)
WHERE EXISTS (SELECT 1 FROM billing_ledger_purpose p WHERE p.name = purpose
    AND (p.side <> billing_ledger_account.side OR p.floored <> billing_ledger_account.floored)
    AND NOT (p.floored AND p.side * balance - held < 0))"""
"""Accounts that were opened before their purpose had this rule. One that is below its floor keeps what it has, and
`maxbooster billing verify` names it."""


def downgrade() -> None:
    rules.remove(op.get_bind())
    op.drop_index("ix_billing_bank_order_state", table_name="billing_bank_order")
    op.drop_table("billing_bank_order")
    op.drop_table("billing_bank_file")
    op.drop_table("billing_proposal")
    op.drop_table("billing_ledger_seal")
    op.drop_table("billing_ledger_purpose")
    rules.install(op.get_bind())
