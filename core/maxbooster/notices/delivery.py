"""Notifications leave by email: at once, or in a digest.

A digest is due in the morning of its reader. What is due becomes one digest's in the transaction that queues its
email, so each notification is in exactly one digest however often a worker is killed. The email itself is sent at
least once: where a mail server took it and its answer was lost, it is sent again under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, select

from ..auth.models import Account, User
from ..context import Context
from ..db.types import new_id
from ..errors import NotFound
from ..identity import Identity
from ..jobs.job import Job, job
from ..mail.sending import send_to_person
from ..public.rendering import speaking
from . import emails, queries, stopping
from .models import Notice


@job("core.email_notice", attempts=12, backoff_s=10.0)
async def email_notice(ctx: Context, notice_id: UUID) -> None:
    """One notification, at once; unless its reader has left the account meanwhile."""
    try:
        notice = await ctx.get(Notice, notice_id)
    except NotFound:
        return
    user = await queries.reader(ctx, notice.user_id)
    if user is None:
        return
    email = emails.of_one(await reader_of(ctx, user), notice, await stopping.link(ctx, user.id, notice.kind))
    await send_to_person(ctx, user.id, email.mail(user.email, key=f"notice:{notice.id}"))


@job("core.gather_digests", cron="*/15 * * * *")
async def gather_digests(ctx: Context) -> None:
    """Begin the digests that are due. Each is a unit of its account, so one that fails holds up no other."""
    for account, user in await ctx.read(partial(queries.due, now=ctx.now)):
        async with ctx.app.unit(Identity(account, None, frozenset())) as home:
            await _begin(home, user)


async def _begin(ctx: Context, user: UUID) -> None:
    digest = new_id()
    ctx.enqueue(email_digest, user, digest)

    def gather(connection: Connection) -> None:
        queries.put_into(connection, ctx.account, user, digest, ctx.now)

    await ctx.write(gather)


@job("core.email_digest", attempts=12, backoff_s=10.0)
async def email_digest(ctx: Context, user_id: UUID, digest: UUID) -> None:
    """Nothing is sent where nothing is left: the reader has gone, or no longer wants any of it by email."""
    user = await queries.reader(ctx, user_id)
    notices = await queries.of_digest(ctx, digest) if user is not None else []
    if user is None or not notices:
        return
    email = emails.digest(
        await reader_of(ctx, user), notices, await stopping.link(ctx, user.id, stopping.EVERYTHING)
    )  # fmt: skip
    await send_to_person(ctx, user.id, email.mail(user.email, key=f"digest:{digest}"))


async def reader_of(ctx: Context, user: User) -> emails.Reader:
    times = (await queries.times(ctx, [user.id]))[user.id]
    name = await ctx.platform.first(select(Account.name).where(Account.id == ctx.account))
    catalog = ctx.app.offers.catalog
    return emails.Reader(
        t=speaking(catalog, times.language),
        catalog=catalog.get("en", {}) | catalog.get(times.language, {}),
        times=times,
        account=name or "",
        origin=ctx.app.settings.origin,
    )


jobs: Sequence[Job] = [email_notice, gather_digests, email_digest]
