"""Links in emails: each proves, once and for a while, that somebody reads that mailbox.

The request that wants one stores a proof and queues the email, whoever the address belongs to: it looks nothing up,
so that neither its answer nor its time tells whether the address is known. The link's token is made when the email
is written; only its SHA-256 is kept. It stands behind the `#`, which browsers send to nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from ..context import Context
from ..db import directory
from ..db.types import new_id
from ..errors import Invalid, Problem
from ..jobs.job import job
from ..mail import Email, Mail
from ..mail.sending import send_to_person
from ..notices import queries as notices
from ..public.rendering import speaking
from . import emails
from .limits import count_dead_link
from .models import Account, Proof, User

LIFETIME = {
    "register": timedelta(days=1),
    "reset": timedelta(hours=1),
    "email": timedelta(days=1),
    "invitation": timedelta(days=7),
}
PAGE = {"register": "verify", "reset": "reset", "email": "email", "invitation": "invitation"}


class LinkSpent(Problem):
    status = 410
    type = "link-spent"
    title = "This link no longer works"

    def __init__(self, detail: str = "This link was used, has expired or was replaced. Request a new one.") -> None:
        super().__init__(detail)


async def ask(
    ctx: Context,
    kind: str,
    email: str,
    *,
    user: UUID | None = None,
    account: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
) -> UUID:
    """Have somebody prove, by an email that goes out with this unit, that the address is theirs.

    What was asked for before in the same matter stops working.
    """
    proof = Proof(
        id=new_id(), kind=kind, email=email, user_id=user, account_id=account, facts=dict(facts or {}),
        created_at=ctx.now, expires_at=ctx.now + LIFETIME[kind],
    )  # fmt: skip
    for earlier in await ctx.platform.all(select(Proof).where(_same_matter(proof))):
        ctx.delete(earlier)
    ctx.add(proof)
    ctx.enqueue(mail_proof, proof.id)
    return proof.id


def _same_matter(proof: Proof) -> ColumnElement[bool]:
    match proof.kind:
        case "email":
            whose = Proof.user_id == proof.user_id
        case "invitation":
            whose = and_(Proof.account_id == proof.account_id, Proof.email == proof.email)
        case _:
            whose = Proof.email == proof.email
    return and_(Proof.kind == proof.kind, Proof.id != proof.id, whose)


def revoke(connection: Connection, user: UUID, email: str, *, but: UUID | None = None) -> None:
    """Make worthless whatever is outstanding of a user: links to them or their address, invitations that they sent,
    an authenticator app that they have not confirmed. Whoever recovers a login leaves nothing open behind them.
    """
    theirs = [Proof.user_id == user, Proof.email == email, Proof.id.in_(_invitations_by(connection, user))]
    connection.execute(delete(Proof).where(or_(*theirs), Proof.id != but if but else Proof.id.is_not(None)))
    unconfirmed = update(User).where(User.id == user, User.totp_since.is_(None))
    connection.execute(unconfirmed.values(totp_secret=None))


def _invitations_by(connection: Connection, user: UUID, account: UUID | None = None) -> list[UUID]:
    sent = select(Proof.id, Proof.facts).where(Proof.kind == "invitation")
    if account is not None:
        sent = sent.where(Proof.account_id == account)
    return [row.id for row in connection.execute(sent) if row.facts.get("by") == str(user)]


def withdraw_invitations(connection: Connection, account: UUID, user: UUID) -> None:
    """What somebody asked others to be does not outlive their own membership."""
    connection.execute(delete(Proof).where(Proof.id.in_(_invitations_by(connection, user, account))))


async def look(ctx: Context, kind: str, token: str) -> Proof:
    """What a link's token would prove, without using it up.

    Raises:
        LinkSpent: nothing.
        TooMany: it is one of too many such links from this network.
    """
    query = select(Proof).where(Proof.hash == _hash(token), Proof.kind == kind, Proof.expires_at > ctx.now)
    found = await ctx.platform.first(query)
    if found is None:
        await count_dead_link(ctx)
        raise LinkSpent
    return found


def spend(connection: Connection, kind: str, token: str, now: datetime) -> Any:
    """Use a link's token up; returns the proof's row. Of two at the same time one wins.

    Raises:
        LinkSpent: it proves nothing (any more).
    """
    fresh = delete(Proof).where(Proof.hash == _hash(token), Proof.kind == kind, Proof.expires_at > now)
    row = connection.execute(fresh.returning(Proof.__table__)).first()
    if row is None:
        raise LinkSpent
    return row


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


@job("core.mail_proof", attempts=10, backoff_s=5.0, priority=10)
async def mail_proof(ctx: Context, proof_id: UUID) -> None:
    """Write the email, if there is somebody to write to. Sent again, it carries a new link.

    It goes to a mailbox from which email came back too: somebody asks for it, and may have no other way in.
    """
    proof = await ctx.platform.first(select(Proof).where(Proof.id == proof_id))
    if proof is None or proof.expires_at <= ctx.now or await _is_outdated(ctx, proof):
        return
    token = secrets.token_urlsafe(32)
    email = await _EMAILS[proof.kind](ctx, proof, f"{ctx.app.settings.origin}/{PAGE[proof.kind]}#{token}")
    if email is None or token not in email.text:
        ctx.delete(proof)
    else:
        proof.hash = _hash(token)
        proof.tries += 1
    if email is not None:
        await ctx.app.mail.send(email.mail(proof.email))


async def texts_for(ctx: Context, user: UUID | None) -> emails.Texts:
    """In the language that somebody reads; in English where that is not known."""
    language = (await notices.times(ctx, [user]))[user].language if user is not None else "en"
    return speaking(ctx.app.offers.catalog, language)


async def _is_outdated(ctx: Context, proof: Proof) -> bool:
    """Two that were asked for at once: the newer one counts, whichever is mailed first."""
    return await ctx.platform.first(select(Proof.id).where(_same_matter(proof), Proof.id > proof.id)) is not None


async def _user_of(ctx: Context, email: str) -> UUID | None:
    rows = await ctx.app.database.fetch(directory.LOOK_UP, hash=directory.key("email", email))
    return rows[0][1] if rows else None


async def _register(ctx: Context, proof: Proof, link: str) -> Email:
    user = await _user_of(ctx, proof.email)
    t = await texts_for(ctx, user)
    return emails.verify(t, link) if user is None else emails.known_already(t, ctx.app.settings.origin)


async def _reset(ctx: Context, proof: Proof, link: str) -> Email | None:
    user = await _user_of(ctx, proof.email)
    if (
        user is None
        or await ctx.platform.first(select(User.id).where(User.id == user, User.disabled_at.is_(None))) is None
    ):
        return None
    proof.user_id = user
    return emails.reset(await texts_for(ctx, user), link)


async def _email(ctx: Context, proof: Proof, link: str) -> Email:
    owner = await _user_of(ctx, proof.email)
    t = await texts_for(ctx, proof.user_id)
    if owner is None:
        return emails.new_address(t, link)
    return emails.mailbox(t, link) if owner == proof.user_id else emails.known_already(t, ctx.app.settings.origin)


async def _invitation(ctx: Context, proof: Proof, link: str) -> Email | None:
    name = await ctx.platform.first(select(Account.name).where(Account.id == proof.account_id))
    t = await texts_for(ctx, await _user_of(ctx, proof.email))
    return emails.invitation(t, name, proof.facts["role"], link) if name is not None else None


_EMAILS: dict[str, Callable[[Context, Proof, str], Any]] = {
    "register": _register,
    "reset": _reset,
    "email": _email,
    "invitation": _invitation,
}


@job("core.mail_notice", attempts=8)
async def mail_notice(ctx: Context, to: str, subject: str, text: str) -> None:
    """An email that was queued before emails had names."""
    await ctx.app.mail.send(Mail(to, subject, text, key=ctx.request_id or ""))


@job("core.mail_letter", attempts=10, backoff_s=5.0)
async def send_queued_email(ctx: Context, to: str, name: str, facts: dict[str, str]) -> None:
    """An email that was queued before its job was called `core.send_email`."""
    ctx.enqueue(send_email, to, name, facts)


@job("core.send_email", attempts=10, backoff_s=5.0)
async def send_email(ctx: Context, to: str, name: str, facts: dict[str, str]) -> None:
    """An email without a link that opens anything."""
    if name not in emails.WAITING:
        raise Invalid(f"No email is named {name!r}; it was queued by another version.", field="name")
    user = await _user_of(ctx, to)
    mail = emails.WAITING[name](await texts_for(ctx, user), **facts).mail(to, key=ctx.request_id or "")
    if user is None:
        await ctx.app.mail.send(mail)
    else:
        await send_to_person(ctx, user, mail, security=name in emails.ABOUT_LOGINS)


def notify(ctx: Context, to: str, email: Callable[..., Email], **facts: str) -> None:
    """Send an email after this unit's commit. Its facts hold nothing secret: they wait in the jobs table."""
    ctx.enqueue(send_email, to, email.__name__, facts)
