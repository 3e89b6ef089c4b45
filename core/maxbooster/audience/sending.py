"""A mailing goes out: each confirmed contact gets it once, however often the job is tried or killed.

A recipient's row says `sending` before the message is handed to the mail server, and `sent` after. Where a process
ends in between, nobody knows whether the server took it: it is then `uncertain` and not sent again. A server that says
it can't take a message now is asked again, under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, func, insert, select, update

from ..auth.models import User
from ..context import Context
from ..db.types import new_id
from ..errors import AuthFailed, Invalid, NotReady
from ..jobs.job import LONG_QUEUE, job
from ..mail import MailRefused
from ..mail.mailboxes import MAILING
from ..public import rendering
from . import emails, queries, service
from .keys import AudienceKey, key_of, unsubscribe_link
from .leaving import suppress_contact
from .mailing import message_of, move_on, trial_mail
from .mailing_schemas import MailingText
from .models import (
    BOUNCED,
    CANCELED,
    CONFIRMED,
    PENDING,
    REFUSED,
    SENDING,
    SENT,
    SKIPPED,
    UNCERTAIN,
    ListMember,
    Mailing,
    MailingList,
    MailingRecipient,
    MailingTarget,
)

AT_A_TIME = 50
"""Messages in one run of the job."""
NOTED_AT_A_TIME = 1000


class _Going(NamedTuple):
    """What is the same for all readers."""

    message: emails.Message
    lists: Mapping[UUID, MailingList]
    key: AudienceKey


class _Reader(NamedTuple):
    email: str
    member: UUID
    of_list: MailingList


@job("core.send_mailing", queue=LONG_QUEUE, attempts=20, timeout_s=1800)
async def send_mailing(ctx: Context, mailing_id: UUID, part: int) -> None:
    """Send the next messages of a mailing; the first part notes who gets it."""
    mailing = await ctx.first(select(Mailing).where(Mailing.id == mailing_id))
    if mailing is None or mailing.state == CANCELED:
        return
    database, account = ctx.app.database, ctx.account
    await database.write(lambda connection: _settle(connection, account, mailing_id, ctx.now))
    if part == 1:
        await _note_recipients(ctx, mailing_id)
    going, recipients = await _going(ctx, mailing), await ctx.all(_next_ones(mailing_id))
    done, readers = await _counted(ctx, mailing_id)
    for number, recipient in enumerate(recipients):
        await ctx.progress((done + number) / readers, mailing.subject)
        if await _is_canceled(ctx, mailing_id):
            return
        await _send(ctx, going, recipient)
    if len(recipients) == AT_A_TIME:
        ctx.enqueue(send_mailing, mailing_id, part + 1, key=str(mailing_id), once=f"{mailing_id}:{part + 1}")
    else:
        await ctx.write(move_on, account, mailing_id, SENT, ctx.clock())


def _next_ones(mailing_id: UUID) -> Select[MailingRecipient]:
    of_mailing = (MailingRecipient.mailing_id == mailing_id, MailingRecipient.state == PENDING)
    return select(MailingRecipient).where(*of_mailing).order_by(MailingRecipient.id).limit(AT_A_TIME)


async def _going(ctx: Context, mailing: Mailing) -> _Going:
    targets = select(MailingTarget.list_id).where(MailingTarget.mailing_id == mailing.id)
    lists = await ctx.all(select(MailingList).where(MailingList.id.in_(targets)))
    message = await message_of(ctx, mailing.subject, mailing.text, mailing.format)
    return _Going(message, {row.id: row for row in lists}, await key_of(ctx))


async def _counted(ctx: Context, mailing_id: UUID) -> tuple[int, int]:
    """How many it was sent to, or tried to; and how many there are."""
    counted = select(MailingRecipient.state, func.count().label("contacts"))
    rows = await ctx.rows(counted.where(MailingRecipient.mailing_id == mailing_id).group_by(MailingRecipient.state))
    return sum(row.contacts for row in rows if row.state != PENDING), max(1, sum(row.contacts for row in rows))


async def _is_canceled(ctx: Context, mailing_id: UUID) -> bool:
    async with ctx.aside() as unit:
        return (await unit.get(Mailing, mailing_id)).state == CANCELED


async def _send(ctx: Context, going: _Going, recipient: MailingRecipient) -> None:
    """
    Raises:
        NotReady, AuthFailed: the mail server takes nothing now.
    """
    reader = await _claim(ctx, going, recipient)
    if reader is None:
        return
    mail = emails.mailing(
        reader.email,
        rendering.speaking(ctx.app.offers.catalog, reader.of_list.language),
        going.message,
        title=reader.of_list.title,
        sender=reader.of_list.sender,
        language=reader.of_list.language,
        unsubscribe=unsubscribe_link(ctx.app.settings, ctx.account, reader.member, going.key),
        key=str(recipient.id),
        reference=f"{MAILING}:{ctx.account}:{recipient.id}",
    )
    try:
        await ctx.app.mail.send(mail)
    except (NotReady, AuthFailed):
        await _move(ctx, recipient, SENDING, PENDING)
        raise
    except Invalid as refused:
        field = refused.field if isinstance(refused, MailRefused) else None
        if field not in (None, "to"):  # a setting of ours: the same for everybody
            await _move(ctx, recipient, SENDING, PENDING)
            raise
        await _move(ctx, recipient, SENDING, REFUSED)
        if field == "to":
            async with ctx.aside() as unit:
                await suppress_contact(unit, reader.email, BOUNCED, refused.detail)
    else:
        await _move(ctx, recipient, SENDING, SENT)


async def _claim(ctx: Context, going: _Going, recipient: MailingRecipient) -> _Reader | None:
    """Who gets it by which list, once it is on record that they are about to be written to; None: they must not be, or
    somebody else is at it."""
    async with ctx.aside() as unit:
        reader = await _reader(unit, going, recipient.contact_id)
    moved = await _move(ctx, recipient, PENDING, SENDING if reader is not None else SKIPPED)
    return reader if moved else None


async def _reader(ctx: Context, going: _Going, contact_id: UUID) -> _Reader | None:
    contact = (await queries.contacts_by_id(ctx, [contact_id])).get(contact_id)
    if contact is None:
        return None
    for member in await queries.memberships(ctx, [contact_id]):
        if member.list_id in going.lists and await service.is_standing(ctx, going.key, member, contact.email):
            return _Reader(contact.email, member.id, going.lists[member.list_id])
    return None


async def _move(ctx: Context, recipient: MailingRecipient, before: str, after: str) -> bool:
    own = (MailingRecipient.account_id == ctx.account, MailingRecipient.id == recipient.id)
    moving = update(MailingRecipient).where(*own, MailingRecipient.state == before).values(state=after, at=ctx.clock())
    return await ctx.app.database.write(lambda connection: connection.execute(moving).rowcount) == 1


def _settle(connection: Connection, account: UUID, mailing_id: UUID, at: datetime) -> None:
    """What an earlier run left in between."""
    move_on(connection, account, mailing_id, SENDING)
    of_mailing = (MailingRecipient.account_id == account, MailingRecipient.mailing_id == mailing_id)
    left = update(MailingRecipient).where(*of_mailing, MailingRecipient.state == SENDING)
    connection.execute(left.values(state=UNCERTAIN, at=at))


async def _note_recipients(ctx: Context, mailing_id: UUID) -> None:
    noted, account = NOTED_AT_A_TIME, ctx.account
    while noted == NOTED_AT_A_TIME:
        noted = await ctx.app.database.write(lambda connection: _note_some(connection, account, mailing_id, ctx.now))


def _note_some(connection: Connection, account: UUID, mailing_id: UUID, at: datetime) -> int:
    """A row for some of those who have none yet; returns how many."""
    known = select(MailingRecipient.id).where(
        MailingRecipient.account_id == account,
        MailingRecipient.mailing_id == mailing_id,
        MailingRecipient.contact_id == ListMember.contact_id,
    )
    targets = select(MailingTarget.list_id).where(
        MailingTarget.account_id == account, MailingTarget.mailing_id == mailing_id
    )
    on_list = (ListMember.account_id == account, ListMember.list_id.in_(targets), ListMember.status == CONFIRMED)
    query = select(ListMember.contact_id).distinct().where(*on_list, ~known.exists()).limit(NOTED_AT_A_TIME)
    facts = {"account_id": account, "mailing_id": mailing_id, "state": PENDING, "at": at, "outcome": ""}
    rows = [facts | {"id": new_id(), "contact_id": contact} for contact in connection.execute(query).scalars()]
    if rows:
        connection.execute(insert(MailingRecipient), rows)
    return len(rows)


@job("core.mail_test", attempts=3, priority=5)
async def mail_test(ctx: Context, user_id: UUID, data: MailingText) -> None:
    """To the author of a mailing, before it is sent."""
    user = await ctx.platform.first(select(User).where(User.id == user_id))
    if user is not None:
        await ctx.app.mail.send(await trial_mail(ctx, user.email, data))


jobs = [send_mailing, mail_test]
