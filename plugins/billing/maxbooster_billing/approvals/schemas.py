"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from ..ledger.posting import Transaction
from .models import Proposal


class ProposedLeg(Struct):
    purpose: str
    amount: int
    """Minor units; debits are positive."""
    party: str


class ProposalOut(Struct):
    """A posting by hand: `waiting`, `approved` or `rejected`."""

    id: UUID
    key: str
    state: str
    currency: str
    legs: list[ProposedLeg]
    memo: str
    reverses: UUID | None
    proposed_by: UUID | None
    """Absent: an API key."""
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    posted: UUID | None

    @classmethod
    def of(cls, row: Proposal) -> ProposalOut:
        said = transaction_of(row)
        return cls(
            row.id, row.key, row.state, said.currency,
            [ProposedLeg(leg.purpose, leg.amount, leg.party) for leg in said.legs], said.memo, said.reverses,
            row.proposed_by, row.proposed_at, row.decided_by, row.decided_at, row.posted_id,
        )  # fmt: skip


def transaction_of(row: Proposal) -> Transaction:
    return msgspec.convert(row.transaction, Transaction)
