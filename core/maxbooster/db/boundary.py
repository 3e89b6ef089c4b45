"""What a read through a Context may say. It is proved on the very SQL that would be sent, once per shape of statement.

The proof is a compiler: whatever would be rendered passes through it, however it came into the statement (a join, a
CTE, a relationship, a mapped subquery), so nothing can be named that is not seen here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, cast
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, Connection, Dialect, Select, TextClause
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

from ..errors import AccountRequired, UsageError
from .models import Owned, Reference, Table

REMEMBERED = 2000
_CONSTANT = re.compile(r"\*|\d+|'%'")
"""What SQLAlchemy itself writes as it stands: `count(*)`, `EXISTS (SELECT 1 …)`, `LIKE '%' || …`."""
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?]{1,4}")
_FIELD = re.compile(r"\w+")
_BEYOND = re.compile(
    r"(pg_|lo_|dblink|xpath_table|set_config|current_setting|nextval|setval|load_extension|readfile|writefile|edit)"
    r"|.*_to_xml"
)
"""Functions that run SQL of their own, read files or change something, on either database."""

Proved = set[tuple[Any, ...]]
_proved: Proved = set()


@dataclass(frozen=True)
class Reach:
    """What a unit that came by a grant may do, and nothing else."""

    rows: Mapping[type[Any], Any]
    """Mapped class → condition: which rows it reads."""
    confirm: Callable[[Connection], None]
    """Raises, in the transaction that writes, if the grant has ended."""
    writes: frozenset[type[Any]] = frozenset()
    """Mapped classes of which it writes rows, as far as it reads them."""
    emits: frozenset[type[Any]] = frozenset()
    """Events that it may tell of the object."""


def narrowed(statement: Any, account: UUID | None, reach: Reach | None = None) -> Any:
    """The statement, with every owned class that it reaches kept to the account, and to what was granted."""
    if account is None:
        return statement
    for model, condition in reach.rows.items() if reach is not None else ():
        statement = statement.options(with_loader_criteria(model, condition, include_aliases=True))
    own_account = account
    criteria = with_loader_criteria(Owned, lambda row: row.account_id == own_account, include_aliases=True)
    return statement.options(criteria)


def prove(
    statement: Any, dialect: Dialect, account: UUID | None, reach: Reach | None = None, *, platform: bool, locking: bool
) -> None:
    """`statement` is narrowed already. `platform`: tables of no account may be read too; `locking`: rows may be locked.

    Raises:
        UsageError: it is no select, contains text, or reads what is not the account's, or was not granted.
        AccountRequired: it reads owned rows, and there is no account, or their mapped class was gone around.
    """
    if not isinstance(statement, Select | CompoundSelect):
        raise UsageError(_not_a_select(statement))
    key = statement._generate_cache_key()
    open_to = frozenset(model.__table__ for model in reach.rows) if reach is not None else None
    shape = (dialect.name, account is None, open_to, platform, locking, key.key) if key is not None else None
    if shape is None or shape not in _proved:
        _refuse_strange(statement)
        watched = _compiler(dialect.name, type(dialect).statement_compiler)
        watched(dialect, statement, account, open_to, platform=platform, locking=locking)
        if shape is not None:
            _remember(shape)


def _remember(shape: tuple[Any, ...]) -> None:
    if len(_proved) >= REMEMBERED:
        _proved.clear()
    _proved.add(shape)


def _not_a_select(statement: Any) -> str:
    kind = type(statement).__name__
    if kind in ("Insert", "Update", "Delete"):
        return f"a read was given an {kind.upper()}: change rows through mapped objects, or by ctx.write(function)"
    return f"a read takes a select() over mapped classes, not {kind}: SQL as text could reach any account's rows"


def _refuse_strange(statement: Any) -> None:
    """Constructs of somebody's own (`sqlalchemy.ext.compiler`) write what they like; and not every place for text is
    one where the ORM can compile it."""
    for part in iterate(statement):
        if isinstance(part, TextClause):
            _refuse_text(part.text)
        module = type(part).__module__
        if not module.startswith("sqlalchemy."):
            raise UsageError(f"{type(part).__name__} ({module}) is no construct of SQLAlchemy's: it cannot be checked")


def _compiler(dialect: str, real: Any) -> Any:
    """The dialect's own compiler, watched."""
    if dialect not in _compilers:
        _compilers[dialect] = type(f"Watched{real.__name__}", (_Watched, real), {})
    return _compilers[dialect]


_compilers: dict[str, Any] = {}


_Compiling: Any = SQLCompiler
"""Its methods are mostly untyped."""


