from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from maxbooster_billing.ledger.posting import Leg, Posted, Transaction, post
from maxbooster_billing.ledger.verify import verify

AT = "/api/billing"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

IN_THE_SANDBOX = {"sandbox__enabled": "true"}
"""Where the test provider may be chosen."""

Poster = Callable[[Transaction], Awaitable[Posted]]


def sale(key: str, amount: int, payee: str = "nova", currency: str = "EUR", **more: Any) -> Transaction:
    """An outlet owes it to us, we owe it to a payee."""
    legs = (Leg("receivable", amount, "spotify"), Leg("payable", -amount, payee))
    return Transaction(key=key, currency=currency, legs=legs, **more)


def arrived(key: str, amount: int, currency: str = "EUR") -> Transaction:
    """The outlet pays what it owes."""
    legs = (Leg("bank", amount), Leg("receivable", -amount, "spotify"))
    return Transaction(key=key, currency=currency, legs=legs)


def paid(key: str, amount: int, payee: str = "nova", **more: Any) -> Transaction:
    """A payee gets it from the bank."""
    legs = (Leg("payable", amount, payee), Leg("bank", -amount))
    return Transaction(key=key, currency="EUR", legs=legs, **more)


@pytest.fixture
def poster(app: Any, account: Any) -> Poster:
    """Post into the account's book as services do."""

    async def posting(transaction: Transaction) -> Posted:
        async with app.unit(account) as ctx:
            return await ctx.write(post, ctx.account, transaction, ctx.now)

    return posting


async def verdict(app: Any) -> Any:
    return await app.database.read(lambda connection: verify(connection, app.clock()))


async def balances(api: Any) -> dict[tuple[str, str], tuple[int, int]]:
    """(purpose, party) → amount and what is held, seen from the account's own side."""
    rows = (await api.get(f"{AT}/ledger/balances")).json()
    return {(row["purpose"], row["party"]): (row["amount"], row["held"]) for row in rows}


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return IN_THE_SANDBOX
