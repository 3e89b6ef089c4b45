"""How much may be paid out, at once and in a day: what a stolen key or a mistake can cost is bounded."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, func, select, text

from maxbooster.plugin import Conflict

from ..currency import written
from ..settings import BillingSettings
from .models import FAILED, Payout

DAY = timedelta(hours=24)


class OverLimit(Conflict):
    """More than this platform or the payee's provider pays out at once, or in a day."""

    type = "over-limit"
    title = "This is over the payout limit"


def refuse_large(amount: int, currency: str, limits: BillingSettings) -> None:
    """
    Raises:
        OverLimit: it is more than one payout may be.
    """
    if limits.payout_limit and amount > limits.payout_limit:
        raise OverLimit(
            f"A payout is at most {_words(limits.payout_limit, currency)} here, and this is"
            f" {_words(amount, currency)}. Pay it in parts, or ask whoever runs this server to raise"
            " MAXBOOSTER_BILLING__PAYOUT_LIMIT.",
            field="amount",
        )


def refuse_many(connection: Connection, payout: Payout, limits: BillingSettings, now: datetime) -> None:
    """Call it after the payout's row and hold, which keep others of this account waiting.

    Raises:
        OverLimit: with it, the account or its provider would pay out more than in a day it may.
    """
    if limits.payout_limit_a_day:
        total = _paid_since(connection, Payout.account_id == payout.account_id, payout.currency, now)
        _refuse(total, limits.payout_limit_a_day, payout, "This account can pay out {}", "PAYOUT_LIMIT_A_DAY")
    if limits.provider_limit_a_day:
        if connection.dialect.name == "postgresql":
            turn = {"turn": crc32(f"billing:{payout.provider}".encode())}
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), turn)
        total = _paid_since(connection, Payout.provider == payout.provider, payout.currency, now)
        all_pay = f"All accounts together can pay out {{}} through {payout.provider.replace('_', ' ')}"
        _refuse(total, limits.provider_limit_a_day, payout, all_pay, "PROVIDER_LIMIT_A_DAY")


def _paid_since(connection: Connection, which: ColumnElement[bool], currency: str, now: datetime) -> int:
    since = (Payout.requested_at > now - DAY, Payout.state != FAILED, Payout.currency == currency)
    query = select(func.coalesce(func.sum(Payout.amount), 0)).where(which, *since)
    return int(connection.execute(query).scalar_one())


def _refuse(total: int, limit: int, payout: Payout, rule: str, name: str) -> None:
    if total > limit:
        raise OverLimit(
            f"{rule.format(f'at most {_words(limit, payout.currency)}')} in 24 hours, and this would make it"
            f" {_words(total, payout.currency)}. Try again later, or ask whoever runs this server to raise"
            f" MAXBOOSTER_BILLING__{name}.",
            field="amount",
        )


def _words(amount: int, currency: str) -> str:
    return f"{written(amount, currency)} {currency}"
