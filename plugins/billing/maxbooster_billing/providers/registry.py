"""Asking the plugins for their providers."""

from __future__ import annotations

from maxbooster.plugin import Context, Invalid, NotReady

from .interface import PaysOut, Provider


async def providers(ctx: Context) -> list[Provider]:
    """Every provider that answers; one that fails is left out."""
    answers = await ctx.ask("payment_provider")
    return [answer.value for answer in answers if answer.error is None]


async def payer(ctx: Context, name: str) -> PaysOut:
    """The provider that pays out under this name.

    Raises:
        NotReady: its plugin is not enabled, or cannot be asked.
    """
    for provider in await providers(ctx):
        if provider.name == name and isinstance(provider, PaysOut):
            return provider
    raise NotReady(f"The payment provider {name!r} does not answer: enable billing.{name}, or choose another.")


async def refuse_destination(ctx: Context, name: str, destination: str) -> None:
    """
    Raises:
        Invalid: no provider of that name pays out, or the destination is wrong.
    """
    paying = {each.name: each for each in await providers(ctx) if isinstance(each, PaysOut)}
    if name not in paying:
        raise Invalid(
            f"No payment provider {name!r} pays out here; there is {', '.join(sorted(paying)) or 'none'}.",
            field="provider",
        )
    if fault := paying[name].destination_fault(destination):
        raise Invalid(fault, field="destination")
