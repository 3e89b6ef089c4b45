"""What the database refuses, whoever writes: the ledger's invariants as triggers, for SQLite and PostgreSQL.

* A transaction is one row that carries its legs. Inserting it opens the accounts that are missing, writes an entry for
  each leg and moves the balances; it is refused unless there are two legs at least, in whole minor units, that come to
  zero. So there is nothing that a COMMIT could find out later, and nothing half.
* Transactions and entries are written once: no update, no delete, no entry besides. Accounts are not deleted, and of an
  account only what its entries say can change.
* Balances are moved by that trigger alone. PostgreSQL knows when it runs; SQLite does not, so there the tables say it:
  an entry takes the place of a leg that has none yet, and an account moves once for the newest transaction, by just
  what its entry says. After the insert there is no such leg and no such account, so nothing can be added by hand.

Tables that are recreated by a later migration lose their triggers on SQLite: such a migration calls `install` again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from .purposes import PURPOSES

ACCOUNT, TRANSACTION, ENTRY = "billing_ledger_account", "billing_ledger_transaction", "billing_ledger_entry"

REFUSALS = {
    "edited": "billing: what is posted is not edited or deleted, reverse it",
    "beside": "billing: an entry comes with its transaction only",
    "opened": "billing: a ledger account opens with nothing",
    "moved": "billing: a balance moves only with a transaction",
    "legs": "billing: a transaction has two legs at least, a void none",
    "zero": "billing: the legs do not come to zero",
    "settles": "billing: only a pending transaction of the same currency can be settled",
    "reverses": "billing: a reversal mirrors each leg of a posted transaction",
}
TRIGGERS = {
    "billing_transaction_kept": TRANSACTION,
    "billing_transaction_stays": TRANSACTION,
    "billing_transaction_posts": TRANSACTION,
    "billing_transaction_links": TRANSACTION,
    "billing_transaction_once": TRANSACTION,
    "billing_entry_kept": ENTRY,
    "billing_entry_stays": ENTRY,
    "billing_entry_follows": ENTRY,
    "billing_account_opens": ACCOUNT,
    "billing_account_kept": ACCOUNT,
    "billing_account_stays": ACCOUNT,
    "billing_transaction_whole": TRANSACTION,
    "billing_entry_whole": ENTRY,
    "billing_account_whole": ACCOUNT,
}
_FUNCTIONS = ("billing_refuse_edit", "billing_keep_entry", "billing_keep_account", "billing_post")


def install(connection: Connection) -> None:
    """Put the triggers on the tables, replacing those that are there."""
    remove(connection)
    for statement in _wanted(connection):
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    for name, table in TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{'' if sqlite else f' ON {table}'}")
    for name in () if sqlite else _FUNCTIONS:
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")


def missing(connection: Connection) -> list[str]:
    """Triggers that should be there and are not, or are switched off."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    else:
        found = connection.execute(text("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")).scalars()
    return sorted(name for name in set(TRIGGERS) - set(found) if any(name in each for each in _wanted(connection)))


def _wanted(connection: Connection) -> list[str]:
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL


# What both databases read

_CREDITED = ", ".join(f"'{each.name}'" for each in PURPOSES.values() if each.side < 0)
_FLOORED = ", ".join(f"'{each.name}'" for each in PURPOSES.values() if each.floored)
_IDENTITY = ("account_id", "id", "purpose", "party", "currency", "side", "floored", "opened_at")
_OF = "{0}.account_id = NEW.account_id AND {0}.transaction_id = NEW.{1}"

_LEGS_WRONG = "legs < 2 AND NEW.phase <> 'void' OR legs > 0 AND NEW.phase = 'void'"
_SETTLES_WRONG = f"""NEW.settles IS NULL OR NEW.phase = 'pending' OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
    WHERE t.account_id = NEW.account_id AND t.id = NEW.settles AND t.phase = 'pending' AND t.currency = NEW.currency)"""