class _Watched(_Compiling):  # type: ignore[misc]
    """Compiles in order to see what is rendered, and to refuse what must not be."""

    def __init__(
        self, dialect: Dialect, statement: Any, account: UUID | None, open_to: Any, *, platform: bool, locking: bool
    ) -> None:
        self._account, self._open_to, self._platform, self._locking = account, open_to, platform, locking
        self._read: Counter[Any] = Counter()
        self._kept: Counter[Any] = Counter()
        super().__init__(dialect, statement)
        for source, times in self._read.items():
            if self._kept[source] < times:
                raise AccountRequired(
                    f"{_table_of(source)} is owned: select its mapped class, so that the account is added"
                    " (and say select_from(Class) where only functions of its columns are selected)"
                )

    # Tables

    def visit_table(self, table: Any, asfrom: bool = False, **more: Any) -> Any:
        if asfrom:
            self._look_at(table, more.get("enclosing_alias"))
        return super().visit_table(table, asfrom=asfrom, **more)

    def _look_at(self, table: Any, alias: Any) -> None:
        kind = _kinds().get(_plain(table)) if isinstance(table, CoreTable) else None
        if kind is None:
            raise UsageError(
                f"the table {table.name!r} is not that of a mapped class: select the class that the plugin registers"
            )
        if kind == "owned":
            if self._account is None:
                raise AccountRequired(f"{table.name} rows belong to accounts; this unit has none")
            if self._open_to is not None and _plain(table) not in self._open_to:
                raise UsageError(f"{table.name} is no part of what was granted: the Grantable does not name it")
            self._read[_plain(alias if alias is not None and _plain(alias.element) is _plain(table) else table)] += 1
        elif kind == "local" and not self._platform:
            raise UsageError(
                f"{table.name} belongs to no account, so its rows are everybody's: read it by ctx.platform, in code"
                " that decides whom it shows what"
            )

    def visit_binary(self, binary: Any, *given: Any, **more: Any) -> Any:
        left, right = binary.left, binary.right
        if (
            binary.operator is operators.eq
            and isinstance(right, BindParameter)
            and right._orig_key == "own_account"
            and getattr(left, "name", None) == "account_id"
        ):
            self._kept[_plain(left.table)] += 1
        return super().visit_binary(binary, *given, **more)

    # Text

    def visit_textclause(self, textclause: Any, *_: Any, **__: Any) -> NoReturn:
        _refuse_text(textclause.text)

    def visit_textual_select(self, taf: Any, *_: Any, **__: Any) -> NoReturn:
        _refuse_text(taf.element.text)

    def visit_tstring(self, tstring: Any, *_: Any, **__: Any) -> NoReturn:
        _refuse_text(tstring)

    def visit_column(self, column: Any, *given: Any, **more: Any) -> Any:
        if column.is_literal and not _CONSTANT.fullmatch(column.name):
            _refuse_text(column.name)
        return super().visit_column(column, *given, **more)

    def get_statement_hint_text(self, hint_texts: Any) -> NoReturn:
        _refuse_text(" ".join(hint_texts))

    def format_from_hint_text(self, sqltext: Any, table: Any, hint: Any, iscrud: Any) -> NoReturn:
        _refuse_text(hint)

    def visit_custom_op_binary(self, element: Any, operator: Any, **more: Any) -> Any:
        return super().visit_custom_op_binary(element, _symbols(operator), **more)

    def visit_custom_op_unary_operator(self, element: Any, operator: Any, **more: Any) -> Any:
        return super().visit_custom_op_unary_operator(element, _symbols(operator), **more)

    def visit_custom_op_unary_modifier(self, element: Any, operator: Any, **more: Any) -> Any:
        return super().visit_custom_op_unary_modifier(element, _symbols(operator), **more)

    def visit_extract(self, extract: Any, **more: Any) -> Any:
        if not _FIELD.fullmatch(extract.field):
            _refuse_text(extract.field)
        return super().visit_extract(extract, **more)

    def visit_function(self, func: Any, *given: Any, **more: Any) -> Any:
        names = (*func.packagenames, func.name)
        if not all(_FIELD.fullmatch(name) for name in names) or _BEYOND.match(func.name.lower()):
            raise UsageError(f"the function {'.'.join(names)!r} may do more than compute: a read cannot call it")
        return super().visit_function(func, *given, **more)

    def visit_typeclause(self, typeclause: Any, **more: Any) -> Any:
        if not type(typeclause.type).__module__.startswith(("sqlalchemy.", "maxbooster.db.")):
            _refuse_text(repr(typeclause.type))
        return super().visit_typeclause(typeclause, **more)

    # Writes

    def visit_insert(self, statement: Any, *_: Any, **__: Any) -> NoReturn:
        raise UsageError(_not_a_select(statement))

    visit_update = visit_delete = visit_insert

    def visit_sequence(self, sequence: Any, **_: Any) -> NoReturn:
        raise UsageError(f"taking the next value of {sequence.name!r} writes: a read cannot do it")

    def for_update_clause(self, select: Any, **more: Any) -> Any:
        if not self._locking:
            raise UsageError("a read locks nothing: use ctx.lock(), which keeps the row until the unit ends")
        return super().for_update_clause(select, **more)


def _refuse_text(text: object) -> NoReturn:
    raise UsageError(
        f"this read contains SQL as text ({str(text)[:80]!r}), which could reach any account's rows:"
        " write it with mapped classes and SQLAlchemy's expressions"
    )


def _symbols(operator: Any) -> Any:
    if not operator.visit_name and not _OPERATOR.fullmatch(operator.opstring):
        _refuse_text(operator.opstring)
    return operator


def _plain(source: Any) -> Any:
    """The table or alias itself, without what the ORM notes on it."""
    return source._deannotate() if getattr(source, "_annotations", None) else source


def _table_of(source: Any) -> str:
    return str(getattr(source, "element", source))


def _kinds() -> dict[CoreTable, str]:
    return _kinds_of(len(Table.registry._managers), len(Table.metadata.tables))


@lru_cache(maxsize=1)
def _kinds_of(*_: int) -> dict[CoreTable, str]:
    """Table → owned, reference or local. A table that several classes map is as closed as the most closed of them."""
    kinds: dict[CoreTable, str] = {}
    for mapper in Table.registry.mappers:
        mapped = mapper.class_
        kind = "owned" if issubclass(mapped, Owned) else "reference" if issubclass(mapped, Reference) else "local"
        for table in mapper.tables:
            plain = cast(CoreTable, table)
            kinds[plain] = kind if kinds.get(plain, kind) == kind else "local"
    return kinds
