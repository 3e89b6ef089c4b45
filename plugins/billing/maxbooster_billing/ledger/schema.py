"""Whether the database still is what the migrations made of it: tables, constraints, indexes and rules, by their text.

`schema.sqlite.txt` and `schema.postgresql.txt` say what a database of this version holds; they are written by
`write_expected` and held against a migrated database by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from . import rules

HERE = Path(__file__).parent
MIGRATIONS = HERE.parent / "migrations"


def outdated(connection: Connection) -> str | None:
    """A sentence, if the database is of another version: then nothing else can be said of it."""
    newest = max(path.stem for path in MIGRATIONS.glob("billing_[0-9]*.py"))[: len("billing_0000")]
    found = connection.execute(text("SELECT version_num FROM alembic_version_billing")).scalar()
    if found == newest:
        return None
    return f"The database is at {found or 'no version'}, this program expects {newest}: run `maxbooster db upgrade`."


def differences(connection: Connection) -> Iterator[tuple[str, str]]:
    """What differs, a label and a sentence each."""
    wanted, found = _expected(connection), _catalog(connection)
    for label in sorted(wanted.keys() - found.keys()):
        yield label, f"The {label} is missing."
    for label in sorted(found.keys() - wanted.keys()):
        yield label, f"There is an unknown {label}; drop it if you did not add it."
    for label in sorted(wanted.keys() & found.keys()):
        if wanted[label] != found[label]:
            yield label, f"The {label} was changed: it is {found[label]!r}, expected {wanted[label]!r}."
    yield from _rule_differences(connection)


def write_expected(connection: Connection) -> None:
    """Freeze the schema of a freshly migrated database as what this version expects."""
    lines = [f"{label}: {definition}" for label, definition in sorted(_catalog(connection).items())]
    _file(connection).write_text("\n".join(lines) + "\n", "utf-8")


def _expected(connection: Connection) -> dict[str, str]:
    lines = _file(connection).read_text("utf-8").splitlines()
    return {label: definition for label, _, definition in (line.partition(": ") for line in lines)}


def _file(connection: Connection) -> Path:
    return HERE / f"schema.{connection.dialect.name}.txt"


def _catalog(connection: Connection) -> dict[str, str]:
    statement = _SQLITE_CATALOG if connection.dialect.name == "sqlite" else _POSTGRESQL_CATALOG
    rows = connection.execute(text(statement))
    return {f"{row.kind} {row.name}": _plain(row.definition) for row in rows}


def _plain(definition: str) -> str:
    return _RESTORED.sub(_as_created, re.sub(r"\b\w+\.(?=billing_)", "", " ".join(definition.split())))


_RESTORED = re.compile(r"\(ARRAY\[(\('[^\]]*'::character varying\)::text)\]\)")
"""How PostgreSQL writes a list of texts once a database was dumped and restored: each by itself is made a text."""


def _as_created(found: re.Match[str]) -> str:
    return f"((ARRAY[{found[1].replace('(', '').replace(')::text', '')}])::text[])"


def _rule_differences(connection: Connection) -> Iterator[tuple[str, str]]:
    sqlite = connection.dialect.name == "sqlite"
    wanted = {(kind.lower(), name): statement for kind, name, _, statement in rules.expected(connection)}
    found = dict(_sqlite_rules(connection) if sqlite else _postgresql_rules(connection))
    for kind, name in sorted(wanted.keys() - found.keys()):
        yield "rule", f"The rule {name} ({kind}) is missing: nothing enforces it."
    for kind, name in sorted(found.keys() - wanted.keys()):
        yield "stranger", f"There is an unknown {kind} {name} on the ledger's tables; drop it if you did not add it."
    for kind, name in sorted(wanted.keys() & found.keys()):
        if _plain(found[kind, name]) != _plain(wanted[kind, name]):
            yield "rule", f"The rule {name} ({kind}) was changed or switched off: {_short(found[kind, name])}."
    if not sqlite:
        yield from (("bypass", sentence) for sentence in _bypasses(connection))


def _short(definition: str) -> str:
    plain = _plain(definition)
    return f"{plain[:120]}…" if len(plain) > 120 else plain


Rule = tuple[tuple[str, str], str]


def _sqlite_rules(connection: Connection) -> Iterator[Rule]:
    for row in connection.execute(text(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND {_OURS}")):
        yield ("trigger", row.name), row.sql


def _postgresql_rules(connection: Connection) -> Iterator[Rule]:
    for row in connection.execute(text(_POSTGRESQL_TRIGGERS)):
        yield ("trigger", row.name), row.definition if row.enabled == "O" else f"{row.enabled} {row.definition}"
    for row in connection.execute(text(_POSTGRESQL_FUNCTIONS)):
        odd = " ".join(filter(None, (row.security, row.config)))
        yield (
            ("function", row.name),
            f"CREATE FUNCTION {row.name}() RETURNS {row.returns} LANGUAGE {row.language} AS $${row.body}$$"
            + (f" {odd}" if odd else ""),
        )


def _bypasses(connection: Connection) -> Iterator[str]:
    """Ways past rules that stand unchanged in the catalog."""
    for table in switched_off(connection):
        yield f"The foreign keys of {table} are switched off."
    for row in connection.execute(text(_POSTGRESQL_REPLICA)):
        yield f"session_replication_role is set for {row.whom}: no rule is enforced there. Reset it."


def switched_off(connection: Connection) -> list[str]:
    """Tables whose foreign keys are not enforced, on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        return []
    return list(connection.execute(text(_POSTGRESQL_OFF)).scalars())


