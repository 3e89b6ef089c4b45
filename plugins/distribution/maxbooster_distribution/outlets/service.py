"""Which stores there are, and where each is reached now."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from maxbooster.plugin import Context, Invalid, NotReady

from .outlet import DdexOutlet, Endpoint


class Reached(Struct, frozen=True):
    """A store, and where it is reached; None while nobody has set it up."""

    outlet: DdexOutlet
    endpoint: Endpoint | None


async def offered(ctx: Context) -> dict[str, DdexOutlet]:
    """Name → store, of every connector that is enabled."""
    answers = [answer.value for answer in await ctx.ask("outlet") if answer.error is None]
    return {outlet.name: outlet for outlet in sorted(answers, key=lambda each: each.title)}


async def named(ctx: Context, names: Sequence[str]) -> list[DdexOutlet]:
    """
    Raises:
        Invalid: there is no such store, or its connector is disabled.
    """
    known = await offered(ctx)
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise Invalid(f"There is no store {name!r}; enabled are: {listed}.", field="outlets")
    return [known[name] for name in dict.fromkeys(names)]


async def endpoint(ctx: Context, outlet: DdexOutlet) -> Endpoint | None:
    """Where deliveries go: what a plugin says (the sandbox), else the operator's settings.

    Raises:
        NotReady: a plugin that decides over it failed; nothing may be sent.
    """
    answers = await ctx.ask("delivery_endpoint", outlet=outlet)
    for answer in answers:
        if answer.error is not None:
            raise NotReady(
                f"{answer.plugin} cannot say where {outlet.title} is reached: {answer.error}"
            ) from answer.error
    chosen = next((answer.value for answer in answers if answer.value is not None), None)
    return chosen or outlet.endpoint(ctx.settings(outlet.settings))


async def reachable(ctx: Context, outlet: DdexOutlet) -> Endpoint:
    """
    Raises:
        NotReady: nobody has set it up yet.
    """
    found = await endpoint(ctx, outlet)
    if found is None:
        raise NotReady(
            f"{outlet.title} is not set up: the operator enters host, username, key_file and host_key in the section"
            f" [distribution.{outlet.name}], or switches the sandbox on."
        )
    return found
