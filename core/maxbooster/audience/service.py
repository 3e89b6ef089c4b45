"""The rules of consent: lists, and how somebody joins one. How they leave is in `leaving.py`."""

from __future__ import annotations

import hmac
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from ..auth.limits import may_ask_to_confirm
from ..context import Context
from ..errors import Conflict, Gone, Invalid
from ..paging import PageOfRows
from ..public import rendering
from . import queries
from .consent import Evidence, become, record
from .keys import AudienceKey, key_of, secret_hash, standing_key
from .models import (
    COMPLAINED,
    CONFIRMED,
    GIVEN,
    WAITING,
    Contact,
    ListMember,
    MailingList,
)
from .schemas import ConsentOut, ContactDetail, ContactOut, MailingListOut
from .wording import LONGEST_LINE, name_line

ASKED_AGAIN_AFTER = timedelta(days=1)
"""So long after an email that asks for a confirmation, an address gets no other of the account's."""
LINK_LIFETIME = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)
"""Whoever has not confirmed by then is deleted."""
OWN_LIST = "core.list"
"""The kind of lists that people make themselves."""


# Lists


async def mailing_list(
    ctx: Context, kind: str, key: str, *, title: str, sender: str, language: str = "en"
) -> MailingList:
    """The account's list for what a plugin sends, made when it is first asked for: `kind` begins with the plugin's
    name, `key` says which of that kind. `title` is what fans sign up for, `sender` whose name stands on the email,
    `language` (BCP 47) that in which fans are asked to confirm; they stay as they were first.

    Raises:
        Invalid: a text is too long, empty, or contains an address.
    """
    found = await queries.list_of(ctx, kind, key)
    if found is not None:
        return found
    names = {"title": name_line(title, "title"), "sender": name_line(sender, "sender"), "language": language}
    if len(key) > LONGEST_LINE:
        raise Invalid(f"A list's key has at most {LONGEST_LINE} characters; this one has {len(key)}.", field="key")
    row = MailingList(kind=kind, key=key, created_at=ctx.now, **names)
    ctx.add(row)
    ctx.audit("list.created", row, after=names)
    return row


async def create_list(ctx: Context, title: str, sender: str, language: str = "en") -> UUID:
    """A list of the account's own.

    Raises:
        Invalid: as in `mailing_list`, or strangers' pages aren't translated into the language.
        Conflict: there is one of that title.
    """
    if language not in (known := rendering.languages(ctx.app.offers.catalog)):
        raise Invalid(f"There is no translation into {language!r}; there are {', '.join(known)}.", field="language")
    key = name_line(title, "title").casefold()
    if await queries.list_of(ctx, OWN_LIST, key) is not None:
        raise Conflict(f"There is a list {title!r} already.", field="title")
    return (await mailing_list(ctx, OWN_LIST, key, title=title, sender=sender, language=language)).id


