"""What must be unique everywhere, or is looked up before the account is known (design: Data).

Owned tables are unique only within an account, so an e-mail address, an ISRC or an API key's hash is claimed
here, under SHA-256(kind, value).
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, String, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from ..errors import Conflict
from .fast import Prepared
from .models import Local, Table


class DirectoryEntry(Local, Table):
    __tablename__ = "core_directory"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    at: Mapped[datetime]


def key(kind: str, value: str) -> bytes:
    """The 32-byte key of a value; the caller normalizes it first (lower-case e-mail, ISRC without hyphens)."""
    return sha256(f"{kind}\0{value}".encode()).digest()


LOOK_UP = Prepared(
    select(DirectoryEntry.account_id, DirectoryEntry.user_id).where(DirectoryEntry.hash == bindparam("hash"))
)


def claim_in_directory(
    connection: Connection, kind: str, value: str, account: UUID, *, at: datetime, user: UUID | None = None
) -> None:
    """Take a value for an account, within the caller's transaction.

    Raises:
        Conflict: somebody has it already.
    """
    row = {"hash": key(kind, value), "kind": kind, "account_id": account, "user_id": user, "at": at}
    try:
        connection.execute(insert(DirectoryEntry), row)
    except IntegrityError as error:
        raise Conflict(f"This {kind} is taken.", field=kind) from error


def release_from_directory(connection: Connection, kind: str, value: str, account: UUID) -> None:
    """Give a value back; nothing happens if the account does not hold it."""
    connection.execute(
        delete(DirectoryEntry).where(DirectoryEntry.hash == key(kind, value), DirectoryEntry.account_id == account)
    )
