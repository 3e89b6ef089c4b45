"""Whether a person's mailbox takes email, by what mail servers and providers say.

A hard bounce makes an address undeliverable: nothing more is sent there, but a confirmation that its owner asks for.
A complaint (“this is spam”) stops all but security mail. A soft bounce is counted; the provider tries again itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from ..auth.models import Membership
from ..context import Context
from ..db import directory
from ..errors import Invalid
from ..identity import EVERYTHING, Identity
from ..jobs.job import job
from ..notices.service import notify
from .address import address
from .models import COMPLAINED, REACHABLE, UNDELIVERABLE, Mailbox

Outcome = Literal["delivered", "deferred", "bounced", "complained"]
MAILING: Final = "mailing"
_LONGEST_REASON = 500


class MailEvent(Struct, frozen=True, kw_only=True):
    """What a provider tells of a message that it took earlier.

    `deferred` is for the moment, `bounced` for good. `reference` is the message's own (`Mail.reference`).
    """

    outcome: Outcome
    email: str
    reason: str = ""
    reference: str = ""


async def record_mail_event(ctx: Context, event: MailEvent) -> None:
    """Keep what became of a message, with this unit: for plugins that hear of it from their provider. What is said
    twice changes nothing; an address that nobody has is of no interest."""
    if event.reference.startswith(f"{MAILING}:"):
        await _of_mailing(ctx, event)
        return
    try:
        email = address(event.email)
    except Invalid:
        return
    rows = await ctx.app.database.fetch(directory.LOOK_UP, hash=directory.key("email", email))
    if rows:
        await note(ctx, rows[0][1], email, event.outcome, event.reason)


async def note(ctx: Context, user: UUID, email: str, outcome: Outcome, reason: str) -> None:
    """Of a person's address."""
    row = await ctx.platform.first(select(Mailbox).where(Mailbox.user_id == user))
    if row is None or row.email != email:
        if outcome == "delivered":
            return
        row = _fresh(ctx, row, user, email)
    before = row.state
    _move(row, outcome, reason, ctx.now)
    if row.state != before:
        ctx.audit(f"mailbox.{row.state}", f"core_user:{user}")
    if (before, row.state) == (REACHABLE, UNDELIVERABLE):
        ctx.enqueue(tell_mailbox, user, email, row.reason)


def _fresh(ctx: Context, row: Mailbox | None, user: UUID, email: str) -> Mailbox:
    if row is None:
        row = Mailbox(user_id=user)
        ctx.add(row)
    row.email, row.state, row.reason, row.since, row.soft_bounces = email, REACHABLE, "", ctx.now, 0
    return row


def _move(row: Mailbox, outcome: Outcome, reason: str, now: datetime) -> None:
    match outcome:
        case "delivered":
            row.soft_bounces = 0
        case "deferred":
            row.soft_bounces += 1
            if row.state == REACHABLE:
                row.reason = reason[:_LONGEST_REASON]
        case "bounced" if row.state == REACHABLE:
            row.state, row.reason, row.since = UNDELIVERABLE, reason[:_LONGEST_REASON], now
        case "complained" if row.state != COMPLAINED:
            row.state, row.reason, row.since = COMPLAINED, reason[:_LONGEST_REASON], now


@job("core.tell_mailbox")
async def tell_mailbox(ctx: Context, user: UUID, email: str, reason: str) -> None:
    """That their email comes back, at the bell of each of their accounts: email would not reach them."""
    homes = await ctx.platform.all(select(Membership.account_id).where(Membership.user_id == user))
    for account in homes:
        async with ctx.app.unit(Identity(account, None, frozenset({EVERYTHING}))) as home:
            await notify(
                home, "mail.undeliverable", "Email to {email} came back", path="/notifications", tone="danger",
                text=f"{reason} Confirm the address again, or change it.".strip(), facts={"email": email}, to=user,
            )  # fmt: skip


async def mailbox_of(ctx: Context, user: UUID, email: str) -> Mailbox | None:
    """None: nothing is known, so it takes email."""
    row = await ctx.platform.first(select(Mailbox).where(Mailbox.user_id == user))
    return row if row is not None and row.email == email else None


async def takes(ctx: Context, user: UUID, email: str, *, security: bool = False) -> bool:
    """Whether a message may be sent there; `security`: whether it is about who can log in."""
    row = await mailbox_of(ctx, user, email)
    if row is None or row.state == REACHABLE:
        return True
    return security and row.state == COMPLAINED


async def confirm(ctx: Context, user: UUID) -> None:
    """Its owner has read an email there: it takes email again."""
    row = await ctx.platform.first(select(Mailbox).where(Mailbox.user_id == user))
    if row is not None and row.state != REACHABLE:
        ctx.audit("mailbox.reachable", f"core_user:{user}")
        ctx.delete(row)


async def _of_mailing(ctx: Context, event: MailEvent) -> None:
    """A fan's, by the account that wrote to them: `mailing:<account>:<recipient>`."""
    from ..audience.leaving import suppress_contact

    if event.outcome not in ("bounced", "complained"):
        return
    try:
        account = UUID(event.reference.split(":")[1])
    except (ValueError, IndexError):
        return
    async with ctx.app.unit(Identity(account, None, frozenset({EVERYTHING}))) as home:
        await suppress_contact(home, event.email, event.outcome, event.reason)
