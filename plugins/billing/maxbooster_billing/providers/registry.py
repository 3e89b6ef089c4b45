"""Which payment providers there are, who pays out, and who takes payments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

from maxbooster.plugin import Connector, Context, Invalid, NotReady

from ..settings import BillingSettings
from .interface import PAYMENT_PROVIDER, HandlesDisputes, PaysOut, Provider, TakesPayments


async def shown(ctx: Context) -> list[Connector[Provider]]:
    """Those that people choose from: one that moves no money only where outside services are simulated."""
    found = ctx.connectors(PAYMENT_PROVIDER)
    if any(answer.value is True for answer in await ctx.ask("payments_simulated")):
        return found
    return [each for each in found if not _moves_no_money(each.it)]


def _moves_no_money(provider: Provider) -> bool:
    if isinstance(provider, PaysOut):
        return provider.for_testing
    return isinstance(provider, TakesPayments) and provider.test_mode


def destinations(ctx: Context) -> Callable[[str | None, str], str]:
    """How people see the destination of a provider; empty, where the provider does not answer."""
    paying = {each.name: each for each in _paying(ctx.connectors(PAYMENT_PROVIDER))}

    def words(name: str | None, destination: str) -> str:
        provider = paying.get(name or "")
        try:
            if provider is None or provider.call_sync(lambda it: it.destination_fault(destination)) is not None:
                return ""
            return provider.call_sync(lambda it: it.destination_shown(destination))
        except NotReady:
            return ""

    return words


def faults(ctx: Context) -> Callable[[str | None, Callable[[PaysOut], str | None]], str]:
    """Why a provider cannot pay, asked as `fault(name, lambda it: it.currency_fault("EUR"))`; empty, where it can, or
    does not answer."""
    paying = {each.name: each for each in _paying(ctx.connectors(PAYMENT_PROVIDER))}

    def fault(name: str | None, ask: Callable[[PaysOut], str | None]) -> str:
        provider = paying.get(name or "")
        try:
            return (provider and provider.call_sync(ask)) or ""
        except NotReady:
            return ""

    return fault


def payer(ctx: Context, name: str) -> Connector[PaysOut]:
    """The provider that pays out under this name.

    Raises:
        Invalid: there is none.
        NotReady: its plugin is off, or it cannot be used now.
    """
    provider = ctx.connector(PAYMENT_PROVIDER, name)
    for paying in _paying([provider]):
        return paying
    raise Invalid(f"{provider.title} does not pay out; choose another provider.", field="provider")


async def payment_taker(ctx: Context, name: str | None = None) -> Connector[TakesPayments]:
    """The provider that takes payments, by its name; without one, the operator's choice, or the only one.

    Raises:
        Invalid: there is none of this name, or it takes no payments.
        NotReady: none takes payments here, several do and the operator hasn't chosen, or it cannot be used now.
    """
    wanted = name or ctx.settings(BillingSettings).checkout_provider
    if wanted:
        provider = ctx.connector(PAYMENT_PROVIDER, wanted)
        if not isinstance(provider.it, TakesPayments):
            raise Invalid(f"{provider.title} takes no payments; choose another provider.", field="provider")
        return cast("Connector[TakesPayments]", provider)
    found = cast("list[Connector[Any]]", await shown(ctx))
    taking: list[Connector[TakesPayments]] = [each for each in found if isinstance(each.it, TakesPayments)]
    taking = [each for each in taking if not each.it.test_mode] or taking
    if len(taking) == 1:
        return taking[0]
    if not taking:
        raise NotReady("No payment provider takes payments here; whoever runs this server has to set one up.")
    raise NotReady(
        f"Several providers take payments: {', '.join(each.name for each in taking)}. Whoever runs this server chooses"
        " by MAXBOOSTER_BILLING__CHECKOUT_PROVIDER."
    )


def dispute_handler(ctx: Context, name: str) -> Connector[HandlesDisputes]:
    """
    Raises:
        Invalid: there is none of this name, or it tells of no disputes.
        NotReady: it cannot be used now.
    """
    provider: Connector[Any] = ctx.connector(PAYMENT_PROVIDER, name)
    if not isinstance(provider.it, HandlesDisputes):
        raise Invalid(f"{provider.title} tells of no disputes.", field="provider")
    return provider


async def refuse_destination(ctx: Context, name: str, destination: str) -> None:
    """
    Raises:
        Invalid: no provider of that name pays out, or the destination is wrong.
        NotReady: its plugin is off, or it cannot be used now.
    """
    paying = {each.name: each for each in _paying(await shown(ctx))}
    if name not in paying:
        with suppress(Invalid):  # whether it is off; those that are hidden here are not listed
            ctx.connector(PAYMENT_PROVIDER, name)
        raise Invalid(
            f"No payment provider {name!r} pays out here; there is {', '.join(sorted(paying)) or 'none'}.",
            field="provider",
        )
    if fault := await reach_fault(ctx, paying[name], destination):
        raise Invalid(fault, field="destination")


async def reach_fault(ctx: Context, provider: Connector[PaysOut], destination: str) -> str:
    """Why a provider cannot pay to a destination now; empty: it can.

    Raises:
        NotReady: the provider does not answer.
    """
    fault = provider.call_sync(lambda it: it.destination_fault(destination))
    return fault or await provider.call(lambda it: it.setup_fault(ctx)) or ""


def _paying(found: Sequence[Connector[Provider]]) -> list[Connector[PaysOut]]:
    return [cast("Connector[PaysOut]", each) for each in found if isinstance(each.it, PaysOut)]
