"""The simulator without its HTTP: one request, one page or one step of the clock at a time, each one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx

from . import due
from .accounts import no_access, platform_account
from .answers import shown
from .clock import DAY, Clock, midnight
from .errors import InvalidParameters, Refusal, server_error
from .operations import Operation
from .parameters import Given
from .store import Object, Store
from .webhooks import Schedule, arrives, retry_at, schedule, signature
from .work import Work

T = TypeVar("T")
Answered = tuple[int, str, str | None]
"""Status, body, and the request that this is the saved answer of."""

_KEY_LASTS = DAY
_LONGEST_WAIT_S = 3600.0


class Engine:
    def __init__(self, folder: Path, start_at: int | None = None) -> None:
        self.store = Store(folder)
        self.clock = Clock(self.store, start_at)
        self.origin = "http://127.0.0.1"
        self._turn = asyncio.Lock()
        self._steering = asyncio.Lock()
        self._wake = asyncio.Event()
        self._in_flight: set[tuple[str, str]] = set()
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> asyncio.Task[None]:
        self._client = httpx.AsyncClient(trust_env=False)
        return asyncio.create_task(self._go_on())

    async def stop(self, running: asyncio.Task[None]) -> None:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        if self._client is not None:
            await self._client.aclose()
        self.store.close()

    def work(self, platform: str, account: str) -> Work:
        return Work(self.store, self.clock.now(), platform, account, self.origin)

    async def transaction(self, do: Callable[[], Any]) -> Any:
        """Do this in one transaction, on a thread, after whatever is under way."""
        try:
            return await self._alone(lambda: self._transaction(do))
        finally:
            self._wake.set()

    async def _alone(self, do: Callable[[], T]) -> T:
        """One at a time uses the database, so that nobody sees what is not committed."""
        async with self._turn:
            return await asyncio.to_thread(do)

    def _transaction(self, do: Callable[[], Any]) -> Any:
        with self.store.transaction():
            try:
                with self.store.savepoint():
                    return do()
            except Refusal as refused:
                if not refused.kept:
                    raise
                kept = refused
        raise kept

    async def answer(self, operation: Operation, work: Work, expand: list[str], fault: str | None) -> Answered:
        """Answer a request of the API, or give the answer that was saved under its idempotency key.

        Raises:
            Refusal: the same key is being answered, or was used with other parameters.
        """
        key = (work.account, work.idempotency_key) if work.idempotency_key else None
        if key in self._in_flight:
            raise Refusal(
                "There is currently another in-progress request using this Idempotent Key (that probably means you "
                f"submitted twice, and the other request is still going through): {work.idempotency_key}.",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
            )
        if key:
            self._in_flight.add(key)
        try:
            if fault is not None and fault.startswith("delay:"):
                await asyncio.sleep(float(fault.removeprefix("delay:")))
            return await self._alone(lambda: self._answer(operation, work, expand, fault))
        finally:
            self._in_flight.discard(key or ("", ""))
            self._wake.set()

    def _answer(self, operation: Operation, work: Work, expand: list[str], fault: str | None) -> Answered:
        with self.store.transaction():
            work = replace(work, now=self.clock.now())
            if work.idempotency_key and (saved := self._saved(operation, work)):
                return saved
            if work.account != work.platform and work.on(work.platform).find("account", work.account) is None:
                raise no_access(work.account)
            platform_account(work)
            self._plan_daily(work)
            status, body, save = self._execute(operation, work, expand)
            if fault == "error_after":
                status, body = 500, json.dumps(server_error().body())
            if save and work.idempotency_key:
                self._save(operation, work, status, body)
            return status, body, None

    def _execute(self, operation: Operation, work: Work, expand: list[str]) -> tuple[int, str, bool]:
        """Status, body, and whether the endpoint began to execute, so that its answer is saved."""
        try:
            with self.store.savepoint():
                try:
                    answer = shown(work, operation.answer(work), expand)
                except Refusal as refused:
                    if refused.kept:
                        return refused.status, json.dumps(refused.body()), True
                    raise
                self._all_seen(work)
        except InvalidParameters as refused:
            return refused.status, json.dumps(refused.body()), False
        except Refusal as refused:
            return refused.status, json.dumps(refused.body()), True
        return 200, json.dumps(answer, indent=2), True

    @staticmethod
    def _all_seen(work: Work) -> None:
        if isinstance(work.parameters, Given) and (unseen := work.parameters.unseen()):
            raise InvalidParameters(
                f"The simulator does not have {', '.join(sorted(unseen))} of {work.operation}: it would be ignored.",
                code="simulator_unsupported",
                param=sorted(unseen)[0],
            )

    def _plan_daily(self, work: Work) -> None:
        own = work.on(work.platform)
        if not self.store.execute("SELECT 1 FROM due WHERE action = 'payouts.daily' AND account = ?", work.platform):
            own.plan(midnight(work.now + 1), "payouts.daily", work.platform)

    def _saved(self, operation: Operation, work: Work) -> Answered | None:
        self.store.execute("DELETE FROM answer WHERE at <= ?", work.now - _KEY_LASTS)
        rows = self.store.execute(
            "SELECT * FROM answer WHERE account = ? AND key = ?", work.account, work.idempotency_key
        )
        if not rows:
            return None
        if rows[0]["fingerprint"] != _fingerprint(operation, work):
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try "
                f"using a key other than '{work.idempotency_key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        return rows[0]["status"], rows[0]["body"], rows[0]["request"]

    def _save(self, operation: Operation, work: Work, status: int, body: str) -> None:
        self.store.execute(
            "INSERT INTO answer (account, key, fingerprint, request, status, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            work.account, work.idempotency_key, _fingerprint(operation, work), work.request_id, status, body, work.now,
        )  # fmt: skip

    async def advance(self, to: int) -> int:
        """Move the clock ahead; what falls due on the way is done, and sent, at its own time. The new time."""
        async with self._steering:
            while (at := await self._alone(lambda: self._next(to))) is not None:
                await self._set_clock(at)
                await self._do_due(at)
                await self._deliver(at)
            await self._set_clock(to)
        self._wake.set()
        return self.clock.now()

    async def flush(self) -> int:
        """Send everything that is planned, as if the next three days were over; how many attempts that took."""
        async with self._steering:
            return await self._deliver(None)

    async def _set_clock(self, at: int) -> None:
        await self._alone(lambda: self.clock.set(at))

    def _next(self, to: int) -> int | None:
        times = [at for at in (due.next_due(self.store), self._next_delivery()) if at is not None and at <= to]
        return max(min(times), self.clock.now()) if times else None

    def _next_delivery(self) -> int | None:
        at: int | None = self.store.execute("SELECT min(due_at) AS at FROM delivery WHERE state = 'planned'")[0]["at"]
        return at

    async def _go_on(self) -> None:
        """As long as the simulator runs: do what falls due by itself, and send what is planned."""
        while True:
            self._wake.clear()
            async with self._steering:
                await self._do_due(self.clock.now())
                if not (await self._alone(lambda: schedule(self.store))).held:
                    await self._deliver(self.clock.now())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), await self._alone(self._pause))

    def _pause(self) -> float:
        if not self.clock.runs:
            return _LONGEST_WAIT_S
        plan = schedule(self.store)
        times = [due.next_due(self.store), None if plan.held else self._next_delivery()]
        waits = [at - self.clock.now() for at in times if at is not None]
        return min(max(min(waits, default=_LONGEST_WAIT_S), 0.2), _LONGEST_WAIT_S)

    async def _do_due(self, until: int) -> None:
        while await self._alone(lambda: due.do_next(self.store, self.work("", ""), until)):
            pass

    async def _deliver(self, until: int | None) -> int:
        sent = 0
        plan = await self._alone(lambda: schedule(self.store))
        while batch := await self._alone(lambda: self._due_deliveries(until, plan.parallel)):
            await asyncio.gather(*(self._send(delivery, plan) for delivery in batch))
            sent += len(batch)
        return sent

    def _due_deliveries(self, until: int | None, most: int) -> list[Any]:
        return self.store.execute(
            "SELECT * FROM delivery WHERE state = 'planned' AND (?1 IS NULL OR due_at <= ?1)"
            " ORDER BY due_at, rank, sequence LIMIT ?2", until, most,
        )  # fmt: skip

    async def _send(self, delivery: Any, plan: Schedule) -> None:
        endpoint, event = await self._alone(lambda: self._what(delivery))
        if endpoint is None or endpoint["status"] != "enabled":
            await self._note(delivery, "given_up", None, "the endpoint is disabled or deleted", plan)
            return
        if not arrives(plan, delivery, event["_number"]):
            await self._note(delivery, "failed", None, "dropped on the way", plan)
            return
        status, problem = await self._post(endpoint, delivery, event, plan)
        arrived = status is not None and 200 <= status < 300
        await self._note(delivery, "delivered" if arrived else "failed", status, problem, plan)

    def _what(self, delivery: Any) -> tuple[Object | None, Object]:
        event = self.store.get(delivery["account"], "event", delivery["event"])
        assert event is not None
        return self.store.get(delivery["platform"], "webhook_endpoint", delivery["endpoint"]), event

    async def _post(
        self, endpoint: Object, delivery: Any, event: Object, plan: Schedule
    ) -> tuple[int | None, str | None]:
        payload = json.dumps({name: value for name, value in event.items() if not name.startswith("_")}, indent=2)
        at = int(time.time()) + plan.skew_s  # the receiver compares with its own clock, which is no virtual one
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(endpoint, delivery["kind"], payload, at, self.clock.now()),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        assert self._client is not None
        try:
            answer = await self._client.post(
                endpoint["url"], content=payload, headers=headers, timeout=plan.timeout_s
            )
        except httpx.HTTPError as problem:
            return None, f"{type(problem).__name__}: {problem}"
        return answer.status_code, None

    async def _note(self, delivery: Any, state: str, status: int | None, problem: str | None, plan: Schedule) -> None:
        now = max(self.clock.now(), delivery["due_at"])
        again = retry_at(plan, delivery, now) if state == "failed" and delivery["kind"] == "event" else None

        def note() -> None:
            self.store.execute(
                "UPDATE delivery SET state = ?, sent_at = ?, status = ?, problem = ? WHERE sequence = ?",
                state, now, status, problem, delivery["sequence"],
            )  # fmt: skip
            if again is not None:
                self.store.execute(
                    "INSERT INTO delivery (platform, endpoint, account, event, type, due_at, rank, kind, attempt,"
                    " first_at, state) SELECT platform, endpoint, account, event, type, ?, rank, kind, attempt + 1,"
                    " first_at, 'planned' FROM delivery WHERE sequence = ?", again, delivery["sequence"],
                )  # fmt: skip
            if state == "delivered" and delivery["kind"] == "event":
                self._count_down(delivery)

        await self._alone(lambda: self._transaction(note))

    def _count_down(self, delivery: Any) -> None:
        event = self.store.get(delivery["account"], "event", delivery["event"])
        if event is not None:
            self.store.put(delivery["account"], {**event, "pending_webhooks": max(0, event["pending_webhooks"] - 1)})


def _fingerprint(operation: Operation, work: Work) -> str:
    given = json.dumps(dict(work.parameters.items()), sort_keys=True) if work.parameters else ""
    return f"{operation.name} {work.url} {given}"


def request_id() -> str:
    return f"req_{secrets.token_hex(7)}"
