"""Sending to people who have a login: only where their mailbox takes it, and what it says of that is kept."""

from __future__ import annotations

from uuid import UUID

from ..context import Context
from . import mailboxes
from .message import Mail, MailRefused


async def send_to_person(ctx: Context, user: UUID, mail: Mail, *, security: bool = False) -> bool:
    """Whether it was sent. `security`: it is about who can log in.

    Raises:
        NotReady, AuthFailed: not now.
        MailRefused: for good, and not because of the recipient.
    """
    if not await mailboxes.takes(ctx, user, mail.to, security=security):
        return False
    try:
        await ctx.app.mail.send(mail)
    except MailRefused as refused:
        if refused.field != "to":
            raise
        await mailboxes.note(ctx, user, mail.to, "bounced", refused.detail)
        return False
    return True