_OURS = r"tbl_name LIKE 'billing\_%' ESCAPE '\'"
_SQLITE_CATALOG = f"""SELECT type AS kind, name, sql AS definition FROM sqlite_master
    WHERE type IN ('table', 'index') AND sql IS NOT NULL AND {_OURS}"""

_TABLES = r"""SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname LIKE 'billing\_%' AND pg_table_is_visible(c.oid)"""
_POSTGRESQL_CATALOG = f"""SELECT 'table' AS kind, c.relname AS name,
        concat_ws(' ', c.relpersistence, c.relrowsecurity, c.relhasrules) AS definition
    FROM pg_class c WHERE c.oid IN ({_TABLES})
    UNION ALL SELECT 'column', a.attrelid::regclass || '.' || a.attname,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid IN ({_TABLES}) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'constraint', k.conname,
        concat_ws(' ', k.conrelid::regclass, pg_get_constraintdef(k.oid),
            CASE WHEN NOT k.convalidated THEN 'unproved' END)
    FROM pg_constraint k WHERE k.conrelid IN ({_TABLES}) AND k.contype <> 'n' AND k.contype <> 't'
    UNION ALL SELECT 'index', i.indexrelid::regclass::text,
        concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT (i.indisvalid AND i.indisready) THEN 'invalid' END)
    FROM pg_index i WHERE i.indrelid IN ({_TABLES})"""
_POSTGRESQL_TRIGGERS = f"""SELECT tgname AS name, tgenabled::text AS enabled, pg_get_triggerdef(oid, true) AS definition
    FROM pg_trigger WHERE tgrelid IN ({_TABLES}) AND NOT tgisinternal"""
_POSTGRESQL_FUNCTIONS = r"""SELECT p.proname AS name, p.prosrc AS body, l.lanname AS language,
        p.prorettype::regtype::text AS returns, array_to_string(p.proconfig, ' ') AS config,
        CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END AS security
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname LIKE 'billing\_%' AND pg_function_is_visible(p.oid)"""
_POSTGRESQL_OFF = f"""SELECT DISTINCT tgrelid::regclass::text AS table FROM pg_trigger
    WHERE tgrelid IN ({_TABLES}) AND tgisinternal AND tgenabled <> 'O'"""
_POSTGRESQL_REPLICA = """SELECT concat_ws(' in ', coalesce(r.rolname, 'everybody'), d.datname) AS whom
    FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase
    WHERE (d.oid IS NULL OR d.datname = current_database())
        AND EXISTS (SELECT 1 FROM unnest(s.setconfig) c WHERE c LIKE 'session_replication_role=%'
            AND c <> 'session_replication_role=origin')
    UNION ALL SELECT 'this connection' WHERE current_setting('session_replication_role') <> 'origin'"""
