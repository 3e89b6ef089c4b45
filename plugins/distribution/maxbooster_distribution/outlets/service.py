"""Which stores there are, and where each is reached now."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from maxbooster.plugin import Context, Invalid, NotReady

from . import logins
from .outlet import OUTLET, Endpoint, Outlet


class Reached(Struct, frozen=True):
    """A store, and where it is reached; None while nobody has set it up."""

    outlet: Outlet
    endpoint: Endpoint | None


def offered(ctx: Context) -> dict[str, Outlet]:
    """Name → store, of every connector that is enabled."""
    return {outlet.name: outlet for outlet in ctx.connectors(OUTLET)}


def named(ctx: Context, names: Sequence[str]) -> list[Outlet]:
    """
    Raises:
        Invalid: there is no such store.
        NotReady: its connector is off.
    """
    return [ctx.connector(OUTLET, name, field="outlets") for name in dict.fromkeys(names)]


def remembered(ctx: Context, name: str) -> Outlet:
    """The store of something that was begun while its connector was there.

    Raises:
        NotReady: its connector is off or not installed.
    """
    try:
        return ctx.connector(OUTLET, name)
    except Invalid as gone:
        raise NotReady(f"The connector distribution.{name} is not installed.") from gone


async def endpoint(ctx: Context, outlet: Outlet) -> Endpoint | None:
    """Where deliveries go: what a plugin says (the sandbox), else by the account's own login, else by the operator's.

    Raises:
        NotReady: a plugin that decides over it, or the connector itself failed; nothing may be sent.
        AuthFailed: the account's own login does not work any more.
    """
    answers = await ctx.ask("delivery_endpoint", outlet=outlet)
    for answer in answers:
        if answer.error is not None:
            raise NotReady(
                f"{answer.plugin} cannot say where {outlet.title} is reached: {answer.error}"
            ) from answer.error
    chosen = next((answer.value for answer in answers if answer.value is not None), None)
    if chosen := chosen or await logins.endpoint(ctx, outlet):
        return chosen
    return outlet.call_sync(lambda it: it.endpoint(ctx.settings(it.settings)))


async def reachable(ctx: Context, outlet: Outlet) -> Endpoint:
    """
    Raises:
        NotReady: nobody has set it up yet.
        AuthFailed: the account's own login does not work any more.
    """
    found = await endpoint(ctx, outlet)
    if found is None:
        raise NotReady(
            f"{outlet.title} is not set up: connect your own login there, or the operator enters host,"
            " username, key_file and host_key in the section"
            f" [distribution.{outlet.name}], or switches the sandbox on."
        )
    return found
