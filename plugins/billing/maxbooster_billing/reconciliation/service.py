"""Reconciling: every line of the provider's list is in the books, or open with a problem that has a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, Select, func, select, update

from maxbooster.plugin import PLATFORM, Connector, Context, Invalid

from ..checkouts.jobs import update_checkout
from ..checkouts.models import PAID, Checkout
from ..checkouts.order_keys import checkout_in
from ..checkouts.refunds import hear_of_refund
from ..currency import written
from ..disputes.jobs import hear_of_dispute
from ..ledger.models import LedgerAccount
from ..providers.interface import PAYMENT_PROVIDER, BalanceTransaction, ReportsBalance
from ..texts import fitted
from .matching import match_line
from .models import OPEN, BalanceLine

OVERLAP = timedelta(days=3)
"""How far back the list is read again: a provider may tell of a line late."""

T = TypeVar("T")
_AT_ONCE = 500


class Difference(Struct, frozen=True):
    provider: str
    line: str
    """The provider's id of the line; empty where the sum differs."""
    currency: str
    amount: int
    """Minor units."""
    problem: str


class Reconciled(Struct, frozen=True):
    """What `maxbooster billing reconcile` answers."""

    providers: list[str]
    lines: int
    """New ones."""
    differences: list[Difference]


async def reporting(ctx: Context) -> list[Connector[ReportsBalance]]:
    """The providers that are set up and tell what moves the platform's balance."""
    known: Sequence[Connector[Any]] = ctx.connectors(PAYMENT_PROVIDER)
    found: list[Connector[ReportsBalance]] = [each for each in known if isinstance(each.it, ReportsBalance)]
    return [each for each in found if await each.call(lambda it: it.has_balance(ctx))]


async def reconcile(ctx: Context, provider: Connector[ReportsBalance]) -> Reconciled:
    """Read what is new, match it and what was open, and compare the sums; commits this unit.

    Raises:
        NotReady, AuthFailed: the provider does not answer, or not to us.
    """
    told = await _told(ctx, provider, await _since(ctx, provider.name))
    await _ask_again(ctx, provider.name, {each.order for each in told} | set(await _open_keys(ctx, provider.name)))
    for returned in (each.order for each in told if each.kind == "refund" and each.amount > 0):
        with suppress(Invalid):  # of another server
            await hear_of_refund(ctx, returned)
    now = ctx.now
    new = await ctx.write(lambda connection: _note(connection, provider.name, told, now))
    return Reconciled([provider.name], new, await differences(ctx, [provider.name]))


async def _told(ctx: Context, provider: Connector[ReportsBalance], since: datetime) -> list[BalanceTransaction]:
    lines: list[BalanceTransaction] = []
    after = ""
    while True:
        cursor = after
        page = await provider.call(lambda it: it.balance_lines(ctx, since, cursor), timeout_s=120.0)  # noqa: B023
        lines += page.lines
        if not page.after:
            return lines
        after = page.after


async def _since(ctx: Context, provider: str) -> datetime:
    """From the newest line that is known; at first from the first checkout: what was before is not ours."""
    newest = await ctx.platform.first(select(func.max(BalanceLine.at)).where(BalanceLine.provider == provider))
    first = await ctx.platform.first(select(func.min(Checkout.created_at)).where(Checkout.provider == provider))
    return (newest or first or ctx.now) - OVERLAP


async def _open_keys(ctx: Context, provider: str) -> Sequence[str]:
    open_ones = (BalanceLine.provider == provider, BalanceLine.state == OPEN)
    return await ctx.platform.all(select(BalanceLine.order_key).where(*open_ones))


