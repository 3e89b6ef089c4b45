"""What is to be written, the same for both databases."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class NewAccount(NamedTuple):
    id: UUID
    purpose: str
    party: str
    currency: str
    side: int
    floored: bool


class NewTransaction(NamedTuple):
    id: UUID
    key: str
    digest: bytes
    currency: str
    phase: str
    memo: str
    settles: UUID | None
    reverses: UUID | None
    transfer: UUID | None
    at: datetime | None
    legs: list[tuple[UUID, int]]
    """Ledger account and amount."""


class Known(NamedTuple):
    """What lies under a key already."""

    id: UUID
    digest: bytes
