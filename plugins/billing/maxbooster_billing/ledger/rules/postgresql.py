"""The rules as PostgreSQL reads them. Balances are moved by the posting's trigger alone: it knows how deep it runs."""

from __future__ import annotations

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


def _raise(refusal: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{REFUSALS[refusal]}';"


def _function(name: str, body: str, declared: str = "") -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {declared} BEGIN {body} END $$"


def _trigger(name: str, when: str, table: str, function: str, each: str = "ROW") -> str:
    return f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"


_ELEMENTS = "jsonb_array_elements(NEW.legs) WITH ORDINALITY AS leg(value, place)"
_NOT_YET = f"""AND NOT EXISTS (SELECT 1 FROM {ENTRY} e
    WHERE {OF.format("e", "id")} AND e.ledger_account_id = a.id)"""
_ENTERS_AND_MOVES = f"""WITH entry AS (
        {enters(_ELEMENTS, "leg.value->>0", "leg.value->>2", "(leg.value->>1)::bigint", "leg.place - 1")} {{rest}}
        RETURNING ledger_account_id, amount
    ), moved AS (
        {moves("greatest", "entry", "NEW.settles IS NULL")}
    ) SELECT count(*), coalesce(sum(amount), 0)"""

POSTGRESQL = [
    _function("billing_refuse_edit", _raise("edited")),
    _function("billing_keep_rule", _raise("ruled")),
    _function("billing_keep_seal", _raise("sealed")),
    _function("billing_keep_entry", f"IF pg_trigger_depth() < 2 THEN {_raise('beside')} END IF; RETURN NEW;"),
    _function(
        "billing_keep_account",
        f"""IF TG_OP = 'INSERT' THEN
            IF NEW.balance <> 0 OR NEW.held <> 0 OR NEW.last_transaction_id IS NOT NULL OR {UNRULED}
                THEN {_raise("opened")} END IF;
        ELSIF pg_trigger_depth() < 2
            OR {" OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in IDENTITY)}
            THEN {_raise("moved")}
        END IF; RETURN NEW;""",
    ),
    _function(
        "billing_post",
        f"""legs := jsonb_array_length(NEW.legs);
        IF {LEGS_WRONG} OR legs <> NEW.leg_count THEN {_raise("legs")} END IF;
        IF NEW.settles IS NOT NULL OR NEW.phase = 'void' THEN
            IF {SETTLES_WRONG} THEN {_raise("settles")} END IF;
        END IF;
        {_ENTERS_AND_MOVES.format(rest="")} INTO entered, total FROM entry;
        IF entered < legs THEN
            {opens(_ELEMENTS, "leg.value->>0", "leg.value->>2", "gen_random_uuid()")};
            {_ENTERS_AND_MOVES.format(rest=_NOT_YET)} INTO more, rest FROM entry;
            entered := entered + more; total := total + rest;
        END IF;
        IF entered <> legs THEN {_raise("legs")} END IF;
        IF total <> 0 THEN {_raise("zero")} END IF;
        IF NEW.reverses IS NOT NULL THEN IF {REVERSES_WRONG} THEN {_raise("reverses")} END IF; END IF;
        IF NEW.settles IS NOT NULL THEN {settles("greatest")}; END IF; RETURN NULL;""",
        "DECLARE legs bigint; entered bigint; total numeric; more bigint; rest numeric;",
    ),
    _trigger("billing_transaction_kept", "BEFORE UPDATE", TRANSACTION, "billing_refuse_edit"),
    _trigger("billing_transaction_stays", "BEFORE DELETE", TRANSACTION, "billing_refuse_edit"),
    _trigger("billing_entry_kept", "BEFORE UPDATE", ENTRY, "billing_refuse_edit"),
    _trigger("billing_entry_stays", "BEFORE DELETE", ENTRY, "billing_refuse_edit"),
    _trigger("billing_entry_follows", "BEFORE INSERT", ENTRY, "billing_keep_entry"),
    _trigger("billing_account_opens", "BEFORE INSERT", ACCOUNT, "billing_keep_account"),
    _trigger("billing_account_kept", "BEFORE UPDATE", ACCOUNT, "billing_keep_account"),
    _trigger("billing_account_stays", "BEFORE DELETE", ACCOUNT, "billing_refuse_edit"),
    _trigger("billing_transaction_posts", "AFTER INSERT", TRANSACTION, "billing_post"),
    *(
        _trigger(f"billing_{table}_whole", "BEFORE TRUNCATE", f"billing_ledger_{table}", function, "STATEMENT")
        for table, function in (
            ("transaction", "billing_refuse_edit"),
            ("entry", "billing_refuse_edit"),
            ("account", "billing_refuse_edit"),
            ("purpose", "billing_keep_rule"),
            ("seal", "billing_keep_seal"),
        )
    ),
    *(
        _trigger(f"billing_{table}_{name}", f"BEFORE {deed}", f"billing_ledger_{table}", function)
        for table, function, deeds in (
            ("purpose", "billing_keep_rule", {"added": "INSERT", "kept": "UPDATE", "stays": "DELETE"}),
            ("seal", "billing_keep_seal", {"kept": "UPDATE", "stays": "DELETE"}),
        )
        for name, deed in deeds.items()
    ),
]
