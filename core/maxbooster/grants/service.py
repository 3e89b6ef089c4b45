"""The rules of sharing: never more than its giver may do, and no longer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from ..context import Context, unit_of_work
from ..db.turns import take_turn
from ..errors import GrantEnded, Invalid, NotAllowed, NotFound, suggestion
from ..identity import Identity
from ..mail import address
from . import offering, queries
from .grantable import LINK_PREFIX, Grantable
from .lookup import ENDED, MOST_LISTED, Found, hash_of
from .models import GrantRow
from .schemas import (
    GrantableOut,
    GrantOut,
    NewGrant,
    NewGrantOut,
    OpenedGrant,
    ReceivedGrant,
    State,
    rights_of,
)

WEEK, YEAR = timedelta(days=7), timedelta(days=366)
PAGE = "/review"
"""Where a link leads; its token stands behind the `#`, which browsers keep to themselves."""
MOST_PER_OBJECT = 100


async def create(ctx: Context, new: NewGrant) -> NewGrantOut:
    """Commits.

    Raises:
        Invalid: there is no such kind or account, the time is over, or the caller lacks a right.
        NotFound: no such object in this account.
        NotAllowed: the caller is no person, or the object is shared often enough.
        TooMany: too many emails to the address.
    """
    if ctx.user is None:
        raise NotAllowed("A key that belongs to no one cannot share anything; log in.")
    grantable = grantable_of(ctx, new.kind)
    _refuse_rights(ctx, grantable, new.rights)
    expires_at = _until(ctx, new.expires_at)
    email = await _receiver(ctx, new)
    title = await grantable.load_title(ctx, new.object_id)
    token = LINK_PREFIX + secrets.token_urlsafe(32) if new.receiver is None and email is None else None
    row = GrantRow(
        kind=new.kind, object_id=new.object_id, rights=" ".join(sorted(set(new.rights))), label=new.label.strip(),
        receiver_id=new.receiver, email=email, hash=hash_of(token) if token else None, given_by=ctx.user,
        credential_id=_program(ctx), created_at=ctx.now, expires_at=expires_at,
    )  # fmt: skip
    ctx.add(row)
    ctx.audit(
        "grant.created", row,
        after={
            "object": f"{new.kind}:{new.object_id}", "rights": row.rights, "receiver": new.receiver,
            "email": email, "expires_at": expires_at,
        },
    )  # fmt: skip
    if email is not None:
        await offering.invite(ctx, email, grantable)
    await ctx.write(_refuse_too_many, ctx.account, new.object_id, title, ctx.now)
    return NewGrantOut(row.id, expires_at, f"{ctx.app.settings.origin}{PAGE}#{token}" if token else None)


def grantable_of(ctx: Context, kind: str) -> Grantable:
    """
    Raises:
        Invalid: nothing of that kind can be shared.
    """
    known = ctx.app.offers.grantables
    if kind not in known:
        raise Invalid(f"Nothing called {kind!r} can be shared.{suggestion(kind, list(known))}", field="kind")
    return known[kind]


def _refuse_rights(ctx: Context, grantable: Grantable, rights: list[str]) -> None:
    offered = grantable.permissions
    for right in rights:
        if right not in offered:
            names = ", ".join(sorted(offered))
            raise Invalid(f"{grantable.title}: {right!r} cannot be granted; there are {names}.", field="rights")
        if ctx.identity is None or not ctx.identity.may(right):
            raise Invalid(f"You do not hold {right!r} yourself.", field="rights")


def _until(ctx: Context, expires_at: datetime | None) -> datetime:
    if expires_at is None:
        return ctx.now + WEEK
    if expires_at.tzinfo is None:
        raise Invalid(f"{expires_at.isoformat()} has no time zone; end it with Z or an offset.", field="expires_at")
    if expires_at <= ctx.now:
        raise Invalid(f"{expires_at.isoformat()} is over already; choose a later time.", field="expires_at")
    if expires_at > ctx.now + YEAR:
        raise Invalid("What is shared is shared for a year at most; choose an earlier time.", field="expires_at")
    return expires_at


def _program(ctx: Context) -> UUID | None:
    """The API key or the client's session that makes it."""
    by_program = ctx.identity is not None and ctx.identity.way in ("key", "token")
    return ctx.identity.credential if by_program and ctx.identity is not None else None


async def _receiver(ctx: Context, new: NewGrant) -> str | None:
    """The address that it is offered to, as it is written; None: it goes to an account, or to whoever has the link.

    Raises:
        Invalid: both are named, or there is no such account, or it is no address. Whether somebody has the address
            isn't looked at.
    """
    if new.receiver is not None:
        await _refuse_receiver(ctx, new.receiver)
    if new.email is None:
        return None
    if new.receiver is not None:
        raise Invalid("Name an account or an email address, not both.", field="email")
    return address(new.email)


async def _refuse_receiver(ctx: Context, receiver: UUID) -> None:
    if receiver == ctx.account:
        raise Invalid("This account has it already; share it with another.", field="receiver")
    if not await queries.is_open(ctx, receiver):
        raise Invalid(f"There is no account {receiver}, or it was closed.", field="receiver")


