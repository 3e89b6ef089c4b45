"""The inbox as functions of a connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite

from ...db.types import Id
from ...db.writer import Step
from ...jobs import queries as queue
from ...jobs.models import DEAD, READY, UNFINISHED, JobRow
from ...keyring import Keyring
from ...paging import Order, Page
from .models import InboxWebhook

State = Literal["waiting", "handled", "failed", "canceled"]

_table = cast(CoreTable, InboxWebhook.__table__)
_job = cast(CoreTable, JobRow.__table__)
_keep = {
    name: make(_table).on_conflict_do_nothing(index_elements=["source", "event_id"])
    for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_GIVEN = ("id", "queue", "name", "arguments", "account_id", "run_at", "rank", "per_key", "created_at")
_ALIKE = {"state": f"'{READY}'", "attempts": "0", "token": "0", "cancel_asked": "false"}
"""What every new job begins with, in SQL; the rest is null."""
_handle = insert(_job).from_select(
    [*_GIVEN, *_ALIKE],
    select(
        *(bindparam(f"of_{name}", type_=_job.c[name].type) for name in _GIVEN),
        *(literal_column(value) for value in _ALIKE.values()),
    ).where(exists().where(_table.c.id == bindparam("webhook", type_=Id))),
)


class Received(NamedTuple):
    row: dict[str, Any]
    job: dict[str, Any]
    """The job that handles it."""


def _receive(connection: Connection, received: list[Received]) -> None:
    """Store webhooks of several callers, each with its job; of those that are known already neither. In one order, so
    that processes that are told the same wait for each other."""
    received = sorted(received, key=lambda each: (each.row["source"], each.row["event_id"]))
    connection.execute(_keep[connection.dialect.name], [each.row for each in received])
    connection.execute(_handle, [_bound(each) for each in received])


def _bound(each: Received) -> dict[str, Any]:
    return {f"of_{name}": each.job[name] for name in _GIVEN} | {"webhook": each.row["id"]}


RECEIVE = Step(1, _receive)


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
