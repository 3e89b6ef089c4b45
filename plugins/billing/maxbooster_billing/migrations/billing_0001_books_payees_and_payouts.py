"""Books, payees and payouts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime
from maxbooster_billing.ledger import rules

revision = "billing_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_ledger_account",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("floored", sa.Boolean(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("last_transaction_id", Id(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.CheckConstraint("NOT floored OR side * balance - held >= 0", name=op.f("ck_billing_ledger_account_floor")),
        sa.CheckConstraint(
            "balance BETWEEN -9000000000000000 AND 9000000000000000", name=op.f("ck_billing_ledger_account_size")
        ),
        sa.CheckConstraint("held >= 0", name=op.f("ck_billing_ledger_account_held")),
        sa.CheckConstraint("side IN (-1, 1)", name=op.f("ck_billing_ledger_account_side")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_ledger_account")),
        sa.UniqueConstraint(
            "account_id",
            "purpose",
            "party",
            "currency",
            name=op.f("uq_billing_ledger_account_account_id_purpose_party_currency"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "billing_ledger_transaction",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.Column("memo", sa.String(length=500), nullable=False),
        sa.Column("settles", Id(), nullable=True),
        sa.Column("reverses", Id(), nullable=True),
        sa.Column("legs", Json(), nullable=False),
        sa.Column("leg_count", sa.Integer(), nullable=False),
        sa.Column("transfer", Id(), nullable=True),
        sa.Column("effective_at", UtcTime(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.CheckConstraint("phase IN ('posted', 'pending', 'void')", name=op.f("ck_billing_ledger_transaction_phase")),
        sa.ForeignKeyConstraint(
            ["account_id", "reverses"],
            ["billing_ledger_transaction.account_id", "billing_ledger_transaction.id"],
            name=op.f("fk_billing_ledger_transaction_account_id_reverses"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "settles"],
            ["billing_ledger_transaction.account_id", "billing_ledger_transaction.id"],
            name=op.f("fk_billing_ledger_transaction_account_id_settles"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_ledger_transaction")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_billing_ledger_transaction_account_id_key")),
    )
    op.create_index(
        "uq_billing_ledger_transaction_reverses",
        "billing_ledger_transaction",
        ["account_id", "reverses"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_index(
        "uq_billing_ledger_transaction_settles",
        "billing_ledger_transaction",
        ["account_id", "settles"],
        unique=True,
        sqlite_where=sa.text("settles IS NOT NULL"),
        postgresql_where=sa.text("settles IS NOT NULL"),
    )
    op.create_index(
        "uq_billing_ledger_transaction_transfer",
        "billing_ledger_transaction",
        ["account_id", "transfer"],
        unique=True,
        sqlite_where=sa.text("transfer IS NOT NULL"),
        postgresql_where=sa.text("transfer IS NOT NULL"),
    )

    op.create_table(
        "billing_payee",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=True),
        sa.Column("destination", sa.String(length=200), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_payee")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_billing_payee_account_id_name")),
    )
    op.create_table(
        "billing_ledger_entry",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("transaction_id", Id(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), nullable=False),
        sa.Column("ledger_account_id", Id(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_billing_ledger_entry_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "ledger_account_id"],
            ["billing_ledger_account.account_id", "billing_ledger_account.id"],
            name=op.f("fk_billing_ledger_entry_account_id_ledger_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "transaction_id"],
            ["billing_ledger_transaction.account_id", "billing_ledger_transaction.id"],
            name=op.f("fk_billing_ledger_entry_account_id_transaction_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "transaction_id", "leg", name=op.f("pk_billing_ledger_entry")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "uq_billing_ledger_entry_account",
            "billing_ledger_entry",
            ["account_id", "ledger_account_id", "transaction_id"],
            unique=True,
        )

    op.create_table(
        "billing_payout",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payee_id", Id(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", Id(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("destination", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("requested_by", Id(), nullable=True),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint("state IN ('held', 'sent', 'paid', 'failed')", name=op.f("ck_billing_payout_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_payout_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "payee_id"],
            ["billing_payee.account_id", "billing_payee.id"],
            name=op.f("fk_billing_payout_account_id_payee_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_payout")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_billing_payout_account_id_key")),
    )
    op.create_index("ix_billing_payout_payee", "billing_payout", ["account_id", "payee_id"], unique=False)
    rules.install(op.get_bind())


def downgrade() -> None:
    rules.remove(op.get_bind())

    op.drop_table("billing_payout")

    op.drop_table("billing_ledger_entry")
    op.drop_table("billing_payee")

    op.drop_table("billing_ledger_transaction")
    op.drop_table("billing_ledger_account")
