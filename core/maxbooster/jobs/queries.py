"""The queue as functions of a connection: each is a hot small write, and a part of somebody's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    case,
    delete,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ..db.fast import Prepared
from ..db.types import UtcTime
from ..db.writer import Step
from ..paging import Order, Page
from .job import MOST_PER_KEY
from .models import CANCELED, DEAD, DONE, READY, RUNNING, JobRow

_job = cast(Table, JobRow.__table__)
_insert = {
    name: make(JobRow).on_conflict_do_nothing(index_elements=["once"], index_where=_job.c.once.is_not(None))
    for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class LeaseLost(Exception):
    """Another worker has taken the job over, or it was canceled: this run's effects must not be kept."""


class Claimed(Struct, frozen=True):
    """A job in this worker's hands: only the holder of `token` may finish it."""

    seq: int
    id: UUID
    queue: str
    name: str
    arguments: str
    account_id: UUID | None
    key: str | None
    attempts: int
    token: int
    run_at: datetime


_CLAIMED = [getattr(JobRow, name) for name in Claimed.__struct_fields__]


def new_row(**given: Any) -> dict[str, Any]:
    """A row for `insert`, with the values that every new job begins with."""
    return {
        "state": READY,
        "attempts": 0,
        "token": 0,
        "worker": None,
        "lease_until": None,
        "cancel_asked": False,
        "progress": None,
        "note": None,
        "finished_at": None,
    } | given


def insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Queue jobs; one whose `once` is known already is left out."""
    connection.execute(_insert[connection.dialect.name], rows)


INSERT = Step(7, insert)


def _claiming(dialect: str) -> Any:
    """Jobs that may start become running. Of those with a key, the first `per_key` unfinished ones: so at most that
    many run at a time, in order, and one that waits for its next try holds its successors back.

    States are written out, so that the partial indexes are used.
    """
    earlier = _job.alias("earlier")
    unfinished: Select[Any] = (
        select(literal_column("1"))
        .where(earlier.c.key == _job.c.key, earlier.c.seq < _job.c.seq)
        .where(literal_column("earlier.key IS NOT NULL AND earlier.state IN ('ready', 'running')"))
        .limit(MOST_PER_KEY)  # however long its line is
        .correlate(_job)
    )
    ahead = select(func.count()).select_from(unfinished.subquery()).correlate(_job).scalar_subquery()
    due = (
        select(_job.c.seq)
        .where(_job.c.queue == bindparam("of_queue"), _job.c.state == literal_column("'ready'"))
        .where(_job.c.run_at <= bindparam("now"))
        .where(or_(_job.c.key.is_(None), ahead < _job.c.per_key))
        .order_by(_job.c.rank, _job.c.run_at, _job.c.seq)
        .limit(bindparam("at_most", type_=Integer))
    )
    if dialect == "postgresql":
        due = select(due.with_for_update(skip_locked=True, of=_job).cte("due").c.seq)
    return (
        update(_job)
        .where(_job.c.seq.in_(due))
        .values(
            state=literal_column("'running'"),
            worker=bindparam("by"),
            lease_until=bindparam("until"),
            token=_job.c.token + 1,
            attempts=_job.c.attempts + 1,
        )
        .returning(*(_job.c[name] for name in Claimed.__struct_fields__), _job.c.rank)
    )


_claim = {dialect: _claiming(dialect) for dialect in ("sqlite", "postgresql")}

HAS_DUE = Prepared(
    select(_job.c.seq)
    .where(_job.c.queue == bindparam("queue"), _job.c.state == literal_column("'ready'"))
    .where(_job.c.run_at <= bindparam("now"))
    .limit(literal_column("1"))
)
"""Whether a look at the queue is worth a write."""


class Feed(NamedTuple):
    """Rows of another table whose jobs are queued by the worker that looks for work: whoever stores many of them and is
    to be quick stores nothing else, and rings."""

    queue: str
    waiting: Prepared
    """Finds a row, if any waits."""
    take: Callable[[Connection], list[dict[str, Any]]]
    """The jobs of some that wait, which then wait no more."""


def claim(
    connection: Connection,
    queue: str,
    limit: int,
    *,
    worker: str,
    now: datetime,
    until: datetime,
    feeds: Sequence[Feed] = (),
) -> list[Claimed]:
    """Take up to `limit` due jobs under a lease that ends at `until`, once those of the feeds are queued."""
    for feed in feeds:
        if waited := feed.take(connection):
            insert(connection, waited)
    taking = _claim[connection.dialect.name]
    given = {"of_queue": queue, "now": now, "at_most": limit, "by": worker, "until": until}
    rows = sorted(connection.execute(taking, given), key=lambda row: (row.rank, row.run_at, row.seq))
    return [Claimed(*row[:-1]) for row in rows]


_held = (_job.c.seq == bindparam("of_seq"), _job.c.token == bindparam("of_token"), _job.c.state == RUNNING)
_finish = update(_job).where(*_held).values(state=DONE, finished_at=bindparam("at"), lease_until=null(), note=null())
_renew = update(_job).where(*_held).values(lease_until=bindparam("until"))
_progress = update(_job).where(*_held).values(progress=bindparam("of_progress"), note=bindparam("of_note"))


_finish_held = text(
    "UPDATE core_job SET state = 'done', finished_at = held.at, lease_until = NULL, note = NULL"
    " FROM unnest(CAST(:seqs AS bigint[]), CAST(:tokens AS integer[]), CAST(:ats AS timestamptz[]))"
    " AS held (seq, token, at)"
    " WHERE core_job.seq = held.seq AND core_job.token = held.token AND core_job.state = 'running'"
)
"""For PostgreSQL: as many as there are, in one statement."""


class Held(NamedTuple):
    """A job at its end: only the holder of the token may finish it."""

    seq: int
    token: int
    at: datetime


def finish(connection: Connection, held: Sequence[Held]) -> None:
    """Mark jobs done, in the transaction that holds their effects.

    Raises:
        LeaseLost: the fence of one of them has moved on.
    """
    if finish_those_held(connection, held) != len(held):
        raise LeaseLost("a job is no longer ours")


def finish_those_held(connection: Connection, held: Sequence[Held]) -> int:
    """Mark jobs done that had no effects on the database, and leave alone what was lost; returns how many."""
    if connection.dialect.name == "postgresql":
        seqs, tokens, ats = (list(values) for values in zip(*held, strict=True))
        return connection.execute(_finish_held, {"seqs": seqs, "tokens": tokens, "ats": ats}).rowcount
    rows = [{"of_seq": each.seq, "of_token": each.token, "at": each.at} for each in held]
    return connection.execute(_finish, rows).rowcount


FINISH = Step(9, finish)


def give_back(
    connection: Connection, seq: int, token: int, *, note: str, at: datetime, retry_at: datetime | None
) -> None:
    """After a failure: wait for `retry_at`, or be dead if there is no further try."""
    over = retry_at is None
    connection.execute(
        update(_job)
        .where(_job.c.seq == seq, _job.c.token == token, _job.c.state == RUNNING)
        .values(
            state=case((_job.c.cancel_asked, CANCELED), else_=DEAD if over else READY),
            run_at=retry_at or _job.c.run_at,
            finished_at=case((_job.c.cancel_asked, literal(at, UtcTime)), else_=literal(at if over else None, UtcTime)),
            lease_until=None,
            worker=None,
            note=note,
        )
    )


def put_off(connection: Connection, seq: int, token: int, *, note: str, until: datetime) -> None:
    """Nobody here can run it now: try again later, without counting this as a try."""
    connection.execute(
        update(_job)
        .where(_job.c.seq == seq, _job.c.token == token, _job.c.state == RUNNING)
        .values(state=READY, attempts=_job.c.attempts - 1, run_at=until, lease_until=None, worker=None, note=note)
    )


def renew(connection: Connection, held: Sequence[tuple[int, int]], until: datetime) -> tuple[set[int], set[int]]:
    """Show a sign of life; returns the jobs that were lost and those whose canceling was asked for."""
    connection.execute(_renew, [{"of_seq": seq, "of_token": token, "until": until} for seq, token in held])
    rows = connection.execute(
        select(_job.c.seq, _job.c.token, _job.c.state, _job.c.cancel_asked).where(
            _job.c.seq.in_([seq for seq, _ in held])
        )
    ).all()
    still = {row.seq for row in rows if (row.seq, row.token) in held and row.state == RUNNING}
    return {seq for seq, _ in held} - still, {row.seq for row in rows if row.cancel_asked and row.seq in still}


def report(connection: Connection, seq: int, token: int, progress: float, note: str | None) -> None:
    connection.execute(_progress, {"of_seq": seq, "of_token": token, "of_progress": progress, "of_note": note})


def release_expired(connection: Connection, now: datetime) -> list[str]:
    """Jobs whose worker gave no sign of life become ready again; returns the queues that have them."""
    released = connection.execute(
        update(_job)
        .where(_job.c.state == RUNNING, _job.c.lease_until < now)
        .values(
            state=case((_job.c.cancel_asked, CANCELED), else_=READY),
            finished_at=case((_job.c.cancel_asked, literal(now, UtcTime)), else_=literal(None, UtcTime)),
            worker=None,
            lease_until=None,
        )
        .returning(_job.c.queue)
    )
    return sorted({row.queue for row in released})


def cancel(connection: Connection, job: UUID, now: datetime, account: UUID | None = None) -> str | None:
    """Cancel a job that waits, or ask a running one to stop; returns its new state, None if there is no such job."""
    where = _one(job, account)
    connection.execute(
        update(_job).where(*where, _job.c.state.in_((READY, DEAD))).values(state=CANCELED, finished_at=now)
    )
    connection.execute(update(_job).where(*where, _job.c.state == RUNNING).values(cancel_asked=True))
    return connection.execute(select(_job.c.state).where(*where)).scalar()


def retry(connection: Connection, job: UUID, now: datetime, account: UUID | None = None) -> str | None:
    """Queue a dead or canceled job again with all its tries; returns its queue, None if there is no such job."""
    return connection.execute(
        update(_job)
        .where(*_one(job, account), _job.c.state.in_((DEAD, CANCELED)))
        .values(state=READY, attempts=0, run_at=now, finished_at=None, cancel_asked=False, progress=None)
        .returning(_job.c.queue)
    ).scalar()


def prune(connection: Connection, before: datetime) -> int:
    """Forget jobs that ended before a time. Dead ones stay: they wait for a person."""
    return connection.execute(
        delete(_job).where(_job.c.finished_at < before, _job.c.state.in_((DONE, CANCELED)))
    ).rowcount


def _one(job: UUID, account: UUID | None) -> list[Any]:
    return [_job.c.id == job] + ([_job.c.account_id == account] if account is not None else [])


class JobOut(Struct, frozen=True):
    """A job as people see it."""

    id: UUID
    name: str
    queue: str
    state: str
    attempts: int
    run_at: datetime
    created_at: datetime
    account_id: UUID | None = None
    progress: float | None = None
    note: str | None = None
    key: str | None = None
    finished_at: datetime | None = None


_SHOWN = [getattr(JobRow, name) for name in JobOut.__struct_fields__]


def page(
    connection: Connection,
    *,
    account: UUID | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[JobOut]:
    """The latest jobs first; of one account, or of all for an operator."""
    query = select(*_SHOWN)
    if account is not None:
        query = query.where(_job.c.account_id == account)
    if state is not None:
        query = query.where(_job.c.state == state)
    rows, next = Order(_job.c.seq.desc()).page(connection.execute, query, cursor, limit)
    return Page([JobOut(*row) for row in rows], next)


def shown(connection: Connection, job: UUID, account: UUID | None = None) -> JobOut | None:
    row = connection.execute(select(*_SHOWN).where(*_one(job, account))).first()
    return JobOut(*row) if row else None


def by_id(connection: Connection, jobs: Sequence[UUID], account: UUID) -> dict[UUID, JobOut]:
    """Those of an account that there are."""
    query = select(*_SHOWN).where(_job.c.id.in_(jobs), _job.c.account_id == account)
    return {job.id: job for job in (JobOut(*row) for row in connection.execute(query))}
