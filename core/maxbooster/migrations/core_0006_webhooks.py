"""Webhooks, in and out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_inbox_webhook",
        sa.Column("id", Id(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("handled_at", UtcTime(), nullable=True),
        sa.Column("job_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_inbox_webhook")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_core_inbox_webhook_source_event_id")),
    )
    with op.batch_alter_table("core_inbox_webhook", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_inbox_webhook_account",
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("account_id IS NOT NULL"),
            postgresql_where=sa.text("account_id IS NOT NULL"),
        )
        batch_op.create_index("ix_core_inbox_webhook_received", ["received_at"], unique=False)
    op.create_table(
        "core_webhook_endpoint",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("disabled_at", UtcTime(), nullable=True),
        sa.Column("disabled_because", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_webhook_endpoint")),
    )
    op.create_table(
        "core_webhook_delivery",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("endpoint_id", Id(), nullable=False),
        sa.Column("event_id", Id(), nullable=False),
        sa.Column("event", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "endpoint_id"],
            ["core_webhook_endpoint.account_id", "core_webhook_endpoint.id"],
            name=op.f("fk_core_webhook_delivery_account_id_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_webhook_delivery")),
        sa.UniqueConstraint(
            "account_id",
            "endpoint_id",
            "event_id",
            name=op.f("uq_core_webhook_delivery_account_id_endpoint_id_event_id"),
        ),
    )
    with op.batch_alter_table("core_webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_core_webhook_delivery_created", ["created_at"], unique=False)
    op.create_table(
        "core_webhook_attempt",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("delivery_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "delivery_id"],
            ["core_webhook_delivery.account_id", "core_webhook_delivery.id"],
            name=op.f("fk_core_webhook_attempt_account_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_webhook_attempt")),
        sa.UniqueConstraint(
            "account_id", "delivery_id", "number", name=op.f("uq_core_webhook_attempt_account_id_delivery_id_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("core_webhook_attempt")
    with op.batch_alter_table("core_webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_core_webhook_delivery_created")

    op.drop_table("core_webhook_delivery")
    op.drop_table("core_webhook_endpoint")
    with op.batch_alter_table("core_inbox_webhook", schema=None) as batch_op:
        batch_op.drop_index("ix_core_inbox_webhook_received")
        batch_op.drop_index("ix_core_inbox_webhook_account")

    op.drop_table("core_inbox_webhook")
