"""One transaction after the other, where a rule counts rows that others may add at the same time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text


def take_turn(connection: Connection, account: UUID) -> None:
    """Until this transaction ends, others of the account that take theirs wait. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        mine = int.from_bytes(account.bytes[8:], signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:account)"), {"account": mine})
