"""What a Context has gathered, and its one transaction (design: Units of work).

Reads run in autocommit and see the latest commit. Writes are kept until the commit: rows through a short ORM
transaction, or, when there are none, as one hot small write. Nothing is awaited while a write transaction is
open, except after `lock()`, which opens it early.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from time import monotonic
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, inspect, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from .audit import trail
from .db import guard
from .db.boundary import Reach
from .db.engine import Database
from .db.fast import Prepared
from .db.models import Owned, Table
from .db.refusals import conflict
from .db.session import UnitSession
from .db.writer import Bulk, Step, inserting, run_steps
from .db.writing import flush_within
from .errors import AccountRequired, Conflict, UsageError
from .events.models import EventRow
from .jobs import queries as queue
from .jobs.job import Overdue
from .search.indexing import Change, SearchIndex

T = TypeVar("T")


@cache
def _look_up(model: type[Any]) -> tuple[Prepared, list[str]]:
    attributes = list(inspect(model).column_attrs)
    statement = select(*(getattr(model, each.key) for each in attributes)).where(
        model.account_id == bindparam("account"), model.id == bindparam("id")
    )
    return Prepared(statement), [each.key for each in attributes]


_EVENTS = inserting(6, EventRow)


class Unit:
    """Gathers, then commits once. `account` owns every row that it reaches; `reach`: it came by a grant of these."""

    def __init__(
        self,
        database: Database,
        index: SearchIndex,
        account: UUID | None,
        *,
        writable: bool,
        reach: Reach | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._account = account
        self._reach = reach
        self.writable = writable
        self._session: UnitSession | None = None
        self._turn = asyncio.Lock()
        self._added: list[Table] = []
        self._deleted: list[Table] = []
        self._jobs: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._audits: list[trail.Entry] = []
        self._changes: list[Change] = []
        self.committed = False
        self._locked: _LockedConnection | None = None
        self.ends: queue.Held | None = None
        """The job whose end is a part of the transaction."""
        self.deadline: float | None = None
        """Of that job, on the monotonic clock: nothing is committed after it."""

    # Gathering

    def add(self, rows: Sequence[Table]) -> None:
        self._refuse_if_closed()
        self._added += rows

    def delete(self, row: Table) -> None:
        self._refuse_if_closed()
        self._deleted.append(row)

    def reindex(self, changes: Sequence[Change]) -> None:
        self._refuse_if_closed()
        self._changes += changes

    def queue(self, job: dict[str, Any]) -> None:
        self._refuse_if_closed()
        self._jobs.append(job)

    def tell(self, happened: dict[str, Any]) -> None:
        self._refuse_if_closed()
        self._events.append(happened)

    def record(self, entry: trail.Entry) -> None:
        self._refuse_if_closed()
        self._audits.append(entry)

    def _refuse_if_closed(self) -> None:
        if not self.writable:
            raise UsageError("a GET, or a grant without a right that writes, only reads: this unit cannot write")
        if self.committed:
            raise UsageError("this unit of work is committed already: at most one write transaction")

    # Reading

    async def read(self, question: Callable[[Session], T], *, platform: bool = False) -> T:
        if platform and self._reach is not None:
            raise UsageError("tables of no account are no part of what was granted")
        session = self._session or self._open_session(self._database.reading)
        if self._locked is not None:
            return await self._locked.run(lambda: session.answer(question, platform=platform))

        def reading() -> T:
            try:
                return session.answer(question, platform=platform)
            finally:
                session.rest()

        async with self._turn:  # plugins that are asked together share this session
            return await self._database.on_reader(reading)

    async def by_id(self, model: type[T], id: UUID) -> T | None:
        """The row with this id, read by a prepared look-up on the raw driver and then this session's own."""
        if self._locked is not None or self._reach is not None or not issubclass(model, Owned):
            statement = select(model).where(model.id == id)  # type: ignore[attr-defined]
            return await self.read(lambda session: session.scalars(statement.limit(1)).first())
        if self._account is None:
            raise AccountRequired(f"{model.__name__} rows belong to accounts; this unit has none")
        session = self._session or self._open_session(self._database.reading)
        known = session.identity_map.get(session.identity_key(model, (self._account, id)))
        if known is not None:
            return cast(T, known)
        look_up, names = _look_up(cast(Any, model))
        found = await self._database.fetch(look_up, account=self._account, id=id)
        if not found:
            return None
        row = inspect(model).class_manager.new_instance()
        for name, value in zip(names, found[0], strict=True):
            set_committed_value(row, name, value)
        make_transient_to_detached(row)
        session.add(row)
        return cast(T, row)

    async def read_locked(self, statement: Select[T]) -> T | None:
        self._refuse_if_closed()
        if self._locked is None:
            self._locked = _LockedConnection(self._database)
            await self._locked.open()
            guard.mark(True)
            self._move_rows(self._locked.connection)
        return await self.read(
            lambda session: session.scalars(statement, execution_options={"populate_existing": True}).first()
        )

    def _open_session(self, bind: Any) -> UnitSession:
        self._session = UnitSession(bind, self._account, self._reach)
        return self._session

    def _move_rows(self, bind: Connection) -> UnitSession:
        """A session on another connection, with what was loaded and what was changed."""
        rows = list(self._session) if self._session is not None else []
        if self._session is not None:
            self._session.expunge_all()
        session = self._open_session(bind)
        session.add_all(rows)
        return session

    # Committing

    @property
    def holds(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._has_rows or self._jobs or self._events or self._audits or self._locked)

    @property
    def _has_rows(self) -> bool:
        return bool(self._added or self._deleted or (self._session is not None and self._session.dirty))

    @property
    def _needs_flush(self) -> bool:
        """New rows by themselves are inserted without the ORM's bookkeeping, and so together with other units'."""
        return bool(
            self._locked is not None
            or self._deleted
            or (self._session is not None and self._session.dirty)
            or any(name in row.__dict__ for row in self._added for name in inspect(type(row)).relationships.keys())  # noqa: SIM118
        )

    async def commit(self, function: Callable[[Connection], T] | None = None) -> T | None:
        """Commit everything gathered and `function` in one transaction; returns what `function` returned.

        Raises:
            Conflict: a duplicate, a reference to nothing, or a row that was changed by someone else.
            LeaseLost: the job was taken over; nothing was committed.
            Overdue: the job's time limit has passed; nothing was committed.
        """
        if self.deadline is not None and monotonic() > self.deadline:
            raise Overdue("the job's time limit has passed; nothing that it does is kept any more")
        self._refuse_if_closed()
        self.committed = True
        self._changes += self._index.added(self._added)
        try:
            if self._locked is not None:
                return await self._commit_locked(self._locked, function)
            if self._needs_flush or self._reach is not None:
                return await self._database.transact(lambda connection: self._apply(connection, function))
            return await self._database.write(self._after_rows(function), self._bulk())
        except IntegrityError as error:
            raise conflict(error) from error
        except StaleDataError as error:
            raise Conflict("Somebody else changed this in the meantime; load it again and repeat.") from error

    async def commit_rest(self) -> None:
        """At the end of the unit: commit what is still held, if anything."""
        if self.writable and not self.committed and (self.holds or self.ends is not None):
            await self.commit()

    async def drop(self) -> None:
        """Forget everything gathered."""
        self.committed = True
        if self._locked is not None:
            guard.mark(False)
            await self._locked.close(commit=False)

    def queues(self) -> set[str]:
        """Queues to ring for, once, after the commit."""
        rung = {job["queue"] for job in self._jobs} if self.committed else set()
        self._jobs = []
        return rung

    async def _commit_locked(self, locked: _LockedConnection, function: Callable[[Connection], T] | None) -> T | None:
        guard.mark(False)
        try:
            value = await locked.run(lambda: self._apply(locked.connection, function))
        except BaseException:
            await locked.close(commit=False)
            raise
        await locked.close(commit=True)
        return value

    def _apply(self, connection: Connection, function: Callable[[Connection], T] | None) -> T | None:
        """Rows first, so that whoever changes the same entity waits there: jobs and events keep its order."""
        if self._reach is not None:
            self._reach.confirm(connection)
        self._flush(connection)
        value = function(connection) if function is not None else None
        run_steps(connection, [self._bulk()])
        return value

    def _after_rows(self, function: Callable[[Connection], T] | None) -> Callable[[Connection], T] | None:
        """A function sees the unit's own rows, so then they are not left to the batch."""
        if function is None or not self._added:
            return function
        rows, self._added = list(_inserts(self._added)), []

        def acting(connection: Connection) -> T:
            run_steps(connection, [rows])
            return function(connection)

        return acting

    def _bulk(self) -> Bulk:
        """What can be written together with other units' of the same batch."""
        ends = [self.ends] if self.ends is not None else []
        rest = ((_EVENTS, self._events), (queue.INSERT, self._jobs), (trail.RECORD, self._audits), (queue.FINISH, ends))
        found: Bulk = [(self._index.step, self._changes)] if self._changes else []
        return [*_inserts(self._added), *found, *((step, items) for step, items in rest if items)]

    def _flush(self, connection: Connection) -> None:
        session = self._session if self._locked is not None and self._session else self._move_rows(connection)
        self._changes += self._index.before(connection, session.dirty, self._deleted)
        session.add_all(self._added)
        for row in self._deleted:
            session.delete(row)
        if self._reach is not None:
            flush_within(session, self._reach)
        else:
            session.flush()
        session.expunge_all()
        self._added, self._deleted, self._session = [], [], None


