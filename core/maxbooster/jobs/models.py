"""The jobs table is the truth; everything else about jobs is a doorbell."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table

READY, RUNNING, DONE, DEAD, CANCELED = "ready", "running", "done", "dead", "canceled"
UNFINISHED = (READY, RUNNING)


def _partial(where: str) -> dict[str, Any]:
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


class JobRow(Local, Table):
    """One job. `seq` is the order of queueing, `token` the fence: it grows with every claim.

    The indexes are partial, because a row that changes its state is written anew into each that it belongs to.
    """

    __tablename__ = "core_job"
    __table_args__ = (
        Index("ix_core_job_due", "queue", "rank", "run_at", "seq", **_partial("state = 'ready'")),
        Index("ix_core_job_key", "key", "seq", **_partial("key IS NOT NULL AND state IN ('ready', 'running')")),
        Index("ix_core_job_lease", "lease_until", **_partial("state = 'running'")),
        Index("ix_core_job_once", "once", unique=True, **_partial("once IS NOT NULL")),
        Index("ix_core_job_account", "account_id", "seq", **_partial("account_id IS NOT NULL")),
    )

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    queue: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    arguments: Mapped[str] = mapped_column(Text)
    account_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(12))
    rank: Mapped[int] = mapped_column(Integer)
    """Minus the priority: lower runs first."""
    run_at: Mapped[datetime]
    key: Mapped[str | None] = mapped_column(String(200))
    per_key: Mapped[int] = mapped_column(Integer)
    once: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int] = mapped_column(Integer)
    token: Mapped[int] = mapped_column(Integer)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool]
    progress: Mapped[float | None]
    note: Mapped[str | None] = mapped_column(Text)
    """What it is doing, or the last error."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
