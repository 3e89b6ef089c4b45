"""One form for each GTIN; acknowledgements that are looked at again; overrides of findings"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "distribution_0003"
down_revision = "distribution_0002"
branch_labels = None
depends_on = None

_RELEASE = sa.table("distribution_release", sa.column("account_id"), sa.column("id"), sa.column("upc"))
_DIRECTORY = sa.table("core_directory", sa.column("hash"), sa.column("account_id"))


def upgrade() -> None:
    with op.batch_alter_table("distribution_delivery") as delivery:
        delivery.add_column(sa.Column("answer_written_at", UtcTime(), nullable=True))
    with op.batch_alter_table("distribution_acknowledgement") as acknowledgement:
        acknowledgement.alter_column("file_id", existing_type=Id(), nullable=True)
        acknowledgement.add_column(sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
        acknowledgement.add_column(sa.Column("modified", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("distribution_acknowledgement") as acknowledgement:
        acknowledgement.alter_column("size", existing_type=sa.Integer(), server_default=None)
        acknowledgement.alter_column("modified", existing_type=sa.BigInteger(), server_default=None)
    op.create_table(
        "distribution_override",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("release_id", Id(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "release_id"],
            ["distribution_release.account_id", "distribution_release.id"],
            name=op.f("fk_distribution_override_account_id_release_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_override")),
    )
    with op.batch_alter_table("distribution_override") as override:
        override.create_index("ix_distribution_override_release", ["account_id", "release_id"], unique=False)
    _shorten_eans()


def downgrade() -> None:
    """The short form of a GTIN was always valid; it stays."""
    op.drop_table("distribution_override")
    op.execute("DELETE FROM distribution_acknowledgement WHERE file_id IS NULL")
    with op.batch_alter_table("distribution_acknowledgement") as acknowledgement:
        acknowledgement.drop_column("modified")
        acknowledgement.drop_column("size")
        acknowledgement.alter_column("file_id", existing_type=Id(), nullable=False)
    with op.batch_alter_table("distribution_delivery") as delivery:
        delivery.drop_column("answer_written_at")


def _shorten_eans() -> None:
    """An EAN-13 that begins with 0 is a UPC-A of 12 digits. Where both forms are taken, the long one stays as it is
    until somebody changes that release: it is not a code of its own."""
    connection = op.get_bind()
    long = sa.select(_RELEASE.c.account_id, _RELEASE.c.id, _RELEASE.c.upc).where(
        sa.func.length(_RELEASE.c.upc) == 13, _RELEASE.c.upc.like("0%")
    )
    for row in connection.execute(long).all():
        short, claimed = row.upc[1:], _claimed(connection, row.upc[1:])
        if not claimed:
            mine = _RELEASE.c.account_id == row.account_id, _RELEASE.c.id == row.id
            connection.execute(sa.update(_RELEASE).where(*mine).values(upc=short))
            taken = _DIRECTORY.c.hash == _key(row.upc)
            connection.execute(sa.update(_DIRECTORY).where(taken).values(hash=_key(short)))


def _claimed(connection: sa.Connection, upc: str) -> bool:
    return connection.execute(sa.select(_DIRECTORY.c.hash).where(_DIRECTORY.c.hash == _key(upc))).first() is not None


def _key(upc: str) -> bytes:
    """As the directory keeps a claim."""
    return sha256(f"upc\0{upc}".encode()).digest()
