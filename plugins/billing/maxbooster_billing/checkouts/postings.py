"""What checkouts come to in the books. Money at a provider lies in the platform's book; a seller's part passes through
clearing in two halves, one in either book. What the platform sells itself stays in its own book.

| | platform's book | seller's book |
|---|---|---|
| paid | provider +, clearing − | clearing +, income − |
| fee | clearing +, provider − | fees +, clearing − |
| refunded | clearing +, provider − | income +, clearing − |
| refund failed | provider +, clearing − | clearing +, income − |
"""

from __future__ import annotations

from uuid import UUID, uuid5

from maxbooster.plugin import PLATFORM, Struct

from ..ledger.posting import Leg, Transaction
from ..ledger.transfers import Transfer, received_half, sent_half
from ..texts import fitted

SALES = "sales"
"""The party of `income` in which sales lie."""


class Movement(Struct, frozen=True, kw_only=True):
    """Minor units that come to a seller through the platform; below zero, that leave them."""

    id: UUID
    """The same id moves once."""
    seller: UUID
    currency: str
    amount: int
    provider: str
    account: tuple[str, str]
    """Purpose and party in the seller's book."""
    memo: str

    def platform_half(self) -> Transaction:
        """What the platform's book says of it: all of it, where the platform is the seller."""
        if self.seller != PLATFORM:
            return sent_half(self._transfer)
        purpose, party = self.account
        legs = (Leg("provider", self.amount, self.provider), Leg(purpose, -self.amount, party))
        return Transaction(key=f"sale:{self.id}", currency=self.currency, legs=legs, memo=self.memo)

    def seller_half(self) -> Transaction | None:
        """What the seller's book says of it; None: they have no other book than the platform's."""
        return None if self.seller == PLATFORM else received_half(self._transfer, PLATFORM)

    @property
    def _transfer(self) -> Transfer:
        return Transfer(
            id=self.id, receiver=self.seller, currency=self.currency, amount=-self.amount,
            of=("provider", self.provider), to=self.account, memo=self.memo,
        )  # fmt: skip


class Sold(Struct, frozen=True, kw_only=True):
    """Of whom something was bought, and through whom it was paid."""

    line: UUID
    seller: UUID
    currency: str
    provider: str
    description: str

    def payment(self, amount: int) -> Movement:
        return self.movement(uuid5(self.line, "paid"), amount, ("income", SALES), "Sold")

    def fee(self, amount: int) -> Movement:
        return self.movement(uuid5(self.line, "fee"), -amount, ("fees", self.provider), "Payment fee")

    def refund(self, refund: UUID, amount: int) -> Movement:
        return self.movement(uuid5(refund, "refunded"), -amount, ("income", SALES), "Refunded")

    def returned(self, refund: UUID, amount: int) -> Movement:
        """A refund that failed after it was made."""
        return self.movement(uuid5(refund, "returned"), amount, ("income", SALES), "Refund failed")

    def movement(self, id: UUID, amount: int, account: tuple[str, str], word: str) -> Movement:
        return Movement(
            id=id, seller=self.seller, currency=self.currency, amount=amount, provider=self.provider, account=account,
            memo=fitted(f"{word}: {self.description}", 500),
        )  # fmt: skip
