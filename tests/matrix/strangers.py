"""Another account's ids: for whoever is not in the account, a thing of it answers as one that does not exist."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, permutations
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Connection

from maxbooster.db.types import new_id
from maxbooster.jobs import queries as queue

from .belongings import earn, know_others, order_bank_transfers, win_a_fan
from .cells import holds
from .operations import Operation
from .people import OWNER, Caller, Crowd, Way
from .server import AT_A_TIME, Platform

STRANGERS: tuple[Way, ...] = ("session", "token", "key")
QUIET_S = 60.0
EACH = 2
"""How many of a kind are tried."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RESTLESS = ("seen_at", "used_at", "requests", "sealed", "at", "seq", "digest", "salt", "link")
"""What changes by itself: counters, times of use and of the answer, signed links, the sealing of the audit trail."""


@dataclass
class Report:
    ids: int = 0
    compared: int = 0
    """Answers of strangers to another account's id, each compared with the answer to an id that nothing has."""
    betrayed: list[str] = field(default_factory=list)
    """Where the two differ, or where something of the other account is named."""
    changed: list[str] = field(default_factory=list)
    """What the other account sees differently afterwards."""
    vacuous: list[str] = field(default_factory=list)
    """Operations that found nothing even for the owner: for them the comparison says nothing."""

    @property
    def faults(self) -> list[str]:
        return [*self.betrayed, *self.changed, *self.vacuous]


