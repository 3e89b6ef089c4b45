"""What is open at stores, of all accounts, for the operator who is about to turn one off."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import aliased

from maxbooster.plugin import Context

from ..outlets import service as outlets
from . import states
from .models import Delivery

_CONNECTOR = "distribution."


async def still_open(ctx: Context, plugin: str) -> list[str]:
    """Of one store for its connector, of all for the family; a sentence each."""
    if plugin != "distribution" and not plugin.startswith(_CONNECTOR):
        return []
    only = plugin.removeprefix(_CONNECTOR) if plugin.startswith(_CONNECTOR) else None
    live, under_way = await ctx.read(_counted)
    titles = {name: outlet.title for name, outlet in outlets.offered(ctx).items()}
    sentences = []
    for name in sorted({*live, *under_way} if only is None else {only}):
        title = titles.get(name, name)
        if number := live.get(name):
            what = "1 release is" if number == 1 else f"{number} releases are"
            sentences.append(f"{what} live at {title}: no update or takedown can be sent there while it is off.")
        if number := under_way.get(name):
            what = "1 delivery to" if number == 1 else f"{number} deliveries to"
            is_or_are = "is" if number == 1 else "are"
            sentences.append(f"{what} {title} {is_or_are} under way: the store's answers are not read while it is off.")
    return sentences


def _counted(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Store → releases that are live there, and → deliveries that are not over."""
    later = aliased(Delivery)
    same = (
        (later.account_id == Delivery.account_id)
        & (later.release_id == Delivery.release_id)
        & (later.outlet == Delivery.outlet)
        & (later.number > Delivery.number)
    )
    replaced = select(later.id).where(same, later.state.in_((states.LIVE, states.DOWN))).exists()
    live = select(Delivery.outlet, func.count()).where(Delivery.state == states.LIVE, ~replaced)
    unfinished = select(Delivery.outlet, func.count()).where(Delivery.state.in_(states.UNDER_WAY | states.AWAITED))
    return _by_outlet(connection, live), _by_outlet(connection, unfinished)


def _by_outlet(connection: Connection, counts: Select[str, int]) -> dict[str, int]:
    return {outlet: count for outlet, count in connection.execute(counts.group_by(Delivery.outlet))}  # noqa: C416
