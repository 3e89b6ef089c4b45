"""Checkouts, sales and refunds, and what a payment provider holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime
from maxbooster_billing.ledger import rules

revision = "billing_0003"
down_revision = "billing_0002"
branch_labels = None
depends_on = None


STATE = "state IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost')"
PURPOSE = sa.table("billing_ledger_purpose", sa.column("name"), sa.column("side"), sa.column("floored"))


def upgrade() -> None:
    rules.remove(op.get_bind())
    op.bulk_insert(PURPOSE, [{"name": name, "side": 1, "floored": False} for name in ("provider", "disputed")])
    rules.install(op.get_bind())
    op.create_table(
        "billing_checkout",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("opened_by", Id(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("buyer_email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'processing', 'paid', 'expired')", name=op.f("ck_billing_checkout_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_checkout_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_checkout")),
        sa.UniqueConstraint("opened_by", "key", name=op.f("uq_billing_checkout_opened_by_key")),
        sa.UniqueConstraint("token", name=op.f("uq_billing_checkout_token")),
    )
    op.create_index("ix_billing_checkout_state", "billing_checkout", ["state", "created_at"], unique=False)

    op.create_table(
        "billing_sale",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checkout_id", Id(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UtcTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_sale_amount")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_billing_sale_refunded")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_sale")),
    )
    op.create_index("ix_billing_sale_paid_at", "billing_sale", ["account_id", "paid_at"], unique=False)

    op.create_table(
        "billing_checkout_line",
        sa.Column("id", Id(), nullable=False),
        sa.Column("checkout_id", Id(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("seller", Id(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_checkout_line_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_billing_checkout_line_quantity")),
        sa.ForeignKeyConstraint(
            ["checkout_id"],
            ["billing_checkout.id"],
            name=op.f("fk_billing_checkout_line_checkout_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_checkout_line")),
        sa.UniqueConstraint("checkout_id", "number", name=op.f("uq_billing_checkout_line_checkout_id_number")),
    )
    op.create_table(
        "billing_balance_line",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("order_key", sa.String(length=100), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.CheckConstraint("state IN ('matched', 'booked', 'open')", name=op.f("ck_billing_balance_line_state")),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_billing_balance_line")),
    )
    op.create_index("ix_billing_balance_line_state", "billing_balance_line", ["state", "at"], unique=False)
    op.create_table(
        "billing_refund",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sale_id", Id(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.Column("requested_by", Id(), nullable=True),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.CheckConstraint("state IN ('sending', 'sent', 'done', 'failed')", name=op.f("ck_billing_refund_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_refund_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "sale_id"],
            ["billing_sale.account_id", "billing_sale.id"],
            name=op.f("fk_billing_refund_account_id_sale_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_refund")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_billing_refund_account_id_key")),
    )
    op.create_index("ix_billing_refund_sale", "billing_refund", ["account_id", "sale_id"], unique=False)
    op.create_table(
        "billing_dispute",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("checkout_id", Id(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("respond_by", UtcTime(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint(STATE, name=op.f("ck_billing_dispute_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_billing_dispute_amount")),
        sa.ForeignKeyConstraint(
            ["checkout_id"], ["billing_checkout.id"], name=op.f("fk_billing_dispute_checkout_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_dispute")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_billing_dispute_provider_reference")),
    )
    op.create_index("ix_billing_dispute_checkout", "billing_dispute", ["checkout_id"], unique=False)
    op.create_table(
        "billing_sale_dispute",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sale_id", Id(), nullable=False),
        sa.Column("dispute_id", Id(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("respond_by", UtcTime(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.CheckConstraint(STATE, name=op.f("ck_billing_sale_dispute_state")),
        sa.ForeignKeyConstraint(
            ["account_id", "sale_id"],
            ["billing_sale.account_id", "billing_sale.id"],
            name=op.f("fk_billing_sale_dispute_account_id_sale_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_billing_sale_dispute")),
    )
    op.create_index("ix_billing_sale_dispute_sale", "billing_sale_dispute", ["account_id", "sale_id"], unique=False)


def downgrade() -> None:
    rules.remove(op.get_bind())
    op.execute("DELETE FROM billing_ledger_purpose WHERE name IN ('provider', 'disputed')")
    rules.install(op.get_bind())
    op.drop_index("ix_billing_sale_dispute_sale", table_name="billing_sale_dispute")
    op.drop_table("billing_sale_dispute")
    op.drop_index("ix_billing_dispute_checkout", table_name="billing_dispute")
    op.drop_table("billing_dispute")
    op.drop_index("ix_billing_refund_sale", table_name="billing_refund")

    op.drop_table("billing_refund")
    op.drop_table("billing_checkout_line")
    op.drop_index("ix_billing_sale_paid_at", table_name="billing_sale")

    op.drop_table("billing_sale")
    op.drop_index("ix_billing_checkout_state", table_name="billing_checkout")

    op.drop_table("billing_checkout")
    op.drop_index("ix_billing_balance_line_state", table_name="billing_balance_line")
    op.drop_table("billing_balance_line")
