"""What the outside world remembers of the orders that it was given: a file of its own, apart from the platform."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from maxbooster.plugin import Context, Settings, new_webhook_secret

from ..providers.interface import CheckoutOrder, PayoutOrder, RefundOrder

_TABLES = """
CREATE TABLE IF NOT EXISTS payout (
    key TEXT PRIMARY KEY, currency TEXT NOT NULL, amount INTEGER NOT NULL, destination TEXT NOT NULL,
    reference TEXT NOT NULL, tries INTEGER NOT NULL, ordered_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS checkout (
    key TEXT PRIMARY KEY, currency TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL, fee INTEGER
);
CREATE TABLE IF NOT EXISTS refund (
    key TEXT PRIMARY KEY, checkout TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS secret (value TEXT NOT NULL);
"""


class Remembered(NamedTuple):
    order: tuple[str, int, str]
    """Currency, amount, destination."""
    reference: str
    tries: int
    ordered_at: datetime


class RememberedCheckout(NamedTuple):
    order: tuple[str, int]
    """Currency and amount."""
    reference: str
    state: str
    fee: int | None


class Bank:
    """Orders by their key: the same key is one order, however often and from however many processes it is given."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def remember(self, order: PayoutOrder, now: datetime) -> Remembered:
        """Note an order, or find it again; counts the tries."""
        with self._opened() as connection:
            connection.execute(
                "INSERT INTO payout VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (key) DO UPDATE SET tries = tries + 1",
                (order.key, order.currency, order.amount, order.destination, f"tp_{token_hex(8)}", now.timestamp()),
            )
            row = connection.execute("SELECT * FROM payout WHERE key = ?", (order.key,)).fetchone()
        return Remembered((row[1], row[2], row[3]), row[4], row[5], datetime.fromtimestamp(row[6], UTC))

    def orders(self) -> list[tuple[str, int]]:
        """Key and number of tries of every order, the oldest first."""
        with self._opened() as connection:
            return connection.execute("SELECT key, tries FROM payout ORDER BY ordered_at, rowid").fetchall()

    def open_checkout(self, order: CheckoutOrder) -> RememberedCheckout:
        """Note an order, or find it again."""
        with self._opened() as connection:
            connection.execute(
                "INSERT INTO checkout VALUES (?, ?, ?, ?, 'open', NULL) ON CONFLICT (key) DO NOTHING",
                (order.key, order.currency, order.amount, f"tc_{token_hex(8)}"),
            )
            row = connection.execute("SELECT * FROM checkout WHERE key = ?", (order.key,)).fetchone()
        return RememberedCheckout((row[1], row[2]), row[3], row[4], row[5])

    def decide(self, key: str, state: str, fee: int | None = None) -> None:
        """What the buyer or time does to a checkout: `processing`, `paid`, `expired`."""
        with self._opened() as connection:
            connection.execute("UPDATE checkout SET state = ?, fee = ? WHERE key = ?", (state, fee, key))

    def give_back(self, order: RefundOrder) -> str | None:
        """The refund's reference; None: more would be given back than was paid, or the key was used for another."""
        with self._opened() as connection:
            known = connection.execute("SELECT * FROM refund WHERE key = ?", (order.key,)).fetchone()
            if known is not None:
                return str(known[3]) if known[1:3] == (order.reference, order.amount) else None
            paid = connection.execute(
                "SELECT amount - (SELECT coalesce(sum(amount), 0) FROM refund WHERE checkout = ?1) FROM checkout"
                " WHERE reference = ?1 AND state = 'paid'",
                (order.reference,),
            ).fetchone()
            if paid is None or order.amount > paid[0]:
                return None
            reference = f"tr_{token_hex(8)}"
            connection.execute(
                "INSERT INTO refund VALUES (?, ?, ?, ?)", (order.key, order.reference, order.amount, reference)
            )
            return reference

    def secret(self) -> str:
        """With which webhooks are signed."""
        with self._opened() as connection:
            row = connection.execute("SELECT value FROM secret").fetchone()
            if row is None:
                row = (new_webhook_secret(),)
                connection.execute("INSERT INTO secret VALUES (?)", row)
            return str(row[0])

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()


def of(ctx: Context) -> Bank:
    return Bank(ctx.settings(Settings).data / "test-provider.db")