_REVERSES_WRONG = f"""NEW.phase <> 'posted' OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
        WHERE t.account_id = NEW.account_id AND t.id = NEW.reverses AND t.phase = 'posted')
    OR (SELECT count(*) FROM {ENTRY} o WHERE {_OF.format("o", "reverses")})
        <> (SELECT count(*) FROM {ENTRY} e WHERE {_OF.format("e", "id")})
    OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE {_OF.format("e", "id")} AND NOT EXISTS (SELECT 1 FROM {ENTRY} o
        WHERE {_OF.format("o", "reverses")} AND o.ledger_account_id = e.ledger_account_id AND o.amount = -e.amount))"""


def _opens(legs: str, purpose: str, party: str, id: str, condition: str = "") -> str:
    return f"""INSERT INTO {ACCOUNT} (account_id, id, purpose, party, currency, side, floored, balance, held, opened_at)
    SELECT NEW.account_id, {id}, {purpose}, {party}, NEW.currency,
        CASE WHEN {purpose} IN ({_CREDITED}) THEN -1 ELSE 1 END, {purpose} IN ({_FLOORED}), 0, 0, NEW.recorded_at
    FROM {legs} WHERE {condition} NOT EXISTS (SELECT 1 FROM {ACCOUNT} a WHERE a.account_id = NEW.account_id
        AND a.purpose = {purpose} AND a.party = {party} AND a.currency = NEW.currency)
    ON CONFLICT DO NOTHING"""


def _enters(legs: str, purpose: str, party: str, amount: str, leg: str) -> str:
    return f"""INSERT INTO {ENTRY} (account_id, transaction_id, leg, ledger_account_id, amount)
    SELECT NEW.account_id, NEW.id, {leg}, a.id, {amount} FROM {legs} CROSS JOIN {ACCOUNT} a
    WHERE a.account_id = NEW.account_id AND a.purpose = {purpose} AND a.party = {party} AND a.currency = NEW.currency"""


def _moves(greatest: str, entries: str, condition: str) -> str:
    """What the entries of a transaction that settles nothing do to the accounts in which they lie."""
    return f"""UPDATE {ACCOUNT} SET last_transaction_id = NEW.id,
        balance = balance + CASE NEW.phase WHEN 'posted' THEN e.amount ELSE 0 END,
        held = held + CASE NEW.phase WHEN 'pending' THEN {greatest}(0, -side * e.amount) ELSE 0 END
    FROM {entries} AS e WHERE {condition}
        AND {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = e.ledger_account_id"""


def _settles(greatest: str) -> str:
    """The same, and the end of the hold that the pending transaction had put on them."""
    joined = f"{ENTRY} e JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id"
    return f"""UPDATE {ACCOUNT} SET balance = balance + m.moved, held = held + m.reserved, last_transaction_id = NEW.id
    FROM (SELECT ledger_account_id, sum(moved) AS moved, sum(reserved) AS reserved FROM (
        SELECT e.ledger_account_id, e.amount AS moved, 0 AS reserved FROM {ENTRY} e WHERE {_OF.format("e", "id")}
        UNION ALL SELECT e.ledger_account_id, 0, -{greatest}(0, -a.side * e.amount) FROM {joined}
            WHERE {_OF.format("e", "settles")}
    ) AS each_leg GROUP BY ledger_account_id) AS m
    WHERE {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = m.ledger_account_id"""


# SQLite

_EACH = "json_each(NEW.legs) AS leg"
_PURPOSE, _AMOUNT, _PARTY = (f"json_extract(leg.value, '$[{place}]')" for place in range(3))
_ENTERED = f"(SELECT count(*) FROM {ENTRY} e WHERE {_OF.format('e', 'id')})"
_ENTERS = _enters(_EACH, _PURPOSE, _PARTY, _AMOUNT, "leg.key")
_ENTERS_REST = f"""{_ENTERS} AND {_ENTERED} < NEW.leg_count
    AND NOT EXISTS (SELECT 1 FROM {ENTRY} e WHERE {_OF.format("e", "id")} AND e.leg = leg.key)"""


def _abort(refusal: str) -> str:
    return f"RAISE(ABORT, '{REFUSALS[refusal]}')"


