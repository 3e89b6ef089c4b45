"""Posting on PostgreSQL: one statement, and so one round trip. Its triggers fire at its end and see all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from maxbooster.plugin import new_id

from .models import LedgerAccount, LedgerEntry, LedgerTransaction
from .rows import Known, NewAccount, NewTransaction


def insert(
    connection: Connection,
    account: UUID,
    accounts: dict[UUID, NewAccount],
    transactions: Sequence[NewTransaction],
    now: datetime,
) -> dict[str, Known]:
    """Post the transactions whose keys are new, opening the accounts that are not there; returns the others.

    That `closed` counts `legs` makes the legs come first.
    """
    opening = list(accounts.values())
    legs = [(each.id, to, amount) for each in transactions for to, amount in each.legs]
    given = {
        "account": account, "now": now,
        "a_id": [each.id for each in opening], "a_purpose": [each.purpose for each in opening],
        "a_party": [each.party for each in opening], "a_currency": [each.currency for each in opening],
        "a_side": [each.side for each in opening], "a_floored": [each.floored for each in opening],
        "t_id": [each.id for each in transactions], "t_key": [each.key for each in transactions],
        "t_digest": [each.digest for each in transactions], "t_currency": [each.currency for each in transactions],
        "t_phase": [each.phase for each in transactions], "t_memo": [each.memo for each in transactions],
        "t_settles": [each.settles for each in transactions], "t_reverses": [each.reverses for each in transactions],
        "t_transfer": [each.transfer for each in transactions], "t_at": [each.at or now for each in transactions],
        "e_id": [new_id() for _ in legs], "e_transaction": [leg[0] for leg in legs],
        "e_account": [leg[1] for leg in legs], "e_amount": [leg[2] for leg in legs],
    }  # fmt: skip
    rows = connection.exec_driver_sql(_POST, given).all()
    return {key: Known(id, bytes(digest)) for key, id, digest in rows}


_POST = f"""
WITH known AS (
    SELECT key, id, digest FROM {LedgerTransaction.__tablename__}
    WHERE account_id = %(account)s AND key = ANY(%(t_key)s::text[])
), given AS (
    SELECT * FROM unnest(%(t_id)s::uuid[], %(t_key)s::text[], %(t_digest)s::bytea[], %(t_currency)s::text[],
        %(t_phase)s::text[], %(t_memo)s::text[], %(t_settles)s::uuid[], %(t_reverses)s::uuid[], %(t_transfer)s::uuid[],
        %(t_at)s::timestamptz[]) WITH ORDINALITY
        AS t(id, key, digest, currency, phase, memo, settles, reverses, transfer, at, place)
    WHERE key NOT IN (SELECT key FROM known)
), opened AS (
    INSERT INTO {LedgerAccount.__tablename__}
        (account_id, id, purpose, party, currency, side, floored, balance, held, opened_at)
    SELECT %(account)s, a.*, 0, 0, %(now)s FROM unnest(%(a_id)s::uuid[], %(a_purpose)s::text[], %(a_party)s::text[],
        %(a_currency)s::text[], %(a_side)s::smallint[], %(a_floored)s::boolean[]) AS a(id)
    WHERE NOT EXISTS (SELECT 1 FROM {LedgerAccount.__tablename__} o
        WHERE o.account_id = %(account)s AND o.id = a.id)
    ON CONFLICT DO NOTHING
), legs AS (
    INSERT INTO {LedgerEntry.__tablename__} (account_id, id, transaction_id, ledger_account_id, amount)
    SELECT %(account)s, e.* FROM unnest(%(e_id)s::uuid[], %(e_transaction)s::uuid[], %(e_account)s::uuid[],
        %(e_amount)s::bigint[]) AS e(id, transaction_id, ledger_account_id, amount)
    WHERE e.transaction_id IN (SELECT id FROM given)
    RETURNING 1
), closed AS (
    INSERT INTO {LedgerTransaction.__tablename__} (account_id, id, key, digest, currency, phase, memo,
        settles, reverses, transfer, effective_at, recorded_at)
    SELECT %(account)s, id, key, digest, currency, phase, memo, settles, reverses, transfer, at, %(now)s
    FROM given WHERE (SELECT count(*) FROM legs) >= 0 ORDER BY place
)
SELECT key, id, digest FROM known
"""
