"""The rules of payees."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Context

from ..providers.registry import refuse_destination
from .models import Payee
from .schemas import NewPayee, PayeeChange


async def add(ctx: Context, new: NewPayee) -> UUID:
    """
    Raises:
        Conflict: there is a payee of that name.
        Invalid: the provider is not there, or does not know such a destination.
    """
    if new.provider is not None:
        await refuse_destination(ctx, new.provider, new.destination)
    row = Payee(name=new.name.strip(), provider=new.provider, destination=new.destination, added_at=ctx.now)
    ctx.add(row)
    ctx.audit("payee.added", row, after={"provider": row.provider})
    return row.id


async def change(ctx: Context, id: UUID, changed: PayeeChange) -> None:
    """
    Raises:
        NotFound: no such payee in this account.
        Conflict: somebody changed it since it was read, or there is another payee of that name.
        Invalid: the provider is not there, or does not know such a destination.
    """
    row = await ctx.get(Payee, id, version=changed.version)
    if changed.provider is not None:
        await refuse_destination(ctx, changed.provider, changed.destination)
    before = {"provider": row.provider, "destination": row.destination}
    row.name, row.provider, row.destination = changed.name.strip(), changed.provider, changed.destination
    after = {"provider": row.provider, "destination": row.destination}
    ctx.audit("payee.changed", row, before=before, after=after)