class Visit:
    """One account full of things, and strangers who know all its ids."""

    def __init__(self, platform: Platform, operations: Sequence[Operation]) -> None:
        policy = platform.app.policy
        self._platform = platform
        self._client = platform.client
        self._open = [each for each in operations if not each.public and holds(policy, OWNER, each.permission)]
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._report = Report()
        self._chances: dict[Operation, list[tuple[UUID, ...]]] = {}

    async def __call__(self) -> Report:
        crowd = Crowd(self._platform.app)
        victim = crowd.caller(OWNER, "token")
        crowd.credential(victim.user, victim.account, "session")
        crowd.member(victim.account, "viewer")
        strangers = [crowd.caller(OWNER, way) for way in STRANGERS]
        await crowd.store()
        await self._furnish(victim)
        before = await self._settled(victim)
        ids = _ids(before)
        self._report.ids = len(ids)
        for operation in self._open:
            self._chances[operation] = await self._leading(operation, victim, ids)
        await asyncio.gather(*(self._pry(way, who, ids) for way, who in zip(STRANGERS, strangers, strict=True)))
        self._compare(before, await self._settled(victim))
        await self._prove_use(victim)
        return self._report

    async def _furnish(self, victim: Caller) -> None:
        """What the demo's artist has, everything that an owner can make by one request, and a job that failed."""
        await asyncio.to_thread(earn, self._platform, victim)
        await know_others(self._platform.app, victim)
        await win_a_fan(self._platform.app, victim)
        await order_bank_transfers(self._platform, victim)
        for operation in self._open:
            if operation.method == "POST" and not operation.path_ids:
                await operation.call(self._client, victim.headers)
        await self._platform.app.database.transact(lambda connection: _fail_a_job(self._platform, connection, victim))

    async def _settled(self, victim: Caller) -> dict[str, Any]:
        """What the account sees, once its jobs are done and nothing changes any more.

        Raises:
            TimeoutError: it never does.
        """
        async with asyncio.timeout(QUIET_S):
            listed = None
            while listed != (now := await self._listed(victim)):
                listed = now
                await asyncio.sleep(0.5)
        return await self._seen(now, victim)

    async def _listed(self, victim: Caller) -> dict[str, Any]:
        plain = [each for each in self._open if each.method == "GET" and not each.path_ids]
        return {each.id: _still(await each.call(self._client, victim.headers)) for each in plain}

    async def _seen(self, listed: dict[str, Any], victim: Caller) -> dict[str, Any]:
        """What is listed, and what is shown of each id in it."""
        single = [each for each in self._open if each.method == "GET" and each.path_ids]
        asked = [(each, id) for each in single for id in sorted(_ids(listed))]
        answers = await asyncio.gather(*(self._ask(each, victim, UUID(id)) for each, id in asked))
        found = zip(asked, answers, strict=True)
        return listed | {f"{each.id} {id}": _still(answer) for (each, id), answer in found if answer.is_success}

    async def _leading(self, operation: Operation, victim: Caller, ids: Iterable[str]) -> list[tuple[UUID, ...]]:
        """The ids to try: each; where an address has several, those together that lead the owner to something."""
        if len(operation.path_ids) < 2 or operation.unsafe:
            return [(UUID(id),) for id in ids]
        together = list(permutations(map(UUID, ids), len(operation.path_ids)))
        answers = await asyncio.gather(*(self._ask(operation, victim, *each) for each in together))
        return [each for each, answer in zip(together, answers, strict=True) if answer.is_success]

    async def _pry(self, way: Way, stranger: Caller, ids: Iterable[str]) -> None:
        """Lists come first: later the stranger's own audit trail names the ids that they tried."""
        for operation in self._open:
            if operation.method == "GET" and not operation.path_ids:
                await self._look_for(operation, way, stranger, ids)
        for operation in self._open:
            if operation.path_ids or operation.body_has_id:
                await self._compare_with_nothing(operation, way, stranger)

    async def _compare_with_nothing(self, operation: Operation, way: Way, stranger: Caller) -> None:
        nothing = _unnamed(*await self._named(operation, stranger, new_id()))
        tried = (self._named(operation, stranger, *ids) for ids in self._chances[operation])
        for answer, ids in await asyncio.gather(*tried):
            self._report.compared += 1
            if answer.is_success or _unnamed(answer, ids) != nothing:
                self._report.betrayed.append(
                    f"{operation.id} by {way} with another account's {[*map(str, ids)]}: {answer.status_code}"
                    f" {answer.text[:200]}, with an id that nothing has: {nothing[0]} {nothing[1][:200]}"
                )

    async def _look_for(self, operation: Operation, way: Way, stranger: Caller, ids: Iterable[str]) -> None:
        """Lists, plain and from another account's id on."""
        queries = [{}, *({name: id} for name in operation.query_ids for id in ids)]
        answers = await asyncio.gather(*(self._ask(operation, stranger, **query) for query in queries))
        for query, answer in zip(queries, answers, strict=True):
            self._report.compared += 1
            if shown := set(_UUID.findall(answer.text)) & (set(ids) - set(query.values())):
                self._report.betrayed.append(f"{operation.id} by {way} with {query} names {sorted(shown)[:3]}")

    def _compare(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                self._report.changed.append(f"{name}: {before.get(name)!r}\n  became {after.get(name)!r}"[:600])

    async def _prove_use(self, victim: Caller) -> None:
        """The owner reaches something with each operation, deleting last, and before that what is part of something."""
        single = [each for each in self._open if each.path_ids]
        for operation in sorted(single, key=lambda each: (each.method == "DELETE", each.unsafe, -len(each.path_ids))):
            ids = sorted({id for chance in self._chances[operation] for id in chance})
            in_pairs = operation.body_has_id or len(operation.path_ids) > 1
            together = permutations(ids, 2) if in_pairs else ()
            for tried in chain(sorted(self._chances[operation]), together):
                if (await operation.call(self._client, victim.headers, *tried)).status_code != 404:
                    break
            else:
                self._report.vacuous.append(f"{operation.id}: none of the {self._report.ids} ids leads to anything")

    async def _named(
        self, operation: Operation, stranger: Caller, *ids: UUID
    ) -> tuple[httpx.Response, tuple[UUID, ...]]:
        return await self._ask(operation, stranger, *ids), ids

    async def _ask(self, operation: Operation, who: Caller, *ids: UUID, **query: str) -> httpx.Response:
        async with self._turns:
            while True:
                answer = await operation.call(self._client, who.headers, *ids, **query)
                if answer.status_code != 429 or "requests per second" not in answer.text:
                    return answer
                await asyncio.sleep(1)  # a credential's own pace tells nothing of another account


def _fail_a_job(platform: Platform, connection: Connection, victim: Caller) -> None:
    now = platform.app.clock()
    row = queue.new_row(
        id=new_id(),
        queue="default",
        name="core.mail_notice",
        arguments="[]",
        account_id=victim.account,
        rank=0,
        run_at=now,
        key=None,
        per_key=1,
        once=None,
        created_at=now,
        state="dead",
    )
    queue.insert(connection, [row])


def _ids(seen: Any) -> set[str]:
    """Those of the first few of each list: others of a kind would tell the same."""
    if isinstance(seen, dict):
        return set().union(*map(_ids, seen.values()))
    if isinstance(seen, list):
        return set().union(*map(_ids, seen[:EACH]))
    return set(_UUID.findall(seen)) if isinstance(seen, str) else set()


def _unnamed(answer: httpx.Response, ids: Iterable[UUID]) -> tuple[int, str]:
    text = answer.text
    for id in ids:
        text = text.replace(str(id), "…")
    return answer.status_code, text


def _still(answer: httpx.Response) -> Any:
    if "json" not in answer.headers.get("content-type", ""):
        return answer.content.hex()
    return _calmed(answer.json())


def _calmed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _calmed(each) for name, each in value.items() if name not in _RESTLESS}
    return [_calmed(each) for each in value] if isinstance(value, list) else value
