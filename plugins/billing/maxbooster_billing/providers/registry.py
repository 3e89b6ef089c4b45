"""Asking the plugins for their providers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maxbooster.plugin import Context, Invalid, NotReady

from .interface import PaysOut, Provider


async def providers(ctx: Context) -> list[Provider]:
    """Every provider that answers; one that fails is left out."""
    answers = await ctx.ask("payment_provider")
    return [answer.value for answer in answers if answer.error is None]


async def shown(ctx: Context) -> list[Provider]:
    """Those that people choose from: one that moves no money only where outside services are simulated."""
    found = await providers(ctx)
    if any(answer.value is True for answer in await ctx.ask("payments_simulated")):
        return found
    return [each for each in found if not (isinstance(each, PaysOut) and each.for_testing)]


async def destinations(ctx: Context) -> Callable[[str | None, str], str]:
    """How people see the destination of a provider; empty, where the provider does not answer."""
    paying = {each.name: each for each in await providers(ctx) if isinstance(each, PaysOut)}

    def words(name: str | None, destination: str) -> str:
        provider = paying.get(name or "")
        if provider is None or provider.destination_fault(destination) is not None:
            return ""
        return provider.destination_shown(destination)

    return words


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
    paying = {each.name: each for each in await shown(ctx) if isinstance(each, PaysOut)}
    if name not in paying:
        raise Invalid(
            f"No payment provider {name!r} pays out here; there is {_named(list(paying.values())) or 'none'}.",
            field="provider",
        )
    if fault := paying[name].destination_fault(destination):
        raise Invalid(fault, field="destination")


def _named(found: Sequence[Provider]) -> str:
    return ", ".join(sorted(each.name for each in found if isinstance(each, PaysOut)))
