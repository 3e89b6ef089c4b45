"""Limits on how often something may be tried, kept in the database so that all processes agree.

By the generic cell rate algorithm (ITU-T I.371, Annex A): one row per key holds the theoretical arrival time, that
is when the key will be as fresh as one never seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import BigInteger, Connection, LargeBinary, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000


class Throttle(Local, Table):
    """How much of a limit is used up. It names nobody: the key is the SHA-256 of limit and subject."""

    __tablename__ = "core_throttle"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    until: Mapped[int] = mapped_column(BigInteger, index=True)
    """The theoretical arrival time, in µs since 1970 (UTC)."""


@dataclass(frozen=True)
class Limit:
    """`burst` tries at once, then one every `per_s` seconds."""

    name: str
    burst: int
    per_s: float


def take(connection: Connection, limit: Limit, subject: str, now: datetime) -> float:
    """Count one try; returns 0.0 where it is allowed, else the seconds until the next one is.

    A refused try is not counted. Run it in a write of its own, so that a try that fails afterwards stays counted.
    """
    key, at, step = _key(limit, subject), _micros(now), round(limit.per_s * _SECOND)
    latest = at + (limit.burst - 1) * step
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    taken = connection.execute(
        upsert(Throttle)
        .values(key=key, until=at + step)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={"until": case((Throttle.until > at, Throttle.until), else_=at) + step},
            where=Throttle.until <= latest,
        )
        .returning(Throttle.until)
    ).first()
    if taken is not None:
        return 0.0
    until = connection.execute(select(Throttle.until).where(Throttle.key == key)).scalar_one()
    return (until - latest) / _SECOND


def forgive(connection: Connection, limit: Limit, subject: str) -> None:
    """Forget the subject's tries: the whole burst is theirs again."""
    connection.execute(delete(Throttle).where(Throttle.key == _key(limit, subject)))


def prune(connection: Connection, now: datetime) -> int:
    """Delete the rows that limit nothing any more; returns how many."""
    return connection.execute(delete(Throttle).where(Throttle.until <= _micros(now))).rowcount


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """What to limit for an address: IPv4 as it is (also when mapped into IPv6), IPv6 by its /64, which is what one
    customer has at least (RFC 6177). What is no address is left as it is.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Network((int(ip), 64), strict=False))


def _key(limit: Limit, subject: str) -> bytes:
    return sha256(f"{limit.name}\0{subject}".encode()).digest()


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)