def _refuse_too_many(connection: Connection, account: UUID, object_id: UUID, title: str, now: datetime) -> None:
    """In the transaction that has just added one: roll it back if it was one too many."""
    take_turn(connection, account)
    if queries.number_active(connection, account, object_id, now) > MOST_PER_OBJECT:
        raise NotAllowed(f"“{title}” is shared {MOST_PER_OBJECT} times already; stop sharing it with somebody first.")


async def revoke(ctx: Context, id: UUID) -> None:
    """It ends at once, and so do the answers that are on their way.

    Raises:
        NotFound: no such grant in this account.
    """
    row = await ctx.lock(GrantRow, id)
    if row.revoked_at is not None:
        return
    row.revoked_at = ctx.now
    ctx.audit("grant.revoked", row, before={"object": f"{row.kind}:{row.object_id}", "rights": row.rights})
    await ctx.commit()
    ctx.app.live.tell(id, "grant", {"state": "revoked"})


async def decline(ctx: Context, id: UUID) -> None:
    """What another account shares with this one ends, as if its owner had stopped sharing it.

    Raises:
        NotFound: nobody shares anything by this grant with this account, or not any more.
    """
    found = await ctx.app.grants.given_to(ctx.account, id) or await offering.offer(ctx, id)
    if found is None:
        raise NotFound(f"Nothing is shared with this account by {id}.")
    async with unit_of_work(ctx.app, Identity(found.account, None, frozenset())) as owner:
        row = await owner.lock(GrantRow, id)
        row.revoked_at = row.revoked_at or owner.now
        owner.audit("grant.declined", row, after={"receiver": ctx.account})
    ctx.audit("grant.declined", f"core_grant:{id}")
    await ctx.commit()
    ctx.app.live.tell(id, "grant", {"state": "revoked"})


def grantables(ctx: Context) -> list[GrantableOut]:
    return [
        GrantableOut(each.name, each.title, rights_of(each, each.permissions))
        for each in ctx.app.offers.grantables.values()
    ]


async def listed(ctx: Context, object_id: UUID | None, limit: int = MOST_LISTED) -> list[GrantOut]:
    """What this account shares, the newest first."""
    rows = await queries.of_account(ctx, object_id, limit)
    holding = await ctx.app.grants.holding(ctx.account)
    known = ctx.app.offers.grantables
    objects = dict.fromkeys((row.kind, row.object_id) for row in rows)
    titles = {(kind, id): await _title(ctx, known.get(kind), id) for kind, id in objects}
    receivers = await queries.account_names(ctx, {row.receiver_id for row in rows if row.receiver_id is not None})
    givers = await queries.user_names(ctx, {row.given_by for row in rows})
    return [
        GrantOut(
            id=row.id,
            kind=row.kind,
            kind_title=grantable.title if grantable else row.kind,
            object_id=row.object_id,
            title=titles[row.kind, row.object_id],
            rights=rights_of(grantable, frozenset(row.rights.split())),
            label=row.label,
            receiver=row.receiver_id,
            receiver_name=receivers.get(row.receiver_id) if row.receiver_id else None,
            email=row.email,
            given_by=givers.get(row.given_by),
            by_program=row.credential_id is not None,
            state=_state(row, holding, ctx.now),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
        for grantable in [known.get(row.kind)]
    ]


def _state(row: GrantRow, holding: frozenset[UUID], now: datetime) -> State:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    if row.id not in holding:
        return "ended"
    return "offered" if row.email is not None and row.receiver_id is None else "active"


async def received(ctx: Context) -> list[ReceivedGrant]:
    """What others share with this account now; what is gone meanwhile is left out."""
    found = await ctx.app.grants.received(ctx.account)
    owners = await queries.account_names(ctx, {each.account for each in found})
    return [
        ReceivedGrant(id=each.id, **_facts(ctx, each, title, owners))
        for each in found
        if (title := await _title_by_grant(ctx, each)) is not None
    ]


async def opened(ctx: Context, found: Found) -> OpenedGrant:
    """
    Raises:
        GrantEnded: its object is gone.
    """
    title = await _title_by_grant(ctx, found)
    if title is None:
        raise GrantEnded(ENDED)
    return OpenedGrant(**_facts(ctx, found, title, await queries.account_names(ctx, {found.account})))


def _facts(ctx: Context, found: Found, title: str, owners: Mapping[UUID, str]) -> dict[str, Any]:
    grantable = ctx.app.offers.grantables[found.kind]
    family = grantable.name.partition(".")[0]
    return {
        "kind": found.kind,
        "kind_title": grantable.title,
        "object_id": found.object_id,
        "title": title,
        "owner": owners.get(found.account, ""),
        "rights": rights_of(grantable, found.rights),
        "expires_at": found.expires_at,
        "tag": grantable.tag,
        "module": f"/static/{family}/{grantable.module}" if grantable.module else "",
    }


async def _title_by_grant(ctx: Context, found: Found) -> str | None:
    """Read as the receiver reads: in the owner's account, and there nothing but the object."""
    async with unit_of_work(ctx.app, found.identity, writable=False) as inside:
        return await _title(inside, ctx.app.offers.grantables[found.kind], found.object_id)


async def _title(ctx: Context, grantable: Grantable | None, object_id: UUID) -> str | None:
    try:
        return await grantable.load_title(ctx, object_id) if grantable is not None else None
    except NotFound:
        return None
