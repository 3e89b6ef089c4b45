"""Passkeys"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0019"
down_revision = "core_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_passkey",
        sa.Column("id", Id(), nullable=False),
        sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_core_passkey_credential")),
    )
    op.create_index(op.f("ix_core_passkey_user_id"), "core_passkey", ["user_id"])
    op.create_table(
        "core_spent_challenge",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_core_spent_challenge")),
    )
    op.create_index(op.f("ix_core_spent_challenge_expires_at"), "core_spent_challenge", ["expires_at"])


def downgrade() -> None:
    op.drop_table("core_spent_challenge")
    op.drop_table("core_passkey")
