"""The audience: contacts, lists, consent, suppression, mailings; sign-up forms of public pages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_contact",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_contact")),
        sa.UniqueConstraint("account_id", "email", name=op.f("uq_core_contact_account_id_email")),
    )
    op.create_table(
        "core_mailing_list",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("sender", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_mailing_list")),
        sa.UniqueConstraint("account_id", "kind", "key", name=op.f("uq_core_mailing_list_account_id_kind_key")),
    )
    op.create_table(
        "core_suppression",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("keyed_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_suppression")),
        sa.UniqueConstraint("account_id", "keyed_hash", name=op.f("uq_core_suppression_account_id_keyed_hash")),
    )
    op.create_table(
        "core_consent",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("contact_id", Id(), nullable=False),
        sa.Column("list_id", Id(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=2000), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "contact_id"],
            ["core_contact.account_id", "core_contact.id"],
            name=op.f("fk_core_consent_account_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "list_id"],
            ["core_mailing_list.account_id", "core_mailing_list.id"],
            name=op.f("fk_core_consent_account_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_consent")),
    )
    op.create_index("ix_core_consent_contact", "core_consent", ["account_id", "contact_id", "list_id"])
    op.create_table(
        "core_list_member",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("contact_id", Id(), nullable=False),
        sa.Column("list_id", Id(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("source", sa.String(length=2000), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("token_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "contact_id"],
            ["core_contact.account_id", "core_contact.id"],
            name=op.f("fk_core_list_member_account_id_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "list_id"],
            ["core_mailing_list.account_id", "core_mailing_list.id"],
            name=op.f("fk_core_list_member_account_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_list_member")),
        sa.UniqueConstraint(
            "account_id", "contact_id", "list_id", name=op.f("uq_core_list_member_account_id_contact_id_list_id")
        ),
    )
    op.create_index("ix_core_list_member_list", "core_list_member", ["account_id", "list_id", "status"])
    op.create_index(op.f("ix_core_list_member_since"), "core_list_member", ["since"])
    op.create_table(
        "core_mailing",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("list_id", Id(), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "list_id"],
            ["core_mailing_list.account_id", "core_mailing_list.id"],
            name=op.f("fk_core_mailing_account_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_mailing")),
        sa.UniqueConstraint("account_id", "list_id", "once", name=op.f("uq_core_mailing_account_id_list_id_once")),
    )
    op.create_table(
        "core_mailing_recipient",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("mailing_id", Id(), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "mailing_id"],
            ["core_mailing.account_id", "core_mailing.id"],
            name=op.f("fk_core_mailing_recipient_account_id_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "member_id"],
            ["core_list_member.account_id", "core_list_member.id"],
            name=op.f("fk_core_mailing_recipient_account_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_mailing_recipient")),
        sa.UniqueConstraint(
            "account_id",
            "mailing_id",
            "member_id",
            name=op.f("uq_core_mailing_recipient_account_id_mailing_id_member_id"),
        ),
    )
    op.create_index("ix_core_mailing_recipient_state", "core_mailing_recipient", ["account_id", "mailing_id", "state"])
    with op.batch_alter_table("core_publication") as batch_op:
        batch_op.add_column(sa.Column("sign_up", Json(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_publication") as batch_op:
        batch_op.drop_column("sign_up")

    op.drop_table("core_mailing_recipient")
    op.drop_table("core_mailing")
    op.drop_table("core_list_member")
    op.drop_table("core_consent")
    op.drop_table("core_suppression")
    op.drop_table("core_mailing_list")
    op.drop_table("core_contact")
