"""How often emails may be asked for, and secrets guessed by somebody who is in already."""

from __future__ import annotations

import math

from ..context import Context
from ..errors import TooMany
from . import throttle
from .throttle import Limit

EMAILS_TO = Limit("emails.to", burst=3, per_s=600)
ASKED_FROM = Limit("asked.from", burst=20, per_s=60)
SIGN_INS_FROM = Limit("signins.from", burst=60, per_s=5)
TOKENS_FROM = Limit("tokens.from", burst=30, per_s=20)
REFRESHES = Limit("refreshes", burst=10, per_s=30)
LINKS_FROM = Limit("links.from", burst=30, per_s=20)
SIGN_UPS_FROM = Limit("signups.from", burst=30, per_s=10)
SIGN_UPS_AT = Limit("signups.at", burst=1000, per_s=1)
SIGN_UPS_TO = Limit("signups.to", burst=3, per_s=3600)
TRIALS_TO = Limit("trials.to", burst=10, per_s=60)
GUESSES = Limit("guesses", burst=5, per_s=60)
"""Of the present password, and of the one that a registration waits for."""


async def count_email(ctx: Context, email: str) -> None:
    """
    Raises:
        TooMany: too many emails to this e-mail address, whether or not somebody has it.
    """
    if wait := await take(ctx, (EMAILS_TO, email)):
        raise TooMany(f"Too many emails; try again in {math.ceil(wait / 60)} minutes.", retry_after_s=wait)


async def count_asking(ctx: Context, address: str | None) -> None:
    """
    Raises:
        TooMany: too much was asked for from this network.
    """
    if address and (wait := await take(ctx, (ASKED_FROM, throttle.network(address)))):
        raise TooMany(f"Too many requests from your network; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def count_dead_link(ctx: Context) -> None:
    """
    Raises:
        TooMany: too many links that prove nothing were followed from this network.
    """
    if ctx.address and (wait := await take(ctx, (LINKS_FROM, throttle.network(ctx.address)))):
        raise TooMany(f"Too many links that don't work; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def count_sign_in(ctx: Context) -> None:
    """
    Raises:
        TooMany: too many trips to providers and back from this network.
    """
    if ctx.address and (wait := await take(ctx, (SIGN_INS_FROM, throttle.network(ctx.address)))):
        raise TooMany(f"Too many sign-ins from your network; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def count_dead_token(ctx: Context) -> None:
    """
    Raises:
        TooMany: too many refresh tokens that are worth nothing came from this network.
    """
    if ctx.address and (wait := await take(ctx, (TOKENS_FROM, throttle.network(ctx.address)))):
        raise TooMany(f"Too many tokens that don't work; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def count_sign_up(ctx: Context) -> None:
    """Whose address it is doesn't count here: the answer would tell that it signed up lately.

    Raises:
        TooMany: too many sign-ups to mailing lists from this network, or of this account.
    """
    limits = [(SIGN_UPS_AT, str(ctx.account))]
    if ctx.address:
        limits.append((SIGN_UPS_FROM, throttle.network(ctx.address)))
    if wait := await take(ctx, *limits):
        raise TooMany(f"Too many sign-ups; try again in {math.ceil(wait / 60)} minutes.", retry_after_s=wait)


async def may_ask_to_confirm(ctx: Context, email: str) -> bool:
    """Whether an address may get another email that asks for a confirmation, from whichever account."""
    return not await take(ctx, (SIGN_UPS_TO, email))


async def count_trial(ctx: Context, email: str) -> None:
    """
    Raises:
        TooMany: too many tests of mailings to this address.
    """
    if wait := await take(ctx, (TRIALS_TO, email)):
        raise TooMany(f"Too many tests; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def count_guess(ctx: Context, at: str) -> None:
    """
    Raises:
        TooMany: too many guesses at this secret.
    """
    if wait := await take(ctx, (GUESSES, at)):
        raise TooMany(f"Too many attempts; try again in {math.ceil(wait)} s.", retry_after_s=wait)


async def take(ctx: Context, *limits: tuple[Limit, str]) -> float:
    """Count one try against each, durably; returns the seconds until the next is allowed, 0 where this one is."""
    waits = await ctx.app.database.write(
        lambda connection: [throttle.take(connection, limit, subject, ctx.now) for limit, subject in limits]
    )
    return max(waits)
