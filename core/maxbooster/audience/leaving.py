"""Leaving a list, or everything; and whom an account never writes to again."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from ..context import Context
from ..errors import Gone
from ..mail import address
from . import queries
from .consent import Evidence, become, record
from .keys import AudienceKey, key_of, standing_key
from .models import (
    BOUNCED,
    COMPLAINED,
    CONFIRMED,
    REMOVED,
    UNSUBSCRIBED,
    WAITING,
    WITHDRAWN,
    Contact,
    ListMember,
    MailingList,
)

Reason = Literal["unsubscribed", "bounced", "complained"]
_METHOD = {BOUNCED: "mail server"}
_ACTION = {UNSUBSCRIBED: WITHDRAWN}


async def left_by(ctx: Context, member_id: UUID, secret: bytes) -> MailingList | None:
    """The list that a link leads out of; None: they are no longer known.

    Raises:
        Gone: it is no link of ours.
    """
    _refuse_foreign(await standing_key(ctx), member_id, secret)
    member = await queries.member(ctx, member_id)
    return await ctx.get(MailingList, member.list_id) if member is not None else None


async def unsubscribe(
    ctx: Context, member_id: UUID, secret: bytes, method: str, request_id: str | None, *, everything: bool = False
) -> MailingList | None:
    """Take somebody off a list, or off everything that the account sends, unless they sign up and confirm again.
    Whoever has left, or is gone, stays as they are. Returns the list, if they are known. Commits.

    Raises:
        Gone: it is no link of ours.
    """
    key = await standing_key(ctx)
    _refuse_foreign(key, member_id, secret)
    member = await queries.member(ctx, member_id)
    if member is None:
        return None
    contact, of_list = await ctx.get(Contact, member.contact_id), await ctx.get(MailingList, member.list_id)
    leaving = await queries.memberships(ctx, [contact.id]) if everything else [member]
    evidence = Evidence(words="", page="", method=method, request_id=request_id)
    left = [each.list_id for each in leaving if await _leave(ctx, each.id, evidence)]
    if left or everything:
        await ctx.write(_suppress_unsubscribed, ctx, key, contact, [*left, *([None] if everything else [])])
    return of_list


async def _leave(ctx: Context, member_id: UUID, evidence: Evidence) -> bool:
    member = await ctx.lock(ListMember, member_id)
    if member.status not in (WAITING, CONFIRMED):
        return False
    become(ctx, member, UNSUBSCRIBED)
    ctx.add(record(ctx, member, WITHDRAWN, evidence))
    return True


def _suppress_unsubscribed(
    connection: Connection, ctx: Context, key: AudienceKey, contact: Contact, left: Sequence[UUID | None]
) -> None:
    """Of lists; None: of the account."""
    for list_id in left:
        queries.suppress(
            connection,
            ctx.account,
            key.address_hash(contact.email, list_id),
            reason=UNSUBSCRIBED,
            at=ctx.now,
            everywhere=list_id is None,
            list_id=list_id,
            contact_id=contact.id,
        )
    queries.note_outcome(connection, ctx.account, contact.id, UNSUBSCRIBED)


def _refuse_foreign(key: AudienceKey, member_id: UUID, secret: bytes) -> None:
    if not hmac.compare_digest(key.unsubscribe_secret(member_id), secret):
        raise Gone("Check that the address is complete.")


async def suppress_contact(ctx: Context, email: str, reason: Reason, said: str = "") -> None:
    """Never write to an address again in this account's name: it bounced for good, its owner complained, or asked in
    another way than by a link. `said` is what the mail server, the complaint or the owner says. A complaint stands for
    ever; what else there was ends when somebody signs up with it and confirms. Commits.

    Raises:
        Invalid: it is no email address.
    """
    normal, key = address(email), await key_of(ctx)
    contact = await queries.contact_of(ctx, normal)
    evidence = Evidence(words=said, page="", method=_METHOD.get(reason, "operator"), request_id=ctx.request_id)
    for each in await queries.memberships(ctx, [contact.id]) if contact is not None else []:
        member = await ctx.lock(ListMember, each.id)
        if member.status not in (reason, COMPLAINED):
            become(ctx, member, reason)
            ctx.add(record(ctx, member, _ACTION.get(reason, reason), evidence))
    contact_id = contact.id if contact is not None else None
    ctx.audit("suppression.created", f"core_contact:{contact_id or 'unknown'}", after={"reason": reason})

    def keep(connection: Connection) -> None:
        hashed = key.address_hash(normal)
        queries.suppress(
            connection, ctx.account, hashed, reason=reason, at=ctx.now, everywhere=True, contact_id=contact_id
        )
        if contact_id is not None and reason != BOUNCED:
            queries.note_outcome(connection, ctx.account, contact_id, reason)

    await ctx.write(keep)


async def remove(ctx: Context, contact_id: UUID) -> None:
    """Erase a contact and the evidence. What stays is a keyed hash of the address, so that it isn't imported again;
    they can sign up again themselves. Commits.

    Raises:
        NotFound: no such contact in this account.
    """
    from .jobs import join_list

    key = await key_of(ctx)
    contact = await ctx.get(Contact, contact_id)
    email, account, now = contact.email, ctx.account, ctx.now
    ctx.delete(contact)
    ctx.audit("contact.removed", f"core_contact:{contact_id}")

    def forget(connection: Connection) -> None:
        queries.suppress(connection, account, key.address_hash(email), reason=REMOVED, at=now, everywhere=True)
        queries.forget_whose(connection, account, contact_id)
        queries.forget_sign_ups(connection, account, join_list.name, email)

    await ctx.write(forget)