def _refusing(name: str, when: str, condition: str, refusal: str) -> str:
    return f"""CREATE TRIGGER {name} {when} ON {TRIGGERS[name]} FOR EACH ROW WHEN {condition}
    BEGIN SELECT {_abort(refusal)}; END"""


def _posting(name: str, plain: str, moves: str, checks: Sequence[str] = ()) -> str:
    """Most transactions settle and reverse nothing, and move accounts that are open: they are spared what the others
    need."""
    return f"""CREATE TRIGGER {name} AFTER INSERT ON {TRANSACTION} FOR EACH ROW
    WHEN {plain} (NEW.settles IS NULL AND NEW.reverses IS NULL AND NEW.phase <> 'void') BEGIN
        {_ENTERS};
        {_opens(_EACH, _PURPOSE, _PARTY, "randomblob(16)", f"{_ENTERED} < NEW.leg_count AND")};
        {_ENTERS_REST};
        SELECT CASE WHEN {_LEGS_WRONG} OR legs <> NEW.leg_count THEN {_abort("legs")}
            WHEN total <> 0 THEN {_abort("zero")} END
        FROM (SELECT count(*) AS legs, sum(amount) AS total FROM {ENTRY} e WHERE {_OF.format("e", "id")});
        {"".join(f"{check}; " for check in checks)}{moves}; END"""


_SAID = f"""SELECT OLD.balance + sum(CASE WHEN t.phase = 'posted' AND e.transaction_id = t.id THEN e.amount ELSE 0 END),
        OLD.held + sum(CASE WHEN e.transaction_id = t.settles THEN -max(0, -NEW.side * e.amount)
            WHEN t.phase = 'pending' THEN max(0, -NEW.side * e.amount) ELSE 0 END)
    FROM {ENTRY} e WHERE e.account_id = t.account_id AND e.ledger_account_id = NEW.id
        AND e.transaction_id IN (t.id, t.settles)"""
"""What an account comes to by its entries of the newest transaction, and of the hold that this one settles."""

SQLITE = [
    _refusing("billing_transaction_kept", "BEFORE UPDATE", "1", "edited"),
    _refusing("billing_transaction_stays", "BEFORE DELETE", "1", "edited"),
    _refusing("billing_entry_kept", "BEFORE UPDATE", "1", "edited"),
    _refusing("billing_entry_stays", "BEFORE DELETE", "1", "edited"),
    _refusing(
        "billing_entry_follows", "BEFORE INSERT",
        f"""typeof(NEW.leg) <> 'integer' OR typeof(NEW.amount) <> 'integer'
            OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t WHERE t.account_id = NEW.account_id
                AND t.id = NEW.transaction_id AND NEW.leg BETWEEN 0 AND t.leg_count - 1)
            OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE {_OF.format("e", "transaction_id")} AND e.leg = NEW.leg)""",
        "beside",
    ),
    _refusing(
        "billing_account_opens", "BEFORE INSERT",
        "NEW.balance <> 0 OR NEW.held <> 0 OR NEW.last_transaction_id IS NOT NULL", "opened",
    ),
    _refusing(
        "billing_account_kept", "BEFORE UPDATE",
        " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _IDENTITY)
        + f""" OR NEW.last_transaction_id IS OLD.last_transaction_id OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
            WHERE t.rowid = (SELECT max(rowid) FROM {TRANSACTION}) AND t.account_id = NEW.account_id
            AND t.id = NEW.last_transaction_id AND (NEW.balance, NEW.held) = ({_SAID}))""",
        "moved",
    ),
    _refusing("billing_account_stays", "BEFORE DELETE", "1", "edited"),
    f"""CREATE TRIGGER billing_transaction_once BEFORE INSERT ON {TRANSACTION} FOR EACH ROW WHEN NEW.settles IS NOT NULL
    BEGIN SELECT CASE key WHEN NEW.key THEN RAISE(IGNORE) ELSE {_abort("settles")} END FROM {TRANSACTION}
        WHERE account_id = NEW.account_id AND settles = NEW.settles; END""",
    _posting("billing_transaction_posts", "", _moves("max", ENTRY, _OF.format("e", "id"))),
    _posting("billing_transaction_links", "NOT", _settles("max"), [
        f"SELECT {_abort('settles')} WHERE (NEW.settles IS NOT NULL OR NEW.phase = 'void') AND ({_SETTLES_WRONG})",
        f"SELECT {_abort('reverses')} WHERE NEW.reverses IS NOT NULL AND ({_REVERSES_WRONG})",
    ]),
]  # fmt: skip


