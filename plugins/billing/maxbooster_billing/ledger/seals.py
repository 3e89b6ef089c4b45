"""The chain of a book: every posted transaction has a place in it, and its head is told to the audit trail.

    digest = SHA-256(everything that the transaction's row says)      chain = SHA-256(chain before ‖ number ‖ digest)

A transaction that is changed, taken away or put in between later breaks the chain; a chain that is written anew does
not end in what the audit trail was told. Transactions are sealed in the background and whenever `verify` finds
nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, timedelta, timezone
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Table, func, insert, select

from maxbooster.plugin import Conflict, Context, audit_faults, audit_objects, job

from .models import LedgerAccount, LedgerEntry, LedgerSeal, LedgerTransaction
from .posting import Leg, Transaction
from .readable import legs as legs_of
from .readable import readable

START = bytes(32)
ANCHORED = "ledger.sealed"
PAGE = 1_000
_transactions = cast(Table, LedgerTransaction.__table__)
_entries = cast(Table, LedgerEntry.__table__)
_accounts = cast(Table, LedgerAccount.__table__)
_seals = cast(Table, LedgerSeal.__table__)


def digest(row: Any) -> bytes:
    """Of everything that a transaction's row says, in one form on both databases."""
    said = [getattr(row, column.name) for column in _transactions.columns]
    return sha256(msgspec.json.encode(said)).digest()


def link(before: bytes, number: int, of: bytes) -> bytes:
    return sha256(before + number.to_bytes(8, "big") + of).digest()


@job("billing.seal", cron="17 * * * *")
async def seal(ctx: Context) -> None:
    """Seal what was posted since, in every book; what is not consistent is left for `verify` to name."""
    for account in await ctx.read(_unsealed_books):
        async with ctx.enter(account, "ledger.seal") as inside:
            with suppress(Conflict):
                await _seal_book(inside)


async def _seal_book(ctx: Context) -> None:
    """One page at a time; the next time goes on.

    Raises:
        Conflict: somebody else seals this book at the moment.
    """
    account = ctx.account
    number, chain, rows = await ctx.read(lambda connection: _waiting(connection, account))
    seals = []
    for row in rows:
        number, of = number + 1, digest(row)
        chain = link(chain, number, of)
        place = {"number": number, "transaction_id": row.id, "digest": of, "chain": chain}
        seals.append({"account_id": account} | place)
    if seals:
        ctx.audit(ANCHORED, f"billing_ledger_seal:{number}:{chain.hex()}")
        await ctx.write(_append, account, seals)


def _append(connection: Connection, account: UUID, seals: Sequence[dict[str, Any]]) -> None:
    head = select(func.coalesce(func.max(_seals.c.number), 0)).where(_seals.c.account_id == account)
    if connection.execute(head).scalar_one() != seals[0]["number"] - 1:
        raise Conflict("This book is being sealed by somebody else.")
    connection.execute(insert(_seals), list(seals))


def _unsealed_books(connection: Connection) -> list[UUID]:
    unsealed = (_seals.c.number.is_(None), readable(connection, _transactions))
    query = select(_transactions.c.account_id).distinct().outerjoin(_seals, _SEAL_OF).where(*unsealed)
    return list(connection.execute(query).scalars())


def _waiting(connection: Connection, account: UUID) -> tuple[int, bytes, list[Any]]:
    """The head of a book's chain, and the transactions that are to follow."""
    mine = _seals.c.account_id == account
    newest = select(_seals.c.number, _seals.c.chain).where(mine).order_by(_seals.c.number.desc()).limit(1)
    head = connection.execute(newest).first()
    rows = connection.execute(
        select(_transactions)
        .outerjoin(_seals, _SEAL_OF)
        .where(_transactions.c.account_id == account, _seals.c.number.is_(None), readable(connection, _transactions))
        .order_by(_transactions.c.id)
        .limit(PAGE)
    ).all()
    entries = _entries_of(connection, account, rows)
    whole = [row for row in rows if not any(_faults_of(row, entries.get(row.id, [])))]
    return (head.number, bytes(head.chain), whole) if head else (0, START, whole)


_SEAL_OF = (_seals.c.account_id == _transactions.c.account_id) & (_seals.c.transaction_id == _transactions.c.id)


def check(connection: Connection) -> Iterator[str]:
    """Every transaction against its entries, its digest and its seal; every chain against the audit trail."""
    anchors: dict[UUID, list[tuple[int, str]]] = {}
    for account, anchor in audit_objects(connection, ANCHORED):
        _, number, chain = anchor.split(":")
        anchors.setdefault(account, []).append((int(number), chain))
    books: set[UUID] = set()
    for table in (_transactions, _seals):
        accounts = select(table.c.account_id).where(readable(connection, table)).distinct()
        books |= set(connection.execute(accounts).scalars())
    for account in sorted(books | anchors.keys()):
        for page in _pages(connection, account):
            yield from (f"Book {account}, {fault}" for fault in _check_page(connection, account, page))
        yield from (f"Book {account}: {fault}" for fault in _check_chain(connection, account, anchors.get(account, [])))
    for account in sorted(anchors):
        yield from (f"Audit trail of account {account}: {fault}" for fault in audit_faults(connection, account))