async def _ask_again(ctx: Context, provider: str, keys: set[str]) -> None:
    """A payment that we haven't heard of is asked for, and matches the next time."""
    ids = [id for id in map(checkout_in, keys) if id is not None]
    for key in keys:
        if (reference := key.removeprefix("dispute.")) != key:
            await hear_of_dispute(ctx, provider, reference)
    unknown = (Checkout.state != PAID) | Checkout.fee.is_(None)
    for some in _batched(ids, _AT_ONCE):
        for checkout in await ctx.platform.all(select(Checkout.id).where(Checkout.id.in_(some), unknown)):
            ctx.enqueue(update_checkout, checkout, key=str(checkout), account=PLATFORM)


def _note(connection: Connection, provider: str, told: Sequence[BalanceTransaction], now: datetime) -> int:
    """How many lines are new."""
    before: set[str] = set()
    for some in _batched([each.id for each in told], _AT_ONCE):
        known = select(BalanceLine.id).where(BalanceLine.provider == provider, BalanceLine.id.in_(some))
        before |= set(connection.execute(known).scalars())
    new = [_row(provider, each) for each in told if each.id not in before]
    for line in new:
        line.state, line.problem = match_line(connection, line, now)
        values = {column.name: getattr(line, column.name) for column in BalanceLine.__table__.columns}
        connection.execute(BalanceLine.__table__.insert().values(**values))  # type: ignore[attr-defined]
    _match_again(connection, provider, {line.id for line in new}, now)
    return len(new)


def _row(provider: str, told: BalanceTransaction) -> BalanceLine:
    return BalanceLine(
        provider=provider, id=told.id, kind=told.kind, order_key=told.order[:100], currency=told.currency,
        description=fitted(told.description, 500), amount=told.amount, fee=told.fee, at=told.at,
    )  # fmt: skip


def _match_again(connection: Connection, provider: str, new: set[str], now: datetime) -> None:
    query = select(BalanceLine.__table__).where(BalanceLine.provider == provider, BalanceLine.state == OPEN)
    for row in connection.execute(query).all():
        if row.id in new:
            continue
        state, problem = match_line(connection, BalanceLine(**row._mapping), now)
        this = (BalanceLine.provider == provider, BalanceLine.id == row.id)
        connection.execute(update(BalanceLine).where(*this).values(state=state, problem=problem))


async def differences(ctx: Context, providers: Sequence[str]) -> list[Difference]:
    """Open lines, the oldest first, and balances that are not what the lines come to."""
    open_ones = (BalanceLine.provider.in_(providers), BalanceLine.state == OPEN, BalanceLine.problem != "")
    rows = await ctx.platform.all(select(BalanceLine).where(*open_ones).order_by(BalanceLine.at, BalanceLine.id))
    found = [Difference(row.provider, row.id, row.currency, row.amount, row.problem) for row in rows]
    for provider in providers:
        found += await ctx.read(lambda connection: _sums(connection, provider))  # noqa: B023
    return found


def _sums(connection: Connection, provider: str) -> list[Difference]:
    """The balance in the books must be what the lines that are in them come to."""
    net = func.sum(BalanceLine.amount - BalanceLine.fee)
    lines = select(BalanceLine.currency, net).where(BalanceLine.provider == provider, BalanceLine.state != OPEN)
    theirs = _by_currency(connection, lines.group_by(BalanceLine.currency))
    of = (LedgerAccount.account_id == PLATFORM, LedgerAccount.purpose == "provider", LedgerAccount.party == provider)
    ours = _by_currency(connection, select(LedgerAccount.currency, LedgerAccount.balance).where(*of))
    found = []
    for currency in sorted(theirs.keys() | ours.keys()):
        here, there = ours.get(currency, 0), theirs.get(currency, 0)
        if here != there:
            said = (
                f"{written(here, currency)} {currency} here, and {written(there, currency)} {currency} at the provider"
            )
            problem = f"The balance is {said}: the ledger has something that no line of the provider tells of."
            found.append(Difference(provider, "", currency, here - there, problem))
    return found


def _by_currency(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return {currency: int(amount) for currency, amount in connection.execute(query)}


def _batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
