"""The worker: claims jobs under a lease, runs them, and finishes each in its handler's own transaction."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from datetime import timedelta
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from ..context import Context, finish
from ..identity import EVERYTHING, Identity
from ..observe import metrics
from ..observe.logs import log
from ..observe.trace import span
from ..observe.watchdog import Stall
from . import queries as queue
from .each_account import queue_for_each
from .job import QUEUES
from .outcomes import Outcomes, overdue
from .queries import Claimed, Feed, LeaseLost
from .run import Run, Threads, current

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
CANCELING_S = 5.0
"""How long whoever is canceled may take to clean up."""
UNKNOWN_RETRY_S = 60.0


class Worker:
    """Serves queues until `stop`, or until a job can neither be waited for nor be stopped: then it `is_stuck`, and its
    process must be replaced. Several in any number of processes share the work.

    `replace`, if given, replaces the process at once. It is called on another thread, when the loop is blocked.
    """

    def __init__(
        self,
        app: App,
        queues: Iterable[str] = QUEUES,
        *,
        replace: Callable[[], None] | None = None,
    ) -> None:
        self.app = app
        self._outcomes = Outcomes(app)
        self.is_stuck = self.was_stopped = False
        self._replace = replace
        self.queues = tuple(queues)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"
        self._slots = {name: asyncio.Semaphore(app.settings.job_concurrency) for name in self.queues}
        self._pace_s = dict.fromkeys(self.queues, 1.0)
        """Per queue, how long a job lately took."""
        self._rung: set[str] = set()
        self._bells = {name: asyncio.Event() for name in self.queues}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._runs: set[Run] = set()
        """Those whose handler has not ended, or has left threads behind."""
        self._held: dict[int, Claimed] = {}
        self._busy = dict.fromkeys(self.queues, 0)
        self._finished: list[Claimed] = []
        self._finisher: asyncio.Task[None] | None = None
        self._stopping = False

    async def run(self) -> None:
        """Serve until `stop()` is called; then let running jobs end, and give the rest back."""
        asyncio.get_running_loop().set_default_executor(Threads(thread_name_prefix="job"))
        loops = [self._beat(), self._overlook(), self.app.doorbell.listen(self.queues, self._heard)]
        background = [asyncio.create_task(each) for each in loops]
        self.app.watchdog.meanwhile.append(self._rescue)
        try:
            async with asyncio.TaskGroup() as group:
                for name in self.queues:
                    group.create_task(self._serve(name))
        finally:
            await self._wind_up()
            self.app.watchdog.meanwhile.remove(self._rescue)
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)

    def stop(self) -> None:
        self.was_stopped = True
        self._claim_no_more()

    def _claim_no_more(self) -> None:
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
            feeds = await self._waiting(name)
            if not feeds and not await self.app.database.fetch(queue.HAS_DUE, queue=name, now=now):
                return []
            return await self.app.database.write(
                lambda connection: queue.claim(
                    connection, name, limit, worker=self.name, now=now, until=until, feeds=feeds
                )
            )
        except Exception as error:
            log.warning("jobs.claim_failed", queue=name, error=str(error))
            await asyncio.sleep(IDLE_POLL_S)
            return []

    async def _waiting(self, name: str) -> list[Feed]:
        """Those of the queue that have rows."""
        fetch = self.app.database.fetch
        return [feed for feed in self.app.feeds if feed.queue == name and await fetch(feed.waiting)]

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
                    outcome = await self._outcomes.put_off(claimed, "its worker was stopped", wait_s=0.0)
                    return
                began = perf_counter()
                with structlog.contextvars.bound_contextvars(job=claimed.name, job_id=str(claimed.id)):
                    outcome = await self._attempt(claimed)
        except asyncio.CancelledError:  # it still waited for its slot
            outcome = await self._outcomes.put_off(claimed, "its worker was stopped", wait_s=0.0)
        finally:
            if claimed.seq in self._tasks:  # else it was given up
                self._end(claimed, outcome, perf_counter() - began)

    def _end(self, claimed: Claimed, outcome: str, seconds: float) -> None:
        if outcome != "done":
            self._held.pop(claimed.seq, None)
        self._free(claimed)
        metrics.JOBS.labels(claimed.name, outcome).inc()
        self._pace_s[claimed.queue] += (seconds - self._pace_s[claimed.queue]) / 8
        metrics.JOB_SECONDS.labels(claimed.name).observe(seconds)
        if outcome != "done" or seconds > NOTICEABLE_S or claimed.seq in self.app.reported:
            facts = {"id": claimed.id, "name": claimed.name, "state": outcome}
            self.app.live.tell(claimed.account_id, "job", facts)

    async def _attempt(self, claimed: Claimed) -> str:
        job = self.app.jobs.get(claimed.name)
        if job is None:
            return await self._outcomes.put_off(
                claimed, f"no enabled plugin has a job {claimed.name!r}", wait_s=UNKNOWN_RETRY_S
            )
        if claimed.attempts > job.attempts:
            return await self._outcomes.give_back(
                claimed, f"its worker died {claimed.attempts - 1} times", retry_in_s=None
            )
        ctx = self._context(claimed)
        try:
            arguments = job.decode(claimed.arguments)
            with span(f"job {job.name}"):
                await self._handle(Run(claimed, job, ctx, monotonic() + job.timeout_s), arguments)
            return await self._finish(ctx, claimed)
        except LeaseLost:
            log.warning("jobs.lease_lost", job_id=str(claimed.id))
            return "lost"
        except asyncio.CancelledError:
            await ctx._unit.drop()
            return await self._outcomes.give_back(claimed, "stopped", retry_in_s=0.0)
        except (Exception, SystemExit) as error:  # a handler that exits must not take the worker with it
            await ctx._unit.drop()
            return await self._outcomes.failed(job, claimed, error)

    async def _handle(self, run: Run, arguments: list[Any]) -> None:
        """
        Raises:
            Overdue: it ran past its time limit, whether or not it let itself be stopped.
            LeaseLost: it was given up meanwhile.
        """
        run.ctx._unit.deadline = run.deadline
        self._runs.add(run)
        current.set(run)
        try:
            async with asyncio.timeout(run.job.timeout_s) as limit:
                if run.job.accounts is not None and run.claimed.account_id is None:
                    await queue_for_each(run.ctx, run.job, run.claimed.id)
                else:
                    await run.job.handler(run.ctx, *arguments)
        except TimeoutError as error:
            if limit.expired():
                raise overdue(run.job) from error
            raise
        finally:
            run.is_handling = False
            if not (run.is_late() and run.threads):
                self._runs.discard(run)
            if run.is_given_up:
                raise LeaseLost
        if run.is_late():
            raise overdue(run.job)

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

    # Signs of life

    async def _beat(self) -> None:
        """Renew the leases, and end the tasks whose job was lost or canceled."""
        lease = self.app.settings.job_lease_s
        while True:
            await asyncio.sleep(min(BEAT_S, lease / 3))
            held = [(job.seq, job.token) for job in self._held.values()]
            if not held:
                continue
            until = self.app.clock() + timedelta(seconds=lease)
            try:
                lost, canceled = await self.app.database.write(
                    lambda connection: queue.renew(connection, held, until)  # noqa: B023
                )
            except Exception as error:
                log.warning("jobs.renew_failed", error=str(error))
                continue
            for seq in lost | canceled:
                if seq in self._tasks:
                    self._tasks[seq].cancel()

    # Jobs that cannot be stopped

    async def _overlook(self) -> None:
        """Give up what neither ended by its deadline nor let itself be canceled."""
        grace_s = self.app.settings.job_grace_s
        while True:
            await asyncio.sleep(min(BEAT_S, max(grace_s / 2, 0.1)))
            self._runs = {run for run in self._runs if run.is_handling or run.threads}
            for run in [run for run in self._runs if run.is_late(grace_s)]:
                await self._give_up(run)

    async def _give_up(self, run: Run) -> None:
        """Nothing of it is kept from here on. It still runs, which only a new process ends."""
        log.error("jobs.stuck", **_facts(run), threads=len(run.threads), advice="this worker ends, to be replaced")
        self._runs.discard(run)
        self.is_stuck = run.is_given_up = True
        if run.is_handling:
            try:
                async with asyncio.timeout(CANCELING_S):
                    await run.ctx._unit.drop()
            except Exception as error:
                log.warning("jobs.transaction_left_open", **_facts(run), error=repr(error))
            if run.is_late():
                outcome = await self._outcomes.failed(run.job, run.claimed, overdue(run.job))
            else:
                outcome = await self._outcomes.give_back(run.claimed, "stopped", retry_in_s=0.0)
            self._end(run.claimed, outcome, run.job.timeout_s)
        self._claim_no_more()

    def _rescue(self, stall: Stall) -> None:
        """On the watchdog's thread, while the loop is blocked: what is overdue failed, the rest is free for others."""
        grace_s = self.app.settings.job_grace_s
        late = [run for run in list(self._runs) if run.is_late(grace_s)]
        if not late or self.is_stuck:
            return
        self.is_stuck = self._stopping = True
        for run in late:
            run.is_given_up = True
            log.error("jobs.stuck", **_facts(run), blocked_by=stall.plugin, frame=stall.frame)
        try:
            asyncio.run(self._hand_back(late))
        except Exception as error:
            log.warning("jobs.hand_back_failed", error=repr(error), advice="their leases end by themselves")
        if self._replace is not None:
            self._replace()

    async def _hand_back(self, late: list[Run]) -> None:
        lost = {run.claimed.seq for run in late}
        async with asyncio.timeout(CANCELING_S):
            for run in late:
                await self._outcomes.failed(run.job, run.claimed, overdue(run.job))
            for claimed in [each for each in list(self._held.values()) if each.seq not in lost]:
                await self._outcomes.put_off(claimed, "its worker was replaced", wait_s=0.0)

    async def _wind_up(self) -> None:
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=CANCELING_S)
            for run in [run for run in self._runs if run.is_handling]:
                await self._give_up(run)
        if self._finisher is not None:
            await self._finisher


def _facts(run: Run) -> dict[str, Any]:
    return {"job": run.job.name, "job_id": str(run.claimed.id), "timeout_s": run.job.timeout_s}
