"""The rules as SQLite reads them. It cannot tell its own triggers from a statement by hand, so the tables say it: an
entry takes the place of a leg that has none yet, and an account moves once for the newest transaction, by just what its
entry says. After the insert there is no such leg and no such account, so nothing can be added by hand."""

from __future__ import annotations

from collections.abc import Sequence

from .common import (
    ACCOUNT,
    ENTRY,
    IDENTITY,
    LEGS_WRONG,
    OF,
    REFUSALS,
    REVERSES_WRONG,
    SETTLES_WRONG,
    TRANSACTION,
    UNRULED,
    enters,
    moves,
    opens,
    settles,
)

NEWEST = f"SELECT max(rowid) FROM {TRANSACTION} WHERE rowid < {1 << 62}"
"""The rowids of transactions are their order: 1, 2, 3, … Whoever forced a huge one in, before there was a rule against
it, has not stopped the others: once the largest rowid is taken, SQLite would give them any."""

_EACH = "json_each(NEW.legs) AS leg"
_PURPOSE, _AMOUNT, _PARTY = (f"json_extract(leg.value, '$[{place}]')" for place in range(3))
_ENTERED = f"(SELECT count(*) FROM {ENTRY} e WHERE {OF.format('e', 'id')})"
_ENTERS = enters(_EACH, _PURPOSE, _PARTY, _AMOUNT, "leg.key")
_ENTERS_REST = f"""{_ENTERS} AND {_ENTERED} < NEW.leg_count
    AND NOT EXISTS (SELECT 1 FROM {ENTRY} e WHERE {OF.format("e", "id")} AND e.leg = leg.key)"""


def _abort(refusal: str) -> str:
    return f"RAISE(ABORT, '{REFUSALS[refusal]}')"


def _refusing(name: str, when: str, table: str, condition: str, refusal: str) -> str:
    return f"""CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW WHEN {condition}
    BEGIN SELECT {_abort(refusal)}; END"""


def _posting(name: str, plain: str, moves: str, checks: Sequence[str] = ()) -> str:
    """Most transactions settle and reverse nothing, and move accounts that are open: they are spared what the others
    need."""
    return f"""CREATE TRIGGER {name} AFTER INSERT ON {TRANSACTION} FOR EACH ROW
    WHEN {plain} (NEW.settles IS NULL AND NEW.reverses IS NULL AND NEW.phase <> 'void') BEGIN
        {_ENTERS};
        {opens(_EACH, _PURPOSE, _PARTY, "randomblob(16)", f"{_ENTERED} < NEW.leg_count AND")};
        {_ENTERS_REST};
        SELECT CASE WHEN {LEGS_WRONG} OR legs <> NEW.leg_count THEN {_abort("legs")}
            WHEN NEW.rowid <> 1 AND NOT EXISTS (SELECT 1 FROM {TRANSACTION} t WHERE t.rowid = NEW.rowid - 1)
                THEN {_abort("numbered")}
            WHEN total <> 0 THEN {_abort("zero")} END
        FROM (SELECT count(*) AS legs, sum(amount) AS total FROM {ENTRY} e WHERE {OF.format("e", "id")});
        {"".join(f"{check}; " for check in checks)}{moves}; END"""


_SAID = f"""SELECT OLD.balance + sum(CASE WHEN t.phase = 'posted' AND e.transaction_id = t.id THEN e.amount ELSE 0 END),
        OLD.held + sum(CASE WHEN e.transaction_id = t.settles THEN -max(0, -NEW.side * e.amount)
            WHEN t.phase = 'pending' THEN max(0, -NEW.side * e.amount) ELSE 0 END)
    FROM {ENTRY} e WHERE e.account_id = t.account_id AND e.ledger_account_id = NEW.id
        AND e.transaction_id IN (t.id, t.settles)"""
"""What an account comes to by its entries of the newest transaction, and of the hold that this one settles."""

SQLITE = [
    _refusing("billing_transaction_kept", "BEFORE UPDATE", TRANSACTION, "1", "edited"),
    _refusing("billing_transaction_stays", "BEFORE DELETE", TRANSACTION, "1", "edited"),
    _refusing("billing_entry_kept", "BEFORE UPDATE", ENTRY, "1", "edited"),
    _refusing("billing_entry_stays", "BEFORE DELETE", ENTRY, "1", "edited"),
    _refusing(
        "billing_entry_follows", "BEFORE INSERT", ENTRY,
        f"""typeof(NEW.leg) <> 'integer' OR typeof(NEW.amount) <> 'integer'
            OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t WHERE t.account_id = NEW.account_id
                AND t.id = NEW.transaction_id AND NEW.leg BETWEEN 0 AND t.leg_count - 1)
            OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE {OF.format("e", "transaction_id")} AND e.leg = NEW.leg)""",
        "beside",
    ),
    _refusing(
        "billing_account_opens", "BEFORE INSERT", ACCOUNT,
        f"NEW.balance <> 0 OR NEW.held <> 0 OR NEW.last_transaction_id IS NOT NULL OR {UNRULED}", "opened",
    ),
    _refusing(
        "billing_account_kept", "BEFORE UPDATE", ACCOUNT,
        " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in IDENTITY)
        + f""" OR NEW.last_transaction_id IS OLD.last_transaction_id OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
            WHERE t.rowid = ({NEWEST}) AND t.account_id = NEW.account_id
            AND t.id = NEW.last_transaction_id AND (NEW.balance, NEW.held) = ({_SAID}))""",
        "moved",
    ),
    _refusing("billing_account_stays", "BEFORE DELETE", ACCOUNT, "1", "edited"),
    f"""CREATE TRIGGER billing_transaction_once BEFORE INSERT ON {TRANSACTION} FOR EACH ROW WHEN NEW.settles IS NOT NULL
    BEGIN SELECT CASE key WHEN NEW.key THEN RAISE(IGNORE) ELSE {_abort("settles")} END FROM {TRANSACTION}
        WHERE account_id = NEW.account_id AND settles = NEW.settles; END""",
    _posting("billing_transaction_posts", "", moves("max", ENTRY, OF.format("e", "id"))),
    _posting("billing_transaction_links", "NOT", settles("max"), [
        f"SELECT {_abort('settles')} WHERE (NEW.settles IS NOT NULL OR NEW.phase = 'void') AND ({SETTLES_WRONG})",
        f"SELECT {_abort('reverses')} WHERE NEW.reverses IS NOT NULL AND ({REVERSES_WRONG})",
    ]),
    *(
        _refusing(f"billing_{table}_{name}", f"BEFORE {deed}", f"billing_ledger_{table}", "1", refusal)
        for table, refusal, deeds in (
            ("purpose", "ruled", {"added": "INSERT", "kept": "UPDATE", "stays": "DELETE"}),
            ("seal", "sealed", {"kept": "UPDATE", "stays": "DELETE"}),
        )
        for name, deed in deeds.items()
    ),
]  # fmt: skip
