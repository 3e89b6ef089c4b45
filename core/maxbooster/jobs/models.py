"""The jobs table is the truth; everything else about jobs is a doorbell."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table

READY, RUNNING, DONE, DEAD, CANCELLED = "ready", "running", "done", "dead", "cancelled"
UNFINISHED = (READY, RUNNING)

_unfinished = text("state IN ('ready', 'running')")


class JobRow(Local, Table):
    """One job. `seq` is the order of queueing, `token` the fence: it grows with every claim."""

    __tablename__ = "core_job"
    __table_args__ = (
        Index(
            "ix_core_job_due",
            "queue",
            "rank",
            "run_at",
            "seq",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_core_job_key", "key", "seq", sqlite_where=_unfinished, postgresql_where=_unfinished),
        Index(
            "ix_core_job_lease",
            "lease_until",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_core_job_account", "account_id", "seq"),
        Index(
            "ix_core_job_finished",
            "finished_at",
            sqlite_where=text("finished_at IS NOT NULL"),
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
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
    once: Mapped[str | None] = mapped_column(String(200), unique=True)
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
