"""Mailings to several lists, at a chosen time, with results; postal addresses; pages that the operator turned off"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "core_0018"
down_revision = "core_0017"
branch_labels = None
depends_on = None

_SENT_AND_ONCE = {
    "sqlite": r"UPDATE core_mailing SET send_at = created_at, once = lower(substr(hex(list_id), 1, 8) || '-'"
    r" || substr(hex(list_id), 9, 4) || '-' || substr(hex(list_id), 13, 4) || '-' || substr(hex(list_id), 17, 4)"
    r" || '-' || substr(hex(list_id), 21, 12)) || '\:' || once",
    "postgresql": r"UPDATE core_mailing SET send_at = created_at, once = list_id\:\:text || '\:' || once",
}


def upgrade() -> None:
    with op.batch_alter_table("core_mailing_list") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=35), nullable=False, server_default="en"))
    with op.batch_alter_table("core_mailing_list") as batch_op:
        batch_op.alter_column("language", server_default=None)
    op.create_table(
        "core_sender_address",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("lines", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_sender_address")),
        sa.UniqueConstraint("account_id", name=op.f("uq_core_sender_address_account_id")),
    )
    _suppressions()
    _mailings()
    _recipients()
    with op.batch_alter_table("core_publication") as batch_op:
        batch_op.add_column(sa.Column("taken_down_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("taken_down_why", sa.String(length=500), nullable=True))
        batch_op.create_index("ix_core_publication_changed", ["changed_at", "area", "slug"])


def _suppressions() -> None:
    """Those who unsubscribed had left one list, and which is not recorded."""
    with op.batch_alter_table("core_suppression") as batch_op:
        batch_op.add_column(sa.Column("everywhere", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("list_id", Id(), nullable=True))
        batch_op.add_column(sa.Column("contact_id", Id(), nullable=True))
    op.execute(sa.text("UPDATE core_suppression SET everywhere = (reason <> 'unsubscribed')"))
    with op.batch_alter_table("core_suppression") as batch_op:
        batch_op.alter_column("everywhere", server_default=None)
        batch_op.create_index(op.f("ix_core_suppression_contact_id"), ["contact_id"])
        batch_op.create_index("ix_core_suppression_at", ["account_id", "at", "id"])


def _mailings() -> None:
    op.create_table(
        "core_mailing_target",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("mailing_id", Id(), nullable=False),
        sa.Column("list_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "mailing_id"],
            ["core_mailing.account_id", "core_mailing.id"],
            name=op.f("fk_core_mailing_target_account_id_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "list_id"],
            ["core_mailing_list.account_id", "core_mailing_list.id"],
            name=op.f("fk_core_mailing_target_account_id_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_mailing_target")),
        sa.UniqueConstraint(
            "account_id", "mailing_id", "list_id", name=op.f("uq_core_mailing_target_account_id_mailing_id_list_id")
        ),
    )
    op.execute(
        sa.text(
            "INSERT INTO core_mailing_target (account_id, id, mailing_id, list_id)"
            " SELECT account_id, id, id, list_id FROM core_mailing"
        )
    )
    with op.batch_alter_table("core_mailing") as batch_op:
        batch_op.add_column(sa.Column("format", sa.String(length=10), nullable=False, server_default="plain"))
        batch_op.add_column(sa.Column("state", sa.String(length=12), nullable=False, server_default="sent"))
        batch_op.add_column(sa.Column("send_at", UtcTime(), nullable=True))
        batch_op.add_column(sa.Column("zone", sa.String(length=64), nullable=False, server_default="UTC"))
        batch_op.add_column(sa.Column("ended_at", UtcTime(), nullable=True))
        batch_op.alter_column("once", type_=sa.String(length=200), existing_type=sa.String(length=120))
    op.execute(sa.text(_SENT_AND_ONCE[op.get_bind().dialect.name]))
    op.execute(
        sa.text(
            "UPDATE core_mailing SET state = 'sending' WHERE EXISTS (SELECT 1 FROM core_mailing_recipient r WHERE"
            " r.account_id = core_mailing.account_id AND r.mailing_id = core_mailing.id"
            " AND r.state IN ('pending', 'sending')) OR NOT EXISTS (SELECT 1 FROM core_mailing_recipient r WHERE"
            " r.account_id = core_mailing.account_id AND r.mailing_id = core_mailing.id)"
        )
    )
    with op.batch_alter_table("core_mailing") as batch_op:
        batch_op.alter_column("send_at", nullable=False, existing_type=UtcTime())
        for column in ("format", "state", "zone"):
            batch_op.alter_column(column, server_default=None)
        batch_op.drop_constraint("fk_core_mailing_account_id_list_id", type_="foreignkey")
        batch_op.drop_constraint("uq_core_mailing_account_id_list_id_once", type_="unique")
        batch_op.create_unique_constraint(op.f("uq_core_mailing_account_id_once"), ["account_id", "once"])
        batch_op.drop_column("list_id")


def _recipients() -> None:
    with op.batch_alter_table("core_mailing_recipient") as batch_op:
        batch_op.add_column(sa.Column("contact_id", Id(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=12), nullable=False, server_default=""))
    op.execute(
        sa.text(
            "UPDATE core_mailing_recipient SET contact_id = (SELECT m.contact_id FROM core_list_member m WHERE"
            " m.account_id = core_mailing_recipient.account_id AND m.id = core_mailing_recipient.member_id)"
        )
    )
    with op.batch_alter_table("core_mailing_recipient") as batch_op:
        batch_op.alter_column("contact_id", nullable=False, existing_type=Id())
        batch_op.alter_column("outcome", server_default=None)
        batch_op.drop_constraint("fk_core_mailing_recipient_account_id_member_id", type_="foreignkey")
        batch_op.drop_constraint("uq_core_mailing_recipient_account_id_mailing_id_member_id", type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_core_mailing_recipient_account_id_mailing_id_contact_id"),
            ["account_id", "mailing_id", "contact_id"],
        )
        batch_op.create_foreign_key(
            op.f("fk_core_mailing_recipient_account_id_contact_id"),
            "core_contact",
            ["account_id", "contact_id"],
            ["account_id", "id"],
            ondelete="CASCADE",
        )
        batch_op.create_index("ix_core_mailing_recipient_contact", ["account_id", "contact_id", "at"])
        batch_op.drop_column("member_id")


def downgrade() -> None:
    """Mailings and their recipients are forgotten: those to several lists have no place in the old form."""
    with op.batch_alter_table("core_publication") as batch_op:
        batch_op.drop_index("ix_core_publication_changed")
        batch_op.drop_column("taken_down_why")
        batch_op.drop_column("taken_down_at")
    op.execute(sa.text("DELETE FROM core_mailing"))
    op.execute(sa.text("DELETE FROM core_mailing_recipient"))
    with op.batch_alter_table("core_mailing_recipient") as batch_op:
        batch_op.add_column(sa.Column("member_id", Id(), nullable=False))
        batch_op.drop_index("ix_core_mailing_recipient_contact")
        batch_op.drop_constraint("fk_core_mailing_recipient_account_id_contact_id", type_="foreignkey")
        batch_op.drop_constraint("uq_core_mailing_recipient_account_id_mailing_id_contact_id", type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_core_mailing_recipient_account_id_mailing_id_member_id"), ["account_id", "mailing_id", "member_id"]
        )
        batch_op.create_foreign_key(
            op.f("fk_core_mailing_recipient_account_id_member_id"),
            "core_list_member",
            ["account_id", "member_id"],
            ["account_id", "id"],
            ondelete="CASCADE",
        )
        batch_op.drop_column("outcome")
        batch_op.drop_column("contact_id")
    with op.batch_alter_table("core_mailing") as batch_op:
        batch_op.add_column(sa.Column("list_id", Id(), nullable=False))
        batch_op.drop_constraint("uq_core_mailing_account_id_once", type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_core_mailing_account_id_list_id_once"), ["account_id", "list_id", "once"]
        )
        batch_op.create_foreign_key(
            op.f("fk_core_mailing_account_id_list_id"),
            "core_mailing_list",
            ["account_id", "list_id"],
            ["account_id", "id"],
            ondelete="CASCADE",
        )
        for column in ("ended_at", "zone", "send_at", "state", "format"):
            batch_op.drop_column(column)
    op.drop_table("core_mailing_target")
    with op.batch_alter_table("core_suppression") as batch_op:
        batch_op.drop_index("ix_core_suppression_at")
        batch_op.drop_index("ix_core_suppression_contact_id")
        for column in ("contact_id", "list_id", "everywhere"):
            batch_op.drop_column(column)
    op.drop_table("core_sender_address")
    with op.batch_alter_table("core_mailing_list") as batch_op:
        batch_op.drop_column("language")
