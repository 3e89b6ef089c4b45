"""Offering something to whoever has an email address: they accept it for an account of theirs. Nobody is told whether
the address belongs to anybody."""

from __future__ import annotations

from uuid import UUID

from ..auth import emails
from ..auth.limits import count_email
from ..auth.people.oneself import oneself
from ..auth.proofs import notify
from ..context import Context, unit_of_work
from ..errors import Conflict, NotFound
from ..identity import Identity
from . import queries
from .grantable import Grantable
from .lookup import Found
from .models import GrantRow
from .schemas import GrantOffer, rights_of


async def invite(ctx: Context, email: str, grantable: Grantable) -> None:
    """
    Raises:
        TooMany: too many emails to this address.
    """
    await count_email(ctx, email)
    names = await queries.account_names(ctx, [ctx.account])
    facts = {"owner": names.get(ctx.account, ""), "kind": grantable.title, "link": f"{ctx.app.settings.origin}/shared"}
    notify(ctx, email, emails.shared, **facts)


async def offers(ctx: Context) -> list[GrantOffer]:
    """What is offered to the address of the person who is logged in."""
    if _is_narrowed(ctx):
        return []
    found = await ctx.app.grants.offered((await oneself(ctx)).email)
    owners = await queries.account_names(ctx, {each.account for each in found})
    known = ctx.app.offers.grantables
    return [
        GrantOffer(
            each.id, each.kind, known[each.kind].title, owners.get(each.account, ""),
            rights_of(known[each.kind], each.rights), each.expires_at,
        )
        for each in found
    ]  # fmt: skip


def _is_narrowed(ctx: Context) -> bool:
    """Whether an account's own provider said who they are: what is offered to the person is not for that account's
    eyes. Nor for a key's, which such a session may have made."""
    return ctx.identity is not None and (ctx.identity.within is not None or ctx.identity.way == "key")


async def accept(ctx: Context, id: UUID) -> None:
    """From now on this account has it.

    Raises:
        NotFound: nothing of that id is offered to the caller's address, or not any more.
        Conflict: it is this account's own.
    """
    found = await offer(ctx, id)
    if found is None:
        raise NotFound(f"Nothing is offered to you by {id}.")
    if found.account == ctx.account:
        raise Conflict("This account has it already; switch to the one that shall have it.")
    async with unit_of_work(ctx.app, Identity(found.account, None, frozenset())) as owner:
        row = await owner.lock(GrantRow, id)
        if row.receiver_id is not None or row.revoked_at is not None:
            raise NotFound(f"Nothing is offered to you by {id}.")
        row.receiver_id = ctx.account
        owner.audit("grant.accepted", row, after={"receiver": ctx.account})
    ctx.audit("grant.accepted", f"core_grant:{id}")


async def offer(ctx: Context, id: UUID) -> Found | None:
    """What is offered to the caller's address under this id; to a key of nobody's nothing is."""
    if ctx.user is None or _is_narrowed(ctx):
        return None
    return next((each for each in await ctx.app.grants.offered((await oneself(ctx)).email) if each.id == id), None)
