"""How often letters may be asked for."""

from __future__ import annotations

import math

from ..context import Context
from ..errors import TooMany
from . import throttle
from .throttle import Limit

LETTERS_TO = Limit("letters.to", burst=3, per_s=600)
LETTERS_FROM = Limit("letters.from", burst=20, per_s=60)


async def count_letters(ctx: Context, email: str, address: str | None) -> None:
    """
    Raises:
        TooMany: too many letters to this e-mail address, known or not, or asked for from this network.
    """
    limits = [(LETTERS_TO, email)]
    if address:
        limits.append((LETTERS_FROM, throttle.network(address)))
    waits = await ctx.app.database.write(
        lambda connection: [throttle.take(connection, limit, subject, ctx.now) for limit, subject in limits]
    )
    if wait := max(waits):
        raise TooMany(f"Too many letters; ask again in {math.ceil(wait / 60)} minutes.", retry_after_s=wait)