# PostgreSQL


def _raise(refusal: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{REFUSALS[refusal]}';"


def _function(name: str, body: str, declared: str = "") -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declared} BEGIN {body} END $$"


def _trigger(name: str, when: str, function: str, each: str = "ROW") -> str:
    return f"CREATE TRIGGER {name} {when} ON {TRIGGERS[name]} FOR EACH {each} EXECUTE FUNCTION {function}()"


_ELEMENTS = "jsonb_array_elements(NEW.legs) WITH ORDINALITY AS leg(value, place)"
_NOT_YET = f"""AND NOT EXISTS (SELECT 1 FROM {ENTRY} e
    WHERE {_OF.format("e", "id")} AND e.ledger_account_id = a.id)"""
_ENTERS_AND_MOVES = f"""WITH entry AS (
        {_enters(_ELEMENTS, "leg.value->>0", "leg.value->>2", "(leg.value->>1)::bigint", "leg.place - 1")} {{rest}}
        RETURNING ledger_account_id, amount
    ), moved AS (
        {_moves("greatest", "entry", "NEW.settles IS NULL")}
    ) SELECT count(*), coalesce(sum(amount), 0)"""

POSTGRESQL = [
    _function("billing_refuse_edit", _raise("edited")),
    _function("billing_keep_entry", f"IF pg_trigger_depth() < 2 THEN {_raise('beside')} END IF; RETURN NEW;"),
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
        "billing_post",
        f"""legs := jsonb_array_length(NEW.legs);
        IF {_LEGS_WRONG} OR legs <> NEW.leg_count THEN {_raise("legs")} END IF;
        IF NEW.settles IS NOT NULL OR NEW.phase = 'void' THEN
            IF {_SETTLES_WRONG} THEN {_raise("settles")} END IF;
        END IF;
        {_ENTERS_AND_MOVES.format(rest="")} INTO entered, total FROM entry;
        IF entered < legs THEN
            {_opens(_ELEMENTS, "leg.value->>0", "leg.value->>2", "gen_random_uuid()")};
            {_ENTERS_AND_MOVES.format(rest=_NOT_YET)} INTO more, rest FROM entry;
            entered := entered + more; total := total + rest;
        END IF;
        IF entered <> legs THEN {_raise("legs")} END IF;
        IF total <> 0 THEN {_raise("zero")} END IF;
        IF NEW.reverses IS NOT NULL THEN IF {_REVERSES_WRONG} THEN {_raise("reverses")} END IF; END IF;
        IF NEW.settles IS NOT NULL THEN {_settles("greatest")}; END IF; RETURN NULL;""",
        "DECLARE legs bigint; entered bigint; total numeric; more bigint; rest numeric;",
    ),
    _trigger("billing_transaction_kept", "BEFORE UPDATE", "billing_refuse_edit"),
    _trigger("billing_transaction_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_entry_kept", "BEFORE UPDATE", "billing_refuse_edit"),
    _trigger("billing_entry_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_entry_follows", "BEFORE INSERT", "billing_keep_entry"),
    _trigger("billing_account_opens", "BEFORE INSERT", "billing_keep_account"),
    _trigger("billing_account_kept", "BEFORE UPDATE", "billing_keep_account"),
    _trigger("billing_account_stays", "BEFORE DELETE", "billing_refuse_edit"),
    _trigger("billing_transaction_posts", "AFTER INSERT", "billing_post"),
    *(
        _trigger(f"billing_{table}_whole", "BEFORE TRUNCATE", "billing_refuse_edit", "STATEMENT")
        for table in ("transaction", "entry", "account")
    ),
]
