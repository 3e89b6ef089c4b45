"""What the database refuses, whoever writes: the ledger's invariants as triggers, for SQLite and PostgreSQL.

* Transactions and entries are written once: no update, no delete. Accounts are not deleted, and of an account only what
  its entries say can change.
* A transaction's row comes after its legs and closes them. It is refused unless there are two at least, of its own
  currency, and they come to zero; legs without one do not survive the COMMIT (a deferred foreign key).
* It alone moves balances and holds. On PostgreSQL a balance changes inside the trigger only; on SQLite only by the
  newest transaction, once, and only where that transaction has a leg.

The tables recreated by a later migration lose their triggers on SQLite: such a migration calls `install` again.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

ACCOUNT, TRANSACTION, ENTRY = "billing_ledger_account", "billing_ledger_transaction", "billing_ledger_entry"

REFUSALS = {
    "edited": "billing: what is posted is not edited or deleted, reverse it",
    "late": "billing: this transaction is closed, its legs are complete",
    "whole": "billing: amounts are whole minor units",
    "opened": "billing: a ledger account opens with nothing",
    "moved": "billing: a balance moves only with a transaction",
    "legs": "billing: a transaction has two legs at least, a void none",
    "zero": "billing: the legs do not come to zero",
    "currency": "billing: a leg lies in an account of another currency",
    "settles": "billing: only a pending transaction of the same currency can be settled",
    "reverses": "billing: a reversal mirrors each leg of a posted transaction",
}


def install(connection: Connection) -> None:
    """Put the triggers on the tables, replacing those that are there."""
    remove(connection)
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    for name, table in TRIGGERS.items():
        on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
    if connection.dialect.name == "postgresql":
        for name in ("billing_refuse_edit", "billing_refuse_leg", "billing_keep_account", "billing_close"):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def missing(connection: Connection) -> list[str]:
    """Triggers that should be there and are not, or are switched off."""
    wanted = set(TRIGGERS)
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    else:
        found = connection.execute(text("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")).scalars()
        wanted -= {"billing_transaction_posts", "billing_transaction_settles"}  # there the closing trigger does it
    return sorted(wanted - set(found))


TRIGGERS = {
    "billing_transaction_kept": TRANSACTION,
    "billing_transaction_stays": TRANSACTION,
    "billing_entry_kept": ENTRY,
    "billing_entry_stays": ENTRY,
    "billing_entry_in_time": ENTRY,
    "billing_account_opens": ACCOUNT,
    "billing_account_kept": ACCOUNT,
    "billing_account_stays": ACCOUNT,
    "billing_transaction_closes": TRANSACTION,
    "billing_transaction_posts": TRANSACTION,
    "billing_transaction_settles": TRANSACTION,
}

_SAME = "FROM {0} WHERE account_id = NEW.account_id AND id = NEW.{1}"
_OWN = f"""FROM {ENTRY} e JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id
    WHERE e.account_id = NEW.account_id AND e.transaction_id = NEW.{{0}}"""
_COUNT = f"SELECT count(*) FROM {ENTRY} o WHERE o.account_id = NEW.account_id AND o.transaction_id = NEW.{{0}}"

_LEGS_WRONG = "legs < 2 AND NEW.phase <> 'void' OR legs > 0 AND NEW.phase = 'void'"
_SETTLES_WRONG = f"""NEW.phase = 'void' AND NEW.settles IS NULL OR NEW.settles IS NOT NULL AND (NEW.phase = 'pending'
    OR NOT EXISTS (SELECT 1 {_SAME.format(TRANSACTION, "settles")}
        AND phase = 'pending' AND currency = NEW.currency))"""
_REVERSES_WRONG = f"""NEW.reverses IS NOT NULL AND (NEW.phase <> 'posted'
    OR NOT EXISTS (SELECT 1 {_SAME.format(TRANSACTION, "reverses")} AND phase = 'posted')
    OR ({_COUNT.format("reverses")}) <> ({_COUNT.format("id")})
    OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.account_id = NEW.account_id AND e.transaction_id = NEW.id
        AND NOT EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.account_id = e.account_id AND o.transaction_id = NEW.reverses
            AND o.ledger_account_id = e.ledger_account_id AND o.amount = -e.amount)))"""


def _posts(greatest: str) -> str:
    """What the legs of a transaction do to the accounts in which they lie."""
    return f"""UPDATE {ACCOUNT} SET last_transaction_id = NEW.id,
        balance = balance + CASE NEW.phase WHEN 'posted' THEN e.amount ELSE 0 END,
        held = held + CASE NEW.phase WHEN 'pending' THEN {greatest}(0, -side * e.amount) ELSE 0 END
    FROM {ENTRY} e WHERE e.account_id = NEW.account_id AND e.transaction_id = NEW.id
        AND {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = e.ledger_account_id"""


def _settles(greatest: str) -> str:
    """The same, and the end of the hold that the pending transaction had put on them."""
    return f"""UPDATE {ACCOUNT} SET balance = balance + m.moved, held = held + m.reserved, last_transaction_id = NEW.id
    FROM (SELECT ledger_account_id, sum(moved) AS moved, sum(reserved) AS reserved FROM (
        SELECT e.ledger_account_id, e.amount AS moved, 0 AS reserved {_OWN.format("id")}
        UNION ALL SELECT e.ledger_account_id, 0, -{greatest}(0, -a.side * e.amount) {_OWN.format("settles")}
    ) AS each_leg GROUP BY ledger_account_id) AS m
    WHERE {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = m.ledger_account_id"""


_IDENTITY = ("account_id", "id", "purpose", "party", "currency", "side", "floored", "opened_at")
_NEWEST_MOVES_IT = f"""EXISTS (SELECT 1 FROM {TRANSACTION} t JOIN {ENTRY} e
    ON e.account_id = t.account_id AND e.transaction_id IN (t.id, t.settles) AND e.ledger_account_id = NEW.id
    WHERE t.rowid = (SELECT max(rowid) FROM {TRANSACTION})
        AND t.account_id = NEW.account_id AND t.id = NEW.last_transaction_id)"""


def _abort(refusal: str) -> str:
    return f"RAISE(ABORT, '{REFUSALS[refusal]}')"


def _sqlite(name: str, when: str, condition: str, refusal: str) -> str:
    return f"""CREATE TRIGGER {name} {when} ON {TRIGGERS[name]} FOR EACH ROW WHEN {condition}
    BEGIN SELECT {_abort(refusal)}; END"""


SQLITE = [
    _sqlite("billing_transaction_kept", "BEFORE UPDATE", "1", "edited"),
    _sqlite("billing_transaction_stays", "BEFORE DELETE", "1", "edited"),
    _sqlite("billing_entry_kept", "BEFORE UPDATE", "1", "edited"),
    _sqlite("billing_entry_stays", "BEFORE DELETE", "1", "edited"),
    f"""CREATE TRIGGER billing_entry_in_time BEFORE INSERT ON {ENTRY} FOR EACH ROW BEGIN
        SELECT {_abort("whole")} WHERE typeof(NEW.amount) <> 'integer';
        SELECT {_abort("late")}
            WHERE EXISTS (SELECT 1 {_SAME.format(TRANSACTION, "transaction_id")}); END""",
    _sqlite(
        "billing_account_opens", "BEFORE INSERT",
        "NEW.balance <> 0 OR NEW.held <> 0 OR NEW.last_transaction_id IS NOT NULL", "opened",
    ),
    _sqlite(
        "billing_account_kept", "BEFORE UPDATE",
        " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _IDENTITY)
        + f" OR NEW.last_transaction_id IS OLD.last_transaction_id OR NOT {_NEWEST_MOVES_IT}",
        "moved",
    ),
    _sqlite("billing_account_stays", "BEFORE DELETE", "1", "edited"),
    f"""CREATE TRIGGER billing_transaction_closes AFTER INSERT ON {TRANSACTION} FOR EACH ROW BEGIN
        SELECT CASE WHEN {_LEGS_WRONG} THEN {_abort("legs")} WHEN total <> 0 THEN {_abort("zero")}
            WHEN foreign_legs > 0 THEN {_abort("currency")} END
        FROM (SELECT count(*) AS legs, coalesce(sum(e.amount), 0) AS total,
            coalesce(sum(a.currency <> NEW.currency), 0) AS foreign_legs {_OWN.format("id")});
        SELECT {_abort("settles")} WHERE {_SETTLES_WRONG};
        SELECT {_abort("reverses")} WHERE {_REVERSES_WRONG}; END""",
    f"""CREATE TRIGGER billing_transaction_posts AFTER INSERT ON {TRANSACTION} FOR EACH ROW WHEN NEW.settles IS NULL
    BEGIN {_posts("max")}; END""",
    f"""CREATE TRIGGER billing_transaction_settles AFTER INSERT ON {TRANSACTION} FOR EACH ROW
    WHEN NEW.settles IS NOT NULL BEGIN {_settles("max")}; END""",
]  # fmt: skip


def _raise(refusal: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{REFUSALS[refusal]}';"


def _function(name: str, body: str, declared: str = "") -> str:
    declare = f"DECLARE {declared} " if declared else ""
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declare}BEGIN {body} END $$"


def _trigger(name: str, when: str, function: str) -> str:
    return f"CREATE TRIGGER {name} {when} ON {TRIGGERS[name]} FOR EACH ROW EXECUTE FUNCTION {function}()"


POSTGRESQL = [
    _function("billing_refuse_edit", _raise("edited")),
    _function(
        "billing_refuse_leg",
        f"""IF EXISTS (SELECT 1 {_SAME.format(TRANSACTION, "transaction_id")}) THEN {_raise("late")} END IF;
        RETURN NEW;""",
    ),
    _function(
        "billing_keep_account",
        f"""IF TG_OP = 'INSERT' THEN
            IF NEW.balance <> 0 OR NEW.held <> 0 OR NEW.last_transaction_id IS NOT NULL THEN {_raise("opened")} END IF;
        ELSIF pg_trigger_depth() < 2
            OR {" OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _IDENTITY)}
            THEN {_raise("moved")}
        END IF; RETURN NEW;""",
    ),
    _function(
        "billing_close",
        f"""SELECT count(*), coalesce(sum(e.amount), 0), coalesce(bool_or(a.currency <> NEW.currency), FALSE)
            INTO legs, total, foreign_legs {_OWN.format("id")};
        IF {_LEGS_WRONG} THEN {_raise("legs")} END IF;
        IF total <> 0 THEN {_raise("zero")} END IF;
        IF foreign_legs THEN {_raise("currency")} END IF;
        IF {_SETTLES_WRONG} THEN {_raise("settles")} END IF;
        IF {_REVERSES_WRONG} THEN {_raise("reverses")} END IF;
        PERFORM 1 FROM {ACCOUNT} a WHERE a.account_id = NEW.account_id AND a.id IN (
            SELECT ledger_account_id FROM {ENTRY} e WHERE e.account_id = NEW.account_id
            AND e.transaction_id IN (NEW.id, NEW.settles)) ORDER BY a.id FOR NO KEY UPDATE;
        IF NEW.settles IS NULL THEN {_posts("greatest")}; ELSE {_settles("greatest")}; END IF; RETURN NULL;""",
        "legs bigint; total numeric; foreign_legs boolean;",
    ),
    _trigger("billing_transaction_kept", "BEFORE UPDATE", "billing_refuse_edit"),
    _trigger("billing_transaction_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_entry_kept", "BEFORE UPDATE", "billing_refuse_edit"),
    _trigger("billing_entry_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_entry_in_time", "BEFORE INSERT", "billing_refuse_leg"),
    _trigger("billing_account_opens", "BEFORE INSERT", "billing_keep_account"),
    _trigger("billing_account_kept", "BEFORE UPDATE", "billing_keep_account"),
    _trigger("billing_account_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_transaction_closes", "AFTER INSERT", "billing_close"),
]
