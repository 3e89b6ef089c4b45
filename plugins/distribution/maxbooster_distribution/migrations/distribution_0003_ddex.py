"""One form for each GTIN"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "distribution_0003"
down_revision = "distribution_0002"
branch_labels = None
depends_on = None

_RELEASE = sa.table("distribution_release", sa.column("account_id"), sa.column("id"), sa.column("upc"))
_DIRECTORY = sa.table("core_directory", sa.column("hash"), sa.column("account_id"))


def upgrade() -> None:
    _shorten_eans()


def downgrade() -> None:
    """The short form of a GTIN was always valid; nothing has to go back."""


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
