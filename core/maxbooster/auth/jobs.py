"""The jobs of identity: emails, erasure, forgetting what has ended."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from ..context import Context
from ..jobs.job import job
from . import throttle
from .models import Proof
from .passkeys import challenges
from .people.privacy import erase_people, erase_person
from .proofs import mail_notice, mail_proof, send_email, send_queued_email
from .sessions import queries as sessions
from .sso import queries as sso


@job("core.prune_access", cron="41 * * * *")
async def prune_access(ctx: Context) -> None:
    """Sessions, links and counted tries that have ended."""

    def forget(connection: Connection) -> None:
        sessions.prune(connection, ctx.now)
        throttle.prune(connection, ctx.now)
        challenges.prune(connection, ctx.now)
        sso.prune(connection, ctx.now)
        connection.execute(delete(Proof).where(Proof.expires_at <= ctx.now))

    await ctx.write(forget)


jobs = [mail_proof, send_email, send_queued_email, mail_notice, prune_access, erase_people, erase_person]
