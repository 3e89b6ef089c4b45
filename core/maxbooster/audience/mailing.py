"""Writing to lists: what is sent, to whom, when; and what came of it. How it is sent is in `sending.py`.

Without a postal address in it, and a link to unsubscribe that mail programs can use, nothing goes out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, func, select, update

from ..auth.limits import count_trial
from ..auth.models import User
from ..context import Context
from ..db.types import new_id
from ..errors import Conflict, Invalid, refuse_overwriting
from ..mail import Mail
from ..paging import PageOfRows
from ..public import rendering
from . import emails, queries
from .mailing_schemas import MailingOut, MailingResults, MailingText, NewMailing, Preview, Trial
from .models import (
    CANCELED,
    CONFIRMED,
    MARKDOWN,
    PLAIN,
    SCHEDULED,
    SENDING,
    ListMember,
    Mailing,
    MailingList,
    MailingRecipient,
    MailingTarget,
    SenderAddress,
)
from .wording import one_line

LONGEST_ONCE = 120
LONGEST_TEXT = {MARKDOWN: 20_000, PLAIN: 100_000}
"""What reading Markdown takes grows with the square of some texts."""


# What stands in every mailing


async def postal_address(ctx: Context) -> str:
    found = await queries.sender_address(ctx)
    return found.lines if found is not None else ""


async def set_postal_address(ctx: Context, lines: str, expected: str | None = None) -> None:
    """
    Raises:
        Invalid: it is empty.
        Conflict: the address isn't what was `expected`.
    """
    kept = "\n".join(line for each in lines.splitlines() if (line := " ".join(each.split())))
    if not kept:
        raise Invalid("Enter a postal address at which you get mail.", field="postal_address")
    row = await queries.sender_address(ctx)
    refuse_overwriting(expected, row.lines if row is not None else "")
    if row is None:
        row = SenderAddress(lines=kept)
        ctx.add(row)
    else:
        row.lines = kept
    ctx.audit("address.updated", row, after={"postal_address": kept})


async def _demand_postal_address(ctx: Context) -> str:
    """
    Raises:
        Conflict: there is none yet.
    """
    found = await postal_address(ctx)
    if not found:
        raise Conflict(
            "Email to a list needs the sender’s postal address, which the law demands. Enter it under Audience, or with"
            " `maxbooster audience address`.",
            field="postal_address",
        )
    return found


def _demand_way_out(ctx: Context) -> None:
    """
    Raises:
        Conflict: mail programs could not unsubscribe anybody (RFC 8058 wants HTTPS).
    """
    settings = ctx.app.settings
    if settings.mail.startswith("smtp") and not settings.pages_origin.startswith("https://"):
        raise Conflict(
            f"The links to unsubscribe would lead to {settings.pages_origin}, which mail programs can’t use; the"
            " operator sets MAXBOOSTER_PUBLIC_URL (or MAXBOOSTER_PAGES_URL) to an address with https."
        )


# Sending


async def send_to_list(ctx: Context, list_id: UUID, *, subject: str, text: str, once: str) -> UUID:
    """Queue a message in plain text to everybody who is on a list and has confirmed, with a link to unsubscribe;
    returns its id. `once`: what it is about; the list gets only one message under that name.

    Raises:
        NotFound: no such list in this account.
        Invalid: the subject or the text is empty, or too long.
        Conflict: the account has no postal address yet.
    """
    await ctx.get(MailingList, list_id)
    if len(once) > LONGEST_ONCE:
        raise Invalid(f"What it is about has {len(once)} characters; at most {LONGEST_ONCE} fit.", field="once")
    name = f"{list_id}:{once}"
    known = await ctx.first(select(Mailing).where(Mailing.once == name))
    if known is not None:
        return known.id
    new = NewMailing(lists=[list_id], subject=subject, text=text, format="plain")
    return await _queue(ctx, new, name, ctx.now, "UTC")


async def create_mailing(ctx: Context, new: NewMailing) -> UUID:
    """Queue a message to everybody who is on one of the lists and has confirmed: now, or at a time in the writer's
    zone. Whoever is on several gets it once.

    Raises:
        NotFound: no such list in this account.
        Invalid: the subject or the text is empty or too long; the time is past, or isn't one time in that zone.
        Conflict: the account has no postal address yet; or it was sent under this `once` already.
    """
    for each in new.lists:
        await ctx.get(MailingList, each)
    once = f"own:{new.once or new_id()}"
    if await ctx.first(select(Mailing).where(Mailing.once == once)) is not None:
        raise Conflict("This email was sent or scheduled already.", field="once")
    send_at = _moment(new.at, new.zone) if new.at else ctx.now
    if send_at < ctx.now:
        raise Invalid(f"{new.at} in {new.zone} is over; choose a later time.", field="at")
    return await _queue(ctx, new, once, send_at, new.zone)


async def _queue(ctx: Context, new: NewMailing, once: str, send_at: datetime, zone: str) -> UUID:
    from .sending import send_mailing

    _refuse_text(new.text, new.format)
    subject = one_line(new.subject, "subject")
    await _demand_postal_address(ctx)
    _demand_way_out(ctx)
    row = Mailing(
        once=once, subject=subject, text=new.text, format=MARKDOWN if new.format == "markdown" else PLAIN,
        state=SCHEDULED, send_at=send_at, zone=zone, created_at=ctx.now, ended_at=None,
    )  # fmt: skip
    ctx.add(row, *(MailingTarget(mailing_id=row.id, list_id=each) for each in dict.fromkeys(new.lists)))
    ctx.audit("mailing.created", row, after={"subject": subject, "lists": new.lists, "at": send_at})
    ctx.enqueue(send_mailing, row.id, 1, key=str(row.id), once=f"{row.id}:1", at=send_at)
    return row.id


def _refuse_text(text: str, format: str) -> None:
    if not text.strip():
        raise Invalid("Write a text.", field="text")
    if len(text) > (most := LONGEST_TEXT[format]):
        raise Invalid(f"The text has {len(text):,} characters; at most {most:,} fit.", field="text")


def _moment(at: str, zone: str) -> datetime:
    """The one moment that a clock in a zone shows this.

    Raises:
        Invalid: there is no such zone; the clock is put forward past it, or back over it.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Invalid(f"There is no time zone {zone!r}; write one like Europe/Berlin.", field="zone") from None
    try:
        shown = datetime.fromisoformat(at)
    except ValueError:
        raise Invalid(f"{at!r} is no date and time; write it like 2026-11-30T18:00.", field="at") from None
    if shown.tzinfo is not None:
        raise Invalid(f"{at!r} names an offset; write it as the clock in {zone} shows it.", field="at")
    early, late = (shown.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(place).replace(tzinfo=None) != shown:
        raise Invalid(f"The clocks in {zone} skip {at} that night; choose another time.", field="at")
    if early != late:
        raise Invalid(f"The clocks in {zone} show {at} twice that night; choose another time.", field="at")
    return early


async def cancel_mailing(ctx: Context, mailing_id: UUID) -> None:
    """Whoever hasn't got it yet doesn't.

    Raises:
        NotFound: no such mailing in this account.
        Conflict: it has been sent, or was canceled already.
    """
    row = await ctx.lock(Mailing, mailing_id)
    if row.state not in (SCHEDULED, SENDING):
        raise Conflict("This email has been sent." if row.state != CANCELED else "This email was canceled already.")
    row.state, row.ended_at = CANCELED, ctx.now
    ctx.audit("mailing.canceled", row)


# Before it is sent


async def preview(ctx: Context, data: MailingText) -> Preview:
    """
    Raises:
        NotFound: no such list in this account.
        Invalid: the subject or the text is empty, or too long.
    """
    mail = await trial_mail(ctx, "reader@example.org", data)
    of_list = await ctx.get(MailingList, data.lists[0])
    t = rendering.speaking(ctx.app.offers.catalog, of_list.language)
    return Preview(
        sender=of_list.sender,
        subject=one_line(data.subject, "subject"),
        html=await asyncio.to_thread(emails.formatted, data.text, data.format),
        text=mail.text,
        footer=[
            t("core.page_mail_why", title=of_list.title),
            await postal_address(ctx),
            t("core.page_mail_unsubscribe"),
        ],
        readers=await _readers(ctx, data.lists),
    )


async def send_trial(ctx: Context, data: MailingText) -> Trial:
    """To whoever asks, and nobody else.

    Raises:
        NotFound: no such list in this account.
        Invalid: the subject or the text is empty, or too long.
        Conflict: nobody in particular asks, so there is no address to send it to.
        TooMany: too many lately.
    """
    from .sending import mail_test

    user = await ctx.platform.first(select(User).where(User.id == ctx.user)) if ctx.user is not None else None
    if user is None:
        raise Conflict("A test goes to your own address; log in as yourself.")
    await trial_mail(ctx, user.email, data)
    await count_trial(ctx, user.email)
    ctx.enqueue(mail_test, user.id, data)
    return Trial(user.email)


async def trial_mail(ctx: Context, to: str, data: MailingText) -> Mail:
    _refuse_text(data.text, data.format)
    of_list = await ctx.get(MailingList, data.lists[0])
    message = await message_of(ctx, one_line(data.subject, "subject"), data.text, data.format)
    t = rendering.speaking(ctx.app.offers.catalog, of_list.language)
    return emails.trial(to, t, message, title=of_list.title, sender=of_list.sender, language=of_list.language)


async def message_of(ctx: Context, subject: str, text: str, format: str) -> emails.Message:
    body = await asyncio.to_thread(emails.formatted, text, format) if format == MARKDOWN else ""
    return emails.Message(subject=subject, text=text, body=body, postal_address=await postal_address(ctx))


async def _readers(ctx: Context, lists: Sequence[UUID]) -> int:
    on_lists = select(func.count(ListMember.contact_id.distinct()).label("readers"))
    found = await ctx.rows(on_lists.where(ListMember.list_id.in_(lists), ListMember.status == CONFIRMED))
    return int(found[0].readers)


# What came of it


async def list_mailings(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[MailingOut]:
    """The newest first."""
    rows, next = await ctx.page(select(Mailing), Mailing.id.desc(), cursor=cursor, limit=limit)
    return PageOfRows(await _shown(ctx, rows), next)


async def mailing(ctx: Context, mailing_id: UUID) -> MailingOut:
    """
    Raises:
        NotFound: no such mailing in this account.
    """
    [shown] = await _shown(ctx, [await ctx.get(Mailing, mailing_id)])
    return shown


async def _shown(ctx: Context, rows: Sequence[Mailing]) -> list[MailingOut]:
    ids = [row.id for row in rows]
    targets = await ctx.all(select(MailingTarget).where(MailingTarget.mailing_id.in_(ids)))
    columns = (MailingRecipient.mailing_id, MailingRecipient.state, MailingRecipient.outcome)
    counted = select(*columns, func.count().label("contacts")).where(MailingRecipient.mailing_id.in_(ids))
    counts = await ctx.rows(counted.group_by(*columns))
    return [
        MailingOut.of(
            row,
            [each.list_id for each in targets if each.mailing_id == row.id],
            MailingResults.of([each for each in counts if each.mailing_id == row.id]),
        )
        for row in rows
    ]


def move_on(connection: Connection, account: UUID, mailing_id: UUID, state: str, at: datetime | None = None) -> None:
    """A mailing that isn't canceled, to the next state."""
    own = (Mailing.account_id == account, Mailing.id == mailing_id, Mailing.state.in_((SCHEDULED, SENDING)))
    connection.execute(update(Mailing).where(*own).values(state=state, ended_at=at))
