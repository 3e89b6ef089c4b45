"""The core"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_account",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", Id(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_account")),
    )
    with op.batch_alter_table("core_account", schema=None) as batch_op:
        batch_op.create_index("ix_core_account_parent_id", ["parent_id"], unique=False)

    op.create_table(
        "core_api_key",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hint", sa.String(length=16), nullable=False),
        sa.Column("permissions", sa.String(length=4000), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_core_api_key")),
        sa.UniqueConstraint("id", name=op.f("uq_core_api_key_id")),
    )
    with op.batch_alter_table("core_api_key", schema=None) as batch_op:
        batch_op.create_index("ix_core_api_key_account_id", ["account_id"], unique=False)

    op.create_table(
        "core_audit",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("action", sa.String(length=120), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_audit")),
        sa.UniqueConstraint("account_id", "seq", name=op.f("uq_core_audit_account_id_seq")),
    )
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_audit_unsealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("seq IS NULL"),
            postgresql_where=sa.text("seq IS NULL"),
        )

    op.create_table(
        "core_audit_head",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_core_audit_head")),
    )
    op.create_table(
        "core_audit_payload",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("actor", Id(), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_audit_payload")),
    )
    op.create_table(
        "core_directory",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_core_directory")),
    )
    op.create_table(
        "core_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("entity", sa.String(length=200), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_core_event")),
        sa.UniqueConstraint("id", name=op.f("uq_core_event_id")),
    )
    with op.batch_alter_table("core_event", schema=None) as batch_op:
        batch_op.create_index("ix_core_event_at", ["at"], unique=False)
        batch_op.create_index("ix_core_event_entity", ["entity", "seq"], unique=False)

    op.create_table(
        "core_file",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("upload_metadata", sa.String(length=4000), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("ready_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_file")),
    )
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_file_expiry",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'receiving'"),
            postgresql_where=sa.text("state = 'receiving'"),
        )
        batch_op.create_index(
            "ix_core_file_quota",
            ["account_id", "size"],
            unique=False,
            sqlite_where=sa.text("state <> 'rejected'"),
            postgresql_where=sa.text("state <> 'rejected'"),
        )

    op.create_table(
        "core_job",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("run_at", UtcTime(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("per_key", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_core_job")),
        sa.UniqueConstraint("id", name=op.f("uq_core_job_id")),
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_core_job_account",
            ["account_id", "seq"],
            unique=False,
            sqlite_where=sa.text("account_id IS NOT NULL"),
            postgresql_where=sa.text("account_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_core_job_due",
            ["queue", "rank", "run_at", "seq"],
            unique=False,
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        )
        batch_op.create_index(
            "ix_core_job_key",
            ["key", "seq"],
            unique=False,
            sqlite_where=sa.text("key IS NOT NULL AND state IN ('ready', 'running')"),
            postgresql_where=sa.text("key IS NOT NULL AND state IN ('ready', 'running')"),
        )
        batch_op.create_index(
            "ix_core_job_lease",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.create_index(
            "ix_core_job_once",
            ["once"],
            unique=True,
            sqlite_where=sa.text("once IS NOT NULL"),
            postgresql_where=sa.text("once IS NOT NULL"),
        )

    op.create_table(
        "core_membership",
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_core_membership")),
    )
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.create_index("ix_core_membership_account_id", ["account_id"], unique=False)

    op.create_table(
        "core_proof",
        sa.Column("id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("facts", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_proof")),
        sa.UniqueConstraint("hash", name=op.f("uq_core_proof_hash")),
    )
    with op.batch_alter_table("core_proof", schema=None) as batch_op:
        batch_op.create_index("ix_core_proof_account_id", ["account_id"], unique=False)

    op.create_table(
        "core_recovery_code",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_core_recovery_code")),
    )
    with op.batch_alter_table("core_recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_recovery_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_role_grant",
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("permission", sa.String(length=120), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("role", "permission", name=op.f("pk_core_role_grant")),
    )
    op.create_table(
        "core_secret",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_secret")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_core_secret_account_id_name")),
    )
    op.create_table(
        "core_session",
        sa.Column("id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("proved_at", UtcTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_session")),
        sa.UniqueConstraint("hash", name=op.f("uq_core_session_hash")),
    )
    with op.batch_alter_table("core_session", schema=None) as batch_op:
        batch_op.create_index("ix_core_session_user_id", ["user_id"], unique=False)

    op.create_table(
        "core_spent_token",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", Id(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_core_spent_token")),
    )
    with op.batch_alter_table("core_spent_token", schema=None) as batch_op:
        batch_op.create_index("ix_core_spent_token_session_id", ["session_id"], unique=False)

    op.create_table(
        "core_throttle",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_core_throttle")),
    )
    with op.batch_alter_table("core_throttle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_throttle_until"), ["until"], unique=False)

    op.create_table(
        "core_user",
        sa.Column("id", Id(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=300), nullable=True),
        sa.Column("operator", sa.String(length=20), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_since", UtcTime(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("disabled_at", UtcTime(), nullable=True),
        sa.Column("erase_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
    )
    op.create_table(
        "core_upload_part",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "file_id"],
            ["core_file.account_id", "core_file.id"],
            name=op.f("fk_core_upload_part_account_id_file_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_upload_part")),
    )
    with op.batch_alter_table("core_upload_part", schema=None) as batch_op:
        batch_op.create_index("ix_core_upload_part_file", ["account_id", "file_id", "start"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("core_upload_part", schema=None) as batch_op:
        batch_op.drop_index("ix_core_upload_part_file")

    op.drop_table("core_upload_part")
    op.drop_table("core_user")
    with op.batch_alter_table("core_throttle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_throttle_until"))

    op.drop_table("core_throttle")
    with op.batch_alter_table("core_spent_token", schema=None) as batch_op:
        batch_op.drop_index("ix_core_spent_token_session_id")

    op.drop_table("core_spent_token")
    with op.batch_alter_table("core_session", schema=None) as batch_op:
        batch_op.drop_index("ix_core_session_user_id")

    op.drop_table("core_session")
    op.drop_table("core_secret")
    op.drop_table("core_role_grant")
    with op.batch_alter_table("core_recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_recovery_code_user_id"))

    op.drop_table("core_recovery_code")
    with op.batch_alter_table("core_proof", schema=None) as batch_op:
        batch_op.drop_index("ix_core_proof_account_id")

    op.drop_table("core_proof")
    with op.batch_alter_table("core_membership", schema=None) as batch_op:
        batch_op.drop_index("ix_core_membership_account_id")

    op.drop_table("core_membership")
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_core_job_once", sqlite_where=sa.text("once IS NOT NULL"), postgresql_where=sa.text("once IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_core_job_lease",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index(
            "ix_core_job_key",
            sqlite_where=sa.text("key IS NOT NULL AND state IN ('ready', 'running')"),
            postgresql_where=sa.text("key IS NOT NULL AND state IN ('ready', 'running')"),
        )
        batch_op.drop_index(
            "ix_core_job_due", sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'")
        )
        batch_op.drop_index(
            "ix_core_job_account",
            sqlite_where=sa.text("account_id IS NOT NULL"),
            postgresql_where=sa.text("account_id IS NOT NULL"),
        )

    op.drop_table("core_job")
    with op.batch_alter_table("core_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_core_file_quota",
            sqlite_where=sa.text("state <> 'rejected'"),
            postgresql_where=sa.text("state <> 'rejected'"),
        )
        batch_op.drop_index(
            "ix_core_file_expiry",
            sqlite_where=sa.text("state = 'receiving'"),
            postgresql_where=sa.text("state = 'receiving'"),
        )

    op.drop_table("core_file")
    with op.batch_alter_table("core_event", schema=None) as batch_op:
        batch_op.drop_index("ix_core_event_entity")
        batch_op.drop_index("ix_core_event_at")

    op.drop_table("core_event")
    op.drop_table("core_directory")
    op.drop_table("core_audit_payload")
    op.drop_table("core_audit_head")
    with op.batch_alter_table("core_audit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_core_audit_unsealed", sqlite_where=sa.text("seq IS NULL"), postgresql_where=sa.text("seq IS NULL")
        )

    op.drop_table("core_audit")
    with op.batch_alter_table("core_api_key", schema=None) as batch_op:
        batch_op.drop_index("ix_core_api_key_account_id")

    op.drop_table("core_api_key")
    with op.batch_alter_table("core_account", schema=None) as batch_op:
        batch_op.drop_index("ix_core_account_parent_id")

    op.drop_table("core_account")