def _inserts(rows: Sequence[Table]) -> Iterator[tuple[Step, list[dict[str, Any]]]]:
    """New rows, a step for each table, parents before children. The rows stay as they are, so that a replay finds
    them again."""
    groups: dict[Step, list[dict[str, Any]]] = {}
    for row in rows:
        values = _values(row)
        groups.setdefault(_into(cast(CoreTable, inspect(type(row)).local_table), tuple(values)), []).append(values)
    yield from groups.items()


@cache
def _into(table: CoreTable, names: tuple[str, ...]) -> Step:
    """Before everything else of a unit; statements differ by the columns that are given."""
    tables = Table.metadata.sorted_tables
    return inserting(tables.index(table) / len(tables), table)


def _values(row: Table) -> dict[str, Any]:
    """Column → value, with the defaults that the ORM would give, which the row then shows too."""
    mapper = inspect(type(row))
    values = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if attribute.key not in row.__dict__:
            if column is mapper.version_id_col:
                set_committed_value(row, attribute.key, 1)
            elif isinstance(column.default, ScalarElementColumnDefault):
                set_committed_value(row, attribute.key, column.default.arg)
            else:
                continue
        values[column.key] = row.__dict__[attribute.key]
    return values


class _LockedConnection:
    """A write transaction that stays open between awaits, until the unit ends.

    It has a thread of its own: whoever waits for the lock must not keep its holder from a thread to commit on.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stack = ExitStack()
        self._thread = ThreadPoolExecutor(1, "locked")
        self._opening: asyncio.Future[None] | None = None
        self.connection: Connection

    async def open(self) -> None:
        self._opening = asyncio.ensure_future(self.run(self._open))
        await asyncio.shield(self._opening)

    async def run(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def close(self, *, commit: bool) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
            if self._opening.exception() is None:
                await self.run(lambda: self._close(commit))
        self._thread.shutdown(wait=False)

    def _open(self) -> None:
        self._stack.enter_context(self._database.lock.held())
        try:
            self.connection = self._stack.enter_context(self._database.engine.connect())
            self.connection.begin()
        except BaseException:
            self._stack.close()
            raise

    def _close(self, commit: bool) -> None:
        with self._stack:
            if (transaction := self.connection.get_transaction()) is not None:
                transaction.commit() if commit else transaction.rollback()


def words_of(model: type[Table]) -> str:
    """`MailingList` → `mailing list`: as a sentence names it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__.removesuffix("Row")).lower()
