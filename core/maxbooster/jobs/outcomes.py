"""What becomes of a job that was not done: tried again, given up, or put off; its account is told of the last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from ..errors import Problem
from ..identity import EVERYTHING, Identity
from ..notices.service import tell_of_failure
from ..observe import metrics
from ..observe.logs import log
from . import queries as queue
from .job import Job, Overdue
from .queries import Claimed

if TYPE_CHECKING:
    from ..app import App


class Outcomes:
    """Stored durably, each answered by its name: `retry`, `dead` or `put off`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def failed(self, job: Job, claimed: Claimed, error: BaseException) -> str:
        last = claimed.attempts >= job.attempts or getattr(error, "final", False)
        if isinstance(error, Overdue):
            metrics.JOBS_OVERDUE.labels(job.name).inc()
        log.warning("jobs.failed", attempt=claimed.attempts, of=job.attempts, error=repr(error), exc_info=last)
        words = _in_words(error)
        wanted = getattr(error, "retry_after_s", None) or job.delay_s(claimed.attempts)
        outcome = await self.give_back(claimed, words, retry_in_s=None if last else wanted)
        if last and claimed.account_id:
            await self._tell(claimed, words)
        return outcome

    async def _tell(self, claimed: Claimed, words: str) -> None:
        """The account's people see it at the bell. Should that fail too, the job is still listed as dead."""
        try:
            async with self._app.unit(Identity(claimed.account_id, None, frozenset({EVERYTHING}))) as ctx:
                await tell_of_failure(ctx, claimed.name, words)
        except Exception as error:
            log.warning("jobs.tell_failed", job_id=str(claimed.id), error=str(error))

    async def give_back(self, claimed: Claimed, note: str, *, retry_in_s: float | None) -> str:
        """Durable like everything else; if the database is away, the lease ends by itself."""
        now = self._app.clock()
        retry_at = now + timedelta(seconds=retry_in_s) if retry_in_s is not None else None
        try:
            await self._app.database.write(
                lambda connection: queue.give_back(
                    connection, claimed.seq, claimed.token, note=note[:2000], at=now, retry_at=retry_at
                )
            )
        except Exception as error:
            log.warning("jobs.give_back_failed", job_id=str(claimed.id), error=str(error))
        return "retry" if retry_at else "dead"

    async def put_off(self, claimed: Claimed, note: str, *, wait_s: float) -> str:
        """It was not tried: its plugin is switched off, or this worker ends."""
        until = self._app.clock() + timedelta(seconds=wait_s)
        await self._app.database.write(
            lambda connection: queue.put_off(connection, claimed.seq, claimed.token, note=note, until=until)
        )
        return "put off"


def overdue(job: Job) -> Overdue:
    return Overdue(f"It ran past its time limit of {job.timeout_s:g} s; nothing of that try was kept.")


def _in_words(error: BaseException) -> str:
    """For the job's note, which its account sees: nothing of the database's inside."""
    if isinstance(error, Problem):
        return error.detail
    if isinstance(error, Overdue):
        return str(error)
    return "the database refused it" if isinstance(error, SQLAlchemyError) else f"{type(error).__name__}: {error}"
