"""What billing keeps when people go, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from maxbooster.plugin import PersonalData

from .approvals.models import Proposal
from .bank_transfer.models import BankFile
from .checkouts.models import Checkout, CheckoutLine, Refund, Sale
from .disputes.models import Dispute, SaleDispute
from .ledger.models import LedgerAccount, LedgerEntry, LedgerPurpose, LedgerSeal, LedgerTransaction
from .payouts.models import Payout
from .reconciliation.models import BalanceLine

_SOLD = "what was sold to whom is kept by law"
_BOOKS = "books of account are kept by law, and say who is meant by ids alone"


def declared() -> Sequence[PersonalData]:
    books = (LedgerAccount, LedgerTransaction, LedgerEntry, LedgerSeal)
    return [
        *(PersonalData(table=table, erase="keep", why=_BOOKS) for table in books),
        PersonalData(table=LedgerPurpose, erase="keep", why="rules, the same for everybody"),
        PersonalData(table=Payout, by="requested_by", erase={"requested_by": None}),
        *(PersonalData(table=table, erase="keep", why=_SOLD) for table in (CheckoutLine, Sale)),
        PersonalData(table=Checkout, erase="keep", why=_SOLD),
        *(PersonalData(table=table, erase="keep", why=_SOLD) for table in (Dispute, SaleDispute)),
        PersonalData(table=BalanceLine, erase="keep", why=_BOOKS),
        PersonalData(table=Refund, by="requested_by", erase={"requested_by": None}),
        PersonalData(table=BankFile, by="made_by", erase={"made_by": None}),
        PersonalData(table=Proposal, by="proposed_by", erase={"proposed_by": None}),
        PersonalData(table=Proposal, by="decided_by", erase={"decided_by": None}),
    ]
