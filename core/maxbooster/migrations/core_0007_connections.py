"""Connections"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_connection",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("scopes", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("renew_at", UtcTime(), nullable=True),
        sa.Column("lease", Id(), nullable=True),
        sa.Column("leased_until", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("renewed_at", UtcTime(), nullable=True),
        sa.Column("lost_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_connection")),
        sa.UniqueConstraint(
            "account_id", "provider", "subject", name=op.f("uq_core_connection_account_id_provider_subject")
        ),
    )
    op.create_table(
        "core_connection_sign_in",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", Id(), nullable=True),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("connection_id", Id(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_connection_sign_in")),
        sa.UniqueConstraint("account_id", "hash", name=op.f("uq_core_connection_sign_in_account_id_hash")),
    )
    with op.batch_alter_table("core_connection", schema=None) as batch_op:
        batch_op.create_index("ix_core_connection_renew_at", ["renew_at"], unique=False)
    with op.batch_alter_table("core_connection_sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_core_connection_sign_in_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("core_connection_sign_in")
    op.drop_table("core_connection")
