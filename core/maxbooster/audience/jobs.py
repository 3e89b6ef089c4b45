"""Sign-ups are dealt with in the background, so that neither an answer nor its time tells who is on a list."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ..context import Context
from ..jobs.job import job
from ..mail import MailRefused
from ..public import rendering
from . import emails, queries, sending, service
from .consent import Evidence
from .keys import confirmation_link, key_of, new_secret, unsubscribe_link
from .leaving import suppress_contact
from .models import BOUNCED, GIVEN, WAITING, Contact, MailingList


@job("core.join_list", attempts=8, priority=5)
async def join_list(ctx: Context, list_id: UUID, email: str, evidence: Evidence) -> None:
    """Somebody signed up on a page. They are asked to confirm, at most once a day; who was asked by several accounts
    in a short time isn't asked again."""
    joined = await service.join(ctx, list_id, email, evidence)
    if isinstance(joined, datetime):
        member_id = (await key_of(ctx)).member_id(email, list_id)
        ctx.enqueue(join_list, list_id, email, evidence, at=joined, once=f"{member_id}:{joined:%Y-%m-%d}")
    elif joined is not None:
        ctx.enqueue(mail_confirmation, joined.id)


@job("core.mail_confirmation", attempts=8, priority=5)
async def mail_confirmation(ctx: Context, member_id: UUID) -> None:
    """The one email that somebody gets before they have confirmed. Sent again, it carries a new link."""
    member = await queries.member(ctx, member_id)
    if member is None or member.status != WAITING:
        return
    contact, of_list = await ctx.get(Contact, member.contact_id), await ctx.get(MailingList, member.list_id)
    given, key, settings = await queries.latest(ctx, member, GIVEN), await key_of(ctx), ctx.app.settings
    assert given is not None
    secret, member.token_hash = new_secret()
    member.token_until = ctx.now + service.LINK_LIFETIME
    mail = emails.confirmation(
        contact.email,
        rendering.speaking(ctx.app.offers.catalog, of_list.language),
        title=of_list.title,
        sender=of_list.sender,
        page=given.page,
        words=given.words,
        link=confirmation_link(settings, ctx.account, member.id, secret),
        unsubscribe=unsubscribe_link(settings, ctx.account, member.id, key),
        language=rendering.spoken(ctx.app.offers.catalog, of_list.language),
    )
    try:
        await ctx.app.mail.send(mail)
    except MailRefused as refused:
        if refused.field != "to":
            raise
        async with ctx.aside() as unit:
            await suppress_contact(unit, contact.email, BOUNCED, refused.detail)


@job("core.prune_audience", cron="11 4 * * *")
async def prune_audience(ctx: Context) -> None:
    """Forget whoever never confirmed."""
    await ctx.write(queries.prune, ctx.now - service.FORGOTTEN_AFTER)


jobs = [join_list, mail_confirmation, prune_audience, *sending.jobs]
