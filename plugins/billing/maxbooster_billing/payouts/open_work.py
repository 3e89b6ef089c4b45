"""Which payouts are on their way, of all accounts, for the operator who is about to turn their provider off."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from maxbooster.plugin import Context

from ..providers.interface import PAYMENT_PROVIDER
from .models import FINAL, Payout

_CONNECTOR = "billing."


async def still_open(ctx: Context, plugin: str) -> list[str]:
    """Of one provider for its connector, of all for the family; a sentence each."""
    if plugin != "billing" and not plugin.startswith(_CONNECTOR):
        return []
    only = plugin.removeprefix(_CONNECTOR) if plugin.startswith(_CONNECTOR) else None
    open_ones = await ctx.read(_counted)
    titles = {each.name: each.title for each in ctx.connectors(PAYMENT_PROVIDER)}
    return [
        f"{_payouts(number)} on the way by {titles.get(name, name)}: what becomes of that is not known while it is off."
        for name, number in sorted(open_ones.items())
        if only in (None, name)
    ]


def _payouts(number: int) -> str:
    return "1 payout is" if number == 1 else f"{number} payouts are"


def _counted(connection: Connection) -> dict[str, int]:
    query = select(Payout.provider, func.count()).where(Payout.state.not_in(FINAL)).group_by(Payout.provider)
    return {provider: number for provider, number in connection.execute(query)}  # noqa: C416
