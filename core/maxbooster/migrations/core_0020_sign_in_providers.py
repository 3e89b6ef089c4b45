"""Signing in at providers, and a second factor that an account requires"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0020"
down_revision = "core_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_identity",
        sa.Column("id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_identity")),
    )
    op.create_index(op.f("ix_core_identity_user_id"), "core_identity", ["user_id"])
    op.create_table(
        "core_sign_in_trip",
        sa.Column("id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("session_id", Id(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sign_in_trip")),
        sa.UniqueConstraint("hash", name=op.f("uq_core_sign_in_trip_hash")),
    )
    op.create_index("ix_core_sign_in_trip_expires_at", "core_sign_in_trip", ["expires_at"])
    op.create_index(op.f("ix_core_sign_in_trip_user_id"), "core_sign_in_trip", ["user_id"])
    op.create_table(
        "core_account_provider",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("tested_at", UtcTime(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_account_provider")),
        sa.UniqueConstraint("account_id", name=op.f("uq_core_account_provider_account_id")),
    )
    op.create_table(
        "core_account_domain",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("confirmed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_account_domain")),
        sa.UniqueConstraint("account_id", "domain", name=op.f("uq_core_account_domain_account_id_domain")),
    )
    op.add_column("core_account", sa.Column("factor_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("core_session", sa.Column("within", Id(), nullable=True))
    op.add_column("core_session", sa.Column("vouched", sa.String(length=10), nullable=True))


def downgrade() -> None:
    for column in ("vouched", "within"):
        op.drop_column("core_session", column)
    op.drop_column("core_account", "factor_required")
    for table in ("core_account_domain", "core_account_provider", "core_sign_in_trip", "core_identity"):
        op.drop_table(table)
