"""What the rules of both databases have in common: names, refusals, and the statements that read the same."""

from __future__ import annotations

ACCOUNT, TRANSACTION, ENTRY = "billing_ledger_account", "billing_ledger_transaction", "billing_ledger_entry"
PURPOSE, SEAL = "billing_ledger_purpose", "billing_ledger_seal"

REFUSALS = {
    "edited": "billing: what is posted is not edited or deleted, reverse it",
    "beside": "billing: an entry comes with its transaction only",
    "opened": "billing: a ledger account opens with nothing, and as the rule of its purpose says",
    "moved": "billing: a balance moves only with a transaction",
    "legs": "billing: a transaction has two legs at least, a void none, and each purpose has a rule",
    "zero": "billing: the legs do not come to zero",
    "settles": "billing: only a pending transaction of the same currency can be settled",
    "reverses": "billing: a reversal mirrors each leg of a posted transaction",
    "ruled": "billing: the rules of purposes change with a new version only",
    "sealed": "billing: what is sealed is not edited or deleted",
    "numbered": "billing: transactions are numbered one after the other",
}
IDENTITY = ("account_id", "id", "purpose", "party", "currency", "side", "floored", "opened_at")
OF = "{0}.account_id = NEW.account_id AND {0}.transaction_id = NEW.{1}"

LEGS_WRONG = "legs < 2 AND NEW.phase <> 'void' OR legs > 0 AND NEW.phase = 'void'"
SETTLES_WRONG = f"""NEW.settles IS NULL OR NEW.phase = 'pending' OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
    WHERE t.account_id = NEW.account_id AND t.id = NEW.settles AND t.phase = 'pending' AND t.currency = NEW.currency)"""
REVERSES_WRONG = f"""NEW.phase <> 'posted' OR NOT EXISTS (SELECT 1 FROM {TRANSACTION} t
        WHERE t.account_id = NEW.account_id AND t.id = NEW.reverses AND t.phase = 'posted')
    OR (SELECT count(*) FROM {ENTRY} o WHERE {OF.format("o", "reverses")})
        <> (SELECT count(*) FROM {ENTRY} e WHERE {OF.format("e", "id")})
    OR EXISTS (SELECT 1 FROM {ENTRY} e WHERE {OF.format("e", "id")} AND NOT EXISTS (SELECT 1 FROM {ENTRY} o
        WHERE {OF.format("o", "reverses")} AND o.ledger_account_id = e.ledger_account_id AND o.amount = -e.amount))"""


def opens(legs: str, purpose: str, party: str, id: str, condition: str = "") -> str:
    return f"""INSERT INTO {ACCOUNT} (account_id, id, purpose, party, currency, side, floored, balance, held, opened_at)
    SELECT NEW.account_id, {id}, p.name, {party}, NEW.currency, p.side, p.floored, 0, 0, NEW.recorded_at
    FROM {legs} CROSS JOIN {PURPOSE} p WHERE p.name = {purpose} AND {condition} NOT EXISTS (SELECT 1 FROM {ACCOUNT} a
        WHERE a.account_id = NEW.account_id AND a.purpose = p.name AND a.party = {party} AND a.currency = NEW.currency)
    ON CONFLICT DO NOTHING"""


def enters(legs: str, purpose: str, party: str, amount: str, leg: str) -> str:
    return f"""INSERT INTO {ENTRY} (account_id, transaction_id, leg, ledger_account_id, amount)
    SELECT NEW.account_id, NEW.id, {leg}, a.id, {amount} FROM {legs} CROSS JOIN {ACCOUNT} a
    WHERE a.account_id = NEW.account_id AND a.purpose = {purpose} AND a.party = {party} AND a.currency = NEW.currency"""


def moves(greatest: str, entries: str, condition: str) -> str:
    """What the entries of a transaction that settles nothing do to the accounts in which they lie."""
    return f"""UPDATE {ACCOUNT} SET last_transaction_id = NEW.id,
        balance = balance + CASE NEW.phase WHEN 'posted' THEN e.amount ELSE 0 END,
        held = held + CASE NEW.phase WHEN 'pending' THEN {greatest}(0, -side * e.amount) ELSE 0 END
    FROM {entries} AS e WHERE {condition}
        AND {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = e.ledger_account_id"""


def settles(greatest: str) -> str:
    """The same, and the end of the hold that the pending transaction had put on them."""
    joined = f"{ENTRY} e JOIN {ACCOUNT} a ON a.account_id = e.account_id AND a.id = e.ledger_account_id"
    return f"""UPDATE {ACCOUNT} SET balance = balance + m.moved, held = held + m.reserved, last_transaction_id = NEW.id
    FROM (SELECT ledger_account_id, sum(moved) AS moved, sum(reserved) AS reserved FROM (
        SELECT e.ledger_account_id, e.amount AS moved, 0 AS reserved FROM {ENTRY} e WHERE {OF.format("e", "id")}
        UNION ALL SELECT e.ledger_account_id, 0, -{greatest}(0, -a.side * e.amount) FROM {joined}
            WHERE {OF.format("e", "settles")}
    ) AS each_leg GROUP BY ledger_account_id) AS m
    WHERE {ACCOUNT}.account_id = NEW.account_id AND {ACCOUNT}.id = m.ledger_account_id"""


UNRULED = f"""NOT EXISTS (SELECT 1 FROM {PURPOSE} p
    WHERE p.name = NEW.purpose AND p.side = NEW.side AND p.floored = NEW.floored)"""
"""A ledger account that is not what the rule of its purpose says."""
