from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Owned, Table, Versioned, refusal


class Payee(Versioned, Owned, Table):
    """Somebody with a share: a member, a producer, the account's owner. The ledger knows them by this row's id."""

    __tablename__ = "billing_payee"
    __table_args__ = (UniqueConstraint("account_id", "name", info=refusal("You have a payee of this name already.")),)

    name: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str | None] = mapped_column(String(40))
    """Through whom they are paid; None: not known yet."""
    destination: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]