def _pages(connection: Connection, account: UUID) -> Iterator[Sequence[Any]]:
    after = UUID(int=0)
    seal_of = _SEAL_OF & readable(connection, _seals)
    query = select(_transactions, _seals.c.digest.label("sealed")).outerjoin(_seals, seal_of)
    while True:
        of = (_transactions.c.account_id == account, _transactions.c.id > after, readable(connection, _transactions))
        rows = connection.execute(query.where(*of).order_by(_transactions.c.id).limit(PAGE)).all()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _check_page(connection: Connection, account: UUID, rows: Sequence[Any]) -> Iterator[str]:
    entries = _entries_of(connection, account, rows)
    for row in rows:
        for fault in _faults_of(row, entries.get(row.id, [])):
            yield f"transaction {row.id}: {fault}"
        if row.sealed is not None and bytes(row.sealed) != digest(row):
            yield f"transaction {row.id}: it is not what was sealed: its key, legs, memo or times were changed."


def _entries_of(connection: Connection, account: UUID, rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    if not rows:
        return {}
    account_of = (_accounts.c.account_id == _entries.c.account_id) & (_accounts.c.id == _entries.c.ledger_account_id)
    joined = _entries.outerjoin(_accounts, account_of & readable(connection, _accounts))
    shown = (_entries.c.transaction_id, _entries.c.amount, _accounts.c.purpose, _accounts.c.party, _accounts.c.currency)
    ids = (
        _entries.c.transaction_id >= min(row.id for row in rows),
        _entries.c.transaction_id <= max(row.id for row in rows),
        readable(connection, _entries),
    )
    query = select(*shown).select_from(joined).where(_entries.c.account_id == account, *ids)
    found: dict[UUID, list[Any]] = {}
    for entry in connection.execute(query.order_by(_entries.c.transaction_id, _entries.c.leg)):
        found.setdefault(entry.transaction_id, []).append(entry)
    return found


def _faults_of(row: Any, entries: Sequence[Any]) -> Iterator[str]:
    """What is wrong with a transaction by itself."""
    total, other = sum(each.amount for each in entries), sum(each.currency != row.currency for each in entries)
    if len(entries) != row.leg_count or total or other or (row.leg_count < 2 and row.phase != "void"):
        yield (
            f"{len(entries)} of {row.leg_count} entries, which come to {total}, {other} in another currency"
            " or without an account."
        )
    if (legs := legs_of(row.legs)) is None:
        yield f"its legs are none: {str(row.legs)[:80]}."
        return
    if sorted(legs) != sorted((each.purpose or "", each.amount, each.party or "") for each in entries):
        yield "its entries are not its legs."
    if bytes(row.digest) not in _digests(row, legs):
        yield "its digest is not of what it says: its key, legs or memo were changed."


def _digests(row: Any, legs: Sequence[Any]) -> Iterator[bytes]:
    """What its digest can be: the caller said when it took effect, or said nothing. Early versions kept the caller's
    time zone."""
    asked = Transaction(
        key=row.key, currency=row.currency, legs=tuple(Leg(*leg) for leg in legs), memo=row.memo, phase=row.phase,
        settles=row.settles, reverses=row.reverses, transfer=row.transfer,
    )  # fmt: skip
    if row.effective_at == row.recorded_at:
        yield asked.digest()
    yield msgspec.structs.replace(asked, at=row.effective_at.astimezone(UTC)).digest()
    for quarters in range(-48, 57):
        zone = timezone(timedelta(minutes=15 * quarters))
        yield msgspec.structs.replace(asked, at=row.effective_at.astimezone(zone)).digest()


def _check_chain(connection: Connection, account: UUID, anchors: Sequence[tuple[int, str]]) -> Iterator[str]:
    joined = select(_seals, _transactions.c.id.label("found")).outerjoin(
        _transactions,
        (_transactions.c.account_id == _seals.c.account_id) & (_transactions.c.id == _seals.c.transaction_id),
    )
    chain, expected, told = START, 1, dict(anchors)
    mine = joined.where(_seals.c.account_id == account, readable(connection, _seals))
    for row in connection.execute(mine.order_by(_seals.c.number)):
        if row.found is None:
            yield f"transaction {row.transaction_id} was sealed and is gone."
        if row.number != expected or link(chain, row.number, bytes(row.digest)) != bytes(row.chain):
            yield f"the chain breaks at seal {row.number}, of transaction {row.transaction_id}."
        chain, expected = bytes(row.chain), row.number + 1
        if told.get(row.number, chain.hex()) != chain.hex():
            yield f"its chain was written anew: seal {row.number} is not what the audit trail was told."
    if told and max(told) >= expected:
        yield f"{max(told)} transactions were sealed, as the audit trail was told; {expected - 1} are left."
