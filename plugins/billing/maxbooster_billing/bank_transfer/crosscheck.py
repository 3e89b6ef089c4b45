"""Bank transfers against payouts and the audit trail: each is of its payout, ended as that did, and each payment file
is what it was when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from maxbooster.plugin import audit_objects

from ..ledger.readable import readable
from ..payouts.models import FAILED as PAYOUT_FAILED
from ..payouts.models import HELD, PAID, SENT, Payout
from .models import EXECUTED, FAILED, FILED, WAITING, BankFile, BankOrder

ANCHORED = "payout.file_sealed"
PROVIDER = "bank_transfer"
_ENDS = {
    WAITING: (HELD, SENT), FILED: (HELD, SENT), EXECUTED: (HELD, SENT, PAID), FAILED: (HELD, SENT, PAYOUT_FAILED),
}  # fmt: skip
"""State of a transfer → those that its payout can be in: it is settled a moment later."""
_orders = cast(Table, BankOrder.__table__)
_files = cast(Table, BankFile.__table__)
_payouts = cast(Table, Payout.__table__)


def anchor(file: UUID, content: bytes) -> str:
    """What the audit trail is told of a payment file."""
    return f"billing_bank_file:{file}:{sha256(content).hexdigest()}"


def check(connection: Connection, unverified: list[str]) -> Iterator[str]:
    """`unverified` is told of what nothing was kept to compare with: no fault, and no proof either."""
    anchors: dict[UUID, dict[UUID, str]] = {}
    for account, told in audit_objects(connection, ANCHORED):
        file = UUID(told.split(":")[1])
        anchors.setdefault(account, {})[file] = told
    of_payouts = select(_payouts.c.account_id).where(readable(connection, _payouts), _payouts.c.provider == PROVIDER)
    accounts = set(connection.execute(of_payouts.distinct()).scalars())
    accounts |= set(connection.execute(select(_orders.c.account_id).where(readable(connection, _orders))).scalars())
    for account in sorted(accounts):
        yield from (f"Book {account}, bank transfer {fault}" for fault in _check_orders(connection, account))
        told_here = anchors.get(account, {})
        without: list[UUID] = []
        found = _check_files(connection, account, told_here, without)
        yield from (f"Book {account}, payment file {fault}" for fault in found)
        unverified += [f"Book {account}, payment file {id}: no digest was kept of its content." for id in without]


def _check_orders(connection: Connection, account: UUID) -> Iterator[str]:
    orders = _rows(connection, _orders, account)
    payouts = {id: row for id, row in _rows(connection, _payouts, account).items() if row.provider == PROVIDER}
    for id, order in orders.items():
        payout = payouts.get(id)
        if payout is None:
            yield f"{id}: there is no such payout."
            continue
        said = (order.amount, order.currency, order.destination)
        if said != (payout.amount, payout.currency, payout.destination):
            yield (
                f"{id}: it is of {order.amount} {order.currency}, its payout of {payout.amount} {payout.currency}, or"
                " they go to different accounts."
            )
        if payout.state not in _ENDS.get(order.state, ()):
            yield f"{id}: it is {order.state}, its payout is {payout.state}."
        if (order.state in (FILED, EXECUTED) and order.file_id is None) or (
            order.state == WAITING and order.file_id is not None
        ):
            yield f"{id}: it is {order.state}, and in {'a' if order.file_id else 'no'} payment file."
    for id, payout in payouts.items():
        if payout.state in (SENT, PAID) and id not in orders:
            yield f"{id}: its payout is {payout.state}, and there is no such transfer."


def _check_files(connection: Connection, account: UUID, told: dict[UUID, str], without: list[UUID]) -> Iterator[str]:
    """`without` is told of files that were made before the audit trail was told of any."""
    sums = (func.count().label("lines"), func.sum(_orders.c.amount).label("total"))
    mine = (_orders.c.account_id == account, _orders.c.file_id.is_not(None), readable(connection, _orders))
    found = {
        row.file_id: row
        for row in connection.execute(select(_orders.c.file_id, *sums).where(*mine).group_by(_orders.c.file_id))
    }
    ids = connection.execute(
        select(_files.c.id).where(_files.c.account_id == account, readable(connection, _files)).order_by(_files.c.id)
    )
    kept = list(ids.scalars())
    for id in kept:
        file = connection.execute(select(_files).where(_files.c.account_id == account, _files.c.id == id)).one()
        held = (found[id].lines, int(found[id].total)) if id in found else (0, 0)
        if held != (file.lines, file.total):
            yield f"{id}: it says {file.lines} transfers of {file.total}, {held[0]} of {held[1]} are in it."
        if id in told:
            if told[id] != anchor(id, file.content):
                yield f"{id}: its content is not what it was when it was made."
        elif told and id > min(told):
            yield f"{id}: the audit trail was told of files before it, and not of it."
        else:
            without.append(id)
    for id in sorted(told.keys() - set(kept)):
        yield f"{id}: it was made, as the audit trail was told, and is gone."


def _rows(connection: Connection, table: Table, account: UUID) -> dict[UUID, Any]:
    query = select(table).where(table.c.account_id == account, readable(connection, table))
    return {row.id: row for row in connection.execute(query)}
