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
from sqlalchemy import Select, select

from .audit.trail import Entry
from .auth.policy import demand_entry
from .db.models import PLATFORM, Owned, Table
from .db.types import new_id
from .errors import AccountRequired, Conflict, NotAllowed, NotFound, UsageError
from .events.event import Event
from .identity import Identity
from .jobs import queries as queue
from .jobs.job import Job
from .plugins.dispatch import TIMEOUT_S as ASK_TIMEOUT_S
from .plugins.dispatch import Answer, ask
from .settings import PluginSettings
from .unit import Unit

if TYPE_CHECKING:
    from .app import App
    from .http.client import Client
    from .secrets import Secrets
    from .storage import Files

Row = TypeVar("Row", bound=Table)
T = TypeVar("T")
S = TypeVar("S", bound=PluginSettings)


class Context:
    """What a service is given. Rows of other accounts do not exist for it (C-03)."""

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
        self._unit = Unit(app.database, identity.account if identity else None, writable=writable)
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
            raise NotAllowed(f"This needs the permission {permission!r}.", permission=permission)

    @asynccontextmanager
    async def enter(self, account: UUID, permission: str) -> AsyncIterator[Context]:
        """Work in another account: a unit of its own, allowed by a permission of its own, and recorded there.

        Raises:
            NotAllowed: the caller does not hold the permission, it is not one for work across accounts, or the account
                is no sub-account of theirs.
        """
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
            raise NotFound(f"There is no {_words(model)} {id}.")
        if version is not None and row.version != version:  # type: ignore[attr-defined]
            raise Conflict(
                f"This {_words(model)} has version {row.version} by now; load it again and repeat.",  # type: ignore[attr-defined]
                field="version",
            )
        return row

    async def first(self, statement: Select[T]) -> T | None:
        """The first row (or value) of a select over owned or reference classes, None if there is none."""
        return await Rows(self._unit).first(statement)

    async def all(self, statement: Select[T]) -> Sequence[T]:
        """Every row (or value) of a select of one thing."""
        return await Rows(self._unit).all(statement)

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """Every row of a select of several things, as named tuples."""
        return await Rows(self._unit).rows(statement)

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
            raise NotFound(f"There is no {_words(model)} {id}.")
        return row

    def add(self, *rows: Table) -> None:
        """Store new rows; owned ones become this account's."""
        for row in rows:
            if isinstance(row, Owned):
                row.account_id = self.account
        self._unit.add(rows)

    def delete(self, row: Table) -> None:
        self._unit.delete(row)

    async def commit(self) -> None:
        """Commit this unit now rather than at its end, for an answer that tells what the commit made of it
        (a row's new `version`). Afterwards the unit can still read, but not write."""
        await self.write(lambda _: None)

    async def write(self, function: Callable[..., T], *arguments: Any) -> T:
        """Commit this unit now, with `function(connection, *arguments)` as a part of it; returns what it returned.

        For hot small writes: on its own it shares one COMMIT with those of other units. Afterwards the unit can
        still read, but not write.
        """
        value = await self._unit.commit(lambda connection: function(connection, *arguments))
        await _after_commit(self)
        return value  # type: ignore[return-value]

    # What else happens

    def enqueue(
        self,
        job: Job,
        *arguments: Any,
        key: str | None = None,
        once: str | None = None,
        at: datetime | None = None,
        priority: int | None = None,
    ) -> UUID:
        """Queue a job with this unit; returns its id.

        `key`: at most `job.per_key` with the same key run at a time, in order. `once`: a name under which it is
        queued only once. `at`: not before then.
        """
        if job.name not in self.app.jobs:
            raise UsageError(f"no enabled plugin registers the job {job.name!r}; return it from register_jobs()")
        id = new_id()
        self._unit.queue(
            queue.new_row(
                id=id,
                queue=job.queue,
                name=job.name,
                arguments=job.encode(arguments),
                account_id=self.identity.account if self.identity else None,
                rank=-(job.priority if priority is None else priority),
                run_at=at or self.now,
                key=f"{job.name}:{key}" if key is not None else None,
                per_key=job.per_key,
                once=f"{job.name}:{once}" if once is not None else None,
                created_at=self.now,
            )
        )
        return id

    def emit(self, event: Event) -> None:
        """Record a domain event with this unit; whoever subscribed hears of it after the commit."""
        self.app.offers.refuse_foreign_event(type(event))
        account = self.identity.account if self.identity else None
        self._unit.tell(
            {
                "id": new_id(),
                "name": event.name(),
                "entity": event.entity(),
                "account_id": account,
                "facts": msgspec.json.encode(event).decode(),
                "at": self.now,
            }
        )
        self._told.append({"name": event.name(), "entity": event.entity()})
        for told in self.app.listeners.get(event.name(), ()):
            self.enqueue(told, msgspec.to_builtins(event), key=event.entity())

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
                before=_plain(before),
                after=_plain(after),
            )
        )

    async def progress(self, share: float, note: str | None = None) -> None:
        """Say how far a job has come: `share` from 0 to 1. Seen at once, whether or not the job succeeds later.

        Raises:
            Cancelled: somebody cancelled the job.
        """
        await self.app.report_progress(self._running, share, note)

    async def jobs(self, ids: Sequence[UUID]) -> dict[UUID, queue.JobOut]:
        """This account's jobs by their ids, as they stand now; one that ended long ago is gone."""
        return await self.app.database.read(lambda connection: queue.by_id(connection, ids, self.account))

    async def ask(self, hook: str, *, timeout_s: float = ASK_TIMEOUT_S, **arguments: Any) -> list[Answer]:
        """Ask every plugin that implements a run-time hook, all at once; failures and delays stay with their plugin.

        An implementation that is not a coroutine is called on the event loop: it must be quick.
        """
        return await ask(self.app.registry, hook, timeout_s=timeout_s, ctx=self, **arguments)

    # What is at hand

    def settings(self, kind: type[S]) -> S:
        """A plugin's settings, by their struct."""
        return self.app.settings_of(kind)

    @property
    def http(self) -> Client:
        """The client for calls to other hosts."""
        return self.app.http

    @property
    def files(self) -> Files:
        from .storage import Files

        return Files(self)

    @property
    def secrets(self) -> Secrets:
        from .secrets import Secrets

        return Secrets(self)


class Rows:
    """Reads in a unit of work; see `Context.first`, `all`, `rows` and `platform`."""

    def __init__(self, unit: Unit, *, platform: bool = False) -> None:
        self._unit = unit
        self._platform = platform

    async def first(self, statement: Select[T]) -> T | None:
        limited = statement.limit(1) if isinstance(statement, Select) else statement
        return await self._unit.read(lambda session: session.scalars(limited).first(), platform=self._platform)

    async def all(self, statement: Select[T]) -> Sequence[T]:
        return await self._unit.read(lambda session: session.scalars(statement).all(), platform=self._platform)

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        return await self._unit.read(lambda session: session.execute(statement).all(), platform=self._platform)


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


def _words(model: type[Table]) -> str:
    return model.__name__.removesuffix("Row").lower()


def _plain(value: Any) -> Any:
    """As it will read back from the database, so that the audit digest can be checked."""
    return msgspec.json.decode(msgspec.json.encode(value)) if value is not None else None