async def list_lists(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[MailingListOut]:
    """The oldest first."""
    rows, next = await queries.lists(ctx, cursor, limit)
    counts = await queries.counts(ctx, [row.id for row in rows])
    return PageOfRows([MailingListOut.of(row, counts) for row in rows], next)


async def list_contacts(
    ctx: Context, cursor: str | None, limit: int, *, list_id: UUID | None = None, status: str | None = None
) -> PageOfRows[ContactOut]:
    """With the lists that they are on, the newest first. `status`: one of `schemas.Status`."""
    rows, next = await queries.contacts(ctx, cursor, limit, list_id=list_id, status=status)
    members = defaultdict[UUID, list[ListMember]](list)
    for each in await queries.memberships(ctx, [row.id for row in rows]):
        members[each.contact_id].append(each)
    return PageOfRows([ContactOut.of(row, members[row.id]) for row in rows], next)


async def contact(ctx: Context, contact_id: UUID) -> ContactDetail:
    """
    Raises:
        NotFound: no such contact in this account.
    """
    row = await ctx.get(Contact, contact_id)
    members = await queries.memberships(ctx, [contact_id])
    consent = [ConsentOut.of(each) for each in await queries.evidence(ctx, contact_id)]
    return ContactDetail(ContactOut.of(row, members), consent)


# Joining


async def join(ctx: Context, list_id: UUID, email: str, evidence: Evidence) -> ListMember | datetime | None:
    """Somebody asks to join a list. The member who waits for a confirmation now; a time: they were asked about another
    list lately, and join then; None: nothing is to be sent to them, because they are on the list, were asked about it
    lately, complained of this account, or were asked by several accounts in a short time."""
    key = await key_of(ctx)
    suppressed = await queries.suppressed(ctx, key.hashes(email, list_id))
    if COMPLAINED in suppressed.values():
        return None
    contact, id = await queries.contact_of(ctx, email), key.member_id(email, list_id)
    member, asked_at = await queries.member(ctx, id), contact.asked_at if contact is not None else None
    if asked_at is not None and ctx.now - asked_at < ASKED_AGAIN_AFTER:
        return asked_at + ASKED_AGAIN_AFTER if member is None else None
    if (member is not None and member.status == CONFIRMED) or not await may_ask_to_confirm(ctx, email):
        return None
    if contact is None:
        contact = Contact(email=email, name="", created_at=ctx.now, asked_at=None)
        ctx.add(contact)
    if member is None:
        member = ListMember(id=id, contact_id=contact.id, list_id=list_id)
        ctx.add(member)
    else:
        member = await ctx.lock(ListMember, id)
        if member.status == CONFIRMED:
            return None
    contact.asked_at = ctx.now
    become(ctx, member, WAITING, source=evidence.page)
    ctx.add(record(ctx, member, GIVEN, evidence))
    return member


async def awaited(ctx: Context, member_id: UUID, secret: bytes) -> tuple[MailingList, str]:
    """What a link would confirm, without using it up: the list, and the words that were agreed to.

    Raises:
        Gone: it was used, has expired or was replaced; or they want no more email.
    """
    member = await _member(ctx, member_id, secret)
    given = await queries.latest(ctx, member, GIVEN)
    return await ctx.get(MailingList, member.list_id), given.words if given else ""


async def confirm(ctx: Context, member_id: UUID, secret: bytes, request_id: str | None) -> MailingList:
    """By the link of the email; returns the list. It lifts what kept the address from it before, except a complaint.
    Commits.

    Raises:
        Gone: as in `awaited`.
    """
    key = await standing_key(ctx)
    member = await _member(ctx, member_id, secret)
    contact, given = await ctx.get(Contact, member.contact_id), await queries.latest(ctx, member, GIVEN)
    hashes = key.hashes(contact.email, member.list_id)
    if given is None or COMPLAINED in (await queries.suppressed(ctx, hashes)).values():
        raise _gone()
    member = await ctx.lock(ListMember, member_id)
    _refuse_spent(ctx, member, secret)
    become(ctx, member, CONFIRMED)
    evidence = Evidence(words=given.words, page=given.page, method="link", request_id=request_id)
    ctx.add(record(ctx, member, CONFIRMED, evidence))
    of_list = await ctx.get(MailingList, member.list_id)
    await ctx.write(queries.lift, ctx.account, hashes)
    return of_list


async def _member(ctx: Context, member_id: UUID, secret: bytes) -> ListMember:
    member = await queries.member(ctx, member_id)
    if member is None:
        raise _gone()
    _refuse_spent(ctx, member, secret)
    return member


def _refuse_spent(ctx: Context, member: ListMember, secret: bytes) -> None:
    if member.status != WAITING or member.token_hash is None or member.token_until is None:
        raise _gone()
    if member.token_until <= ctx.now or not hmac.compare_digest(member.token_hash, secret_hash(secret)):
        raise _gone()


class LinkSpent(Gone):
    """It was one of ours."""


def _gone() -> LinkSpent:
    return LinkSpent("This link was used, has expired or was replaced. Sign up again to get a new one.")


# Who may be written to


async def is_standing(ctx: Context, key: AudienceKey, member: ListMember, email: str) -> bool:
    """Whether their consent is confirmed, and nothing has ended it."""
    return member.status == CONFIRMED and not await queries.suppressed(ctx, key.hashes(email, member.list_id))
