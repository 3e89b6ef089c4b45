"""Tables of the books. What they promise is kept by the database (`rules.py`), whoever writes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.plugin import Json, Owned, Reference, Table, owned_reference

from ..currency import LARGEST


def _once(column: str) -> Index:
    """Unique where it is said; most transactions say nothing, and cost nothing here."""
    said = text(f"{column} IS NOT NULL")
    name = f"uq_billing_ledger_transaction_{column}"
    return Index(name, "account_id", column, unique=True, sqlite_where=said, postgresql_where=said)


_CLUSTERED = {"sqlite_with_rowid": False}
"""SQLite keeps the rows in the primary key itself: one tree less to write, and a book's rows lie together."""


_BY_ACCOUNT = Index(
    "uq_billing_ledger_entry_account", "account_id", "ledger_account_id", "transaction_id",
    unique=True, info={"dialect": "postgresql"},
).ddl_if(dialect="postgresql")  # fmt: skip
"""Where books are large. SQLite is spared a sixth of a posting: there an account's entries are picked out of its book,
which lies together, and a second leg in an account is refused as a balance that does not follow."""


class LedgerPurpose(Reference, Table):
    """The rule of a purpose, by which the database opens ledger accounts. Rows come and change with migrations only;
    `purposes.py` says what they mean, and `verify` that both agree. The same for every account."""

    __tablename__ = "billing_ledger_purpose"
    __table_args__ = (CheckConstraint("side IN (-1, 1)", "side"),)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    side: Mapped[int] = mapped_column(SmallInteger)
    floored: Mapped[bool] = mapped_column(Boolean)


class LedgerAccount(Owned, Table):
    """One party, currency and purpose of a book. `balance` is debit-positive and counts what is posted; `held` is what
    pending transactions may yet take from the account's own side."""

    __tablename__ = "billing_ledger_account"
    __table_args__ = (
        UniqueConstraint("account_id", "purpose", "party", "currency"),
        CheckConstraint("side IN (-1, 1)", "side"),
        CheckConstraint("held >= 0", "held"),
        CheckConstraint(f"balance BETWEEN -{9 * LARGEST} AND {9 * LARGEST}", "size"),
        CheckConstraint("NOT floored OR side * balance - held >= 0", "floor"),
        _CLUSTERED,
    )

    purpose: Mapped[str] = mapped_column(String(20))
    party: Mapped[str] = mapped_column(String(80))
    """Whose it is, as an id or a short name; empty where the purpose says it all."""
    currency: Mapped[str] = mapped_column(String(3))
    side: Mapped[int] = mapped_column(SmallInteger)
    floored: Mapped[bool] = mapped_column(Boolean)
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    last_transaction_id: Mapped[UUID | None]
    """The transaction that moved it last: the balance moves with a transaction or not at all."""
    opened_at: Mapped[datetime]


class LedgerTransaction(Owned, Table):
    """What happened, in one row: inserting it writes its entries and moves the balances (`rules.py`).

    `pending` holds what its legs take; the one transaction that `settles` it lets go of the hold and posts what came of
    it (`posted`) or nothing (`void`).
    """

    __tablename__ = "billing_ledger_transaction"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        _once("settles"),
        _once("reverses"),
        owned_reference("settles", "billing_ledger_transaction", on_delete="RESTRICT"),
        owned_reference("reverses", "billing_ledger_transaction", on_delete="RESTRICT"),
        CheckConstraint("phase IN ('posted', 'pending', 'void')", "phase"),
        _once("transfer"),
    )

    key: Mapped[str] = mapped_column(String(200))
    """The caller's name for it: the same key posts once."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of what was asked for under the key."""
    currency: Mapped[str] = mapped_column(String(3))
    phase: Mapped[str] = mapped_column(String(8))
    memo: Mapped[str] = mapped_column(String(500))
    settles: Mapped[UUID | None]
    reverses: Mapped[UUID | None]
    legs: Mapped[list[tuple[str, int, str]]] = mapped_column(Json)
    """Purpose, amount and party of each; the entries are made from them."""
    leg_count: Mapped[int]
    transfer: Mapped[UUID | None]
    """What it has in common with its other half in another account's book."""
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class LedgerEntry(Owned, Table):
    """One leg, written by the database when its transaction is: debits are positive. There is one per ledger account
    and transaction, and it has no name of its own: it is a transaction's first leg, second leg, …"""

    __tablename__ = "billing_ledger_entry"
    __table_args__ = (
        owned_reference("transaction_id", "billing_ledger_transaction", on_delete="RESTRICT"),
        owned_reference("ledger_account_id", "billing_ledger_account", on_delete="RESTRICT"),
        _BY_ACCOUNT,
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{LARGEST} AND {LARGEST}", "amount"),
        _CLUSTERED,
    )

    id = None  # type: ignore[assignment]
    transaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    leg: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """Which of the transaction's legs it is, from 0."""
    ledger_account_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)


class LedgerSeal(Owned, Table):
    """A transaction's place in its book's chain (`seals.py`): whatever is changed, taken away or put in between later
    breaks it. The chain's head is told to the audit trail."""

    __tablename__ = "billing_ledger_seal"
    __table_args__ = (
        owned_reference("transaction_id", "billing_ledger_transaction", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "transaction_id"),
    )

    id = None  # type: ignore[assignment]
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """From 1, without gaps."""
    transaction_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
