"""The inbox as functions of a connection."""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter
from typing import Any, Literal, cast
from uuid import UUID

from msgspec import Struct, json
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    false,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite

from ...db.fast import Prepared, PreparedInsert
from ...db.writer import Step
from ...jobs import queries as queue
from ...jobs.job import DEFAULT_QUEUE
from ...jobs.models import DEAD, UNFINISHED, JobRow
from ...keyring import Keyring
from ...paging import Order, Page
from .models import InboxWebhook

State = Literal["waiting", "handled", "failed", "canceled"]

_table = cast(CoreTable, InboxWebhook.__table__)
_keep = PreparedInsert(
    {
        name: make(_table).on_conflict_do_nothing(index_elements=["source", "event_id"])
        for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    }
)
_WAITS: ColumnElement[bool] = literal_column("waits")
"""As the partial index has it."""
QUEUE = DEFAULT_QUEUE
"""On which webhooks are handled."""
AT_ONCE = 256
"""So many become jobs in one transaction."""


def job_name(source: str) -> str:
    return f"webhook:{source}"


def _receive(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store webhooks of several callers, but for those that are known already. In one order, so that processes that are
    told the same wait for each other."""
    _keep.run(connection, sorted(rows, key=itemgetter("source", "event_id")))


RECEIVE = Step(1, _receive)


def _taking(dialect: str) -> Any:
    """Some that wait no longer: no two workers take the same."""
    waiting = select(_table.c.id).where(_WAITS).order_by(_table.c.received_at).limit(AT_ONCE)
    if dialect == "postgresql":
        waiting = select(waiting.with_for_update(skip_locked=True).cte("waiting").c.id)
    taken = ("id", "source", "account_id", "received_at", "job_id")
    return (
        update(_table)
        .where(_table.c.id.in_(waiting))
        .values(waits=false())
        .returning(*(_table.c[name] for name in taken))
    )


_take = {dialect: _taking(dialect) for dialect in ("sqlite", "postgresql")}


def _jobs(connection: Connection) -> list[dict[str, Any]]:
    """In the account that each event is about, which is not the caller's. Whether the plugin is on just now is asked
    when the job runs."""
    return [
        job_of(row.id, row.source, row.account_id, id=row.job_id, at=row.received_at)
        for row in connection.execute(_take[connection.dialect.name]).all()
    ]


def job_of(webhook: UUID, source: str, account: UUID | None, *, id: UUID, at: datetime) -> dict[str, Any]:
    """The job that handles a webhook."""
    return queue.new_row(
        id=id,
        queue=QUEUE,
        name=job_name(source),
        arguments=json.encode((webhook,)).decode(),
        account_id=account,
        rank=0,
        run_at=at,
        key=None,
        per_key=1,
        once=None,
        created_at=at,
    )


FEED = queue.Feed(QUEUE, Prepared(select(_table.c.id).where(_WAITS).limit(literal_column("1"))), _jobs)


class WebhookOut(Struct, frozen=True):
    """A webhook as staff see it, without its body."""

    id: UUID
    source: str
    type: str
    event_id: str
    state: State
    received_at: datetime
    handled_at: datetime | None
    account_id: UUID | None
    size: int
    has_body: bool
    """Whether it can be replayed."""
    note: str | None
    """The last error."""


_STATE = case(
    (InboxWebhook.waits, literal("waiting")),
    (JobRow.state.in_(UNFINISHED), literal("waiting")),
    (JobRow.state == DEAD, literal("failed")),
    (InboxWebhook.handled_at.is_not(None), literal("handled")),
    else_=literal("canceled"),
)
_SHOWN = select(
    InboxWebhook.id,
    InboxWebhook.source,
    InboxWebhook.type,
    InboxWebhook.event_id,
    _STATE,
    InboxWebhook.received_at,
    InboxWebhook.handled_at,
    InboxWebhook.account_id,
    InboxWebhook.size,
    InboxWebhook.body.is_not(None),
    JobRow.note,
).outerjoin(JobRow, JobRow.id == InboxWebhook.job_id)


def page(
    connection: Connection,
    *,
    state: State | None = None,
    source: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Page[WebhookOut]:
    """The newest first."""
    query = _SHOWN
    if state is not None:
        query = query.where(_STATE.in_((state,)))
    if source is not None:
        query = query.where(InboxWebhook.source == source)
    newest = Order(InboxWebhook.received_at.desc(), InboxWebhook.id.desc())
    rows, next = newest.page(connection.execute, query, cursor, limit)
    return Page([WebhookOut(*row) for row in rows], next)


def shown(connection: Connection, id: UUID) -> WebhookOut | None:
    row = connection.execute(_SHOWN.where(InboxWebhook.id == id)).first()
    return WebhookOut(*row) if row else None


def sealed_body(connection: Connection, id: UUID) -> bytes | None:
    return connection.execute(select(InboxWebhook.body).where(InboxWebhook.id == id)).scalar()


def replay(connection: Connection, id: UUID, seen: UUID, job: dict[str, Any]) -> bool:
    """Handle it once more by another job; False if somebody else began that since the job `seen`."""
    given = (InboxWebhook.id == id, InboxWebhook.job_id == seen)
    if connection.execute(update(InboxWebhook).where(*given).values(job_id=job["id"])).rowcount == 0:
        return False
    queue.insert(connection, [job])
    return True


def prune(connection: Connection, *, bodies_before: datetime, rows_before: datetime) -> None:
    """Erase bodies that were handled before a time, and forget rows long after. What failed or waits stays whole."""
    open_jobs = select(JobRow.id).where(or_(JobRow.state.in_(UNFINISHED), JobRow.state == DEAD))
    over = and_(InboxWebhook.handled_at.is_not(None), InboxWebhook.job_id.not_in(open_jobs))
    connection.execute(
        update(InboxWebhook)
        .where(over, InboxWebhook.handled_at < bodies_before, InboxWebhook.body.is_not(None))
        .values(body=None)
    )
    connection.execute(delete(InboxWebhook).where(over, InboxWebhook.received_at < rows_before))


def rotate(connection: Connection, keys: Keyring) -> int:
    """Seal every body with the newest key, one at a time: they may be large."""
    ids = connection.execute(select(InboxWebhook.id).where(InboxWebhook.body.is_not(None))).scalars().all()
    for id in ids:
        if (sealed := sealed_body(connection, id)) is not None:
            same = update(InboxWebhook).where(InboxWebhook.id == id, InboxWebhook.body.is_not(None))
            connection.execute(same.values(body=keys.rotate(sealed)))
    return len(ids)
