"""Writing, sealing and verifying the audit trail.

An entry is written with the change that it records, unsealed: writers of one account never wait for each
other. Within a second a sealer gives each new entry its number and link, where

    digest = SHA-256(salt ‖ JSON(entry, payload))        link = SHA-256(link of the one before ‖ seq ‖ digest)

so that an entry cannot be changed, moved or dropped unnoticed, while its payload and salt can be erased.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..db.writer import Step
from .models import AuditHead, AuditPayload, AuditRow

START = bytes(32)
_row = cast(Table, AuditRow.__table__)
_payload = cast(Table, AuditPayload.__table__)
_head = cast(Table, AuditHead.__table__)
_HEAD = _head.c.seq.label("head_seq"), _head.c.link.label("head_link")


class Entry(Struct, frozen=True):
    """Who did what to which object, from where, and what it was before and after."""

    account_id: UUID
    id: UUID
    at: datetime
    action: str
    object: str
    actor: UUID | None = None
    request_id: str | None = None
    address: str | None = None
    before: Any = None
    after: Any = None
    key_id: UUID | UnsetType | None = None
    """The API key that it was done with."""
    grant_id: UUID | UnsetType | None = None
    """The grant by which whoever did it came."""


def record(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries in the caller's transaction."""
    rows, payloads = [], []
    for entry in entries:
        salt = os.urandom(16)
        facts = msgspec.structs.asdict(entry)
        rows.append({"digest": digest(salt, entry)} | {name: facts[name] for name in _ENTRY})
        payloads.append({"salt": salt} | {name: facts[name] for name in _PERSONAL})
    connection.execute(insert(_row), rows)
    connection.execute(insert(_payload), payloads)


RECORD = Step(8, record)

_ENTRY = ("account_id", "id", "at", "action", "object")
_PERSONAL = ("account_id", "id", "actor", "request_id", "address", "before", "after", "key_id", "grant_id")


def digest(salt: bytes, entry: Entry) -> bytes:
    """Entries without a key, or a grant, are digested as those that were written before these were noted."""
    absent = {name: UNSET for name in ("key_id", "grant_id") if getattr(entry, name) is None}
    said = msgspec.structs.replace(entry, **absent)
    return sha256(salt + msgspec.json.encode(said, order="deterministic")).digest()


def link(previous: bytes, seq: int, of: bytes) -> bytes:
    return sha256(previous + seq.to_bytes(8, "big") + of).digest()


def seal(connection: Connection, limit: int = 1000) -> int:
    """Link what is unsealed to its account's chain; returns how many entries were linked."""
    waiting = connection.execute(
        select(_row.c.account_id, _row.c.id, _row.c.digest).where(_row.c.seq.is_(None)).order_by(_row.c.id).limit(limit)
    ).all()
    accounts: dict[UUID, list[Any]] = {}
    for entry in waiting:
        accounts.setdefault(entry.account_id, []).append(entry)
    return sum(_seal_account(connection, account, accounts[account]) for account in sorted(accounts))


def _seal_account(connection: Connection, account: UUID, waiting: Sequence[Any]) -> int:
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(upsert(_head).values(account_id=account, seq=0, link=START).on_conflict_do_nothing())
    head = connection.execute(select(_head).where(_head.c.account_id == account).with_for_update()).one()
    seq, last, sealed = head.seq, head.link, 0
    for entry in waiting:
        following = link(last, seq + 1, entry.digest)
        taken = connection.execute(
            update(_row)
            .where(_row.c.account_id == account, _row.c.id == entry.id, _row.c.seq.is_(None))
            .values(seq=seq + 1, link=following)
        )
        if taken.rowcount:
            seq, last, sealed = seq + 1, following, sealed + 1
    connection.execute(update(_head).where(_head.c.account_id == account).values(seq=seq, link=last))
    return sealed


def audit_faults(connection: Connection, account: UUID) -> list[str]:
    """What is wrong with an account's chain, a sentence each; empty when it is whole.

    Sealed entries must be consecutive and link up to the head; every payload still there must match its digest. One
    statement reads the entries and their head, as the sealer may link more at any moment.
    """
    wrong: list[str] = []
    last, expected = START, 1
    end: Any = None
    query = (
        select(_row, *(_payload.c[name] for name in ("salt", *_PERSONAL[2:])), *_HEAD)
        .outerjoin(_payload, (_payload.c.account_id == _row.c.account_id) & (_payload.c.id == _row.c.id))
        .outerjoin(_head, _head.c.account_id == _row.c.account_id)
        .where(_row.c.account_id == account)
        .order_by(_row.c.seq.is_(None), _row.c.seq)
    )
    for row in connection.execute(query):
        end = row.head_seq, row.head_link
        if row.salt is not None and digest(row.salt, _entry(row)) != row.digest:
            wrong.append(f"entry {row.id} was changed after it was written")
        if row.seq is None:
            continue
        if row.seq != expected or row.link != link(last, row.seq, row.digest):
            wrong.append(f"the chain breaks at entry {row.seq} ({row.id})")
        last, expected = row.link, row.seq + 1
    if end is None:  # there are no entries
        end = connection.execute(select(*_HEAD).where(_head.c.account_id == account)).one_or_none()
    seq, at = end or (None, None)
    if (seq or 0, at or START) != (expected - 1, last):
        wrong.append(f"the chain ends at entry {expected - 1}, its head says {'nothing' if seq is None else seq}")
    return wrong


def _entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__struct_fields__})


def erase(connection: Connection, account: UUID, actor: UUID) -> int:
    """Remove the personal part of what a person did in an account; the chain stays whole."""
    return connection.execute(
        delete(_payload).where(_payload.c.account_id == account, _payload.c.actor == actor)
    ).rowcount


def accounts(connection: Connection) -> list[UUID]:
    return list(connection.execute(select(_row.c.account_id).distinct()).scalars())


def audit_objects(connection: Connection, action: str) -> list[tuple[UUID, str]]:
    """Account and object of every entry of an action, in all accounts: for comparing with what the trail was told."""
    query = select(_row.c.account_id, _row.c.object).where(_row.c.action == action).order_by(_row.c.id)
    return [(row.account_id, row.object) for row in connection.execute(query)]


def plain(value: Any) -> Any:
    """As it will read back from the database, so that the audit digest can be checked."""
    return msgspec.json.decode(msgspec.json.encode(value)) if value is not None else None
