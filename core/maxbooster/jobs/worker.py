"""The worker: claims jobs under a lease, runs them, and finishes each in its handler's own transaction (C-12)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterable
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ..context import Context, finish
from ..errors import Problem
from ..identity import EVERYTHING, Identity
from ..notices.service import tell_of_failure
from ..observe import metrics
from ..observe.logs import log
from ..observe.trace import span
from . import queries as queue
from .job import DEFAULT_QUEUE, LONG_QUEUE, Job
from .queries import Claimed, LeaseLost

if TYPE_CHECKING:
    from ..app import App

IDLE_POLL_S = 0.5
"""How often a worker looks by itself, for jobs whose time has come and rings that got lost."""
NOTICEABLE_S = 0.25
"""Only a job that takes longer, fails, or has told how far it is, is worth a hint to those who look on."""
BEAT_S = 2.0
AHEAD = 8
"""Quick jobs are claimed ahead of time, as a multiple of those that run, because a claim is a commit."""
QUICK_S = 0.05
GRACE_S = 20.0
UNKNOWN_RETRY_S = 60.0


class Worker:
    """Serves queues until `stop`. Several in any number of processes share the work."""

    def __init__(self, app: App, queues: Iterable[str] = (DEFAULT_QUEUE, LONG_QUEUE)) -> None:
        self.app = app
        self.queues = tuple(queues)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"
        self._slots = {name: asyncio.Semaphore(app.settings.job_concurrency) for name in self.queues}
        self._pace_s = dict.fromkeys(self.queues, 1.0)
        """Per queue, how long a job lately took."""
        self._rung: set[str] = set()
        self._bells = {name: asyncio.Event() for name in self.queues}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._held: dict[int, Claimed] = {}
        self._busy = dict.fromkeys(self.queues, 0)
        self._finished: list[Claimed] = []
        self._finisher: asyncio.Task[None] | None = None
        self._stopping = False

    async def run(self) -> None:
        """Serve until `stop()` is called; then let running jobs end, and give the rest back."""
        loops = [self._beat(), self.app.doorbell.listen(self.queues, self._heard)]
        background = [asyncio.create_task(each) for each in loops]
        try:
            async with asyncio.TaskGroup() as group:
                for name in self.queues:
                    group.create_task(self._serve(name))
        finally:
            await self._wind_up()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)

    def stop(self) -> None:
        self._stopping = True
        for bell in self._bells.values():
            bell.set()

    def _heard(self, name: str) -> None:
        self._rung.add(name)
        self._bells[name].set()

    # Claiming

    async def _serve(self, name: str) -> None:
        """Claim when there is room for half a batch, or at once when somebody rang or some time has passed."""
        bell = self._bells[name]
        while not self._stopping:
            bell.clear()
            rung = name in self._rung or not self._held
            self._rung.discard(name)
            capacity = self._capacity(name)
            room = capacity - self._busy[name]
            claimed: list[Claimed] = []
            if room * 2 >= capacity or (rung and room > 0):
                claimed = await self._claim(name, room)
            for job in claimed:
                self._start(job)
            if claimed and len(claimed) == room:
                await self.app.ring({name})  # there may be more than we can carry: wake another worker
                self._rung.discard(name)
            if len(claimed) < room or self._busy[name] * 2 > capacity:
                await self._until_rung(name, bell)

    def _capacity(self, name: str) -> int:
        """Slow jobs are not claimed ahead: an idle worker elsewhere can have them."""
        return self.app.settings.job_concurrency * (AHEAD if self._pace_s[name] < QUICK_S else 1)

    async def _until_rung(self, name: str, bell: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(IDLE_POLL_S):
                await bell.wait()
        except TimeoutError:
            self._rung.add(name)

    async def _claim(self, name: str, limit: int) -> list[Claimed]:
        now = self.app.clock()
        until = now + timedelta(seconds=self.app.settings.job_lease_s)
        try:
            if not await self.app.database.fetch(queue.HAS_DUE, queue=name, now=now):
                return []
            return await self.app.database.write(
                lambda connection: queue.claim(connection, name, limit, worker=self.name, now=now, until=until)
            )
        except Exception as error:
            log.warning("jobs.claim_failed", queue=name, error=str(error))
            await asyncio.sleep(IDLE_POLL_S)
            return []

    def _start(self, claimed: Claimed) -> None:
        self._held[claimed.seq] = claimed
        self._busy[claimed.queue] += 1
        waited = (self.app.clock() - claimed.run_at).total_seconds()
        metrics.JOB_WAIT_SECONDS.labels(claimed.queue).observe(max(0.0, waited))
        self._tasks[claimed.seq] = asyncio.create_task(self._run(claimed))

    def _free(self, claimed: Claimed) -> None:
        """The slot is free again: claim more once half of them are, so that claims come in batches."""
        self._tasks.pop(claimed.seq, None)
        self._busy[claimed.queue] -= 1
        if claimed.key is not None:
            self._rung.add(claimed.queue)
        if claimed.key is not None or self._busy[claimed.queue] * 2 <= self._capacity(claimed.queue):
            self._bells[claimed.queue].set()

    # Running

    async def _run(self, claimed: Claimed) -> None:
        began = perf_counter()
        outcome = "failed"
        try:
            async with self._slots[claimed.queue]:
                if self._stopping:
                    outcome = await self._put_off(claimed, "its worker was stopped", wait_s=0.0)
                    return
                began = perf_counter()
                with structlog.contextvars.bound_contextvars(job=claimed.name, job_id=str(claimed.id)):
                    outcome = await self._attempt(claimed)
        finally:
            if outcome != "done":
                self._held.pop(claimed.seq, None)
            self._free(claimed)
            metrics.JOBS.labels(claimed.name, outcome).inc()
            seconds = perf_counter() - began
            self._pace_s[claimed.queue] += (seconds - self._pace_s[claimed.queue]) / 8
            metrics.JOB_SECONDS.labels(claimed.name).observe(seconds)
            if outcome != "done" or seconds > NOTICEABLE_S or claimed.seq in self.app.reported:
                facts = {"id": claimed.id, "name": claimed.name, "state": outcome}
                self.app.live.tell(claimed.account_id, "job", facts)

    async def _attempt(self, claimed: Claimed) -> str:
        job = self.app.jobs.get(claimed.name)
        if job is None:
            return await self._put_off(claimed, f"no enabled plugin has a job {claimed.name!r}", wait_s=UNKNOWN_RETRY_S)
        if claimed.attempts > job.attempts:
            return await self._give_back(claimed, f"its worker died {claimed.attempts - 1} times", retry_in_s=None)
        ctx = self._context(claimed)
        try:
            arguments = job.decode(claimed.arguments)
            with span(f"job {job.name}"):
                async with asyncio.timeout(job.timeout_s):
                    await job.handler(ctx, *arguments)
            return await self._finish(ctx, claimed)
        except LeaseLost:
            log.warning("jobs.lease_lost", job_id=str(claimed.id))
            return "lost"
        except asyncio.CancelledError:
            await ctx._unit.drop()
            return await self._give_back(claimed, "stopped", retry_in_s=0.0)
        except (Exception, SystemExit) as error:  # a handler that exits must not take the worker with it
            await ctx._unit.drop()
            return await self._failed(job, claimed, error)

    def _context(self, claimed: Claimed) -> Context:
        account = claimed.account_id
        identity = Identity(account, None, frozenset({EVERYTHING}))
        ctx = Context(self.app, identity, request_id=str(claimed.id))
        ctx._running = claimed
        ctx._unit.ends = queue.Held(claimed.seq, claimed.token, ctx.now)
        return ctx

    async def _finish(self, ctx: Context, claimed: Claimed) -> str:
        """With effects: in their transaction. Without: together with others."""
        if ctx._unit.holds:
            await finish(ctx)
        elif not ctx._unit.committed:
            self._finished.append(claimed)
            if self._finisher is None or self._finisher.done():
                self._finisher = asyncio.create_task(self._finish_together())
            return "done"
        self._held.pop(claimed.seq, None)
        return "done"

    async def _finish_together(self) -> None:
        while self._finished:
            batch, self._finished = self._finished, []
            held = [queue.Held(job.seq, job.token, self.app.clock()) for job in batch]
            try:
                await self.app.database.write(lambda connection: queue.finish_those_held(connection, held))  # noqa: B023
            except Exception as error:
                log.warning("jobs.finish_failed", error=str(error))
                self._finished += batch
                await asyncio.sleep(IDLE_POLL_S)
                continue
            for job in batch:
                self._held.pop(job.seq, None)
                if job.key is not None:
                    self._bells[job.queue].set()

    async def _failed(self, job: Job, claimed: Claimed, error: BaseException) -> str:
        last = claimed.attempts >= job.attempts or getattr(error, "final", False)
        log.warning("jobs.failed", attempt=claimed.attempts, of=job.attempts, error=repr(error), exc_info=last)
        words = _in_words(error)
        wanted = getattr(error, "retry_after_s", None) or job.delay_s(claimed.attempts)
        outcome = await self._give_back(claimed, words, retry_in_s=None if last else wanted)
        if last and claimed.account_id:
            await self._tell(claimed, words)
        return outcome

    async def _tell(self, claimed: Claimed, words: str) -> None:
        """The account's people see it at the bell. Should that fail too, the job is still listed as dead."""
        try:
            async with self.app.unit(Identity(claimed.account_id, None, frozenset({EVERYTHING}))) as ctx:
                await tell_of_failure(ctx, claimed.name, words)
        except Exception as error:
            log.warning("jobs.tell_failed", job_id=str(claimed.id), error=str(error))

    async def _give_back(self, claimed: Claimed, note: str, *, retry_in_s: float | None) -> str:
        """Durable like everything else; if the database is away, the lease ends by itself."""
        now = self.app.clock()
        retry_at = now + timedelta(seconds=retry_in_s) if retry_in_s is not None else None
        try:
            await self.app.database.write(
                lambda connection: queue.give_back(
                    connection, claimed.seq, claimed.token, note=note[:2000], at=now, retry_at=retry_at
                )
            )
        except Exception as error:
            log.warning("jobs.give_back_failed", job_id=str(claimed.id), error=str(error))
        return "retry" if retry_at else "dead"

    async def _put_off(self, claimed: Claimed, note: str, *, wait_s: float) -> str:
        """It was not tried: its plugin is switched off, or this worker ends."""
        until = self.app.clock() + timedelta(seconds=wait_s)
        await self.app.database.write(
            lambda connection: queue.put_off(connection, claimed.seq, claimed.token, note=note, until=until)
        )
        return "put off"

    # Signs of life

    async def _beat(self) -> None:
        """Renew the leases, and end the tasks whose job was lost or cancelled."""
        lease = self.app.settings.job_lease_s
        while True:
            await asyncio.sleep(min(BEAT_S, lease / 3))
            held = [(job.seq, job.token) for job in self._held.values()]
            if not held:
                continue
            until = self.app.clock() + timedelta(seconds=lease)
            try:
                lost, cancelled = await self.app.database.write(
                    lambda connection: queue.renew(connection, held, until)  # noqa: B023
                )
            except Exception as error:
                log.warning("jobs.renew_failed", error=str(error))
                continue
            for seq in lost | cancelled:
                if seq in self._tasks:
                    self._tasks[seq].cancel()

    async def _wind_up(self) -> None:
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._finisher is not None:
            await self._finisher


def _in_words(error: BaseException) -> str:
    """For the job's note, which its account sees: nothing of the database's inside (C-18)."""
    if isinstance(error, Problem):
        return error.detail
    return "the database refused it" if isinstance(error, SQLAlchemyError) else f"{type(error).__name__}: {error}"
