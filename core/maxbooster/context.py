"""The Context: one unit of work, and the only way to do something durable (house.md).

A request, a job, a command or a test gets one. What it adds, queues, emits and records is kept until the core
commits it in **one** transaction, or drops it when the unit fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from .audit.trail import Entry, plain
from .auth.policy import demand_entry
from .db.models import PLATFORM, Owned, Table
from .db.types import new_id
from .environment import Environment
from .errors import AccountRequired, Conflict, NotFound, UsageError
from .events.event import Event
from .identity import Identity
from .jobs import queries as queue
from .jobs.job import Job
from .plugins.dispatch import TIMEOUT_S as ASK_TIMEOUT_S
from .plugins.dispatch import Answer, ask
from .privacy import table_of
from .rows import Rows
from .search.indexing import Change
from .settings import AccountSettings, PluginSettings
from .unit import Unit, words_of

if TYPE_CHECKING:
    from .app import App

Row = TypeVar("Row", bound=Table)
T = TypeVar("T")
S = TypeVar("S", bound=PluginSettings)
A = TypeVar("A", bound=AccountSettings)


class Context(Environment):
    """What a service is given. Rows of other accounts do not exist for it."""

    def __init__(
        self,
        app: App,
        identity: Identity | None = None,
        *,
        writable: bool = True,
        request_id: str | None = None,
        address: str | None = None,
    ) -> None:
        self.app = app
        self.identity = identity
        self.request_id = request_id
        self.address = address
        self.now: datetime = app.clock()
        """When the unit began (UTC); the same for everything in it."""
        account, grant = (identity.account, identity.grant) if identity else (None, None)
        self._reach = app.grants.reach(identity) if identity is not None and grant is not None else None
        writable = writable and (self._reach is None or bool(self._reach.writes))
        super().__init__(Unit(app.database, app.search, account, writable=writable, reach=self._reach))
        self._running: queue.Claimed | None = None
        self._told: list[dict[str, str]] = []

    # Who

    @property
    def account(self) -> UUID:
        """
        Raises:
            AccountRequired: the unit belongs to no account (a cron job, a request before login).
        """
        if self.identity is None or self.identity.account is None:
            raise AccountRequired("this unit of work has no account; enter one with ctx.enter()")
        return self.identity.account

    @property
    def user(self) -> UUID | None:
        return self.identity.user if self.identity else None

    def demand(self, permission: str) -> None:
        """
        Raises:
            NotAllowed: the caller does not hold the permission.
        """
        if self.identity is None or not self.identity.may(permission):
            raise self.app.policy.missing(permission)

    @asynccontextmanager
    async def enter(self, account: UUID, permission: str) -> AsyncIterator[Context]:
        """Work in another account: a unit of its own, allowed by a permission of its own, and recorded there.

        Raises:
            NotAllowed: the caller does not hold the permission, it is not one for work across accounts, or the account
                is no sub-account of theirs.
        """
        self._refuse_grant("other accounts")
        await demand_entry(self, account, permission)
        inside = Identity(account, self.user, frozenset({permission}))
        async with unit_of_work(
            self.app, inside, writable=self._unit.writable, request_id=self.request_id, address=self.address
        ) as entered:
            if self._unit.writable:
                entered.audit("account.entered", f"permission:{permission}")
            yield entered

    # Rows

    async def get(self, model: type[Row], id: UUID, *, version: int | None = None) -> Row:
        """The row of this account; `version` is the one that the caller last saw, where that matters.

        Raises:
            NotFound: it does not exist, or belongs to another account.
            Conflict: it has another version by now.
        """
        row = await self._unit.by_id(model, id)
        if row is None:
            raise NotFound(f"There is no {words_of(model)} {id}.")
        if version is not None and row.version != version:  # type: ignore[attr-defined]
            raise Conflict(
                f"This {words_of(model)} has version {row.version} by now; load it again and repeat.",  # type: ignore[attr-defined]
                field="version",
            )
        return row

    @property
    def platform(self) -> Rows:
        """The door to tables that belong to no account (`Local`: users, memberships, a plugin's own machinery).

        Their rows are everybody's: whoever reads here decides whom it shows what. Owned rows stay the account's.
        """
        return Rows(self._unit, platform=True)

    async def lock(self, model: type[Row], id: UUID) -> Row:
        """The newest state of a row, which nobody else can change until this unit ends. Be quick: no waiting after it.

        Raises:
            NotFound: it does not exist, or belongs to another account.
        """
        statement = select(model).where(model.id == id).with_for_update()  # type: ignore[attr-defined]
        row = await self._unit.read_locked(statement)
        if row is None:
            raise NotFound(f"There is no {words_of(model)} {id}.")
        return row

    def add(self, *rows: Table) -> None:
        """Store new rows; owned ones become this account's."""
        for row in rows:
            if isinstance(row, Owned):
                row.account_id = self.account
        self._unit.add(rows)

    def delete(self, row: Table) -> None:
        self._unit.delete(row)

    def reindex(self, model: type[Owned], *ids: UUID) -> None:
        """Say that a function given to `write` changes these rows: what the search finds of them follows."""
        self._refuse_grant("functions that write")
        self._unit.reindex([Change(self.account, table_of(model), id) for id in ids])

    async def commit(self) -> None:
        """Commit this unit now rather than at its end, for an answer that tells what the commit made of it
        (a row's new `version`). Afterwards the unit can still read, but not write."""
        await self._unit.commit()
        await _after_commit(self)

    async def write(self, function: Callable[..., T], *arguments: Any) -> T:
        """Commit this unit now, with `function(connection, *arguments)` as a part of it; returns what it returned.

        For hot small writes: on its own it shares one COMMIT with those of other units. Afterwards the unit can
        still read, but not write.
        """
        self._refuse_grant("functions that write")
        value = await self._unit.commit(lambda connection: function(connection, *arguments))
        await _after_commit(self)
        return value  # type: ignore[return-value]

    async def read(self, function: Callable[[Connection], T]) -> T:
        """What `function(connection)` finds among what is committed, of all accounts, on a thread of its own: for many
        rows and for Core statements."""
        self._refuse_grant("rows that are read past the account")
        return await self.app.database.read(function)

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[Context]:
        """A unit of its own commit, of the same account and user, for what must stay however this one ends."""
        self._refuse_grant("writes")
        traced = {"request_id": self.request_id, "address": self.address}
        async with unit_of_work(self.app, self.identity, writable=True, **traced) as unit:
            yield unit

    # What else happens

    def enqueue(
        self,
        job: Job,
        *arguments: Any,
        key: str | None = None,
        once: str | None = None,
        at: datetime | None = None,
        priority: int | None = None,
        account: UUID | None = None,
    ) -> UUID:
        """Queue a job with this unit; returns its id.

        `key`: at most `job.per_key` with the same key run at a time, in order. `once`: a name under which it is
        queued only once. `at`: not before then. `account`: in which it runs, if not in this one: everybody may queue
        jobs of the platform's own (`PLATFORM`), and only those jobs may queue some of other accounts.
        """
        self._refuse_grant("jobs")
        return self._enqueue(job, arguments, key=key, once=once, at=at, priority=priority, account=account)

    def _enqueue(
        self,
        job: Job,
        arguments: tuple[Any, ...],
        *,
        key: str | None = None,
        once: str | None = None,
        at: datetime | None = None,
        priority: int | None = None,
        account: UUID | None = None,
    ) -> UUID:
        if job.name not in self.app.jobs:
            raise UsageError(f"no enabled plugin registers the job {job.name!r}; return it from register_jobs()")
        id, own = new_id(), self.identity.account if self.identity else None
        if account not in (None, own, PLATFORM) and own not in (None, PLATFORM):
            raise UsageError(f"the job {job.name!r} belongs to another account; only the platform's own jobs queue it")
        row = queue.new_row(
            id=id, queue=job.queue, name=job.name, arguments=job.encode(arguments),
            account_id=own if account is None else account,
            rank=-(job.priority if priority is None else priority), run_at=at or self.now,
            key=f"{job.name}:{key}" if key is not None else None, per_key=job.per_key,
            once=f"{job.name}:{once}" if once is not None else None, created_at=self.now,
        )  # fmt: skip
        self._unit.queue(row)
        return id

    def emit(self, event: Event) -> None:
        """Record a domain event with this unit; whoever subscribed hears of it after the commit."""
        self.app.offers.refuse_foreign_event(type(event))
        self._refuse_ungranted(event)
        account = self.identity.account if self.identity else None
        id, facts = new_id(), msgspec.to_builtins(event)
        written = msgspec.json.encode(event).decode()
        happened = {"id": id, "name": event.name(), "entity": event.entity(), "account_id": account, "facts": written}
        self._unit.tell(happened | {"at": self.now})
        self._told.append({"name": event.name(), "entity": event.entity()})
        if account is not None and event.name() in self.app.offers.public_events:
            self._enqueue(self.app.jobs["core.announce_event"], (id, event.name(), self.now, facts))
        for told in self.app.listeners.get(event.name(), ()):
            self._enqueue(told, (facts,), key=event.entity())

    def _refuse_ungranted(self, event: Event) -> None:
        """Whoever hears of it acts as the platform."""
        grant = self.identity.grant if self.identity is not None else None
        if self._reach is None or grant is None:
            return
        if type(event) not in self._reach.emits:
            raise UsageError(f"what was granted does not tell of {event.name()}: no Right that was granted names it")
        if event.entity() != str(grant.object_id):
            raise UsageError(f"{event.name()} is about {event.entity()}, not about what was granted, {grant.object_id}")

    def audit(
        self, action: str, of: Table | str, *, before: Any = None, after: Any = None, actor: UUID | None = None
    ) -> None:
        """Record who did what to which object: a row, or `kind:id`. Nothing secret belongs in before or after.

        `actor`: who it was, where that is known only since (a login).
        """
        self._unit.record(
            Entry(
                account_id=(self.identity and self.identity.account) or PLATFORM,
                id=new_id(),
                at=self.now,
                action=action,
                object=of if isinstance(of, str) else f"{of.__tablename__}:{of.id}",  # type: ignore[attr-defined]
                actor=actor or self.user,
                request_id=self.request_id,
                address=self.address,
                before=plain(before),
                after=plain(after),
                key_id=self.identity.credential if self.identity and self.identity.way == "key" else None,
                grant_id=self.identity.grant.id if self.identity and self.identity.grant else None,
            )
        )

    async def progress(self, share: float, note: str | None = None) -> None:
        """Say how far a job has come: `share` from 0 to 1. Seen at once, whether or not the job succeeds later.

        Raises:
            Canceled: somebody canceled the job.
        """
        await self.app.report_progress(self._running, share, note)

    async def jobs(self, ids: Sequence[UUID]) -> dict[UUID, queue.JobOut]:
        """This account's jobs by their ids, as they stand now; one that ended long ago is gone."""
        self._refuse_grant("jobs")
        return await self.app.database.read(lambda connection: queue.by_id(connection, ids, self.account))

    async def ask(self, hook: str, *, timeout_s: float = ASK_TIMEOUT_S, **arguments: Any) -> list[Answer]:
        """Ask every plugin that implements a run-time hook, all at once; failures and delays stay with their plugin.

        An implementation that is not a coroutine is called on the event loop: it must be quick.
        """
        return await ask(self.app.registry, hook, timeout_s=timeout_s, ctx=self, **arguments)


@asynccontextmanager
async def unit_of_work(app: App, identity: Identity | None = None, **options: Any) -> AsyncIterator[Context]:
    """A Context that is committed at the end of the block, or dropped if the block raises."""
    ctx = Context(app, identity, **options)
    try:
        yield ctx
    except BaseException:
        await ctx._unit.drop()
        raise
    await finish(ctx)


async def finish(ctx: Context) -> None:
    """Commit what the unit still holds, and ring for the jobs that it queued."""
    await ctx._unit.commit_rest()
    await _after_commit(ctx)


async def _after_commit(ctx: Context) -> None:
    """Ring for the jobs that were queued, and hint at what happened."""
    await ctx.app.ring(ctx._unit.queues())
    told, ctx._told = ctx._told, []
    for each in told:
        ctx.app.live.tell(ctx.identity.account if ctx.identity else None, "event", each)
